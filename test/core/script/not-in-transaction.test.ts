/**
 * For every tool and every kind of statement that the server refuses in a transaction: it is said to fail where the
 * tool's transaction, or its way to send a file, makes it fail, and nowhere else; and what mends it does so in the place
 * where the tool looks. What the rows say of tools comes from their sources and from runs (test/tools), not from the code
 * under test.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../../server/src/core/analysis';
import { TOOLS } from '../../../server/src/core/script/tools';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../../server/src/core/text';
import { loadLanguages } from '../../grammars';
import { analyzeExample } from '../rules/example';

/** Statements that PreventInTransactionBlock (xact.c) is called for, one of each kind. */
const KINDS = [
  'CREATE INDEX CONCURRENTLY i ON users (age)',
  'CREATE UNIQUE INDEX CONCURRENTLY i ON users (age)',
  'DROP INDEX CONCURRENTLY j',
  'REINDEX INDEX CONCURRENTLY j',
  'REINDEX TABLE CONCURRENTLY users',
  'REINDEX SCHEMA public',
  'ALTER TABLE logs DETACH PARTITION logs_1 CONCURRENTLY',
  'VACUUM users',
  'CLUSTER',
  'CREATE DATABASE shop',
  'DROP DATABASE shop',
  'ALTER DATABASE shop SET TABLESPACE slow',
  'ALTER SYSTEM SET work_mem = 1024',
  'DROP TABLESPACE slow',
  'DISCARD ALL',
] as const;
type Kind = (typeof KINDS)[number];

interface Row {
  readonly tool: string;
  readonly title?: string;
  readonly path: string;
  readonly beside?: Readonly<Record<string, string>>;
  /** A file of the tool with some statements. */
  readonly file: (...statements: readonly string[]) => string;
  /** Whether one that stands alone in its file fails, and one that stands behind another. */
  readonly alone: boolean | ((kind: Kind) => boolean);
  readonly behind: boolean | ((kind: Kind) => boolean);
  /** The file as it is mended that holds nothing else; absent where nothing in it helps. */
  readonly mended?: (statement: string) => string;
  /** What is written beside it. */
  readonly written?: Readonly<Record<string, string>>;
  /** Whether one behind another can be mended, where that differs. */
  readonly splits?: boolean;
}

const sql = (...statements: readonly string[]): string => statements.map((statement) => `${statement};\n`).join('');
const lines = (statements: readonly string[], line: (statement: string) => string): string => statements.map(line).join('');

const isOneOf =
  (...words: readonly RegExp[]) =>
  (kind: Kind): boolean =>
    words.some((word) => word.test(kind));

/** What Flyway's own parser finds (PostgreSQLParser.detectCanExecuteInTransaction). */
const flywayFinds = isOneOf(/^(?:CREATE (?:UNIQUE )?|DROP )INDEX CONCURRENTLY/u, /^VACUUM/u, /^DISCARD ALL/u, /^(?:CREATE|DROP) (?:DATABASE|TABLESPACE)/u, /^ALTER SYSTEM/u);
/** What Supabase runs by itself since 2.116 (migration-apply.ts); the server takes others as the first of a pipeline. */
const supabaseParts = isOneOf(/CONCURRENTLY i /u, /^DROP INDEX/u, /^REINDEX .*CONCURRENTLY/u, /^VACUUM/u, /^ALTER SYSTEM/u, /^CLUSTER/u);
const firstOfPipeline = isOneOf(/DETACH/u, /^(?:CREATE|DROP) (?:DATABASE|TABLESPACE)/u);

const ROWS: readonly Row[] = [
  { tool: 'plain', path: 'migrations/002_a.sql', file: sql, alone: false, behind: false },
  { tool: 'plain', title: 'with a transaction of its own', path: 'migrations/002_a.sql', file: (...all) => `BEGIN;\n${sql(...all)}COMMIT;\n`, alone: true, behind: true, mended: (one) => sql(one) },
  { tool: 'atlas', path: 'm/20240101000000_a.sql', beside: { 'm/atlas.sum': 'h1:x=\n' }, file: sql, alone: true, behind: true, mended: (one) => `-- atlas:txmode none\n\n${sql(one)}` },
  { tool: 'dbmate', path: 'db/migrations/20240102030405_a.sql', file: (...all) => `-- migrate:up\n${sql(...all)}-- migrate:down\n`, alone: true, behind: true, mended: (one) => `-- migrate:up transaction:false\n${sql(one)}-- migrate:down\n` },
  { tool: 'diesel', path: 'migrations/2024-01-02-030405_a/up.sql', beside: { 'diesel.toml': '' }, file: sql, alone: true, behind: true, mended: sql, written: { 'migrations/2024-01-02-030405_a/metadata.toml': 'run_in_transaction = false\n' } },
  {
    tool: 'drizzle',
    path: 'drizzle/0001_a.sql',
    beside: { 'drizzle/meta/_journal.json': '{"entries":[{"tag":"0001_a"}]}' },
    file: (...all) => all.map((one) => `${one};`).join('--> statement-breakpoint\n'),
    alone: true,
    behind: true,
    mended: (one) => `COMMIT;\n--> statement-breakpoint\n${one};--> statement-breakpoint\nBEGIN;`,
  },
  {
    tool: 'flyway',
    path: 'db/V2__a.sql',
    file: sql,
    alone: (kind) => !flywayFinds(kind),
    behind: true,
    mended: sql,
    written: { 'db/V2__a.sql.conf': 'executeInTransaction=false\n' },
  },
  { tool: 'flyway', title: 'mixed', path: 'db/V2__a.sql', beside: { 'flyway.conf': 'flyway.mixed=true\n' }, file: sql, alone: (kind) => !flywayFinds(kind), behind: (kind) => !flywayFinds(kind), mended: sql, written: { 'db/V2__a.sql.conf': 'executeInTransaction=false\n' } },
  { tool: 'golang-migrate', path: 'migrations/000002_a.up.sql', file: sql, alone: false, behind: true },
  { tool: 'goose', path: 'm/00002_a.sql', file: (...all) => `-- +goose Up\n${sql(...all)}`, alone: true, behind: true, mended: (one) => `-- +goose NO TRANSACTION\n-- +goose Up\n${sql(one)}` },
  { tool: 'graphile-migrate', path: 'migrations/current.sql', beside: { '.gmrc': '{}' }, file: sql, alone: true, behind: true, mended: (one) => `--! no-transaction\n${sql(one)}`, splits: false },
  { tool: 'hasura', path: 'migrations/default/1700000000000_a/up.sql', file: sql, alone: true, behind: true },
  { tool: 'liquibase', path: 'changelog/002.sql', file: (...all) => `--liquibase formatted sql\n--changeset ann:1\n${sql(...all)}`, alone: true, behind: true, mended: (one) => `--liquibase formatted sql\n--changeset ann:1 runInTransaction:false\n${sql(one)}` },
  { tool: 'node-pg-migrate-sql', path: 'migrations/1700000000000_a.sql', file: (...all) => `-- Up Migration\n${sql(...all)}`, alone: true, behind: true },
  { tool: 'postgrator', path: 'migrations/002.do.a.sql', file: sql, alone: false, behind: true },
  { tool: 'prisma', title: '7.3', path: 'prisma/migrations/20240102030405_a/migration.sql', beside: { 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n', 'package.json': '{"devDependencies":{"prisma":"7.3.0"}}' }, file: sql, alone: false, behind: true },
  { tool: 'prisma', title: '7.4', path: 'prisma/migrations/20240102030405_a/migration.sql', beside: { 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n', 'package.json': '{"devDependencies":{"prisma":"7.4.0"}}' }, file: sql, alone: false, behind: false },
  { tool: 'refinery', path: 'migrations/V2__a.sql', beside: { 'Cargo.toml': '[dependencies]\nrefinery = "0.8"\n' }, file: sql, alone: true, behind: true },
  { tool: 'sqitch', path: 'deploy/a.sql', beside: { 'sqitch.plan': '%project=a\n' }, file: sql, alone: false, behind: false },
  { tool: 'sql-migrate', path: 'm/2_a.sql', file: (...all) => `-- +migrate Up\n${sql(...all)}`, alone: true, behind: true, mended: (one) => `-- +migrate Up notransaction\n${sql(one)}` },
  { tool: 'sqlx', path: 'migrations/2_a.sql', beside: { 'Cargo.toml': '[dependencies]\nsqlx = "0.8"\n' }, file: sql, alone: true, behind: true, mended: (one) => `-- no-transaction\n${sql(one)}` },
  { tool: 'supabase', title: '2.100', path: 'supabase/migrations/20240102030405_a.sql', beside: { 'package.json': '{"devDependencies":{"supabase":"2.100.0"}}' }, file: sql, alone: true, behind: true },
  { tool: 'supabase', path: 'supabase/migrations/20240102030405_a.sql', file: sql, alone: (kind) => !supabaseParts(kind) && !firstOfPipeline(kind), behind: (kind) => !supabaseParts(kind), mended: (one) => `-- pg-delta: transaction=false\n${sql(one)}` },
  { tool: 'tern', path: 'migrations/002_a.sql', beside: { 'migrations/tern.conf': '' }, file: sql, alone: true, behind: true, mended: (one) => `---- tern: disable-tx ----\n${sql(one)}` },
  { tool: 'yoyo', path: 'migrations/0002.a.sql', beside: { 'yoyo.ini': '' }, file: sql, alone: true, behind: true, mended: (one) => `-- transactional: false\n${sql(one)}` },
  {
    tool: 'alembic',
    path: 'alembic/versions/2_a.py',
    file: (...all) => `revision = "2"\n\n\ndef upgrade():\n${lines(all, (one) => `    op.execute("${one}")\n`)}`,
    alone: true,
    behind: true,
    mended: (one) => `revision = "2"\n\n\ndef upgrade():\n    with op.get_context().autocommit_block():\n        op.execute("${one}")\n`,
  },
  { tool: 'db-migrate', path: 'migrations/20240101120000-a.js', file: (...all) => `exports.up = async (db) => {\n${lines(all, (one) => `  await db.runSql('${one}');\n`)}};\n`, alone: true, behind: true },
  {
    tool: 'django',
    path: 'shop/migrations/0002_a.py',
    file: (...all) => `class Migration(migrations.Migration):\n    operations = [\n${lines(all, (one) => `        migrations.RunSQL("${one}", "SELECT 1"),\n`)}    ]\n`,
    alone: true,
    behind: true,
    mended: (one) => `class Migration(migrations.Migration):\n    atomic = False\n\n    operations = [\n        migrations.RunSQL("${one}", "SELECT 1"),\n    ]\n`,
  },
  {
    tool: 'ecto',
    path: 'priv/repo/migrations/20240101120000_a.exs',
    file: (...all) => `defmodule A do\n  use Ecto.Migration\n\n  def up do\n${lines(all, (one) => `    execute("${one}")\n`)}  end\nend\n`,
    alone: true,
    behind: true,
    mended: (one) => `defmodule A do\n  use Ecto.Migration\n  @disable_ddl_transaction true\n  @disable_migration_lock true\n\n  def up do\n    execute("${one}")\n  end\nend\n`,
  },
  {
    tool: 'ef-core',
    path: 'Migrations/20240101120000_A.cs',
    file: (...all) => `public partial class A : Migration\n{\n    protected override void Up(MigrationBuilder migrationBuilder)\n    {\n${lines(all, (one) => `        migrationBuilder.Sql("${one}");\n`)}    }\n}\n`,
    alone: true,
    behind: true,
    mended: (one) => `public partial class A : Migration\n{\n    protected override void Up(MigrationBuilder migrationBuilder)\n    {\n        migrationBuilder.Sql("${one}", suppressTransaction: true);\n    }\n}\n`,
  },
  {
    tool: 'goose-code',
    path: 'migrations/00002_a.go',
    file: (...all) => `package m\n\nfunc init() {\n\tgoose.AddMigrationContext(up, nil)\n}\n\nfunc up(ctx context.Context, tx *sql.Tx) error {\n${lines(all, (one) => `\ttx.ExecContext(ctx, "${one}")\n`)}\treturn nil\n}\n`,
    alone: true,
    behind: true,
    mended: (one) => `package m\n\nfunc init() {\n\tgoose.AddMigrationNoTxContext(up, nil)\n}\n\nfunc up(ctx context.Context, tx *sql.DB) error {\n\ttx.ExecContext(ctx, "${one}")\n\treturn nil\n}\n`,
  },
  {
    tool: 'knex',
    path: 'migrations/20240101120000_a.ts',
    file: (...all) => `export async function up(knex: Knex): Promise<void> {\n${lines(all, (one) => `  await knex.raw('${one}');\n`)}}\n`,
    alone: true,
    behind: true,
    mended: (one) => `export async function up(knex: Knex): Promise<void> {\n  await knex.raw('${one}');\n}\n\nexport const config = { transaction: false };\n`,
  },
  { tool: 'kysely', path: 'migrations/2024-01-01_a.ts', file: (...all) => `export async function up(db: Kysely<any>): Promise<void> {\n${lines(all, (one) => `  await sql\`${one}\`.execute(db);\n`)}}\n`, alone: true, behind: true },
  {
    tool: 'laravel',
    path: 'database/migrations/2024_01_01_120000_a.php',
    file: (...all) => `<?php\n\nreturn new class extends Migration\n{\n    public function up(): void\n    {\n${lines(all, (one) => `        DB::statement('${one}');\n`)}    }\n};\n`,
    alone: true,
    behind: true,
    mended: (one) => `<?php\n\nreturn new class extends Migration\n{\n    public $withinTransaction = false;\n\n    public function up(): void\n    {\n        DB::statement('${one}');\n    }\n};\n`,
  },
  {
    tool: 'mikro-orm',
    path: 'migrations/Migration20240101120000.ts',
    file: (...all) => `export class Migration20240101120000 extends Migration {\n  async up(): Promise<void> {\n${lines(all, (one) => `    this.addSql('${one};');\n`)}  }\n}\n`,
    alone: true,
    behind: true,
    mended: (one) => `export class Migration20240101120000 extends Migration {\n  isTransactional(): boolean {\n    return false;\n  }\n\n  async up(): Promise<void> {\n    this.addSql('${one};');\n  }\n}\n`,
  },
  {
    tool: 'node-pg-migrate-code',
    path: 'migrations/1700000000000_a.js',
    file: (...all) => `exports.up = (pgm) => {\n${lines(all, (one) => `  pgm.sql('${one}');\n`)}};\n`,
    alone: true,
    behind: true,
    mended: (one) => `exports.up = (pgm) => {\n  pgm.noTransaction();\n  pgm.sql('${one}');\n};\n`,
  },
  { tool: 'phinx', path: 'db/migrations/20240101120000_a.php', file: (...all) => `<?php\nfinal class A extends AbstractMigration\n{\n    public function up(): void\n    {\n${lines(all, (one) => `        $this->execute('${one}');\n`)}    }\n}\n`, alone: true, behind: true },
  {
    tool: 'rails',
    path: 'db/migrate/20240101120000_a.rb',
    file: (...all) => `class A < ActiveRecord::Migration[7.1]\n  def up\n${lines(all, (one) => `    execute "${one}"\n`)}  end\nend\n`,
    alone: true,
    behind: true,
    mended: (one) => `class A < ActiveRecord::Migration[7.1]\n  disable_ddl_transaction!\n\n  def up\n    execute "${one}"\n  end\nend\n`,
  },
  { tool: 'sequelize', path: 'migrations/20240101-a.js', file: (...all) => `module.exports = {\n  async up(queryInterface) {\n${lines(all, (one) => `    await queryInterface.sequelize.query('${one}');\n`)}  },\n};\n`, alone: false, behind: false },
  {
    tool: 'sequelize',
    title: 'with a transaction of its own',
    path: 'migrations/20240101-a.js',
    file: (...all) => `module.exports = {\n  up: (queryInterface) => queryInterface.sequelize.transaction(async (transaction) => {\n${lines(all, (one) => `    await queryInterface.sequelize.query('${one}', { transaction });\n`)}  }),\n};\n`,
    alone: true,
    behind: true,
  },
  {
    tool: 'typeorm',
    path: 'src/migrations/1700000000000-A.ts',
    file: (...all) => `export class A1700000000000 implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n${lines(all, (one) => `    await queryRunner.query('${one}');\n`)}  }\n}\n`,
    alone: true,
    behind: true,
    mended: (one) => `export class A1700000000000 implements MigrationInterface {\n  transaction = false;\n  public async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query('${one}');\n  }\n}\n`,
  },
  { tool: 'umzug', path: 'migrations/1.a.js', file: (...all) => `exports.up = async ({ context }) => {\n${lines(all, (one) => `  await context.query('${one}');\n`)}};\n`, alone: false, behind: false },
  {
    tool: 'yoyo-code',
    path: 'migrations/0002.a.py',
    file: (...all) => `from yoyo import step\n\n${lines(all, (one) => `step("${one}", "SELECT 1")\n`)}`,
    alone: true,
    behind: true,
    mended: (one) => `from yoyo import step\n\n__transactional__ = False\n\nstep("${one}", "SELECT 1")\n`,
  },
];

const RULE = 'not-in-transaction';
const SCHEMA = 'CREATE TABLE users (id bigint PRIMARY KEY, age int); CREATE INDEX j ON users (id); CREATE TABLE logs (id int) PARTITION BY RANGE (id); CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (1) TO (2);';

beforeAll(async () => {
  await loadPostgresParser();
  await loadLanguages(...ROWS.map(({ path }) => path));
});

test('there is a row for every tool', () => {
  expect([...new Set(ROWS.map(({ tool }) => tool))].sort()).toEqual(TOOLS.map(({ id }) => id).sort());
});

describe.each(ROWS)('$tool $title', ({ tool, path, beside = {}, file, alone, behind, mended, written = {}, splits }) => {
  const analysed = (text: string, at = path, more: Readonly<Record<string, string>> = {}): Analysis => analyzeExample({ sql: text, path: at, schema: SCHEMA }, { beside: new Map(Object.entries({ ...beside, ...more })) });
  const failing = ({ findings, text }: Analysis): string[] => findings.filter(({ rule }) => rule === RULE).map(({ span }) => text.slice(span.offset, span.offset + span.length));
  const says = (answer: Row['alone'], kind: Kind): boolean => (typeof answer === 'function' ? answer(kind) : answer);

  test.each(KINDS)('%s', (kind) => {
    const single = analysed(file(kind));
    expect(single.script.tool).toBe(tool);
    expect(single.problems).toEqual([]);
    expect(failing(single)).toEqual(says(alone, kind) ? [kind] : []);
    const [fix] = single.findings.find(({ rule }) => rule === RULE)?.fixes() ?? [];
    expect(fix && applyEdits(single.text, fix.edits)).toBe(says(alone, kind) ? mended?.(kind) : undefined);
    expect(Object.fromEntries((fix?.files ?? []).map((added) => [added.path, added.text]))).toEqual(fix === undefined ? {} : written);

    const pair = analysed(file('ALTER TABLE users ADD COLUMN size int', kind));
    expect(failing(pair)).toEqual(says(behind, kind) ? [kind] : []);
    const [other] = pair.findings.find(({ rule }) => rule === RULE)?.fixes() ?? [];
    const sentWhole = pair.script.segments.some(({ send }) => send === 'segment');
    expect(other !== undefined).toBe(says(behind, kind) && (splits ?? (mended !== undefined || (sentWhole && alone === false))));
    if (other === undefined) return;
    const files = Object.fromEntries((other.files ?? []).map((added) => [added.path, added.text]));
    // Nothing is lost, and nothing fails any more: neither in the file nor in those that were written.
    const after = analysed(applyEdits(pair.text, other.edits), path, files);
    expect(failing(after), after.text).toEqual([]);
    const all = [after, ...Object.entries(files).filter(([name]) => /\.\w+$/u.test(path) && name.endsWith(path.slice(path.lastIndexOf('.')))).map(([name, text]) => analysed(text, name, files))];
    for (const one of all) expect([one.problems, failing(one)], one.text).toEqual([[], []]);
    expect(all.flatMap(({ statements }) => statements.flatMap(({ parsed, segment }) => (segment.direction === 'up' && parsed.text !== '' ? [parsed.text] : []))).filter((text) => !/^(?:BEGIN|COMMIT)$/u.test(text))).toEqual(['ALTER TABLE users ADD COLUMN size int', kind]);
  });
});
