import { folderOf, listed, nameOf, numberOf, wholeFile } from '../parts';
import type { MigrationTool } from '../script';
import { fileWayBack } from '../way-back';

const NAME = /^\d+\.(do|undo)(?:\.[^/]*)?\.sql$/iu;

/** Postgrator: each file is sent as one query, without a transaction (lib/Postgrator.js, runMigrations). */
export const postgrator: MigrationTool = {
  id: 'postgrator',
  title: 'Postgrator',
  about: {
    files: '`1.do.x.sql`, `1.undo.x.sql`',
    transaction: 'None; the file is sent as one query, so several statements are a transaction.',
    optOut: 'One statement a file.',
    run: '8.0.0 from npm',
  },
  beside: (name) => (/^\d+\.do\./iu.test(name) ? [undoOf(name)] : []),
  recognise: ({ path }) => (NAME.test(nameOf(path)) ? 0.6 : 0),
  read: ({ path, text }) => ({
    tool: 'postgrator',
    problems: [],
    segments: wholeFile(text, { direction: /^\d+\.undo\./iu.test(nameOf(path)) ? 'down' : 'up', wrapper: 'none', send: 'segment' }),
  }),
  wayBack: (file) => (/^\d+\.do\./iu.test(nameOf(file.path)) ? fileWayBack(file, folderOf(file.path) + undoOf(nameOf(file.path))) : undefined),
  migration: (path, sql) => [{ path, text: sql }],
  applied: { table: 'schemaversion', columns: ['version', 'md5'], at: 'run_at', rows: 'each', keysOf: ({ path }) => listed(numberOf(path)) },
  examples: [
    {
      title: 'Sent with another',
      path: 'migrations/002.do.age.sql',
      text: 'CREATE INDEX CONCURRENTLY i ON users (age);\nALTER TABLE users ADD COLUMN size int;\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: 'CREATE INDEX CONCURRENTLY i ON users (age);\n',
      written: { 'migrations/003.do.age_rest.sql': 'ALTER TABLE users ADD COLUMN size int;\n' },
    },
    { title: 'Alone in its file', path: 'migrations/002.do.sql', text: 'VACUUM users\n', fails: [] },
  ],
};

function undoOf(name: string): string {
  return name.replace(/^(\d+)\.do\./iu, '$1.undo.');
}
