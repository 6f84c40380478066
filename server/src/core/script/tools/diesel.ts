import { above, folderOf, listed, nameOf, wholeFile } from '../parts';
import type { MigrationTool, NewFile } from '../script';
import { fileWayBack } from '../way-back';

const PATH = /(?:^|\/)([^/]+)\/(up|down)\.sql$/u;
const DATED = /(?:^|\/)\d{4}-\d\d-\d\d-\d{6}_[^/]+\/(?:up|down)\.sql$/u;

/** diesel: a folder a migration, each file sent as one query in a transaction (diesel_migrations, file_based_migrations.rs). */
export const diesel: MigrationTool = {
  id: 'diesel',
  title: 'Diesel',
  about: {
    files: '`2024-01-02-030405_x/up.sql`, `down.sql`, near a `diesel.toml`',
    transaction: 'The file, sent as one query.',
    optOut: '`run_in_transaction = false` in a `metadata.toml` beside it; then one statement a file',
  },
  ordersByLetters: true,
  beside: (name) => ['metadata.toml', '.../diesel.toml', ...(name === 'up.sql' ? ['down.sql'] : [])],
  recognise(file) {
    if (!PATH.test(file.path)) return 0;
    if (DATED.test(file.path) || above(file, 'diesel.toml') !== undefined) return 0.8;
    return file.beside?.has(`${folderOf(file.path)}metadata.toml`) === true ? 0.7 : 0;
  },
  read: (file) => ({
    tool: 'diesel',
    problems: [],
    segments: wholeFile(file.text, {
      direction: nameOf(file.path) === 'down.sql' ? 'down' : 'up',
      wrapper: /^[ \t]*run_in_transaction[ \t]*=[ \t]*false\b/mu.test(file.beside?.get(`${folderOf(file.path)}metadata.toml`) ?? '') ? 'none' : 'file',
      send: 'segment',
    }),
  }),
  optOut(file, { wrapper }) {
    if (wrapper === 'none') return undefined;
    const metadata = off(file.path, file.beside?.get(`${folderOf(file.path)}metadata.toml`) ?? '');
    return { title: 'Set run_in_transaction = false in metadata.toml', edits: [], files: [metadata], alone: true };
  },
  migration: (path, sql, outside) => [{ path, text: sql }, ...(outside ? [off(path, '')] : [])],
  wayBack: (file) => (nameOf(file.path) === 'up.sql' ? fileWayBack(file, `${folderOf(file.path)}down.sql`) : undefined),
  applied: { table: '__diesel_schema_migrations', columns: ['version'], at: 'run_on', rows: 'each', keysOf: ({ path }) => listed(/^[\d-]+(?=_)/u.exec(PATH.exec(path)?.[1] ?? '')?.[0].replaceAll('-', '')) },
  examples: [
    {
      title: 'In the file’s transaction',
      path: 'migrations/2024-01-02-030405_age/up.sql',
      text: 'CREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      written: { 'migrations/2024-01-02-030405_age/metadata.toml': 'run_in_transaction = false\n' },
    },
  ],
};

function off(path: string, metadata: string): NewFile {
  const kept = metadata.replace(/^[ \t]*run_in_transaction[ \t]*=.*(?:\r\n|\r|\n|$)/gmu, '');
  return { path: `${folderOf(path)}metadata.toml`, text: `run_in_transaction = false\n${kept}` };
}
