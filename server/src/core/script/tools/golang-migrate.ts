import { folderOf, listed, nameOf, numberOf, wholeFile } from '../parts';
import type { MigrationTool } from '../script';
import { fileWayBack } from '../way-back';

const NAME = /^\d+_.*\.(up|down)\.sql$/iu;

/** golang-migrate: each file is sent as one query, without a transaction (database/postgres/postgres.go, Run). */
export const golangMigrate: MigrationTool = {
  id: 'golang-migrate',
  title: 'golang-migrate',
  about: {
    files: '`1_x.up.sql`, `1_x.down.sql`',
    transaction: 'None; the file is sent as one query, so several statements are a transaction.',
    optOut: 'One statement a file. (`x-multi-statement=true` in the URL, which Lockscope does not see, splits at every semicolon.)',
  },
  beside: (name) => [pairOf(name) ?? '', '.../go.mod'].filter((path) => path !== ''),
  recognise: ({ path }) => (NAME.test(nameOf(path)) ? 0.5 : 0),
  read: ({ path, text }) => ({
    tool: 'golang-migrate',
    problems: [],
    segments: wholeFile(text, { direction: /\.down\.sql$/iu.test(path) ? 'down' : 'up', wrapper: 'none', send: 'segment' }),
  }),
  wayBack(file) {
    const pair = pairOf(nameOf(file.path));
    return pair === undefined ? undefined : fileWayBack(file, folderOf(file.path) + pair);
  },
  migration: (path, sql) => [{ path, text: sql }],
  applied: {
    table: 'schema_migrations',
    columns: ['version', 'dirty'],
    unmistakable: true,
    rows: 'last',
    // The one that failed halfway is what the version says while it is dirty.
    noted: ({ version, dirty }) => (version === null || version === undefined || version === '-1' ? [] : [{ key: version, state: dirty === 'true' ? 'all before' : 'all up to' }]),
    keysOf: ({ path }) => listed(numberOf(path)),
  },
  examples: [
    {
      title: 'Alone in its file',
      path: 'migrations/2_index.up.sql',
      text: 'CREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: [],
    },
    {
      title: 'Sent with another',
      path: 'migrations/000002_age.up.sql',
      text: 'ALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: 'ALTER TABLE users ADD COLUMN age int;\n',
      written: { 'migrations/000003_age_concurrently.up.sql': 'CREATE INDEX CONCURRENTLY i ON users (age);\n' },
    },
    {
      title: 'Behind the COMMIT of a file that is sent whole',
      path: 'migrations/000002_age.up.sql',
      text: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\n',
      written: { 'migrations/000003_age_concurrently.up.sql': 'CREATE INDEX CONCURRENTLY i ON users (age);\n' },
    },
  ],
};

/** The name of the file that undoes one. */
function pairOf(name: string): string | undefined {
  return /\.up\.sql$/iu.test(name) ? name.replace(/\.up\.sql$/iu, '.down.sql') : undefined;
}
