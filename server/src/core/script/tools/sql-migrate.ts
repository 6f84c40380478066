import { blocksOf, findLine, nameOf, partsOf, type Part } from '../parts';
import type { MigrationTool } from '../script';
import { partWayBack } from '../way-back';

const UP = /^--[ \t]*\+migrate[ \t]+up\b/iu;
const DOWN = /^--[ \t]*\+migrate[ \t]+down\b/iu;
const BEGIN = /^--[ \t]*\+migrate[ \t]+StatementBegin\b/iu;
const END = /^--[ \t]*\+migrate[ \t]+StatementEnd\b/iu;

/** sql-migrate: both directions in a file, each statement sent by itself (sqlparse/sqlparse.go). */
export const sqlMigrate: MigrationTool = {
  id: 'sql-migrate',
  title: 'sql-migrate',
  about: {
    files: '`-- +migrate Up`, `-- +migrate Down` at the start of a line',
    transaction: 'Each direction of the file; statement by statement.',
    optOut: '`-- +migrate Up notransaction`',
    understands: '`StatementBegin`, `StatementEnd`',
    run: 'of December 2019 from Debian 12',
  },
  recognise: ({ text }) => (findLine(text, UP) === undefined && findLine(text, DOWN) === undefined ? 0 : 0.9),
  read: ({ text }) => ({
    tool: 'sql-migrate',
    problems: [],
    segments: parts(text).flatMap((part) =>
      blocksOf(text, part, BEGIN, END, { direction: part.direction, wrapper: /\bnotransaction\b/u.test(part.mark.text) ? 'none' : 'block', send: 'statement' }),
    ),
  }),
  optOut({ text }, { wrapper, offset }) {
    const part = parts(text).find(({ start, end }) => start <= offset && offset <= end);
    if (wrapper === 'none' || part === undefined) return undefined;
    const at = part.mark.offset + part.mark.text.trimEnd().length;
    return { title: `Add notransaction to -- +migrate ${part.direction === 'up' ? 'Up' : 'Down'}`, edits: [{ offset: at, length: 0, text: ' notransaction' }] };
  },
  migration: (path, sql, outside) => [{ path, text: `-- +migrate Up${outside ? ' notransaction' : ''}${/\r\n|\r|\n/u.exec(sql)?.[0] ?? '\n'}${sql}` }],
  enclosed: { begin: '-- +migrate StatementBegin', end: '-- +migrate StatementEnd' },
  wayBack: (file) => partWayBack(file, parts(file.text), '-- +migrate Down'),
  applied: { table: 'gorp_migrations', columns: ['id', 'applied_at'], at: 'applied_at', rows: 'each', keysOf: ({ path }) => [nameOf(path)] },
  examples: [
    {
      title: 'In the transaction of its direction',
      path: 'migrations/2_users.sql',
      text: '-- +migrate Up\nCREATE INDEX CONCURRENTLY i ON users (age);\n-- +migrate Down\nDROP INDEX CONCURRENTLY i;\n',
      fails: ['CREATE INDEX CONCURRENTLY i', 'DROP INDEX CONCURRENTLY i'],
      fixed: '-- +migrate Up notransaction\nCREATE INDEX CONCURRENTLY i ON users (age);\n-- +migrate Down\nDROP INDEX CONCURRENTLY i;\n',
    },
  ],
};

function parts(text: string): readonly Part[] {
  return partsOf(text, UP, DOWN);
}
