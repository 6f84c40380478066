import type { Sent } from '../code/found';
import { djangoCall } from './calls/django';
import { sentText } from '../code/sends';
import { codeTool, insertion, lineEnd } from '../code/tool';
import { field } from '../code/node';
import { textOf } from '../code/language';
import type { Invocation, Value } from '../code/value';

/** Django: each migration in a transaction of its own on PostgreSQL (django/db/migrations/migration.py, apply). */
export const django = codeTool({
  tool: 'django',
  title: 'Django',
  about: {
    files: '`migrations/*.py` with a class that is a `migrations.Migration`',
    transaction: 'One around each file; a string of `RunSQL` is one query, a list one for each item.',
    optOut: '`atomic = False` in the class.',
    understands: 'SQL in `RunSQL` with its `reverse_sql`, in `schema_editor.execute`; operations as the SQL that Django sends',
  },
  languages: ['python'],
  marks: [/\bmigrations\.Migration\b|\bdjango\.db\b/u, /\bclass\s+Migration\b/u],
  up: ['operations'],
  down: [],
  // Functions for RunPython.
  directionOf: (name, text) => (/^(?:async\s+)?def\s+\w+\s*\([^)]*schema_editor/u.test(text) ? (/reverse|backward|undo|down|rollback/iu.test(name) ? 'down' : 'up') : undefined),
  wrapper: (_direction, _bodies, text) => (OFF.test(text) ? 'none' : 'file'),
  sends(call, scope) {
    if (call.name === 'RunSQL') return runSql(call);
    return call.name === 'execute' && call.receiver !== undefined ? sentText(call.args[0]) : djangoCall(call, scope);
  },
  region(node, { code }) {
    const name = node.type === 'keyword_argument' ? field(node, 'name') : undefined;
    return name !== undefined && textOf(code, name) === 'state_operations' ? { direction: undefined } : undefined;
  },
  optOut({ text }) {
    const opening = /^class\s+Migration\s*\([^)]*\)\s*:[^\r\n]*/mu.exec(text);
    if (OFF.test(text) || opening === null) return undefined;
    const eol = lineEnd(text);
    return { title: 'Run the migration without a transaction', edits: [insertion(opening.index + opening[0].length, `${eol}    atomic = False${eol}`)] };
  },
  examples: [
    {
      title: 'A concurrent index needs the transaction off',
      path: 'shop/migrations/0002_index.py',
      text: 'from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [("shop", "0001_initial")]\n\n    operations = [\n        migrations.RunSQL(\n            "CREATE INDEX CONCURRENTLY i ON users (email)",\n            reverse_sql="DROP INDEX i",\n        ),\n    ]\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed:
        'from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    atomic = False\n\n    dependencies = [("shop", "0001_initial")]\n\n    operations = [\n        migrations.RunSQL(\n            "CREATE INDEX CONCURRENTLY i ON users (email)",\n            reverse_sql="DROP INDEX i",\n        ),\n    ]\n',
    },
  ],
});

const OFF = /^[ \t]+atomic\s*=\s*False\b/mu;

function runSql({ args, named }: Invocation): Sent[] {
  const sql = named.get('sql') ?? args[0];
  const back = named.get('reverse_sql') ?? args[1];
  return [...itemsOf(sql), ...itemsOf(back).map((sent): Sent => ({ ...sent, direction: 'down' }))];
}

/** A string, or a list of strings and of pairs of a string and its parameters. */
function itemsOf(value: Value | undefined): readonly Sent[] {
  if (value?.kind !== 'list') return sentText(value) ?? [];
  return value.items.flatMap((item) => sentText(item.kind === 'list' ? item.items[0] : item) ?? []);
}
