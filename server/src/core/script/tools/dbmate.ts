import { eolOf, findLine, listed, nameOf, partsOf, segmentOf, type Part } from '../parts';
import type { MigrationTool } from '../script';
import { partWayBack } from '../way-back';

const UP = /^[ \t]*--[ \t]*migrate:up\b/u;
const DOWN = /^[ \t]*--[ \t]*migrate:down\b/u;
const OPTION = /\btransaction:(true|false)\b/u;

/** dbmate: both directions in a file, each sent as one query (pkg/dbmate/migration.go). */
export const dbmate: MigrationTool = {
  id: 'dbmate',
  title: 'dbmate',
  about: {
    files: '`-- migrate:up`, `-- migrate:down`',
    transaction: 'Each direction of the file, sent as one query.',
    optOut: '`-- migrate:up transaction:false`; then one statement a file, since it is still sent as one query',
    run: '2.36.0 from npm',
  },
  ordersByLetters: true,
  recognise: ({ text }) => (findLine(text, UP) === undefined && findLine(text, DOWN) === undefined ? 0 : 0.9),
  read: ({ text }) => ({
    tool: 'dbmate',
    problems: [],
    segments: parts(text).map(({ direction, mark, start, end }) => segmentOf(text, start, end, { direction, wrapper: OPTION.exec(mark.text)?.[1] === 'false' ? 'none' : 'block', send: 'segment' })),
  }),
  optOut({ text }, { wrapper, offset }) {
    const part = parts(text).find(({ start, end }) => start <= offset && offset <= end);
    if (wrapper === 'none' || part === undefined) return undefined;
    const { mark, direction } = part;
    const option = OPTION.exec(mark.text);
    const edit =
      option === null
        ? { offset: mark.offset + mark.text.trimEnd().length, length: 0, text: ' transaction:false' }
        : { offset: mark.offset + option.index, length: option[0].length, text: 'transaction:false' };
    return { title: `Set transaction:false for migrate:${direction}`, edits: [edit], alone: true };
  },
  migration(path, sql, outside) {
    const eol = eolOf(sql);
    const option = outside ? ' transaction:false' : '';
    return [{ path, text: `-- migrate:up${option}${eol}${sql}${eol}-- migrate:down${eol}` }];
  },
  wayBack: (file) => partWayBack(file, parts(file.text), '-- migrate:down'),
  applied: { table: 'schema_migrations', columns: ['version'], without: ['dirty', 'inserted_at'], rows: 'each', keysOf: ({ path }) => listed(/^\d+/u.exec(nameOf(path))?.[0]) },
  examples: [
    {
      title: 'In the transaction of its direction',
      path: 'db/migrations/20240102030405_age.sql',
      text: '-- migrate:up\nCREATE INDEX CONCURRENTLY i ON users (age);\n\n-- migrate:down\nDROP INDEX i;\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON users (age);\n\n-- migrate:down\nDROP INDEX i;\n',
    },
    {
      title: 'With another statement before it: it gets a file of its own',
      path: 'db/migrations/20240102030405_age.sql',
      text: '-- migrate:up\nALTER TABLE users ADD COLUMN age int;\n-- for the report\nCREATE INDEX CONCURRENTLY i ON users (age);\n\n-- migrate:down\nALTER TABLE users DROP COLUMN age;\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: '-- migrate:up\nALTER TABLE users ADD COLUMN age int;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN age;\n',
      written: {
        'db/migrations/20240102030406_age_concurrently.sql':
          '-- migrate:up transaction:false\n-- for the report\nCREATE INDEX CONCURRENTLY i ON users (age);\n\n-- migrate:down\n',
      },
    },
    {
      title: 'Switched off, but sent with another statement',
      path: 'db/migrations/20240102030405_age.sql',
      text: '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON users (age);\nALTER TABLE users ADD CHECK (age > 0) NOT VALID;\n\n-- migrate:down\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON users (age);\n\n-- migrate:down\n',
      written: { 'db/migrations/20240102030406_age_rest.sql': '-- migrate:up\nALTER TABLE users ADD CHECK (age > 0) NOT VALID;\n\n-- migrate:down\n' },
    },
  ],
};

function parts(text: string): readonly Part[] {
  return partsOf(text, UP, DOWN);
}
