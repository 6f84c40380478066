import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../../server/src/core/analysis';
import { loadPostgresParser } from '../../../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../../../server/src/core/text';
import { loadLanguages } from '../../../grammars';
import { analyzeExample } from '../../rules/example';

const missing = (path: string, text: string): Finding | undefined =>
  analyzeExample({ sql: text, path, schema: 'CREATE TABLE users (id bigint PRIMARY KEY, age int);' }).findings.find(({ rule }) => rule === 'way-back-missing');

/** Files that say nothing of the way back, and with it. */
const CASES: readonly (readonly [title: string, path: string, text: string, fixed: string])[] = [
  [
    'Knex',
    'migrations/a.js',
    "exports.up = (knex) => knex.schema.createTable('a', (t) => { t.increments(); });\n",
    "exports.up = (knex) => knex.schema.createTable('a', (t) => { t.increments(); });\n\nexports.down = async (knex) => {\n  await knex.schema.dropTable('a');\n};\n",
  ],
  [
    'Knex, an empty function',
    'migrations/a.ts',
    "import type { Knex } from 'knex';\n\nexport async function up(knex: Knex): Promise<void> {\n  await knex.raw('ALTER TABLE users ADD COLUMN a int, ALTER COLUMN age SET NOT NULL');\n}\n\nexport async function down(knex: Knex): Promise<void> {\n  // nothing\n}\n",
    "import type { Knex } from 'knex';\n\nexport async function up(knex: Knex): Promise<void> {\n  await knex.raw('ALTER TABLE users ADD COLUMN a int, ALTER COLUMN age SET NOT NULL');\n}\n\nexport async function down(knex: Knex): Promise<void> {\n  await knex.raw('ALTER TABLE users ALTER COLUMN age DROP NOT NULL');\n  await knex.schema.alterTable('users', (table) => table.dropColumn('a'));\n}\n",
  ],
  [
    'TypeORM',
    'src/migrations/1-A.ts',
    "export class A1 implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query(`ALTER TABLE users RENAME COLUMN age TO years`);\n  }\n\n  public async down(queryRunner: QueryRunner): Promise<void> {}\n}\n",
    "export class A1 implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query(`ALTER TABLE users RENAME COLUMN age TO years`);\n  }\n\n  public async down(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query('ALTER TABLE users RENAME COLUMN years TO age');\n  }\n}\n",
  ],
  [
    'Sequelize, in an object',
    'migrations/a.js',
    "module.exports = {\n  up: async (queryInterface, Sequelize) => {\n    await queryInterface.addColumn('users', 'a', Sequelize.INTEGER);\n  },\n};\n",
    "module.exports = {\n  up: async (queryInterface, Sequelize) => {\n    await queryInterface.addColumn('users', 'a', Sequelize.INTEGER);\n  },\n\n  down: async (queryInterface, Sequelize) => {\n    await queryInterface.removeColumn('users', 'a');\n  },\n};\n",
  ],
  [
    'node-pg-migrate: what it cannot reverse',
    'migrations/a.js',
    "exports.up = (pgm) => {\n  pgm.addColumn('users', { a: 'int' });\n  pgm.sql('CREATE VIEW v AS SELECT 1');\n};\n",
    "exports.up = (pgm) => {\n  pgm.addColumn('users', { a: 'int' });\n  pgm.sql('CREATE VIEW v AS SELECT 1');\n};\n\nexports.down = (pgm) => {\n  pgm.sql('DROP VIEW v');\n  pgm.dropColumn('users', 'a');\n};\n",
  ],
  [
    'Alembic',
    'alembic/versions/a.py',
    'revision = "a"\ndown_revision = None\n\n\ndef upgrade() -> None:\n    op.add_column("users", sa.Column("a", sa.Integer()))\n\n\ndef downgrade() -> None:\n    pass\n',
    'revision = "a"\ndown_revision = None\n\n\ndef upgrade() -> None:\n    op.add_column("users", sa.Column("a", sa.Integer()))\n\n\ndef downgrade() -> None:\n    op.drop_column("users", "a")\n',
  ],
  [
    'Rails: a name that Rails chooses, and what the migration drops itself',
    'db/migrate/20240101000000_a.rb',
    'class A < ActiveRecord::Migration[7.1]\n  def change\n    add_foreign_key :orders, :users, validate: false\n    execute "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID"\n    execute "ALTER TABLE users DROP CONSTRAINT c"\n    execute "CREATE VIEW v AS SELECT 1"\n  end\nend\n',
    'class A < ActiveRecord::Migration[7.1]\n  def up\n    add_foreign_key :orders, :users, validate: false\n    execute "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID"\n    execute "ALTER TABLE users DROP CONSTRAINT c"\n    execute "CREATE VIEW v AS SELECT 1"\n  end\n\n  def down\n    # To be undone by hand: the foreign key that the tool names on orders\n    execute "DROP VIEW v"\n  end\nend\n',
  ],
  [
    'Alembic, no function',
    'alembic/versions/a.py',
    'revision = "a"\n\n\ndef upgrade() -> None:\n    op.execute("UPDATE users SET age = 1")\n    op.create_index("i", "users", ["age"])\n',
    'revision = "a"\n\n\ndef upgrade() -> None:\n    op.execute("UPDATE users SET age = 1")\n    op.create_index("i", "users", ["age"])\n\ndef downgrade() -> None:\n    # Not brought back: the old values of users\n    op.drop_index("i")\n',
  ],
  [
    'Django: SQL without its way back',
    'shop/migrations/0002_a.py',
    'from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = [\n        migrations.DeleteModel("order"),\n        migrations.RunSQL(\n            "ALTER TABLE users ADD COLUMN a int",\n        ),\n    ]\n',
    'from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = [\n        migrations.DeleteModel("order"),\n        migrations.RunSQL(\n            "ALTER TABLE users ADD COLUMN a int", reverse_sql="ALTER TABLE users DROP COLUMN a"\n        ),\n    ]\n',
  ],
  [
    'Rails: change becomes up and down',
    'db/migrate/1_a.rb',
    'class A < ActiveRecord::Migration[7.1]\n  def change\n    add_column :users, :a, :integer\n    execute "CREATE VIEW v AS SELECT 1"\n  end\nend\n',
    'class A < ActiveRecord::Migration[7.1]\n  def up\n    add_column :users, :a, :integer\n    execute "CREATE VIEW v AS SELECT 1"\n  end\n\n  def down\n    execute "DROP VIEW v"\n    remove_column "users", "a"\n  end\nend\n',
  ],
  [
    'Rails: an empty method',
    'db/migrate/1_a.rb',
    'class A < ActiveRecord::Migration[7.1]\n  def up\n    add_column :users, :a, :integer\n  end\n\n  def down\n  end\nend\n',
    'class A < ActiveRecord::Migration[7.1]\n  def up\n    add_column :users, :a, :integer\n  end\n\n  def down\n    remove_column "users", "a"\n  end\nend\n',
  ],
  [
    'Laravel',
    'migrations/a.php',
    "<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Support\\Facades\\DB;\nreturn new class extends Migration\n{\n    public function up(): void\n    {\n        DB::statement('ALTER TABLE users ADD COLUMN a int');\n    }\n};\n",
    "<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Support\\Facades\\DB;\nreturn new class extends Migration\n{\n    public function up(): void\n    {\n        DB::statement('ALTER TABLE users ADD COLUMN a int');\n    }\n\n    public function down(): void\n    {\n        DB::statement('ALTER TABLE users DROP COLUMN a');\n    }\n};\n",
  ],
  [
    'Ecto: change becomes up and down',
    'priv/repo/migrations/1_a.exs',
    'defmodule A do\n  use Ecto.Migration\n\n  def change do\n    create table(:a)\n    execute("CREATE VIEW v AS SELECT 1")\n  end\nend\n',
    'defmodule A do\n  use Ecto.Migration\n\n  def up do\n    create table(:a)\n    execute("CREATE VIEW v AS SELECT 1")\n  end\n\n  def down do\n    execute("DROP VIEW v")\n    drop table("a")\n  end\nend\n',
  ],
  [
    'EF Core',
    'Migrations/A.cs',
    'public partial class A : Migration\n{\n    protected override void Up(MigrationBuilder migrationBuilder)\n    {\n        migrationBuilder.Sql("ALTER TABLE users ADD COLUMN a int");\n    }\n\n    protected override void Down(MigrationBuilder migrationBuilder)\n    {\n    }\n}\n',
    'public partial class A : Migration\n{\n    protected override void Up(MigrationBuilder migrationBuilder)\n    {\n        migrationBuilder.Sql("ALTER TABLE users ADD COLUMN a int");\n    }\n\n    protected override void Down(MigrationBuilder migrationBuilder)\n    {\n        migrationBuilder.DropColumn(name: "a", table: "users");\n    }\n}\n',
  ],
  ['yoyo', 'migrations/1.py', 'from yoyo import step\n\nstep("ALTER TABLE users ADD COLUMN a int")\n', 'from yoyo import step\n\nstep("ALTER TABLE users ADD COLUMN a int", "ALTER TABLE users DROP COLUMN a")\n'],
];

const THERE: readonly (readonly [title: string, path: string, text: string])[] = [
  ['Knex says that there is none', 'migrations/a.js', "exports.up = async (knex) => {\n  await knex.raw('DROP TABLE users');\n};\nexports.down = async () => {\n  throw new Error('no way back');\n};\n"],
  ['node-pg-migrate reverses by itself', 'migrations/a.js', "exports.up = (pgm) => {\n  pgm.addColumn('users', { a: 'int' });\n};\n"],
  ['node-pg-migrate says that there is none', 'migrations/a.js', "exports.up = (pgm) => {\n  pgm.sql('DROP TABLE users');\n};\nexports.down = false;\n"],
  ['Rails reverses by itself', 'db/migrate/1_a.rb', 'class A < ActiveRecord::Migration[7.1]\n  def change\n    add_column :users, :a, :integer\n    remove_column :users, :age, :integer\n    reversible do |dir|\n      dir.up { execute "SELECT 1" }\n    end\n  end\nend\n'],
  ['Django reverses by itself', 'shop/migrations/0002_a.py', 'class Migration(migrations.Migration):\n    operations = [migrations.DeleteModel("order"), migrations.RunSQL("DROP TABLE a", migrations.RunSQL.noop)]\n'],
  ['Ecto reverses by itself', 'm/1_a.exs', 'defmodule A do\n  use Ecto.Migration\n  def change do\n    alter table(:users) do\n      add :a, :text\n      remove :b, :text\n    end\n    execute("CREATE VIEW v AS SELECT 1", "DROP VIEW v")\n  end\nend\n'],
];

beforeAll(async () => {
  await loadPostgresParser();
  await loadLanguages(...CASES.map(([, path]) => path));
});

describe('the way back is written in the tool’s language', () => {
  test.each(CASES)('%s', (_, path, text, fixed) => {
    for (const lines of [(one: string): string => one, (one: string): string => one.replaceAll('\n', '\r\n')]) {
      const [fix] = missing(path, lines(text))?.fixes() ?? [];
      expect(fix && applyEdits(lines(text), fix.edits)).toBe(lines(fixed));
      expect(missing(path, lines(fixed))).toBeUndefined();
    }
  });
});

test.each(THERE)('none is missing: %s', (_, path, text) => {
  expect(missing(path, text)).toBeUndefined();
});
