import { stemOf } from '../parts';
import { sentText } from '../code/sends';
import { codeTool, SCRIPTS } from '../code/tool';
import { pathOf } from '../code/value';

/** Kysely: all pending migrations run in one transaction (src/migration/migrator.ts, runMigrations). */
export const kysely = codeTool({
  tool: 'kysely',
  title: 'Kysely',
  about: {
    files: 'JavaScript or TypeScript with `up(db: Kysely<…>)`',
    transaction: 'One around all pending files; each call is a query of its own.',
    optOut: 'None in the file: `disableTransactions` of the `Migrator`.',
    understands: 'SQL in `` sql`…`.execute(db) `` and `sql.raw(…).execute(db)`',
    run: '0.28.8 from npm',
  },
  languages: SCRIPTS,
  ordersByLetters: true,
  marks: [/\bKysely\b|['"]kysely['"]/u, /\bup\b/u],
  up: ['up'],
  down: ['down'],
  wrapper: () => 'run',
  takesBack: { run: 'await sql.raw({}).execute({p});', words: { dropTable: 'await {p}.schema.dropTable({t}).execute();', dropColumn: 'await {p}.schema.alterTable({t}).dropColumn({c}).execute();', dropIndex: 'await {p}.schema.dropIndex({i}).execute();' } },
  isUnclear: (call, scope) => call.name === 'execute' && /(?:^|\.)(?:schema|sql|raw|insertInto|updateTable|deleteFrom|mergeInto)\b/u.test(pathOf(call.receiver)) && !scope.isOperand(call),
  sends(call) {
    const { name, receiver } = call;
    if (name !== 'execute' || receiver?.kind !== 'call' || (receiver.name !== 'sql' && receiver.name !== 'raw')) return undefined;
    return sentText(receiver.args[0]);
  },
  applied: { table: 'kysely_migration', columns: ['name', 'timestamp'], at: 'timestamp', rows: 'each', keysOf: ({ path }) => [stemOf(path)] },
  examples: [
    {
      title: 'A concurrent index cannot be built',
      path: 'migrations/2024-01-01_index.ts',
      text: "import { Kysely, sql } from 'kysely';\n\nexport async function up(db: Kysely<any>): Promise<void> {\n  await sql`CREATE INDEX CONCURRENTLY i ON users (email)`.execute(db);\n}\n\nexport async function down(db: Kysely<any>): Promise<void> {\n  await sql`DROP INDEX i`.execute(db);\n}\n",
      fails: ['CREATE INDEX CONCURRENTLY i'],
    },
  ],
});
