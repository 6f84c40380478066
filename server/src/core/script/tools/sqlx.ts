import { above, eolOf, folderOf, listed, nameOf, numberOf, wholeFile } from '../parts';
import type { MigrationTool } from '../script';
import { fileWayBack } from '../way-back';

const MARK = '-- no-transaction';

/** sqlx: each file in a transaction, sent as one query (sqlx-postgres/src/migrate.rs). */
export const sqlx: MigrationTool = {
  id: 'sqlx',
  title: 'sqlx',
  about: {
    files: '`1_x.sql`, `1_x.up.sql`, `1_x.down.sql` under a `Cargo.toml` that names sqlx',
    transaction: 'The file, sent as one query.',
    optOut: 'The file begins with `-- no-transaction`; then one statement a file',
  },
  beside: (name) => ['.../Cargo.toml', ...(name.endsWith(".up.sql") ? [name.replace(/\.up\.sql$/u, '.down.sql')] : [])],
  recognise(file) {
    if (!/^\d+_.*\.sql$/u.test(nameOf(file.path))) return 0;
    if (file.text.startsWith(MARK)) return 0.9;
    return /^[ \t]*sqlx\b/mu.test(above(file, 'Cargo.toml') ?? '') ? 0.8 : 0;
  },
  read: ({ path, text }) => ({
    tool: 'sqlx',
    problems: [],
    segments: wholeFile(text, { direction: path.endsWith(".down.sql") ? 'down' : 'up', wrapper: text.startsWith(MARK) ? 'none' : 'file', send: 'segment' }),
  }),
  // A byte order mark before it would hide it.
  optOut: ({ text }, { wrapper }) => (wrapper === 'none' || text.startsWith('\uFEFF') ? undefined : { title: `Begin the file with ${MARK}`, edits: [{ offset: 0, length: 0, text: MARK + eolOf(text) }], alone: true }),
  migration: (path, sql, outside) => [{ path, text: outside ? MARK + eolOf(sql) + sql : sql }],
  wayBack: (file) => (file.path.endsWith(".up.sql") ? fileWayBack(file, folderOf(file.path) + nameOf(file.path).replace(/\.up\.sql$/u, '.down.sql')) : undefined),
  applied: { table: '_sqlx_migrations', columns: ['version', 'success'], at: 'installed_on', rows: 'each', noted: ({ version, success }) => [{ key: version ?? '', state: success === 'true' ? 'applied' : 'not applied' }], keysOf: ({ path }) => listed(numberOf(path)) },
  examples: [
    {
      title: 'In the file’s transaction',
      path: 'migrations/2_age.sql',
      beside: { 'Cargo.toml': '[dependencies]\nsqlx = "0.8"\n' },
      text: 'CREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: '-- no-transaction\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
    },
    {
      title: 'In the middle of others: each part gets a file',
      path: 'migrations/20240102030405_age.up.sql',
      beside: { 'Cargo.toml': '[dependencies]\nsqlx = "0.8"\n' },
      text: 'ALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY i ON users (age);\nALTER TABLE users ADD COLUMN size int;\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: 'ALTER TABLE users ADD COLUMN age int;\n',
      written: {
        'migrations/20240102030406_age_concurrently.up.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
        'migrations/20240102030407_age_rest.up.sql': 'ALTER TABLE users ADD COLUMN size int;\n',
      },
    },
  ],
};
