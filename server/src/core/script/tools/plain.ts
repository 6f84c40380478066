import { fileDirection } from '../../migration-path';
import { neutralised } from '../psql';
import type { MigrationTool } from '../script';

/** SQL files as psql runs them: no transaction but the file's own, one statement after the other. */
export const plain: MigrationTool = {
  id: 'plain',
  title: 'Plain SQL (psql)',
  about: {
    files: '`*.sql` in folders of migrations',
    transaction: 'None but the file’s own `BEGIN` … `COMMIT`; statement by statement.',
    optOut: 'Not needed.',
    understands: 'psql’s meta-commands, `:variables` and the data of `COPY … FROM stdin`; `${x}`, `{{ x }}`, `%s`',
    run: 'psql 15 from Debian 12',
  },
  recognise: () => 0.1,
  read: ({ path, text }) => ({
    tool: 'plain',
    problems: [],
    segments: [{ ...neutralised(text), offset: 0, direction: fileDirection(path), wrapper: 'none', send: 'statement' }],
  }),
  examples: [
    { title: 'Outside of a transaction', path: 'migrations/001_index.sql', text: 'CREATE INDEX CONCURRENTLY i ON users (email);\n', fails: [] },
    {
      title: 'Inside of one',
      path: 'migrations/001_index.sql',
      text: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY i ON users (age);\nCOMMIT;\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
    },
  ],
};
