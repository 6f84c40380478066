import { above, listed, nameOf, numberOf, wholeFile } from '../parts';
import type { MigrationTool } from '../script';

/** refinery: each file in a transaction, sent as one query (refinery_core, drivers/tokio_postgres.rs). */
export const refinery: MigrationTool = {
  id: 'refinery',
  title: 'refinery',
  about: {
    files: '`V1__x.sql`, `U1__x.sql` (runs forwards too, in no order) under a `Cargo.toml` that names refinery',
    transaction: 'The file, sent as one query.',
    optOut: 'None',
  },
  beside: () => ['.../Cargo.toml'],
  recognise: (file) => (/^[VU]\d+(?:[._]\d+)*__.*\.sql$/u.test(nameOf(file.path)) && /^[ \t]*refinery\b/mu.test(above(file, 'Cargo.toml') ?? '') ? 0.8 : 0),
  read: ({ text }) => ({ tool: 'refinery', problems: [], segments: wholeFile(text, { direction: 'up', wrapper: 'file', send: 'segment' }) }),
  applied: { table: 'refinery_schema_history', columns: ['version', 'checksum'], at: 'applied_on', rows: 'each', keysOf: ({ path }) => listed(numberOf(nameOf(path).slice(1))) },
  examples: [
    {
      title: 'In the file’s transaction',
      path: 'migrations/V2__age.sql',
      beside: { 'Cargo.toml': '[dependencies]\nrefinery = "0.8"\n' },
      text: 'CREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
    },
  ],
};
