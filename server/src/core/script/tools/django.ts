import { listed, stemOf } from '../parts';
import type { Sent } from '../code/found';
import { djangoCall } from './calls/django';
import { sentText } from '../code/sends';
import { argumentWayBack } from '../code/way-back';
import { appOf, dependenciesOf, planOf } from './django-graph';
import { codeTool, indentAt, insertion, lineEnd } from '../code/tool';
import { field } from '../code/node';
import { textOf } from '../code/language';
import { pathOf, type Invocation, type Value } from '../code/value';

/** Django: each migration in a transaction of its own on PostgreSQL (django/db/migrations/migration.py, apply). */
export const django = codeTool({
  tool: 'django',
  title: 'Django',
  about: {
    files: '`migrations/*.py` with a class that is a `migrations.Migration`',
    transaction: 'One around each file; a string of `RunSQL` is one query, a list one for each item.',
    optOut: '`atomic = False` in the class.',
    understands: 'SQL in `RunSQL` with its `reverse_sql`, in `schema_editor.execute`; operations as the SQL that Django sends; the order of `dependencies`, `run_before` and `replaces`, from app to app',
    run: '3.2 from Debian 12',
  },
  languages: ['python'],
  beside: () => ['../apps.py'],
  builtOn: dependenciesOf,
  order: planOf,
  marks: [/\bmigrations\.Migration\b|\bdjango\.db\b/u, /\bclass\s+Migration\b/u],
  up: ['operations'],
  down: [],
  // Functions for RunPython.
  directionOf: (name, text) => (/^(?:async\s+)?def\s+\w+\s*\([^)]*schema_editor/u.test(text) ? (/reverse|backward|undo|down|rollback/iu.test(name) ? 'down' : 'up') : undefined),
  wrapper: (_direction, _bodies, text) => (OFF.test(text) ? 'none' : 'file'),
  reverses: ({ name, named, args }, within) => name !== 'RunSQL' || named.has('reverse_sql') || args.length > 1 || within !== 'operations',
  wayBack: (found, code, language) =>
    argumentWayBack(found, (statements, { span }) => `reverse_sql=${statements.length === 1 ? language.quote(statements[0] ?? '', indentAt(code.text, span.offset)) : `[${statements.map((sql) => language.quote(sql, indentAt(code.text, span.offset))).join(', ')}]`}`, code),
  isUnclear: (call) => call.name === 'RunPython' || (/^(?:migrations|operations)$/u.test(pathOf(call.receiver)) && /^(?:Create|Delete|Add|Remove|Alter|Rename|Run|Validate)(?!.*(?:Options|Managers|Comment)$)/u.test(call.name)),
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
  applied: {
    table: 'django_migrations',
    columns: ['name', 'app'],
    at: 'applied',
    unmistakable: true,
    rows: 'each',
    noted: ({ app, name }) => [{ key: `${app ?? ''}.${name ?? ''}`, state: 'applied' }],
    keysOf: ({ path, beside }) => listed(appOf(path, beside)).map((app) => `${app}.${stemOf(path)}`),
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

function runSql({ args, named }: Invocation): Sent[] | undefined {
  const sql = named.get('sql') ?? args[0];
  const back = named.get('reverse_sql') ?? args[1];
  const sent = [...itemsOf(sql), ...itemsOf(back).map((one): Sent => ({ ...one, direction: 'down' }))];
  return sent.length === 0 && nameIn(sql) !== 'noop' ? undefined : sent;
}

function nameIn(value: Value | undefined): string {
  return value?.kind === 'name' ? (value.name.split('.').at(-1) ?? '') : '';
}

/** A string, or a list of strings and of pairs of a string and its parameters. */
function itemsOf(value: Value | undefined): readonly Sent[] {
  if (value?.kind !== 'list') return sentText(value) ?? [];
  return value.items.flatMap((item) => sentText(item.kind === 'list' ? item.items[0] : item) ?? []);
}
