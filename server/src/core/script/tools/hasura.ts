import { folderOf, listed, nameOf, wholeFile } from '../parts';
import type { MigrationTool, Noted } from '../script';
import { fileWayBack } from '../way-back';

const PATH = /(?:^|\/)migrations\/(?:[^/]+\/)?\d{13}_[^/]+\/(up|down)\.sql$/u;

/** Hasura: a folder a migration, each file sent as one query in a transaction (cli/migrate, run_sql). */
export const hasura: MigrationTool = {
  id: 'hasura',
  title: 'Hasura',
  about: {
    files: '`migrations/<database>/1700000000000_x/up.sql`, `down.sql`',
    transaction: 'The file, sent as one query.',
    optOut: 'None',
  },
  beside: (name) => (name === 'up.sql' ? ['down.sql'] : []),
  recognise: ({ path }) => (PATH.test(path) ? 0.7 : 0),
  read: ({ path, text }) => ({ tool: 'hasura', problems: [], segments: wholeFile(text, { direction: nameOf(path) === 'down.sql' ? 'down' : 'up', wrapper: 'file', send: 'segment' }) }),
  wayBack: (file) => (nameOf(file.path) === 'up.sql' ? fileWayBack(file, `${folderOf(file.path)}down.sql`) : undefined),
  applied: {
    table: 'hdb_catalog.hdb_version',
    columns: ['cli_state'],
    rows: 'each',
    noted: ({ cli_state: state }) => notedIn(state ?? ''),
    keysOf: ({ path }) => listed(/(\d{13})_[^/]+\/(?:up|down)\.sql$/u.exec(path)?.[1]),
  },
  examples: [
    { title: 'In the file’s transaction', path: 'migrations/default/1700000000000_age/up.sql', text: 'CREATE INDEX CONCURRENTLY i ON users (age);\n', fails: ['CREATE INDEX CONCURRENTLY i'] },
  ],
};

/** The command line keeps `{"migrations": {"<database>": {"<version>": <is dirty>}}}`. */
function notedIn(state: string): readonly Noted[] {
  return [...state.matchAll(/"(\d{13})"\s*:\s*(true|false)/gu)].map(([, key = '', dirty]) => ({ key, state: dirty === 'true' ? 'not applied' : 'applied' }));
}
