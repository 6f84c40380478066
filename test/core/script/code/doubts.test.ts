import { beforeAll, describe, expect, test } from 'vitest';
import { loadPostgresParser } from '../../../../server/src/core/sql/postgres/parse';
import { loadLanguages } from '../../../grammars';
import { analyzeExample } from '../../rules/example';
import { FILES } from './files';

const doubts = (path: string, calls: string): readonly (readonly [text: string, severity: string, message: string])[] => {
  const text = FILES.find(([pattern]) => pattern.test(path))?.[1](calls) ?? '';
  return analyzeExample({ sql: text, path }, { severities: {} })
    .findings.filter(({ rule }) => rule === 'code-unsure')
    .map(({ span, severity, message }) => [text.slice(span.offset, span.offset + span.length), severity, message]);
};

const CASES: readonly (readonly [path: string, calls: string, at: string, said: RegExp])[] = [
  ['migrations/a.js', 'for (const t of tables) { await knex.raw(`ALTER TABLE ${t} ADD COLUMN a int`); }', 'ALTER TABLE ${t} ADD COLUMN a int', /in a loop/u],
  ['migrations/a.js', "await Promise.all(tables.map((t) => knex.schema.dropTable(t)));", 'knex.schema.dropTable(t)', /in a loop/u],
  ['migrations/a.js', "if (await knex.schema.hasTable('a')) { await knex.schema.dropTable('a'); }", "knex.schema.dropTable('a')", /under a condition/u],
  ['migrations/a.js', 'await knex.raw(sql);', 'knex.raw(sql)', /knex\.raw sends is not known/u],
  ['migrations/a.js', "await knex.schema.createViewOrReplace('v', (v) => {});", "knex.schema.createViewOrReplace('v', (v) => {})", /not known/u],
  ['db/migrate/1_a.rb', 'TABLES.each do |t|\n      add_column t, :age, :integer\n    end', 'add_column t, :age, :integer', /in a loop/u],
  ['db/migrate/1_a.rb', 'drop_table :a if table_exists?(:a)', 'drop_table :a', /under a condition/u],
  ['db/migrate/1_a.rb', 'execute sql_of(:a)', 'execute sql_of(:a)', /not known/u],
  ['db/migrate/1_a.rb', 'add_index table, :email', 'add_index table, :email', /known only when it runs/u],
  ['shop/migrations/0002_a.py', 'migrations.RunPython(forwards, backwards),', 'migrations.RunPython(forwards, backwards)', /RunPython sends is not known/u],
  ['versions/a.py', 'for t in tables:\n        op.drop_table(t)', 'op.drop_table(t)', /in a loop/u],
  ['versions/a.py', 'op.execute(text)', 'op.execute(text)', /not known/u],
  ['migrations/s.js', "await queryInterface.bulkInsert('a', rows);", "queryInterface.bulkInsert('a', rows)", /not known/u],
  ['migrations/p.js', "pgm.createTrigger('a', 'b', {}, 'c');", "pgm.createTrigger('a', 'b', {}, 'c')", /not known/u],
  ['migrations/t.ts', "while (more()) await queryRunner.query('SELECT 1');", 'SELECT 1', /in a loop/u],
  ['migrations/l.php', "foreach ($tables as $t) { DB::statement('DROP TABLE a'); }", 'DROP TABLE a', /in a loop/u],
  ['migrations/e.exs', 'for t <- tables do\n      drop table(t)\n    end', 'drop table(t)', /in a loop/u],
  ['migrations/e.exs', 'if x() do\n      drop table(:a)\n    end', 'drop table(:a)', /under a condition/u],
];

const SURE: readonly (readonly [path: string, calls: string])[] = [
  ['migrations/a.js', "try { await knex.raw('SELECT 1'); } catch (error) { throw error; }"],
  ['migrations/a.js', "await knex.schema.hasTable('a'); await knex.transaction(async (trx) => { await trx.raw('SELECT 1'); });"],
  ['migrations/a.js', "if (await knex.raw('SELECT 1')) return;"],
  ['db/migrate/1_a.rb', 'reversible do |dir|\n      dir.up { execute "SELECT 1" }\n    end'],
  ['db/migrate/1_a.rb', 'create_table :a do |t|\n      t.string :b\n    end'],
  ['migrations/e.exs', 'create table(:a) do\n      add :b, :text\n    end'],
];

beforeAll(async () => {
  await loadPostgresParser();
  await loadLanguages(...CASES.map(([path]) => path));
});

describe('what is not sure is said, at its place', () => {
  test.each(CASES)('%s: %s', (path, calls, at, said) => {
    expect(doubts(path, calls).filter(([text, , message]) => text === at && said.test(message))).toHaveLength(1);
  });
});

test.each(SURE)('sure: %s: %s', (path, calls) => {
  expect(doubts(path, calls)).toEqual([]);
});
