import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../../../server/src/core/analysis';
import { toolFor } from '../../../../server/src/core/script/tools';
import { loadPostgresParser } from '../../../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../../../server/src/core/text';
import { loadLanguages } from '../../../grammars';
import { analyzeExample } from '../../rules/example';

const knex = (sql: string): string => `exports.up = async (knex) => {\n  await knex.raw(${sql});\n};\n`;
const rails = (sql: string): string => `class A < ActiveRecord::Migration[7.1]\n  def up\n    execute ${sql}\n  end\nend\n`;
const alembic = (sql: string): string => `revision = "a"\n\ndef upgrade():\n    op.execute(${sql})\n`;
const laravel = (sql: string): string => `<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nreturn new class extends Migration {\n    public function up(): void {\n        DB::statement(${sql});\n    }\n};\n`;
const ef = (sql: string): string => `class A : Migration {\n  protected override void Up(MigrationBuilder migrationBuilder) {\n    migrationBuilder.Sql(${sql});\n  }\n}\n`;
const ecto = (sql: string): string => `defmodule A do\n  use Ecto.Migration\n  def up do\n    execute ${sql}\n  end\nend\n`;
const goose = (sql: string): string => `package m\n\nfunc init() { goose.AddMigrationContext(up, down) }\n\nfunc up(ctx context.Context, tx *sql.Tx) error {\n\t_, err := tx.ExecContext(ctx, ${sql})\n\treturn err\n}\n`;

const PATHS = { knex: 'migrations/a.js', rails: 'db/migrate/1_a.rb', alembic: 'versions/a.py', laravel: 'migrations/a.php', ef: 'Migrations/A.cs', ecto: 'migrations/a.exs', goose: 'migrations/a.go' };

/** What stands for what in each language; the SQL that the server gets is `SELECT 'é' AS "a\b"` unless it says something else. */
const STRINGS: readonly (readonly [path: string, file: (sql: string) => string, literal: string, sql: string])[] = [
  [PATHS.knex, knex, `'SELECT \\'\\u00e9\\''`, `SELECT 'é'`],
  [PATHS.knex, knex, `"SELECT '\\x41' " + 'AS b'`, `SELECT 'A' AS b`],
  [PATHS.knex, knex, '`SELECT 1\\n  FROM \\`t\\``', 'SELECT 1\n  FROM `t`'],
  [PATHS.knex, knex, "['SELECT 1', 'AS b'].join('\\n')", 'SELECT 1\nAS b'],
  [PATHS.rails, rails, `"SELECT '\\u00e9' \\"x\\""`, `SELECT 'é' "x"`],
  [PATHS.rails, rails, `'SELECT \\'a\\n\\''`, `SELECT 'a\\n'`],
  [PATHS.rails, rails, '<<~SQL\n      SELECT 1\n        AS b\n    SQL', 'SELECT 1\n  AS b\n'],
  [PATHS.rails, rails, '<<~SQL.squish\n      SELECT 1\n    SQL', 'SELECT 1\n'],
  [PATHS.rails, rails, "<<-'SQL'\n      SELECT '\\n'\n    SQL", "      SELECT '\\n'\n"],
  [PATHS.rails, rails, '%q(SELECT 1)', 'SELECT 1'],
  [PATHS.rails, rails, '"SELECT " "1"', 'SELECT 1'],
  [PATHS.alembic, alembic, `"SELECT \\"a\\" " 'AS b'`, 'SELECT "a" AS b'],
  [PATHS.alembic, alembic, `r"SELECT '\\n'"`, `SELECT '\\n'`],
  [PATHS.alembic, alembic, `"""\n    SELECT 1\n    """`, '\n    SELECT 1\n    '],
  [PATHS.alembic, alembic, `sa.text("SELECT 1")`, 'SELECT 1'],
  [PATHS.alembic, alembic, `f"SELECT '{{}}'"`, `SELECT '{}'`],
  [PATHS.laravel, laravel, `'SELECT \\'a\\n\\'' . "\\tAS b"`, `SELECT 'a\\n'\tAS b`],
  [PATHS.laravel, laravel, `<<<'SQL'\n            SELECT 1\n              AS b\n            SQL`, 'SELECT 1\n  AS b'],
  [PATHS.ef, ef, '@"SELECT ""a"""', 'SELECT "a"'],
  [PATHS.ef, ef, '"SELECT \\"a\\"" + " AS b"', 'SELECT "a" AS b'],
  [PATHS.ef, ef, '"""\n      SELECT "a"\n        AS b\n      """', 'SELECT "a"\n  AS b'],
  [PATHS.ecto, ecto, '"SELECT \\"a\\""', 'SELECT "a"'],
  [PATHS.ecto, ecto, '"""\n    SELECT 1\n      AS b\n    """', 'SELECT 1\n  AS b\n'],
  [PATHS.ecto, ecto, '~s{SELECT 1}', 'SELECT 1'],
  [PATHS.goose, goose, '`SELECT 1`', 'SELECT 1'],
  [PATHS.goose, goose, '"SELECT \\"a\\"" + `AS b`', 'SELECT "a"AS b'],
];

beforeAll(async () => {
  await loadPostgresParser();
  await loadLanguages(...Object.values(PATHS));
});

test.each(STRINGS)('%s: %# what the server gets', (path, file, literal, sql) => {
  const text = file(literal);
  expect(toolFor({ path, text }).read({ path, text }).segments.map((segment) => segment.text)).toEqual([sql]);
});

const analysed = (path: string, text: string): Analysis => analyzeExample({ sql: text, path });

/** An index that is built while writes wait, in each kind of string; `‹` and `›` stand where the finding does: on the first line of the statement. */
const PLACES: readonly (readonly [path: string, file: (sql: string) => string, literal: string, fixed: string])[] = [
  [PATHS.knex, knex, "'‹CREATE INDEX i ON \"é😀\" (a) WHERE b = \\'x\\'›'", "'CREATE INDEX CONCURRENTLY i ON \"é😀\" (a) WHERE b = \\'x\\''"],
  [PATHS.knex, knex, '`\n    ‹CREATE INDEX i›\n      ON ${table} (a)\n  `', '`\n    CREATE INDEX CONCURRENTLY i\n      ON ${table} (a)\n  `'],
  [PATHS.knex, knex, "'‹CREATE INDEX i' + ' ON t (a)›'", "'CREATE INDEX CONCURRENTLY i' + ' ON t (a)'"],
  [PATHS.rails, rails, '<<~SQL\n      ‹CREATE INDEX i›\n        ON t (a)\n    SQL', '<<~SQL\n      CREATE INDEX CONCURRENTLY i\n        ON t (a)\n    SQL'],
  [PATHS.rails, rails, '"‹CREATE INDEX i ON #{table} (a)›"', '"CREATE INDEX CONCURRENTLY i ON #{table} (a)"'],
  [PATHS.alembic, alembic, '"‹CREATE INDEX i ON t (a)›"', '"CREATE INDEX CONCURRENTLY i ON t (a)"'],
  [PATHS.alembic, alembic, '"‹CREATE INDEX i " "ON t (a)›"', '"CREATE INDEX CONCURRENTLY i " "ON t (a)"'],
  [PATHS.laravel, laravel, "<<<'SQL'\n            ‹CREATE INDEX i›\n              ON t (a)\n            SQL", "<<<'SQL'\n            CREATE INDEX CONCURRENTLY i\n              ON t (a)\n            SQL"],
  [PATHS.ef, ef, '@"‹CREATE INDEX i ON ""t"" (a)›"', '@"CREATE INDEX CONCURRENTLY i ON ""t"" (a)", suppressTransaction: true'],
  [PATHS.ecto, ecto, '"""\n    ‹CREATE INDEX i›\n      ON t (a)\n    """', '"""\n    CREATE INDEX CONCURRENTLY i\n      ON t (a)\n    """'],
  [PATHS.goose, goose, '`‹CREATE INDEX i ON t (a)›`', '`CREATE INDEX CONCURRENTLY i ON t (a)`'],
];

describe.each([
  ['line feeds', (text: string): string => text],
  ['returns', (text: string): string => text.replaceAll('\n', '\r\n')],
])('%s', (_, lines) => {
  test.each(PLACES)('%s: %# a finding is at its characters, and its fix writes them', (path, file, literal, fixed) => {
    const marked = lines(file(literal));
    const text = marked.replace(/[‹›]/gu, '');
    const analysis = analysed(path, text);
    const finding = analysis.findings.find(({ rule }) => rule === 'create-index-blocking');
    const start = marked.indexOf('‹');
    const end = marked.indexOf('›') - 1;
    expect(finding && text.slice(finding.span.offset, finding.span.offset + finding.span.length)).toBe(text.slice(start, end));
    expect(finding?.span.offset).toBe(start);
    const [fix] = finding?.fixes() ?? [];
    expect(applyEdits(text, fix?.edits ?? [])).toContain(lines(fixed));
  });
});

describe('half-typed files', () => {
  test.each(STRINGS)('%s: %# cut anywhere', (path, file, literal) => {
    const text = file(literal);
    for (let at = 0; at < text.length; at += 3) {
      const half = text.slice(0, at);
      for (const { span } of [...analysed(path, half).findings, ...analysed(path, half).problems]) {
        expect(span.offset + span.length).toBeLessThanOrEqual(half.length);
      }
    }
  });
});

test('several statements in one string become several calls where they must not share a transaction', () => {
  const text = knex("'ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (id)'");
  const analysis = analyzeExample({ sql: text, path: PATHS.knex, schema: 'CREATE TABLE c (id int PRIMARY KEY); CREATE TABLE a (b int);' });
  const fix = analysis.findings.find(({ rule }) => rule === 'add-foreign-key-validating')?.fixes()[0];
  expect(applyEdits(text, fix?.edits ?? [])).toBe(
    "exports.up = async (knex) => {\n  await knex.raw('ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (id) NOT VALID');\n  await knex.raw('ALTER TABLE a VALIDATE CONSTRAINT f');\n};\n\nexports.config = { transaction: false };\n",
  );
});

test('a call that sends several statements as one query is parted where one of them cannot run so', () => {
  const sent = 'ALTER TABLE a ADD COLUMN c int; CREATE INDEX CONCURRENTLY i ON a (b)';
  const apart = (call: string, lead = '  '): string => `${call.replace('SQL', 'ALTER TABLE a ADD COLUMN c int')};\n${lead}${call.replace('SQL', 'CREATE INDEX CONCURRENTLY i ON a (b)')}`;
  const cases: readonly (readonly [string, string, string])[] = [
    ['migrations/2024.01.01.x.js', `exports.up = async ({ context }) => {\n  await context.query('${sent}');\n};\n`, `exports.up = async ({ context }) => {\n  ${apart("await context.query('SQL')")};\n};\n`],
    [PATHS.knex, knex(`'${sent}'`), `${knex("'SQL'").replace(/await [^;]*/u, (call) => apart(call))}\nexports.config = { transaction: false };\n`],
  ];
  for (const [path, text, fixed] of cases) {
    const fix = analyzeExample({ sql: text, path, schema: 'CREATE TABLE a (b int);' }).findings.find(({ rule }) => rule === 'not-in-transaction')?.fixes()[0];
    expect(applyEdits(text, fix?.edits ?? [])).toBe(fixed);
  }
});

test('fixes speak the language of the tool where the file has a call and no SQL', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [PATHS.rails, 'class A < ActiveRecord::Migration[7.1]\n  def change\n    add_index :t, :a\n  end\nend\n', 'class A < ActiveRecord::Migration[7.1]\n  disable_ddl_transaction!\n\n  def change\n    add_index :t, :a, algorithm: :concurrently\n  end\nend\n'],
    [PATHS.alembic, 'revision = "a"\n\ndef upgrade():\n    op.create_index("i", "t", ["a"])\n', 'revision = "a"\n\ndef upgrade():\n    with op.get_context().autocommit_block():\n        op.create_index("i", "t", ["a"], postgresql_concurrently=True)\n'],
    ['shop/migrations/0002_a.py', 'class Migration(migrations.Migration):\n    operations = [\n        migrations.AddIndex("t", models.Index(fields=["a"], name="i")),\n    ]\n', 'from django.contrib.postgres.operations import AddIndexConcurrently\nclass Migration(migrations.Migration):\n    atomic = False\n\n    operations = [\n        AddIndexConcurrently("t", models.Index(fields=["a"], name="i")),\n    ]\n'],
    [PATHS.ecto, 'defmodule A do\n  use Ecto.Migration\n  def change do\n    create index(:t, [:a])\n  end\nend\n', 'defmodule A do\n  use Ecto.Migration\n  @disable_ddl_transaction true\n  @disable_migration_lock true\n  def change do\n    create index(:t, [:a], concurrently: true)\n  end\nend\n'],
  ];
  for (const [path, text, fixed] of cases) {
    const fix = analysed(path, text).findings.find(({ rule }) => rule === 'create-index-blocking')?.fixes()[0];
    expect(applyEdits(text, fix?.edits ?? [])).toBe(fixed);
  }
});

/** What values are put into: the SQL without them, and a fix that keeps the marks. */
test.each<[string, string, string]>([
  ['Knex', "'CREATE INDEX ?? ON ?? (a)', ['i', 't']", "'CREATE INDEX CONCURRENTLY ?? ON ?? (a)', ['i', 't']"],
  ['Knex, by name', "'CREATE INDEX i ON :t: (a) WHERE b = :v AND c = \\'?\\'', { t: 't', v: 1 }", "'CREATE INDEX CONCURRENTLY i ON :t: (a) WHERE b = :v AND c = \\'?\\'', { t: 't', v: 1 }"],
  ['an operator', "'CREATE INDEX i ON t (a) WHERE b ? \\'x\\''", "'CREATE INDEX CONCURRENTLY i ON t (a) WHERE b ? \\'x\\''"],
])('%s: %s', (_, given, fixed) => {
  const analysis = analysed(PATHS.knex, knex(given));
  expect(analysis.problems).toEqual([]);
  const [fix] = analysis.findings.find(({ rule }) => rule === 'create-index-blocking')?.fixes() ?? [];
  expect(fix && applyEdits(analysis.text, fix.edits)).toContain(`knex.raw(${fixed})`);
});

test('what a run of all pending files locks is held until the last of them has run', () => {
  const others = { 'migrations/b.js': knex("'SELECT 1'"), 'migrations/c.js': knex("'SELECT 2'") };
  const { findings } = analyzeExample({ sql: knex("'CREATE INDEX i ON t (a)'"), path: 'migrations/a.js', others });
  expect(findings.find(({ rule }) => rule === 'create-index-blocking')?.related).toEqual([
    { message: 'SHARE on t is held from here until migrations/c.js has run: the tool runs all pending files in one transaction', path: 'migrations/c.js', span: undefined },
  ]);
});
