import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Rule {
  readonly begin?: string;
}

const { repository } = JSON.parse(readFileSync(new URL('../../../../syntaxes/lockscope-sql-strings.tmLanguage.json', import.meta.url), 'utf8')) as { repository: Readonly<Record<string, Rule>> };
const begins = Object.values(repository).flatMap(({ begin }) => (begin === undefined ? [] : [new RegExp(begin, 'u')]));

/** Where highlighted SQL begins in a line of code; -1 for nowhere. */
const sqlAt = (line: string): number => Math.max(...begins.map((begin) => begin.exec(line)).map((found) => (found === null ? -1 : found.index + found[0].length)));

test.each([
  "await knex.raw('CREATE INDEX i ON t (a)');",
  'await sql`CREATE INDEX i ON t (a)`.execute(db);',
  'op.execute("""CREATE INDEX i ON t (a)""")',
  'execute "CREATE INDEX i ON t (a)"',
  "DB::statement('CREATE INDEX i ON t (a)');",
  'migrationBuilder.Sql(@"CREATE INDEX i ON t (a)");',
  '_, err := tx.ExecContext(ctx, `CREATE INDEX i ON t (a)`)',
  'migrations.RunSQL("CREATE INDEX i ON t (a)")',
])('%s', (line) => {
  expect(sqlAt(line)).toBe(line.indexOf('CREATE'));
});

test.each(["const raw = 'hello';", "log.query('created')", 'this.statement("about createdness")'])('not in %s', (line) => {
  expect(sqlAt(line)).toBe(-1);
});
