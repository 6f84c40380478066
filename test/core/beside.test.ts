import { describe, expect, test } from 'vitest';
import { filesBeside, foldersBeside, inMigrationOrder, joinedHistories } from '../../server/src/core/beside';
import { histories } from '../../server/src/core/migration-path';
import { folderOf, nameOf } from '../../server/src/core/script/parts';

/** The order that Lockscope gives the migrations of some files, of which the others are what is beside them. */
function orderOf(files: Readonly<Record<string, string>>, isMigration: (path: string) => boolean): readonly string[] {
  const migrations = Object.keys(files).filter(isMigration).reverse();
  const listing = new Map(foldersBeside(migrations).map((folder) => [folder, new Set(Object.keys(files).filter((path) => folderOf(path) === folder).map(nameOf))]));
  const beside = new Map(filesBeside(migrations, listing).map((path) => [path, files[path] ?? '']));
  return inMigrationOrder(migrations, beside, (path) => files[path]).map(nameOf);
}

const alembic = (revision: string, down: string, more = ''): string => `"""x"""\nrevision: str = "${revision}"\ndown_revision: Union[str, None] = ${down}\n${more}\n\ndef upgrade():\n    pass\n`;
const django = (body: string): string => `from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n${body}\n    operations = []\n`;
const typeorm = (name: string): string => `export class ${name} implements MigrationInterface {\n  async up(queryRunner: QueryRunner) {}\n}\n`;
const changelog = (...includes: readonly string[]): string => `<databaseChangeLog xmlns="x">\n${includes.join('\n')}\n</databaseChangeLog>\n`;
const SQL = '--liquibase formatted sql\n';

describe('the order in which a tool runs its files', () => {
  test.each<[string, Readonly<Record<string, string>>, (path: string) => boolean, readonly string[]]>([
    [
      'Alembic: from revision to revision, a branch and its merge',
      {
        'alembic/versions/a_merge.py': alembic('d', '("b", "c")'),
        'alembic/versions/b_first.py': alembic('a', 'None'),
        'alembic/versions/c_one.py': alembic('b', "'a'"),
        'alembic/versions/d_other.py': alembic('c', '"a"  # not "z"'),
        'alembic/versions/e_last.py': alembic('e', '"d"', 'depends_on = None'),
        'alembic/versions/0_apart.py': alembic('x', 'None', 'depends_on = ("e",)'),
      },
      (path) => path.endsWith('.py'),
      ['b_first.py', 'c_one.py', 'd_other.py', 'a_merge.py', 'e_last.py', '0_apart.py'],
    ],
    [
      'Alembic: revisions that go in a circle, and one that nobody has',
      { 'versions/1.py': alembic('a', '"b"'), 'versions/2.py': alembic('b', '"a"'), 'versions/3.py': alembic('c', '"gone"') },
      () => true,
      ['3.py', '1.py', '2.py'],
    ],
    [
      'Django: by dependencies, what runs before, what is squashed',
      {
        'shop/migrations/__init__.py': '',
        'shop/migrations/0001_initial.py': django('    initial = True\n    dependencies = [("auth", "0002_x")]'),
        'shop/migrations/0002_b.py': django("    dependencies = [\n        ('shop', '0003_a'),  # first\n    ]"),
        'shop/migrations/0003_a.py': django('    dependencies = [("shop", "0001_initial")]'),
        'shop/migrations/0001_squashed_0003.py': django('    replaces = [("shop", "0001_initial"), ("shop", "0003_a")]\n    dependencies = []'),
        'shop/migrations/0009_early.py': django('    dependencies = []\n    run_before = [("shop", "0001_initial")]'),
      },
      (path) => !path.includes('__'),
      ['0009_early.py', '0001_initial.py', '0003_a.py', '0001_squashed_0003.py', '0002_b.py'],
    ],
    ['TypeORM: by the time in the name of the class', { 'migrations/1-B.ts': typeorm('B1700000000002'), 'migrations/2-A.ts': typeorm('A1700000000001') }, () => true, ['2-A.ts', '1-B.ts']],
    ['Knex: by letters', { 'migrations/9_a.js': 'exports.up = (knex) => knex.raw("x");', 'migrations/10_b.js': 'exports.up = (knex) => knex.raw("x");' }, () => true, ['10_b.js', '9_a.js']],
    ['Atlas: by letters', { 'm/9_a.sql': 'SELECT 1;', 'm/10_b.sql': 'SELECT 1;', 'm/atlas.sum': 'h1:x=\n' }, (path) => path.endsWith('.sql'), ['10_b.sql', '9_a.sql']],
    ['Rails: by numbers', { 'db/migrate/9_a.rb': 'class A < ActiveRecord::Migration[7.1]', 'db/migrate/10_b.rb': 'class B < ActiveRecord::Migration[7.1]' }, () => true, ['9_a.rb', '10_b.rb']],
    [
      'Liquibase: a changelog in XML',
      {
        'db/changelog/db.changelog-master.xml': changelog('<!-- <include file="a.sql"/> -->', '<include file="changes/b.sql" relativeToChangelogFile="true"/>', "<include relativeToChangelogFile='true' file='changes/a.sql'/>"),
        'db/changelog/changes/a.sql': SQL,
        'db/changelog/changes/b.sql': SQL,
        'db/changelog/changes/c.sql': SQL,
      },
      (path) => path.endsWith('.sql'),
      ['b.sql', 'a.sql', 'c.sql'],
    ],
    [
      'Liquibase: a changelog in YAML, from the root of the class path',
      {
        'src/main/resources/db/changelog/db.changelog-master.yaml': 'databaseChangeLog:\n  - include:\n      file: db/changelog/b.sql\n  - include:\n      file: classpath:db/changelog/a.sql\n',
        'src/main/resources/db/changelog/a.sql': SQL,
        'src/main/resources/db/changelog/b.sql': SQL,
      },
      (path) => path.endsWith('.sql'),
      ['b.sql', 'a.sql'],
    ],
    [
      'Liquibase: a changelog in JSON; a whole folder goes by letters',
      {
        'db/master.json': '{ "databaseChangeLog": [ { "include": { "file": "sql/z.sql" } }, { "includeAll": { "path": "sql/" } } ] }',
        'db/sql/9.sql': SQL,
        'db/sql/10.sql': SQL,
        'db/sql/z.sql': SQL,
      },
      (path) => path.endsWith('.sql'),
      ['z.sql', '10.sql', '9.sql'],
    ],
  ])('%s', (_, files, isMigration, expected) => {
    expect(orderOf(files, isMigration)).toEqual(expected);
  });
});

describe("Django's apps are one history where their migrations name each other", () => {
  /** The histories of some files, each in its order, as `app/name`. */
  function historiesOf(files: Readonly<Record<string, string>>): readonly (readonly string[])[] {
    const paths = Object.keys(files).filter((path) => path.includes('/migrations/') && !path.includes('__'));
    const listing = new Map(foldersBeside(paths).map((folder) => [folder, new Set(Object.keys(files).filter((path) => folderOf(path) === folder).map(nameOf))]));
    const beside = new Map(filesBeside(paths, listing).map((path) => [path, files[path] ?? '']));
    const textOf = (path: string): string | undefined => files[path];
    const groups = histories(paths.map((path) => ({ path }))).map((group) => group.map(({ path }) => path));
    return joinedHistories(groups, beside, textOf).map((group) => inMigrationOrder(group, beside, textOf).map((path) => path.replace(/^.*?([^/]+)\/migrations\/(\w+)\.py$/u, '$1/$2')));
  }
  const USER = "    operations = [migrations.CreateModel(name='User', fields=[('password', models.CharField()), ('last_login', models.DateTimeField())])]\n    dependencies = []";

  // The orders of the first four are those of MigrationExecutor.migration_plan of Django 5.2.
  test.each<[string, Readonly<Record<string, string>>, readonly (readonly string[])[]]>([
    [
      'dependencies across apps, there and back',
      {
        'a/migrations/0001_initial.py': django('    dependencies = [("b", "0001_initial")]'),
        'a/migrations/0002_more.py': django('    dependencies = [("a", "0001_initial"), ("b", "0002_more")]'),
        'b/migrations/0001_initial.py': django('    dependencies = []'),
        'b/migrations/0002_more.py': django("    dependencies = [('b', '0001_initial'), ('a', '0001_initial')]"),
      },
      [['b/0001_initial', 'a/0001_initial', 'b/0002_more', 'a/0002_more']],
    ],
    [
      'run_before, and the first and the latest of an app',
      {
        'a/migrations/0001_initial.py': django('    dependencies = []'),
        'a/migrations/0002_more.py': django('    dependencies = [("a", "0001_initial")]'),
        'b/migrations/0001_early.py': django('    dependencies = []\n    run_before = [("a", "0001_initial")]'),
        'c/migrations/0001_initial.py': django('    dependencies = [("a", "__latest__")]'),
        'd/migrations/0001_initial.py': django('    dependencies = [("a", "__first__")]'),
      },
      [['b/0001_early', 'a/0001_initial', 'a/0002_more', 'c/0001_initial', 'd/0001_initial']],
    ],
    [
      'the model of users that a setting names',
      {
        'billing/migrations/0001_initial.py': django('    dependencies = [\n        migrations.swappable_dependency(settings.AUTH_USER_MODEL),\n    ]'),
        'people/migrations/0001_initial.py': django(USER),
      },
      [['people/0001_initial', 'billing/0001_initial']],
    ],
    [
      'a label that the app gives itself',
      {
        'src/shop/apps.py': "class Config(AppConfig):\n    name = 'src.shop'\n    label = 'store'\n",
        'src/shop/migrations/0001_initial.py': django('    dependencies = []'),
        'src/a/migrations/0001_initial.py': django('    dependencies = [("store", "0001_initial")]'),
      },
      [['shop/0001_initial', 'a/0001_initial']],
    ],
    [
      'apps that do not know each other, and another project with the same names',
      {
        'one/a/migrations/0001_initial.py': django('    dependencies = [("b", "0001_initial")]'),
        'one/b/migrations/0001_initial.py': django('    dependencies = []'),
        'one/c/migrations/0001_initial.py': django('    dependencies = [("auth", "0012_x")]'),
        'two/a/migrations/0001_initial.py': django('    dependencies = [("b", "0001_initial")]'),
        'two/b/migrations/0001_initial.py': django('    dependencies = []'),
      },
      [['b/0001_initial', 'a/0001_initial'], ['c/0001_initial'], ['b/0001_initial', 'a/0001_initial']],
    ],
  ])('%s', (_, files, expected) => {
    expect(historiesOf(files)).toEqual(expected);
  });
});
