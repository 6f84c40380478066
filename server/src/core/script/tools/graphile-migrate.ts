import { above, eolOf, linesOf, nameOf, wholeFile } from '../parts';
import type { MigrationTool } from '../script';

const PATH = /(?:^|\/)migrations\/(?:(current)\.sql|(current)\/[^/]+\.sql|committed\/\d+[^/]*\.sql)$/u;

/** graphile-migrate: each file in a transaction, sent as one query (src/migration.ts, runStringMigration). */
export const graphileMigrate: MigrationTool = {
  id: 'graphile-migrate',
  title: 'Graphile Migrate',
  about: {
    files: '`migrations/current.sql`, `migrations/committed/000001.sql`',
    transaction: 'The file, sent as one query.',
    optOut: '`--! no-transaction` as the first line; then one statement a file. What is committed must not be changed.',
    understands: '`:UPPER_CASE`',
    run: '1.4.1 from npm',
  },
  beside: () => ['.../.gmrc', '.../.gmrc.js'],
  recognise(file) {
    if (/^--!(?:[ \t]*no-transaction|[ \t]*Previous:|include)/mu.test(file.text)) return 0.9;
    if (!PATH.test(file.path)) return 0;
    return above(file, '.gmrc') !== undefined || above(file, '.gmrc.js') !== undefined ? 0.8 : 0.5;
  },
  read: ({ text }) => ({ tool: 'graphile-migrate', problems: [], segments: wholeFile(text, { direction: 'up', wrapper: isOff(text) ? 'none' : 'file', send: 'segment' }) }),
  optOut({ path, text }, { wrapper }) {
    const found = PATH.exec(path);
    if (wrapper === 'none' || (found !== null && found[1] === undefined && found[2] === undefined)) return undefined;
    return { title: 'Add --! no-transaction', edits: [{ offset: text.startsWith('\uFEFF') ? 1 : 0, length: 0, text: `--! no-transaction${eolOf(text)}` }], alone: true };
  },
  applied: { table: 'graphile_migrate.migrations', columns: ['filename', 'hash'], at: 'date', rows: 'each', keysOf: ({ path }) => [nameOf(path)] },
  examples: [
    {
      title: 'In the file’s transaction',
      path: 'migrations/current.sql',
      text: '-- Enter migration here\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON :DATABASE_SCHEMA.users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY IF NOT EXISTS i'],
      fixed: '--! no-transaction\n-- Enter migration here\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON :DATABASE_SCHEMA.users (age);\n',
    },
    { title: 'Committed: nothing may be changed', path: 'migrations/committed/000002.sql', text: '--! Previous: sha1:x\n--! Hash: sha1:y\n\nVACUUM users;\n', fails: ['VACUUM users'] },
    { title: 'Switched off', path: 'migrations/committed/000002.sql', text: '--! Previous: sha1:x\n--! Hash: sha1:y\n--! no-transaction\n\nVACUUM users;\n', fails: [] },
  ],
};

function isOff(text: string): boolean {
  for (const line of linesOf(text)) {
    if (!line.text.startsWith("--!")) return false;
    if (/^--![ \t]*no-transaction\b/u.test(line.text)) return true;
  }
  return false;
}
