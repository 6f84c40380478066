/** Migrations in code for the real tools: one that fails, and schema calls. */
import type { Source } from './harness';

export interface CodeCase {
  readonly tool: string;
  readonly source: Source;
  readonly path: string;
  readonly files: Readonly<Record<string, string>>;
  readonly command: (url: string) => readonly [string, readonly string[]];
  /** Fails as it is, passes when mended; absent for tools that have no opt-out in the file. */
  readonly failing: string;
  readonly fixable: boolean;
  /** Schema calls: what Lockscope takes them for is what the server gets. */
  readonly calls?: string;
  /** A call that builds an index of `users` and blocks writes. */
  readonly index?: string;
}

const script = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

const RUBY: Source = { system: { program: '/usr/bin/ruby', args: ['-e', 'require "active_record"; require "pg"'] } };
const PHP: Source = { system: { program: '/usr/bin/php', args: ['-r', 'require "Illuminate/Database/autoload.php"; require "Illuminate/Filesystem/autoload.php"; exit(extension_loaded("pdo_pgsql") ? 0 : 1);'] } };
const python = (module: string): Source => ({ system: { program: '/usr/bin/python3', args: ['-c', `import ${module}, psycopg2`] } });

export const CODE_CASES: readonly CodeCase[] = [
  {
    tool: 'knex',
    source: { npm: { knex: '3.1.0', pg: '8.23.1' } },
    path: 'migrations/20240101_a.js',
    files: { 'run.js': script(["const knex = require('knex')({ client: 'pg', connection: process.argv[2] });", 'knex.migrate.latest().then(() => knex.destroy(), (error) => { console.error(String(error)); process.exit(1); });']) },
    command: (url) => ['node', ['run.js', url]],
    failing: "exports.up = async (knex) => {\n  await knex.raw('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\nexports.down = async () => {};\n",
    fixable: true,
    calls: "exports.up = async (knex) => {\n  await knex.schema.alterTable('users', (t) => {\n    t.string('nick', 20).notNullable().defaultTo('x');\n    t.index(['email']);\n    t.unique(['nick']);\n  });\n  await knex.schema.createTable('orders', (t) => {\n    t.increments('id');\n    t.integer('user_id').references('id').inTable('users').onDelete('CASCADE');\n    t.decimal('price', 9, 2);\n    t.boolean('paid').notNullable().defaultTo(false);\n    t.jsonb('data');\n    t.timestamps();\n  });\n  await knex.schema.alterTable('orders', (t) => {\n    t.dropColumn('data');\n    t.renameColumn('price', 'total');\n    t.dropForeign('user_id');\n  });\n  await knex.schema.renameTable('orders', 'sales');\n  await knex.schema.dropTableIfExists('sales');\n};\nexports.down = async () => {};\n",
    index: "exports.up = async (knex) => {\n  await knex.schema.alterTable('users', (t) => {\n    t.index(['email']);\n  });\n};\nexports.down = async () => {};\n",
  },
  {
    tool: 'typeorm',
    source: { npm: { typeorm: '0.3.27', pg: '8.23.1' } },
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
    calls: "const { TableColumn, TableForeignKey, TableIndex } = require('typeorm');\nclass A1700000000000 {\n  async up(queryRunner) {\n    await queryRunner.changeColumn('users', 'name', new TableColumn({ name: 'name', type: 'varchar', length: '50', isNullable: true }));\n    await queryRunner.addColumn('users', new TableColumn({ name: 'age', type: 'int', isNullable: false, default: 0 }));\n    await queryRunner.createIndex('users', new TableIndex({ name: 'users_email', columnNames: ['email'] }));\n    await queryRunner.createForeignKey('users', new TableForeignKey({ name: 'users_boss', columnNames: ['age'], referencedTableName: 'users', referencedColumnNames: ['id'] }));\n    await queryRunner.dropColumn('users', 'age');\n    await queryRunner.renameTable('users', 'people');\n  }\n  async down(queryRunner) {}\n}\nmodule.exports = { A1700000000000 };\n",
    index: "const { TableIndex } = require('typeorm');\nclass A1700000000000 {\n  async up(queryRunner) {\n    await queryRunner.createIndex('users', new TableIndex({ name: 'users_email', columnNames: ['email'] }));\n  }\n  async down(queryRunner) {}\n}\nmodule.exports = { A1700000000000 };\n",
  },
  {
    tool: 'sequelize',
    source: { npm: { sequelize: '6.37.7', umzug: '3.8.2', pg: '8.23.1' } },
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
    calls: "module.exports = {\n  async up(queryInterface, Sequelize) {\n    await queryInterface.addColumn('users', 'age', { type: Sequelize.INTEGER, allowNull: false, defaultValue: 0 });\n    await queryInterface.addIndex('users', ['email'], { concurrently: true });\n    await queryInterface.addIndex('users', ['name'], { name: 'by_name' });\n    await queryInterface.createTable('orders', { id: { type: Sequelize.BIGINT, primaryKey: true }, user_id: { type: Sequelize.BIGINT, references: { model: 'users', key: 'id' } } });\n    await queryInterface.renameColumn('users', 'name', 'title');\n    await queryInterface.removeColumn('users', 'title');\n    await queryInterface.dropTable('orders');\n  },\n};\n",
    index: "module.exports = {\n  async up(queryInterface) {\n    await queryInterface.addIndex('users', ['email']);\n  },\n};\n",
  },
  {
    tool: 'kysely',
    source: { npm: { kysely: '0.28.8', pg: '8.23.1' } },
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
    source: { npm: { 'node-pg-migrate': '8.0.3', pg: '8.23.1' } },
    path: 'migrations/1700000000000_a.js',
    files: {},
    command: () => ['node_modules/.bin/node-pg-migrate', ['up']],
    failing: "exports.up = (pgm) => {\n  pgm.sql('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\nexports.down = () => {};\n",
    fixable: true,
    calls: "exports.up = (pgm) => {\n  pgm.addColumns('users', { age: { type: 'int', notNull: true, default: 0 } });\n  pgm.createIndex('users', 'email');\n  pgm.createTable('orders', { id: 'id', user_id: { type: 'bigint', references: 'users' }, state: { type: 'text', notNull: true, default: 'new' } });\n  pgm.addConstraint('orders', 'positive', { check: 'id > 0' });\n  pgm.alterColumn('users', 'name', { notNull: true });\n  pgm.renameColumn('users', 'name', 'title');\n  pgm.dropColumns('users', ['title']);\n  pgm.dropTable('orders');\n};\nexports.down = () => {};\n",
    index: "exports.up = (pgm) => {\n  pgm.createIndex('users', 'email');\n};\nexports.down = () => {};\n",
  },
  {
    tool: 'rails',
    source: RUBY,
    path: 'db/migrate/20240101120000_make.rb',
    files: {
      'run.rb': script(['require "active_record"', 'ActiveRecord::Base.establish_connection(ARGV[0])', 'ActiveRecord::Migration.verbose = false', 'ActiveRecord::MigrationContext.new("db/migrate", ActiveRecord::SchemaMigration).migrate']),
    },
    command: (url) => ['/usr/bin/ruby', ['run.rb', url]],
    failing: 'class Make < ActiveRecord::Migration[6.1]\n  def up\n    execute <<~SQL\n      CREATE INDEX CONCURRENTLY i ON users (email)\n    SQL\n  end\nend\n',
    fixable: true,
    calls: 'class Make < ActiveRecord::Migration[6.1]\n  def change\n    add_column :users, :age, :integer, default: 0, null: false\n    add_index :users, [:email, :name], unique: true\n    remove_column :users, :name\n    change_column_null :users, :email, false\n    create_table :orders do |t|\n      t.string :state, limit: 20, default: "new", null: false\n      t.references :user, foreign_key: true\n      t.timestamps\n    end\n    add_index :orders, :state\n    rename_column :orders, :state, :status\n    change_column :orders, :status, :text\n    rename_table :orders, :sales\n    drop_table :sales\n  end\nend\n',
    index: "class Make < ActiveRecord::Migration[6.1]\n  def change\n    add_index :users, :email\n  end\nend\n",
  },
  {
    tool: 'django',
    source: python('django'),
    path: 'shop/migrations/0001_make.py',
    files: {
      'shop/__init__.py': '',
      'shop/migrations/__init__.py': '',
      // The table is there already, and in Django's eyes too.
      'shop/migrations/0000_start.py':
        'from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    operations = [\n        migrations.SeparateDatabaseAndState(\n            state_operations=[\n                migrations.CreateModel("Users", fields=[("id", models.BigIntegerField(primary_key=True)), ("email", models.TextField())], options={"db_table": "users"}),\n            ],\n        ),\n    ]\n',
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
    failing: 'from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [("shop", "0000_start")]\n\n    operations = [\n        migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON users (email)"),\n    ]\n',
    fixable: true,
    calls: 'from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    dependencies = [("shop", "0000_start")]\n\n    operations = [\n        migrations.CreateModel("Order", fields=[("id", models.BigIntegerField(primary_key=True)), ("name", models.CharField(max_length=30))]),\n        migrations.AddField("order", "age", models.IntegerField(default=0)),\n        migrations.AddIndex("order", models.Index(fields=["name", "-age"], name="order_name")),\n        migrations.AlterField("order", "age", models.BigIntegerField(default=0)),\n        migrations.RenameField("order", "name", "title"),\n        migrations.AddField("order", "parent", models.ForeignKey("Order", null=True, on_delete=models.CASCADE)),\n        migrations.RemoveField("order", "title"),\n    ]\n',
    index: "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    dependencies = [(\"shop\", \"0000_start\")]\n\n    operations = [\n        migrations.AddIndex(\"users\", models.Index(fields=[\"email\"], name=\"users_email\")),\n    ]\n",
  },
  {
    tool: 'alembic',
    source: python('alembic'),
    path: 'alembic/versions/a1_make.py',
    files: {
      'alembic.ini': '[alembic]\nscript_location = alembic\n',
      'alembic/env.py': script(['import os', 'from alembic import context', 'from sqlalchemy import create_engine', 'with create_engine(os.environ["DATABASE_URL"]).connect() as connection:', '    context.configure(connection=connection, target_metadata=None)', '    with context.begin_transaction():', '        context.run_migrations()']),
    },
    command: () => ['/usr/bin/python3', ['-m', 'alembic', 'upgrade', 'head']],
    failing: 'from alembic import op\n\nrevision = "a1"\ndown_revision = None\n\n\ndef upgrade():\n    op.execute("CREATE INDEX CONCURRENTLY i ON users (email)")\n',
    fixable: true,
    calls: 'from alembic import op\nimport sqlalchemy as sa\n\nrevision = "a1"\ndown_revision = None\n\n\ndef upgrade():\n    op.add_column("users", sa.Column("age", sa.Integer(), nullable=False, server_default="0"))\n    op.create_index("i", "users", ["email"])\n    op.alter_column("users", "name", nullable=False)\n    op.create_table("orders", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("user_id", sa.BigInteger(), sa.ForeignKey("users.id"), nullable=False), sa.Column("state", sa.String(20)))\n    op.create_check_constraint("positive", "orders", "id > 0")\n    op.alter_column("orders", "state", type_=sa.Text())\n    op.alter_column("orders", "state", new_column_name="status")\n    op.drop_constraint("positive", "orders")\n    op.drop_column("orders", "status")\n    op.rename_table("orders", "sales")\n    op.drop_table("sales")\n',
    index: "from alembic import op\n\nrevision = \"a1\"\ndown_revision = None\n\n\ndef upgrade():\n    op.create_index(\"i\", \"users\", [\"email\"])\n",
  },
  {
    tool: 'mikro-orm',
    source: { npm: { '@mikro-orm/core': '6.6.16', '@mikro-orm/postgresql': '6.6.16', '@mikro-orm/migrations': '6.6.16' } },
    path: 'migrations/Migration20240101120000.js',
    files: {
      'run.js': script([
        "const { MikroORM } = require('@mikro-orm/postgresql');",
        "const { Migrator } = require('@mikro-orm/migrations');",
        "const options = { clientUrl: process.argv[2], entities: [], discovery: { warnWhenNoEntities: false }, extensions: [Migrator], migrations: { path: 'migrations', snapshot: false, silent: true } };",
        'MikroORM.init(options).then(async (orm) => { await orm.getMigrator().up(); await orm.close(); }).catch((error) => { console.error(String(error)); process.exit(1); });',
      ]),
    },
    command: (url) => ['node', ['run.js', url]],
    failing: "const { Migration } = require('@mikro-orm/migrations');\n\nclass Migration20240101120000 extends Migration {\n  async up() {\n    this.addSql('create index concurrently i on users (email);');\n  }\n}\nmodule.exports = { Migration20240101120000 };\n",
    fixable: true,
  },
  {
    tool: 'umzug',
    source: { npm: { umzug: '3.8.2', pg: '8.23.1' } },
    path: 'migrations/2024.01.01.index.js',
    files: {
      'run.js': script([
        "const { Umzug, memoryStorage } = require('umzug');",
        "const { Client } = require('pg');",
        'const client = new Client(process.argv[2]);',
        "const umzug = new Umzug({ migrations: { glob: 'migrations/*.js' }, context: client, storage: memoryStorage(), logger: undefined });",
        'client.connect().then(() => umzug.up()).then(() => client.end(), (error) => { console.error(String(error)); process.exit(1); });',
      ]),
    },
    command: (url) => ['node', ['run.js', url]],
    failing: "exports.up = async ({ context }) => {\n  await context.query('ALTER TABLE users ADD COLUMN age int; CREATE INDEX CONCURRENTLY i ON users (email)');\n};\n",
    fixable: true,
  },
  {
    tool: 'db-migrate',
    source: { npm: { 'db-migrate': '0.11.14', 'db-migrate-pg': '1.5.2' } },
    path: 'migrations/20240101120000-index.js',
    files: { 'database.json': '{ "dev": { "ENV": "DATABASE_URL" } }', 'package.json': '{ "private": true }' },
    command: () => ['node_modules/.bin/db-migrate', ['up']],
    failing: "exports.up = function (db) {\n  return db.runSql('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\nexports._meta = { version: 1 };\n",
    fixable: false,
  },
  {
    tool: 'yoyo-code',
    source: python('yoyo'),
    path: 'migrations/0001.index.py',
    files: {},
    command: (url) => ['/usr/bin/python3', ['-m', 'yoyo', 'apply', '--batch', '--no-config-file', '--database', url, 'migrations']],
    failing: 'from yoyo import step\n\nstep("CREATE INDEX CONCURRENTLY i ON users (email)", "DROP INDEX i")\n',
    fixable: true,
  },
  {
    tool: 'laravel',
    source: PHP,
    path: 'database/migrations/2024_01_01_120000_make.php',
    files: {
      'run.php': script([
        '<?php',
        "require 'Illuminate/Database/autoload.php';",
        "require 'Illuminate/Filesystem/autoload.php';",
        'use Illuminate\\Database\\Migrations\\{DatabaseMigrationRepository, Migrator};',
        '$url = parse_url($argv[1]);',
        '$capsule = new Illuminate\\Database\\Capsule\\Manager;',
        "$capsule->addConnection(['driver' => 'pgsql', 'host' => $url['host'], 'port' => $url['port'], 'database' => substr($url['path'], 1), 'username' => $url['user'], 'password' => '', 'charset' => 'utf8', 'schema' => 'public']);",
        '$databases = $capsule->getDatabaseManager();',
        "$capsule->getContainer()->instance('db', $databases);",
        'Illuminate\\Support\\Facades\\Facade::setFacadeApplication($capsule->getContainer());',
        "$repository = new DatabaseMigrationRepository($databases, 'migrations');",
        '$repository->createRepository();',
        "(new Migrator($repository, $databases, new Illuminate\\Filesystem\\Filesystem))->run(['database/migrations']);",
      ]),
    },
    command: (url) => ['/usr/bin/php', ['run.php', url]],
    failing: "<?php\n\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Support\\Facades\\DB;\n\nreturn new class extends Migration\n{\n    public function up(): void\n    {\n        DB::statement('CREATE INDEX CONCURRENTLY i ON users (email)');\n    }\n};\n",
    fixable: true,
    calls: "<?php\n\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\nuse Illuminate\\Support\\Facades\\Schema;\n\nreturn new class extends Migration\n{\n    public function up(): void\n    {\n        Schema::create('orders', function (Blueprint $table) {\n            $table->id();\n            $table->string('state', 20)->default('new');\n            $table->foreignId('user_id')->constrained();\n            $table->timestamps();\n        });\n        Schema::table('users', function (Blueprint $table) {\n            $table->integer('age')->nullable();\n            $table->index('email');\n            $table->unique('name');\n        });\n        Schema::table('orders', function (Blueprint $table) {\n            $table->dropColumn('state');\n            $table->dropForeign(['user_id']);\n        });\n        Schema::rename('orders', 'sales');\n        Schema::dropIfExists('sales');\n    }\n};\n",
    index: "<?php\n\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\nuse Illuminate\\Support\\Facades\\Schema;\n\nreturn new class extends Migration\n{\n    public function up(): void\n    {\n        Schema::table('users', function (Blueprint $table) {\n            $table->index('email');\n        });\n    }\n};\n",
  },
];
