import { listed, numberOf } from '../parts';
import type { Sent } from '../code/found';
import type { Source } from '../code/language';
import type { Invocation } from '../code/value';
import { ectoCall } from './calls/ecto';
import { sentText } from '../code/sends';
import { codeTool, insertion, lineEnd } from '../code/tool';

/** Ecto: each migration in a transaction of its own (ecto_sql, lib/ecto/migrator.ex). */
export const ecto = codeTool({
  tool: 'ecto',
  title: 'Ecto',
  about: {
    files: '`priv/*/migrations/*.exs` that use `Ecto.Migration`',
    transaction: 'One around each file; each call is a query of its own.',
    optOut: '`@disable_ddl_transaction true` and `@disable_migration_lock true` in the module.',
    understands: 'SQL in `execute(up, down)`; schema calls as the SQL that Ecto sends',
  },
  languages: ['elixir'],
  marks: [/\buse\s+Ecto\.Migration\b/u],
  up: ['change', 'up'],
  down: ['down'],
  // Postgrex prepares what it sends (lib/postgrex.ex, query).
  single: true,
  wrapper: (_direction, _bodies, text) => (OFF.test(text) ? 'none' : 'file'),
  takesBack: { run: 'execute({})', words: { dropTable: 'drop table({t})' } },
  reverses: (call, name, file) => name === 'change' && isReversed(call, file),
  isUnclear: (call) => call.receiver === undefined && /^(?:execute|create|create_if_not_exists|drop|drop_if_exists|alter|rename)$/u.test(call.name) && call.args.length > 0,
  sends(call, scope) {
    if (call.name === 'execute') {
      const up = sentText(call.args[0]);
      return up === undefined ? undefined : [...up, ...(sentText(call.args[1]) ?? []).map((sent): Sent => ({ ...sent, direction: 'down' }))];
    }
    return /^query!?$/u.test(call.name) ? (sentText(call.args[0]) ?? sentText(call.args[1])) : ectoCall(call, scope);
  },
  optOut({ text }) {
    const opening = /\buse\s+Ecto\.Migration\b[^\r\n]*/u.exec(text);
    if (OFF.test(text) || opening === null) return undefined;
    const eol = lineEnd(text);
    const lock = /^\s*@disable_migration_lock\s+true\b/mu.test(text) ? '' : `${eol}  @disable_migration_lock true`;
    return { title: 'Run the migration without a transaction', edits: [insertion(opening.index + opening[0].length, `${eol}  @disable_ddl_transaction true${lock}`)] };
  },
  applied: { table: 'schema_migrations', columns: ['version', 'inserted_at'], at: 'inserted_at', rows: 'each', keysOf: ({ path }) => listed(numberOf(path)) },
  examples: [
    {
      title: 'A concurrent index needs the transaction off',
      path: 'priv/repo/migrations/20240101120000_add_index.exs',
      text: 'defmodule Repo.Migrations.AddIndex do\n  use Ecto.Migration\n\n  def change do\n    execute("CREATE INDEX CONCURRENTLY i ON users (email)", "DROP INDEX i")\n  end\nend\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed:
        'defmodule Repo.Migrations.AddIndex do\n  use Ecto.Migration\n  @disable_ddl_transaction true\n  @disable_migration_lock true\n\n  def change do\n    execute("CREATE INDEX CONCURRENTLY i ON users (email)", "DROP INDEX i")\n  end\nend\n',
    },
  ],
});

const OFF = /^\s*@disable_ddl_transaction\s+true\b/mu;

/** What Ecto runs backwards by itself (lib/ecto/migration/runner.ex, reverse). */
function isReversed({ name, args, span }: Invocation, { text }: Source): boolean {
  const [subject] = args;
  if (name === 'execute') return args.length > 1;
  if (name === 'drop' || name === 'drop_if_exists') return subject?.kind === 'call' && subject.name.endsWith('index');
  const body = text.slice(span.offset, span.offset + span.length);
  return name !== 'alter' || !/\bremove\b[ (]*:\w+[ )]*$|\bmodify\b(?![^\r\n]*\bfrom:)/mu.test(body);
}
