import { callsOn } from '../code/found';
import { listed } from '../parts';
import { atTop, codeTool, SCRIPTS } from '../code/tool';
import { typeormCall } from './calls/options';
import { sentText } from '../code/sends';

/** TypeORM: classes that implement MigrationInterface. All pending ones run in one transaction by default (MigrationExecutor). */
export const typeorm = codeTool({
  tool: 'typeorm',
  title: 'TypeORM',
  about: {
    files: 'JavaScript or TypeScript classes that implement `MigrationInterface`',
    transaction: 'One around all pending files (`migrationsTransactionMode: "all"`); each call is a query of its own.',
    optOut: '`transaction = false` in the class, which needs `migrationsTransactionMode: "each"` (or `"none"`); then one statement a `queryRunner.query`.',
    understands: 'SQL in `queryRunner.query`, `commitTransaction` and `startTransaction`; schema calls as the SQL that TypeORM sends',
    run: '0.3.27 from npm',
  },
  languages: SCRIPTS,
  // By the time that its class is named after (src/migration/MigrationExecutor.ts, getMigrations).
  order({ paths, textOf }) {
    const times = new Map<string, number>();
    for (const path of paths) {
      const text = /\.[cm]?[jt]s$/u.test(path) ? (textOf(path) ?? '') : '';
      const name = /\bMigrationInterface\b/u.test(text) ? (/^[ \t]*(?:public[ \t]+|readonly[ \t]+)*name\s*(?::\s*string\s*)?=\s*['"`](\w+)['"`]/mu.exec(text)?.[1] ?? /\bclass\s+(\w+)/u.exec(text)?.[1]) : undefined;
      const time = Number(name?.slice(-13));
      if (Number.isInteger(time)) times.set(path, time);
    }
    return times.size === 0 ? undefined : [...times.keys()].sort((a, b) => (times.get(a) ?? 0) - (times.get(b) ?? 0));
  },
  marks: [/\bMigrationInterface\b|\bQueryRunner\b|\bqueryRunner\b/u, /\bup\s*[(=]/u],
  up: ['up'],
  down: ['down'],
  wrapper: (_direction, _bodies, text) => (OFF.test(text) ? 'none' : 'run'),
  takesBack: { run: 'await {p}.query({});', words: { dropTable: 'await {p}.dropTable({t});', dropColumn: 'await {p}.dropColumn({t}, {c});' } },
  isUnclear: (call, scope) => (call.name === 'query' ? !scope.isOperand(call) : callsOn(/[qQ]ueryRunner$/u, /^(?:create|drop|add|change|rename|clear|update|insert)(?!.*Schema$)/u)(call, scope)),
  sends(call, scope) {
    switch (call.name) {
      case 'query':
        return scope.isOperand(call) ? undefined : sentText(call.args[0]);
      case 'commitTransaction':
        return [{ sql: 'COMMIT' }];
      case 'startTransaction':
        return [{ sql: 'BEGIN' }];
      case 'rollbackTransaction':
        return [{ sql: 'ROLLBACK' }];
      default:
        return typeormCall(call, scope);
    }
  },
  optOut({ text }) {
    if (OFF.test(text)) return undefined;
    const edits = atTop(text, /\bclass\s+\w+[^{]*\{/u, 'transaction = false;', '  ');
    return edits === undefined ? undefined : { title: 'Run the migration without a transaction (needs migrationsTransactionMode: "each")', edits };
  },
  applied: { table: 'migrations', columns: ['name', 'timestamp'], rows: 'each', keysOf: ({ text }) => listed(/^[ \t]*(?:public[ \t]+|readonly[ \t]+)*name\s*(?::\s*string\s*)?=\s*['"`]([^'"`]+)/mu.exec(text)?.[1] ?? /\bclass\s+(\w+)/u.exec(text)?.[1]) },
  examples: [
    {
      title: 'A concurrent index needs the transaction off',
      path: 'src/migrations/1700000000000-AddIndex.ts',
      text: "import { MigrationInterface, QueryRunner } from 'typeorm';\n\nexport class AddIndex1700000000000 implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query(`CREATE INDEX CONCURRENTLY i ON users (email)`);\n  }\n\n  public async down(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query('DROP INDEX i');\n  }\n}\n",
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed:
        "import { MigrationInterface, QueryRunner } from 'typeorm';\n\nexport class AddIndex1700000000000 implements MigrationInterface {\n  transaction = false;\n  public async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query(`CREATE INDEX CONCURRENTLY i ON users (email)`);\n  }\n\n  public async down(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query('DROP INDEX i');\n  }\n}\n",
    },
    {
      title: 'It may commit by itself',
      path: 'src/migrations/1700000000001-AddIndex.ts',
      text: "export class AddIndex1700000000001 implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.commitTransaction();\n    await queryRunner.query('CREATE INDEX CONCURRENTLY i ON users (email)');\n    await queryRunner.startTransaction();\n  }\n  public async down(queryRunner: QueryRunner): Promise<void> {}\n}\n",
      fails: [],
    },
  ],
});

const OFF = /^[ \t]*(?:public[ \t]+|readonly[ \t]+|static[ \t]+)*transaction\s*(?::\s*boolean\s*)?=\s*false\b/mu;
