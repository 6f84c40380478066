import { listed, numberOf } from '../parts';
import { railsCall } from './calls/rails';
import { sentText } from '../code/sends';
import { codeTool, insertion, lineEnd } from '../code/tool';
import { field } from '../code/node';
import { textOf } from '../code/language';
import type { Invocation } from '../code/value';

/** Rails: Active Record migrations, each in a transaction of its own (active_record/migration.rb, ddl_transaction). */
export const rails = codeTool({
  tool: 'rails',
  title: 'Rails (Active Record)',
  about: {
    files: '`db/*migrate/<version>_*.rb` with a class that is an `ActiveRecord::Migration`',
    transaction: 'One around each file; each call is a query of its own.',
    optOut: '`disable_ddl_transaction!` in the class body.',
    understands: 'SQL in `execute`, heredocs included; `reversible`, `up_only`; schema calls as the SQL that Rails sends',
    run: '6.1 from Debian 12',
  },
  languages: ['ruby'],
  marks: [/\bActiveRecord::Migration\b/u],
  up: ['change', 'up'],
  down: ['down'],
  wrapper: (_direction, _bodies, text) => (OFF.test(text) ? 'none' : 'file'),
  takesBack: { run: 'execute {}', words: { dropTable: 'drop_table {t}', dropColumn: 'remove_column {t}, {c}' } },
  reverses: (call, name) => name === 'reversible' || (name === 'change' && isReversed(call)),
  isUnclear: (call) => (call.receiver === undefined ? /^(?:execute$|(?:create|drop|add|remove|rename|change|enable|disable|validate)_(?!column_comment$|table_comment$))/u.test(call.name) : /(?:^|\.)(?:update_all|delete_all|destroy_all|insert_all!?|upsert_all|update_columns|find_each|find_in_batches|in_batches)$/u.test(call.name)),
  sends: (call, scope) => (EXECUTE.has(call.name) ? sentText(call.args[0]) : railsCall(call, scope)),
  region(node, { code }) {
    if (node.type !== 'call' || field(node, 'block') === undefined) return undefined;
    const method = field(node, 'method');
    const name = method === undefined ? '' : textOf(code, method);
    return field(node, 'receiver') !== undefined && (name === 'up' || name === 'down') ? { direction: name, within: 'reversible' } : undefined;
  },
  optOut({ text }) {
    const opening = /\bclass\s+\S+\s*<\s*ActiveRecord::Migration(?:\[[^\]]*\])?[^\r\n]*/u.exec(text);
    if (OFF.test(text) || opening === null) return undefined;
    const eol = lineEnd(text);
    return { title: 'Run the migration without a transaction', edits: [insertion(opening.index + opening[0].length, `${eol}  disable_ddl_transaction!${eol}`)] };
  },
  applied: { table: 'schema_migrations', columns: ['version'], without: ['dirty', 'inserted_at'], rows: 'each', keysOf: ({ path }) => listed(numberOf(path)) },
  examples: [
    {
      title: 'A concurrent index needs the transaction off',
      path: 'db/migrate/20240101120000_add_index.rb',
      text: 'class AddIndex < ActiveRecord::Migration[7.1]\n  def up\n    execute <<~SQL\n      CREATE INDEX CONCURRENTLY i\n        ON users (email)\n    SQL\n  end\n\n  def down\n    execute "DROP INDEX i"\n  end\nend\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed:
        'class AddIndex < ActiveRecord::Migration[7.1]\n  disable_ddl_transaction!\n\n  def up\n    execute <<~SQL\n      CREATE INDEX CONCURRENTLY i\n        ON users (email)\n    SQL\n  end\n\n  def down\n    execute "DROP INDEX i"\n  end\nend\n',
    },
  ],
});

const OFF = /^[ \t]*disable_ddl_transaction!/mu;

const EXECUTE: ReadonlySet<string> = new Set(['execute', 'exec_query', 'exec_update', 'exec_delete', 'exec_insert', 'select_all']);

/** What Active Record runs backwards by itself (active_record/migration/command_recorder.rb). */
function isReversed({ name, args, named, block }: Invocation): boolean {
  switch (name) {
    case 'drop_table':
      return block !== undefined;
    case 'remove_column':
      return args.length > 2;
    case 'remove_columns':
      return named.has('type');
    case 'remove_index':
      return named.has('column') || args.length > 1;
    case 'remove_foreign_key':
      return args.length > 1 || named.has('to_table');
    case 'remove_check_constraint':
      return args.length > 1;
    case 'change_column_default':
      return named.has('from') && named.has('to');
    case 'change_column':
    case 'change_table':
      return false;
    default:
      return !EXECUTE.has(name);
  }
}
