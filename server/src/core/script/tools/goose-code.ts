import { callsOn } from '../code/found';
import { GOOSE_TABLE } from './applied-tables';
import { sentText } from '../code/sends';
import { codeTool, replacement } from '../code/tool';
import type { FileEdit } from '../script';

/** goose: migrations in Go, which it is told of by AddMigrationContext(up, down). */
export const gooseCode = codeTool({
  tool: 'goose-code',
  title: 'goose (Go)',
  about: {
    files: 'Go that calls `goose.AddMigrationContext(up, down)`',
    transaction: 'One around each file; each call is a query of its own.',
    optOut: '`goose.AddMigrationNoTxContext` with functions that take a `*sql.DB`.',
    understands: 'SQL in `tx.Exec`, `tx.ExecContext` and the like',
  },
  languages: ['go'],
  marks: [/\bgoose\.AddMigration/u],
  up: [],
  down: [],
  directionOf(name, _text, file) {
    const [, up, down] = REGISTERED.exec(file) ?? [];
    return name === up ? 'up' : name === down ? 'down' : undefined;
  },
  wrapper: (_direction, _bodies, text) => (/\bgoose\.AddMigrationNoTx/u.test(text) ? 'none' : 'file'),
  isUnclear: callsOn(/\w/u, /^Exec(?:Context)?$/u),
  sends: (call) => (/^(?:Exec|Query|QueryRow)(?:Context)?$/u.test(call.name) ? (sentText(call.args[0]) ?? sentText(call.args[1])) : undefined),
  optOut({ text }) {
    const registered = /\bgoose\.AddMigration(?=Context\b|\s*\()/u.exec(text);
    if (registered === null) return undefined;
    const edits: FileEdit[] = [replacement(registered.index, registered[0].length, 'goose.AddMigrationNoTx')];
    for (const { index, 0: type } of text.matchAll(/\*sql\.Tx\b/gu)) edits.push(replacement(index, type.length, '*sql.DB'));
    return { title: 'Run the migration without a transaction', edits };
  },
  applied: GOOSE_TABLE,
  examples: [
    {
      title: 'A concurrent index needs the transaction off',
      path: 'migrations/00002_index.go',
      text: 'package migrations\n\nfunc init() {\n\tgoose.AddMigrationContext(up, down)\n}\n\nfunc up(ctx context.Context, tx *sql.Tx) error {\n\t_, err := tx.ExecContext(ctx, `CREATE INDEX CONCURRENTLY i ON users (email)`)\n\treturn err\n}\n\nfunc down(ctx context.Context, tx *sql.Tx) error {\n\t_, err := tx.ExecContext(ctx, "DROP INDEX i")\n\treturn err\n}\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed:
        'package migrations\n\nfunc init() {\n\tgoose.AddMigrationNoTxContext(up, down)\n}\n\nfunc up(ctx context.Context, tx *sql.DB) error {\n\t_, err := tx.ExecContext(ctx, `CREATE INDEX CONCURRENTLY i ON users (email)`)\n\treturn err\n}\n\nfunc down(ctx context.Context, tx *sql.DB) error {\n\t_, err := tx.ExecContext(ctx, "DROP INDEX i")\n\treturn err\n}\n',
    },
  ],
});

const REGISTERED = /\bgoose\.AddMigration\w*\(\s*([\w.]+)\s*,\s*([\w.]+)/u;
