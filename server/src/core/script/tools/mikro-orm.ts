import { callsOn } from '../code/found';
import { byStem, stemOf } from '../parts';
import { sentText } from '../code/sends';
import { codeTool, insertion, lineEnd, SCRIPTS } from '../code/tool';

/** MikroORM: classes that extend Migration (packages/migrations). */
export const mikroOrm = codeTool({
  tool: 'mikro-orm',
  title: 'MikroORM',
  about: {
    files: 'JavaScript or TypeScript classes that extend `Migration` of `@mikro-orm/migrations`',
    transaction: 'One around all pending files (`allOrNothing`); each call is a query of its own.',
    optOut: '`isTransactional(): boolean { return false; }` in the class. It then runs beside the transaction of the pending files before it and waits for ever for what they have locked: such a migration is run by itself, or with `allOrNothing: false`.',
    understands: 'SQL in `this.addSql` and `this.execute`',
    run: '6.6.16 from npm',
  },
  languages: SCRIPTS,
  ordersByLetters: true,
  marks: [/\bextends\s+Migration\b/u, /@mikro-orm\/|\bthis\.addSql\b/u],
  up: ['up'],
  down: ['down'],
  wrapper: (_direction, _bodies, text) => (OFF.test(text) ? 'none' : 'run'),
  takesBack: { run: 'this.addSql({});' },
  isUnclear: callsOn(/^this$|[kK]nex\b|\bem\b/u, /^(?:addSql|execute|raw)$/u),
  sends: (call, scope) => ((call.name === 'addSql' || call.name === 'execute') && !scope.isOperand(call) ? sentText(call.args[0]) : undefined),
  optOut({ path, text }) {
    const opening = /\bclass\s+\w+[^{]*\{/u.exec(text);
    if (OFF.test(text) || opening === null) return undefined;
    const eol = lineEnd(text);
    const type = /\.[cm]?tsx?$/u.test(path) ? ': boolean' : '';
    const method = `${eol}  isTransactional()${type} {${eol}    return false;${eol}  }${eol}`;
    return { title: 'Run the migration without a transaction (by itself: it waits for what a pending one before it has locked)', edits: [insertion(opening.index + opening[0].length, method)] };
  },
  applied: { table: 'mikro_orm_migrations', columns: ['name', 'executed_at'], at: 'executed_at', rows: 'each', noted: byStem, keysOf: ({ path }) => [stemOf(path)] },
  examples: [
    {
      title: 'A concurrent index needs the transaction off',
      path: 'migrations/Migration20240101120000.ts',
      text: "import { Migration } from '@mikro-orm/migrations';\n\nexport class Migration20240101120000 extends Migration {\n  async up(): Promise<void> {\n    this.addSql('create index concurrently i on users (email);');\n  }\n\n  async down(): Promise<void> {\n    this.addSql('drop index i;');\n  }\n}\n",
      fails: ['create index concurrently i'],
      fixed:
        "import { Migration } from '@mikro-orm/migrations';\n\nexport class Migration20240101120000 extends Migration {\n  isTransactional(): boolean {\n    return false;\n  }\n\n  async up(): Promise<void> {\n    this.addSql('create index concurrently i on users (email);');\n  }\n\n  async down(): Promise<void> {\n    this.addSql('drop index i;');\n  }\n}\n",
    },
  ],
});

const OFF = /\bisTransactional\s*\([^)]*\)[^{]*\{\s*return\s+false\b/u;
