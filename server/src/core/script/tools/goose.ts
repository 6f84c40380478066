import { GOOSE_TABLE } from './applied-tables';
import { blocksOf, findLine, partsOf, type Part } from '../parts';
import type { MigrationTool, Script } from '../script';
import { partWayBack } from '../way-back';

const UP = /^[ \t]*--[ \t]*\+goose[ \t]+up\b/iu;
const DOWN = /^[ \t]*--[ \t]*\+goose[ \t]+down\b/iu;
const BEGIN = /^[ \t]*--[ \t]*\+goose[ \t]+StatementBegin\b/iu;
const END = /^[ \t]*--[ \t]*\+goose[ \t]+StatementEnd\b/iu;
const NO_TRANSACTION = /^[ \t]*--[ \t]*\+goose[ \t]+NO[ \t]+TRANSACTION\b/iu;

/** goose: both directions in a file, each statement sent by itself within one transaction (internal/sqlparser, provider_run.go). */
export const goose: MigrationTool = {
  id: 'goose',
  title: 'goose',
  about: {
    files: '`-- +goose Up`, `-- +goose Down`',
    transaction: 'The file; statement by statement, `StatementBegin` … `StatementEnd` as one.',
    optOut: '`-- +goose NO TRANSACTION` anywhere in the file',
    understands: '`StatementBegin`, `StatementEnd`, `${x}` between `ENVSUB ON` and `OFF`',
  },
  recognise: ({ text }) => (findLine(text, UP) === undefined && findLine(text, DOWN) === undefined ? 0 : 0.9),
  read({ text }): Script {
    const wrapper = findLine(text, NO_TRANSACTION) === undefined ? 'file' : 'none';
    const segments = parts(text).flatMap((part) => blocksOf(text, part, BEGIN, END, { direction: part.direction, wrapper, send: 'statement' }));
    return { tool: 'goose', problems: [], segments };
  },
  optOut({ text }, { wrapper }) {
    if (wrapper === 'none') return undefined;
    const [first] = parts(text);
    const eol = /\r\n|\r|\n/u.exec(text)?.[0] ?? '\n';
    return { title: 'Add -- +goose NO TRANSACTION', edits: [{ offset: first?.mark.offset ?? 0, length: 0, text: `-- +goose NO TRANSACTION${eol}` }] };
  },
  migration(path, sql, outside) {
    const eol = /\r\n|\r|\n/u.exec(sql)?.[0] ?? '\n';
    return [{ path, text: `${outside ? `-- +goose NO TRANSACTION${eol}` : ''}-- +goose Up${eol}${sql}` }];
  },
  enclosed: { begin: '-- +goose StatementBegin', end: '-- +goose StatementEnd' },
  wayBack: (file) => partWayBack(file, parts(file.text), '-- +goose Down'),
  applied: GOOSE_TABLE,
  examples: [
    {
      title: 'In the file’s transaction',
      path: 'migrations/20240102030405_users.sql',
      text: '-- +goose Up\nALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY users_age ON users (age);\n\n-- +goose Down\nDROP INDEX users_age;\n',
      fails: ['CREATE INDEX CONCURRENTLY users_age'],
      fixed: '-- +goose NO TRANSACTION\n-- +goose Up\nALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY users_age ON users (age);\n\n-- +goose Down\nDROP INDEX users_age;\n',
    },
    {
      title: 'Sent as one statement',
      path: 'migrations/00002_f.sql',
      text: '-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;\n-- +goose StatementEnd\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: [],
    },
    {
      title: 'Two statements sent as one are a transaction',
      path: 'migrations/00003_f.sql',
      text: '-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\nVACUUM users;\n-- +goose StatementEnd\n',
      fails: ['VACUUM users'],
    },
  ],
};

function parts(text: string): readonly Part[] {
  return partsOf(text, UP, DOWN);
}
