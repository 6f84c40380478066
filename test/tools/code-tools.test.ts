/** Migrations in code, run by their real tools: what fails as Lockscope says, what passes when it is mended, what the tool sends for a call. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toolFor } from '../../server/src/core/script/tools';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../server/src/core/text';
import { loadLanguages } from '../grammars';
import { analyzeExample } from '../core/rules/example';
import { startServer, type Server } from '../postgres/servers';
import { installTool, newDatabase, run, withProject } from './harness';

interface CodeCase {
  readonly tool: string;
  /** npm packages, or a file that must be there. */
  readonly packages?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly path: string;
  readonly files: Readonly<Record<string, string>>;
  readonly command: (url: string) => readonly [string, readonly string[]];
  /** Fails as it is, passes when mended; absent for tools that have no opt-out in the file. */
  readonly failing: string;
  readonly fixable: boolean;
  /** Schema calls: what Lockscope takes them for is what the server gets. */
  readonly calls?: string;
}

const SCHEMA = 'CREATE TABLE users (id bigint PRIMARY KEY, email text, name text)';

const script = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

const CASES: readonly CodeCase[] = [
  {
    tool: 'knex',
    packages: { knex: '3.1.0', pg: '8.23.1' },
    path: 'migrations/20240101_a.js',
    files: { 'run.js': script(["const knex = require('knex')({ client: 'pg', connection: process.argv[2] });", 'knex.migrate.latest().then(() => knex.destroy(), (error) => { console.error(String(error)); process.exit(1); });']) },
    command: (url) => ['node', ['run.js', url]],
    failing: "exports.up = async (knex) => {\n  await knex.raw('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\nexports.down = async () => {};\n",
    fixable: true,
    calls: "exports.up = async (knex) => {\n  await knex.schema.alterTable('users', (t) => {\n    t.string('nick', 20).notNullable().defaultTo('x');\n    t.index(['email']);\n  });\n};\nexports.down = async () => {};\n",
  },
  {
    tool: 'typeorm',
    packages: { typeorm: '0.3.27', pg: '8.23.1' },
    path: 'migrations/1700000000000-A.js',
    files: {
      'run.js': script([
        "const { DataSource } = require('typeorm');",
        "const source = new DataSource({ type: 'postgres', url: process.argv[2], migrations: ['migrations/*.js'], migrationsTransactionMode: 'each' });",
        'source.initialize().then(() => source.runMigrations()).then(() => source.destroy(), (error) => { console.error(String(error)); process.exit(1); });',
      ]),
    },
    command: (url) => ['node', ['run.js', url]],
    failing: "class A1700000000000 {\n  async up(queryRunner) {\n    await queryRunner.query('CREATE INDEX CONCURRENTLY i ON users (email)');\n  }\n  async down(queryRunner) {}\n}\nmodule.exports = { A1700000000000 };\n",
    fixable: true,
    calls: "const { TableColumn } = require('typeorm');\nclass A1700000000000 {\n  async up(queryRunner) {\n    await queryRunner.changeColumn('users', 'name', new TableColumn({ name: 'name', type: 'varchar', length: '50', isNullable: true }));\n  }\n  async down(queryRunner) {}\n}\nmodule.exports = { A1700000000000 };\n",
  },
  {
    tool: 'sequelize',
    packages: { sequelize: '6.37.7', umzug: '3.8.2', pg: '8.23.1' },
    path: 'migrations/20240101-a.js',
    files: {
      'run.js': script([
        "const { Sequelize } = require('sequelize');",
        'const sequelize = new Sequelize(process.argv[2], { logging: false });',
        "require('./migrations/20240101-a.js').up(sequelize.getQueryInterface(), Sequelize).then(() => sequelize.close(), (error) => { console.error(String(error)); process.exit(1); });",
      ]),
    },
    command: (url) => ['node', ['run.js', url]],
    failing: "module.exports = {\n  up: (queryInterface) =>\n    queryInterface.sequelize.transaction(async (transaction) => {\n      await queryInterface.sequelize.query('CREATE INDEX CONCURRENTLY i ON users (email)', { transaction });\n    }),\n};\n",
    fixable: false,
    calls: "module.exports = {\n  async up(queryInterface, Sequelize) {\n    await queryInterface.addColumn('users', 'age', { type: Sequelize.INTEGER, allowNull: false, defaultValue: 0 });\n    await queryInterface.addIndex('users', ['email'], { concurrently: true });\n  },\n};\n",
  },
  {
    tool: 'kysely',
    packages: { kysely: '0.28.8', pg: '8.23.1' },
    path: 'migrations/20240101_a.js',
    files: {
      'run.js': script([
        "const { Kysely, Migrator, PostgresDialect } = require('kysely');",
        "const { Pool } = require('pg');",
        'const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: process.argv[2] }) }) });',
        "const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ a: require('./migrations/20240101_a.js') }) } });",
        'migrator.migrateToLatest().then(async ({ error }) => { await db.destroy(); if (error) { console.error(String(error)); process.exit(1); } });',
      ]),
    },
    command: (url) => ['node', ['run.js', url]],
    failing: "const { sql } = require('kysely');\nexports.up = async (db) => {\n  await sql`CREATE INDEX CONCURRENTLY i ON users (email)`.execute(db);\n};\n",
    fixable: false,
  },
  {
    tool: 'node-pg-migrate-code',
    packages: { 'node-pg-migrate': '8.0.3', pg: '8.23.1' },
    path: 'migrations/1700000000000_a.js',
    files: {},
    command: () => ['node_modules/.bin/node-pg-migrate', ['up']],
    failing: "exports.up = (pgm) => {\n  pgm.sql('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\nexports.down = () => {};\n",
    fixable: true,
    calls: "exports.up = (pgm) => {\n  pgm.addColumns('users', { age: { type: 'int', notNull: true, default: 0 } });\n  pgm.createIndex('users', 'email');\n};\nexports.down = () => {};\n",
  },
  {
    tool: 'rails',
    needs: '/usr/share/rubygems-integration/all/gems/activerecord-6.1.7.10',
    path: 'db/migrate/20240101120000_make.rb',
    files: {
      'run.rb': script(['require "active_record"', 'ActiveRecord::Base.establish_connection(ARGV[0])', 'ActiveRecord::Migration.verbose = false', 'ActiveRecord::MigrationContext.new("db/migrate", ActiveRecord::SchemaMigration).migrate']),
    },
    command: (url) => ['/usr/bin/ruby', ['run.rb', url]],
    failing: 'class Make < ActiveRecord::Migration[6.1]\n  def up\n    execute <<~SQL\n      CREATE INDEX CONCURRENTLY i ON users (email)\n    SQL\n  end\nend\n',
    fixable: true,
    calls: 'class Make < ActiveRecord::Migration[6.1]\n  def change\n    add_column :users, :age, :integer, default: 0, null: false\n    add_index :users, [:email, :name], unique: true\n    remove_column :users, :name\n    change_column_null :users, :email, false\n  end\nend\n',
  },
  {
    tool: 'django',
    needs: '/usr/lib/python3/dist-packages/django',
    path: 'shop/migrations/0001_make.py',
    files: {
      'shop/__init__.py': '',
      'shop/migrations/__init__.py': '',
      'run.py': script([
        'import sys, urllib.parse',
        'import django',
        'from django.conf import settings',
        'url = urllib.parse.urlparse(sys.argv[1])',
        'settings.configure(INSTALLED_APPS=["shop"], USE_TZ=True, DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "HOST": url.hostname, "PORT": url.port, "USER": url.username or "postgres"}})',
        'django.setup()',
        'from django.core.management import call_command',
        'call_command("migrate", "shop", verbosity=0)',
      ]),
    },
    command: (url) => ['/usr/bin/python3', ['run.py', url]],
    failing: 'from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = [\n        migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON users (email)"),\n    ]\n',
    fixable: true,
    calls: 'from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    operations = [\n        migrations.CreateModel("Order", fields=[("id", models.BigIntegerField(primary_key=True)), ("name", models.CharField(max_length=30))]),\n        migrations.AddField("order", "age", models.IntegerField(default=0)),\n        migrations.AddIndex("order", models.Index(fields=["name", "-age"], name="order_name")),\n    ]\n',
  },
  {
    tool: 'alembic',
    needs: '/usr/lib/python3/dist-packages/alembic',
    path: 'alembic/versions/a1_make.py',
    files: {
      'alembic.ini': '[alembic]\nscript_location = alembic\n',
      'alembic/env.py': script(['import os', 'from alembic import context', 'from sqlalchemy import create_engine', 'with create_engine(os.environ["DATABASE_URL"]).connect() as connection:', '    context.configure(connection=connection, target_metadata=None)', '    with context.begin_transaction():', '        context.run_migrations()']),
    },
    command: () => ['/usr/bin/python3', ['-m', 'alembic', 'upgrade', 'head']],
    failing: 'from alembic import op\n\nrevision = "a1"\ndown_revision = None\n\n\ndef upgrade():\n    op.execute("CREATE INDEX CONCURRENTLY i ON users (email)")\n',
    fixable: true,
    calls: 'from alembic import op\nimport sqlalchemy as sa\n\nrevision = "a1"\ndown_revision = None\n\n\ndef upgrade():\n    op.add_column("users", sa.Column("age", sa.Integer(), nullable=False, server_default="0"))\n    op.create_index("i", "users", ["email"])\n    op.alter_column("users", "name", nullable=False)\n',
  },
];

let server: Server;

beforeAll(async () => {
  await loadPostgresParser();
  await loadLanguages(...CASES.map(({ path }) => path));
  server = await startServer(17);
});

afterAll(async () => {
  await server.stop();
});

describe.each(CASES)('$tool', { timeout: 240_000 }, ({ tool, packages, needs, path, files, command, failing, fixable, calls }) => {
  async function outcome(text: string): Promise<{ readonly code: number; readonly output: string; readonly sent: readonly string[] } | undefined> {
    const installed = packages === undefined ? { folder: '/nonexistent' } : await installTool(tool, packages);
    if ('missing' in installed || (needs !== undefined && !existsSync(needs))) return undefined;
    const database = await newDatabase(server, SCHEMA);
    const ran = await withProject({ ...files, [path]: text }, installed.folder, (folder) => {
      const [program, args] = command(database.url);
      return run(program, args, { cwd: folder, env: { DATABASE_URL: database.url } });
    });
    return { ...ran, sent: database.sent() };
  }

  test('fails where it is said to fail, and passes when it is mended', async (context) => {
    const analysis = analyzeExample({ sql: failing, path, schema: SCHEMA });
    expect(analysis.script.tool).toBe(tool);
    expect(analysis.findings.map(({ rule }) => rule)).toContain('not-in-transaction');
    const before = await outcome(failing);
    if (before === undefined) {
      context.skip(`${tool} is not installed here`);
      return;
    }
    expect(before.output).toContain('cannot run inside a transaction block');
    if (!fixable) return;
    const [fix] = analysis.findings.find(({ rule }) => rule === 'not-in-transaction')?.fixes() ?? [];
    const after = await outcome(applyEdits(failing, fix?.edits ?? []));
    expect(after?.output).not.toContain('cannot run inside');
    expect(after?.code).toBe(0);
  });

  if (calls === undefined) return;
  test('sends what its calls are taken for', async (context) => {
    const text = calls;
    const ran = await outcome(text);
    if (ran === undefined) {
      context.skip(`${tool} is not installed here`);
      return;
    }
    expect(ran.code, ran.output).toBe(0);
    const { segments } = toolFor({ path, text }).read({ path, text });
    expect(segments.length).toBeGreaterThan(0);
    const sent = new Set(ran.sent.map(normal));
    for (const { text: sql } of segments) expect([...sent]).toContain(normal(sql));
  });
});

/** SQL without what says the same in another way: case, quotes, blanks, the long names of types, the default schema, the order of DEFAULT and NOT NULL. */
function normal(sql: string): string {
  return sql
    .replace(/;\s*$/u, '')
    .replaceAll('"', '')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/\s*([(),])\s*/gu, '$1')
    .replace(/character varying/gu, 'varchar')
    .replace(/\bpublic\./gu, '')
    .replace(/\bnot null default (\S+?)(?=[ ,)]|$)/gu, 'default $1 not null')
    .replace(/\badd column\b/gu, 'add')
    .trim();
}
