import { beforeAll, expect, test } from 'vitest';
import { loadPostgresParser } from '../../../../server/src/core/sql/postgres/parse';
import { toolFor } from '../../../../server/src/core/script/tools';
import { loadLanguages } from '../../../grammars';
import { FILES } from './files';

/** Schema calls, and the SQL that they stand for. test/tools shows for some of them that the tools send the like. */
const CASES: readonly { readonly path: string; readonly calls: string; readonly sql: readonly string[] }[] = [
  { path: 'db/migrate/1_a.rb', calls: 'add_column :users, :age, :integer, default: 0, null: false', sql: ['ALTER TABLE "users" ADD "age" integer DEFAULT 0 NOT NULL'] },
  { path: 'db/migrate/1_a.rb', calls: 'add_index :users, [:email, :name], unique: true', sql: ['CREATE UNIQUE INDEX "index_users_on_email_and_name" ON "users" ("email", "name")'] },
  { path: 'db/migrate/1_a.rb', calls: 'add_index(:users, :email, algorithm: :concurrently)', sql: ['CREATE INDEX CONCURRENTLY "index_users_on_email" ON "users" ("email")'] },
  { path: 'db/migrate/1_a.rb', calls: 'remove_index :users, column: :email', sql: ['DROP INDEX "index_users_on_email"'] },
  { path: 'db/migrate/1_a.rb', calls: 'change_column_null :users, :age, false, 0', sql: ['UPDATE "users" SET "age"=0 WHERE "age" IS NULL', 'ALTER TABLE "users" ALTER COLUMN "age" SET NOT NULL'] },
  { path: 'db/migrate/1_a.rb', calls: 'add_foreign_key :posts, :users, validate: false', sql: ['ALTER TABLE "posts" ADD FOREIGN KEY ("user_id") REFERENCES "users" ("id") NOT VALID'] },
  {
    path: 'db/migrate/1_a.rb',
    calls: 'add_reference :posts, :author, foreign_key: { to_table: :users }',
    sql: ['ALTER TABLE "posts" ADD "author_id" bigint', 'CREATE INDEX "index_posts_on_author_id" ON "posts" ("author_id")', 'ALTER TABLE "posts" ADD FOREIGN KEY ("author_id") REFERENCES "users" ("id")'],
  },
  { path: 'db/migrate/1_a.rb', calls: 'add_index table, :email', sql: ['CREATE INDEX ON __table_ ("email")'] },
  {
    path: 'shop/migrations/0002_a.py',
    calls: 'migrations.AddField(model_name="order", name="age", field=models.IntegerField(default=0)),',
    sql: ['ALTER TABLE "shop_order" ADD COLUMN "age" integer DEFAULT 0 NOT NULL', 'ALTER TABLE "shop_order" ALTER COLUMN "age" DROP DEFAULT'],
  },
  { path: 'shop/migrations/0002_a.py', calls: 'migrations.AddIndex("order", models.Index(fields=["name", "-age"], name="i")),', sql: ['CREATE INDEX "i" ON "shop_order" ("name", "age" DESC)'] },
  { path: 'shop/migrations/0002_a.py', calls: 'migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("order")]),', sql: [] },
  { path: 'versions/a.py', calls: 'op.add_column("users", sa.Column("age", sa.Integer(), nullable=False, server_default="0"))', sql: [`ALTER TABLE "users" ADD COLUMN "age" INTEGER DEFAULT '0' NOT NULL`] },
  { path: 'versions/a.py', calls: 'op.create_index("i", "users", ["email"], unique=True)', sql: ['CREATE UNIQUE INDEX "i" ON "users" ("email")'] },
  {
    path: 'versions/a.py',
    calls: 'with op.batch_alter_table("users", schema="app") as batch_op:\n        batch_op.add_column(sa.Column("age", sa.Integer()))\n        batch_op.create_unique_constraint("uq", ["email"])\n        batch_op.create_index("i", ["age"])\n        batch_op.drop_constraint("c")',
    sql: ['ALTER TABLE "app"."users" ADD COLUMN "age" INTEGER', 'ALTER TABLE "app"."users" ADD CONSTRAINT "uq" UNIQUE ("email")', 'CREATE INDEX "i" ON "app"."users" ("age")', 'ALTER TABLE "app"."users" DROP CONSTRAINT "c"'],
  },
  { path: 'versions/a.py', calls: 'op.drop_index("i", table_name="users")', sql: ['DROP INDEX "i"'] },
  {
    path: 'migrations/a.js',
    calls: "await knex.schema.createTable('a', (t) => { t.increments(); t.string('n', 9).notNullable().index(); t.integer('u').references('id').inTable('users').onDelete('CASCADE'); });",
    sql: [
      'CREATE TABLE "a" ("id" serial PRIMARY KEY, "n" varchar(9) NOT NULL, "u" integer)',
      'CREATE INDEX "a_n_index" ON "a" ("n")',
      'ALTER TABLE "a" ADD CONSTRAINT "a_u_foreign" FOREIGN KEY ("u") REFERENCES "users" ("id") ON DELETE CASCADE',
    ],
  },
  { path: 'migrations/a.js', calls: "await knex.schema.alterTable('a', function (t) { t.dropColumn('x'); t.boolean('b').defaultTo(false); });", sql: ['ALTER TABLE "a" DROP COLUMN "x"', `ALTER TABLE "a" ADD COLUMN "b" boolean DEFAULT '0'`] },
  { path: 'migrations/s.js', calls: "await queryInterface.addColumn('users', 'age', { type: Sequelize.INTEGER, allowNull: false, defaultValue: 0 });", sql: ['ALTER TABLE "users" ADD COLUMN "age" INTEGER DEFAULT 0 NOT NULL'] },
  { path: 'migrations/s.js', calls: "await queryInterface.addIndex('users', ['email'], { concurrently: true });", sql: ['CREATE INDEX CONCURRENTLY "users_email" ON "users" ("email")'] },
  { path: 'migrations/p.js', calls: "pgm.addColumn('users', { age: { type: 'int', notNull: true, default: 0 } });", sql: ['ALTER TABLE "users" ADD "age" integer DEFAULT 0 NOT NULL'] },
  { path: 'migrations/p.js', calls: "pgm.createIndex('users', ['a', 'b'], { unique: true });", sql: ['CREATE UNIQUE INDEX "users_a_b_unique_index" ON "users" ("a", "b")'] },
  {
    path: 'migrations/t.ts',
    calls: "await queryRunner.changeColumn('users', 'name', new TableColumn({ name: 'name', type: 'varchar', length: '50' }));",
    sql: ['ALTER TABLE "users" DROP COLUMN "name"', 'ALTER TABLE "users" ADD "name" varchar(50) NOT NULL'],
  },
  { path: 'migrations/l.php', calls: "Schema::table('users', function (Blueprint $table) { $table->string('nick', 20)->default('x')->index(); });", sql: [`ALTER TABLE "users" ADD COLUMN "nick" varchar(20) DEFAULT 'x' NOT NULL`, 'CREATE INDEX "users_nick_index" ON "users" ("nick")'] },
  { path: 'migrations/e.exs', calls: 'create unique_index(:users, [:email], concurrently: true)', sql: ['CREATE UNIQUE INDEX CONCURRENTLY "users_email_index" ON "users" ("email")'] },
  { path: 'migrations/e.exs', calls: 'alter table(:users) do\n      add :age, :integer, default: 0\n      remove :old\n    end', sql: ['ALTER TABLE "users" ADD COLUMN "age" integer DEFAULT 0, DROP COLUMN "old"'] },
];

beforeAll(async () => {
  await loadPostgresParser();
  await loadLanguages(...CASES.map(({ path }) => path));
});

test.each(CASES)('$path: $calls', ({ path, calls, sql }) => {
  const text = FILES.find(([pattern]) => pattern.test(path))?.[1](calls) ?? '';
  const { segments } = toolFor({ path, text }).read({ path, text });
  expect(segments.map((segment) => segment.text)).toEqual(sql);
});
