import { beforeAll, describe, expect, it } from 'vitest';
import { AppliedIndex, appliedQuery, type AppliedRecord } from '../../server/src/core/applied';
import { analyzeHistory, type HistorySetting } from '../../server/src/core/folder';
import { objectName } from '../../server/src/core/schema/names';
import { UNKNOWN_SCHEMA } from '../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../server/src/core/schema/statistics';
import { TOOLS } from '../../server/src/core/script/tools';
import { schemaFromDdl } from '../../server/src/core/folder';
import { createMemo } from '../../server/src/core/memo';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { DEFAULT_TARGET } from '../../server/src/core/target';

interface Case {
  readonly tool: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Texts by path; a path alone where the text does not matter. */
  readonly files: Readonly<Record<string, string>>;
  readonly beside?: Readonly<Record<string, string>>;
  /** The applied ones of them, with the day where it is noted. */
  readonly applied: Readonly<Record<string, string | undefined>>;
}

const names = (...paths: readonly string[]): Record<string, string> => Object.fromEntries(paths.map((path) => [path, '']));
const PYTHON = (revision: string, down: string): string => `from alembic import op\nrevision: str = "${revision}"\ndown_revision: Union[str, None] = ${down}\ndef upgrade():\n    pass\n`;

/** What the tools write of themselves, by their sources; of each the shape that its own table has. */
const CASES: readonly Case[] = [
  { tool: 'rails', table: 'public.schema_migrations', columns: ['version'], rows: [['20240101000000'], ['7']], files: names('db/migrate/007_a.rb', 'db/migrate/20240101000000_b.rb', 'db/migrate/20240102000000_c.rb'), applied: { 'db/migrate/007_a.rb': undefined, 'db/migrate/20240101000000_b.rb': undefined } },
  { tool: 'dbmate', table: 'public.schema_migrations', columns: ['version'], rows: [['001']], files: names('db/migrations/001_a.sql', 'db/migrations/002_b.sql'), applied: { 'db/migrations/001_a.sql': undefined } },
  { tool: 'golang-migrate', table: 'public.schema_migrations', columns: ['version', 'dirty'], rows: [['2', 'false']], files: names('m/000001_a.up.sql', 'm/000002_b.up.sql', 'm/000002_b.down.sql', 'm/000010_c.up.sql'), applied: { 'm/000001_a.up.sql': undefined, 'm/000002_b.up.sql': undefined } },
  { tool: 'golang-migrate', table: 'public.schema_migrations', columns: ['version', 'dirty'], rows: [['2', 'true']], files: names('m/000001_a.up.sql', 'm/000002_b.up.sql'), applied: { 'm/000001_a.up.sql': undefined } },
  {
    tool: 'flyway', table: 'ops.my_history', columns: ['installed_rank', 'version', 'type', 'installed_on', 'success'],
    rows: [['1', '1', 'BASELINE', '2024-01-01 10:00:00', 'true'], ['2', '1.1', 'SQL', '2024-02-01 10:00:00', 'true'], ['3', '2', 'SQL', '2024-03-01 10:00:00', 'true'], ['4', '2', 'UNDO_SQL', '2024-03-02 10:00:00', 'true'], ['5', '3', 'SQL', '2024-03-03 10:00:00', 'false'], ['6', null, 'SQL', '2024-03-03 10:00:00', 'true']],
    files: names('db/V0_9__old.sql', 'db/V1_1_0__a.sql', 'db/V2__b.sql', 'db/V03__c.sql', 'db/R__view.sql'),
    applied: { 'db/V0_9__old.sql': undefined, 'db/V1_1_0__a.sql': '2024-02-01' },
  },
  { tool: 'prisma', table: 'public._prisma_migrations', columns: ['migration_name', 'started_at', 'finished_at', 'rolled_back_at'], rows: [['1_a', '2024-01-01 00:00:00+00', '2024-01-01 00:00:01+00', null], ['2_b', '2024-01-02 00:00:00+00', null, '2024-01-02 00:00:01+00'], ['3_c', '2024-01-02 00:00:00+00', null, null]], files: names('prisma/migrations/1_a/migration.sql', 'prisma/migrations/2_b/migration.sql', 'prisma/migrations/3_c/migration.sql'), applied: { 'prisma/migrations/1_a/migration.sql': '2024-01-01' } },
  { tool: 'django', table: 'public.django_migrations', columns: ['app', 'name', 'applied'], rows: [['shop', '0001_initial', '2024-05-06 07:08:09+00'], ['other', '0002_x', '2024-05-06 07:08:09+00']], files: names('src/shop/migrations/0001_initial.py', 'src/shop/migrations/0002_x.py'), applied: { 'src/shop/migrations/0001_initial.py': '2024-05-06' } },
  { tool: 'alembic', table: 'public.versions_of_ours', columns: ['version_num'], rows: [['c'], ['x']], files: { 'alembic/versions/a.py': PYTHON('a', 'None'), 'alembic/versions/b.py': PYTHON('b', "'a'"), 'alembic/versions/c.py': PYTHON('c', '("b", "m")'), 'alembic/versions/m.py': PYTHON('m', '"a"'), 'alembic/versions/d.py': PYTHON('d', '"c"') }, applied: { 'alembic/versions/a.py': undefined, 'alembic/versions/b.py': undefined, 'alembic/versions/c.py': undefined, 'alembic/versions/m.py': undefined } },
  { tool: 'knex', table: 'public.knex_migrations', columns: ['name', 'migration_time'], rows: [['20240101_a.js', '2024-06-01 00:00:00+00']], files: names('migrations/20240101_a.ts', 'migrations/20240102_b.ts'), applied: { 'migrations/20240101_a.ts': '2024-06-01' } },
  { tool: 'goose', table: 'public.goose_db_version', columns: ['id', 'version_id', 'is_applied', 'tstamp'], rows: [['1', '0', 'true', '2024-01-01'], ['2', '1', 'true', '2024-01-02'], ['3', '2', 'true', '2024-01-03'], ['4', '2', 'false', '2024-01-04']], files: names('m/00001_a.sql', 'm/00002_b.sql'), applied: { 'm/00001_a.sql': '2024-01-02' } },
  { tool: 'sequelize', table: 'public."SequelizeMeta"', columns: ['name'], rows: [['20240101-a.js']], files: names('migrations/20240101-a.js', 'migrations/20240102-b.js'), applied: { 'migrations/20240101-a.js': undefined } },
  { tool: 'typeorm', table: 'public.migrations', columns: ['timestamp', 'name'], rows: [['1', 'Add1']], files: { 'm/1-Add.ts': 'export class Add1 implements MigrationInterface {}', 'm/2-More.ts': "export class X implements MigrationInterface {\n  name = 'More2';\n}" }, applied: { 'm/1-Add.ts': undefined } },
  { tool: 'laravel', table: 'public.migrations', columns: ['migration', 'batch'], rows: [['2024_01_01_000000_a', '1']], files: names('database/migrations/2024_01_01_000000_a.php', 'database/migrations/2024_01_02_000000_b.php'), applied: { 'database/migrations/2024_01_01_000000_a.php': undefined } },
  { tool: 'node-pg-migrate-sql', table: 'public.pgmigrations', columns: ['name', 'run_on'], rows: [['1700_a', '2024-01-01 00:00:00']], files: names('migrations/1700_a.sql', 'migrations/1701_b.sql'), applied: { 'migrations/1700_a.sql': '2024-01-01' } },
  { tool: 'drizzle', table: 'drizzle.__drizzle_migrations', columns: ['hash', 'created_at'], rows: [['h', '1700000000000']], files: names('drizzle/0000_a.sql', 'drizzle/0001_b.sql'), beside: { 'drizzle/meta/_journal.json': '{"entries":[{"idx":0,"when":1700000000000,"tag":"0000_a"},{"idx":1,"when":1700000000001,"tag":"0001_b"}]}' }, applied: { 'drizzle/0000_a.sql': undefined } },
  { tool: 'kysely', table: 'public.kysely_migration', columns: ['name', 'timestamp'], rows: [['2024_a', '2024-01-01T00:00:00.000Z']], files: names('migrations/2024_a.ts', 'migrations/2025_b.ts'), applied: { 'migrations/2024_a.ts': '2024-01-01' } },
  { tool: 'atlas', table: 'atlas_schema_revisions.atlas_schema_revisions', columns: ['version', 'type', 'applied', 'total', 'executed_at'], rows: [['2', '1', '0', '0', '2024-01-01 00:00:00+00'], ['3', '2', '4', '4', '2024-01-02 00:00:00+00'], ['4', '2', '1', '2', '2024-01-03 00:00:00+00']], files: names('m/1_a.sql', 'm/2_b.sql', 'm/3_c.sql', 'm/4_d.sql'), applied: { 'm/1_a.sql': undefined, 'm/2_b.sql': '2024-01-01', 'm/3_c.sql': '2024-01-02' } },
  { tool: 'liquibase', table: 'public.databasechangelog', columns: ['id', 'author', 'filename', 'dateexecuted'], rows: [['1', 'ann', 'db/a.sql', '2024-01-01 00:00:00'], ['2', 'ann', 'db/a.sql', '2024-01-02 00:00:00'], ['1', 'ann', 'db/b.sql', '2024-01-03 00:00:00']], files: { 'src/db/a.sql': '--liquibase formatted sql\n--changeset ann:1\nSELECT 1;\n--changeset ann:2\nSELECT 1;\n', 'src/db/b.sql': '--liquibase formatted sql\n--changeset ann:1\nSELECT 1;\n--changeset ann:2\nSELECT 1;\n' }, applied: { 'src/db/a.sql': '2024-01-02' } },
  { tool: 'sqitch', table: 'sqitch.changes', columns: ['change_id', 'change', 'committed_at'], rows: [['x', 'users', '2024-01-01 00:00:00+00']], files: names('deploy/users.sql', 'deploy/orders.sql'), applied: { 'deploy/users.sql': '2024-01-01' } },
  { tool: 'sqlx', table: 'public._sqlx_migrations', columns: ['version', 'installed_on', 'success'], rows: [['1', '2024-01-01 00:00:00+00', 'true'], ['2', '2024-01-01 00:00:00+00', 'false']], files: names('migrations/0001_a.sql', 'migrations/0002_b.sql'), applied: { 'migrations/0001_a.sql': '2024-01-01' } },
  { tool: 'diesel', table: 'public.__diesel_schema_migrations', columns: ['version', 'run_on'], rows: [['20240101000000', '2024-01-01 00:00:00']], files: names('migrations/2024-01-01-000000_a/up.sql', 'migrations/2024-01-02-000000_b/up.sql'), applied: { 'migrations/2024-01-01-000000_a/up.sql': '2024-01-01' } },
  { tool: 'tern', table: 'public.schema_version', columns: ['version'], rows: [['1']], files: names('migrations/001_a.sql', 'migrations/002_b.sql'), applied: { 'migrations/001_a.sql': undefined } },
  { tool: 'sql-migrate', table: 'public.gorp_migrations', columns: ['id', 'applied_at'], rows: [['1_a.sql', '2024-01-01 00:00:00+00']], files: names('m/1_a.sql', 'm/2_b.sql'), applied: { 'm/1_a.sql': '2024-01-01' } },
  { tool: 'supabase', table: 'supabase_migrations.schema_migrations', columns: ['version'], rows: [['20240101000000']], files: names('supabase/migrations/20240101000000_a.sql', 'supabase/migrations/20240102000000_b.sql'), applied: { 'supabase/migrations/20240101000000_a.sql': undefined } },
  { tool: 'hasura', table: 'hdb_catalog.hdb_version', columns: ['cli_state'], rows: [['{"migrations": {"default": {"1700000000000": false, "1700000000001": true}}}']], files: names('migrations/default/1700000000000_a/up.sql', 'migrations/default/1700000000001_b/up.sql'), applied: { 'migrations/default/1700000000000_a/up.sql': undefined } },
  { tool: 'ef-core', table: 'public."__EFMigrationsHistory"', columns: ['MigrationId', 'ProductVersion'], rows: [['20240101000000_A', '8.0']], files: names('Migrations/20240101000000_A.cs', 'Migrations/20240102000000_B.cs'), applied: { 'Migrations/20240101000000_A.cs': undefined } },
  { tool: 'ecto', table: 'public.schema_migrations', columns: ['version', 'inserted_at'], rows: [['20240101000000', '2024-01-01 00:00:00']], files: names('priv/repo/migrations/20240101000000_a.exs', 'priv/repo/migrations/20240102000000_b.exs'), applied: { 'priv/repo/migrations/20240101000000_a.exs': '2024-01-01' } },
];

const recordOf = ({ table, columns, rows }: Case): AppliedRecord => ({ table, columns, rows });
const filesOf = ({ files, beside = {} }: Case): { path: string; text: string; beside: ReadonlyMap<string, string> }[] => {
  const near = new Map(Object.entries(beside));
  return Object.entries(files).map(([path, text]) => ({ path, text, beside: near }));
};

describe('what a tool noted', () => {
  beforeAll(loadPostgresParser);

  it.each(CASES.map((one, at) => [`${one.tool} ${String(at)}`, one] as const))('%s', (_, one) => {
    const { applied, unknown } = new AppliedIndex(one.tool).of(filesOf(one), [recordOf(one)]);
    expect(Object.fromEntries([...applied].map(([path, { on }]) => [path, on]))).toEqual(one.applied);
    expect(unknown).toBeUndefined();
  });

  it('is declared by every tool that has such a table', () => {
    expect(TOOLS.filter(({ applied }) => applied === undefined).map(({ id }) => id)).toEqual(['plain']);
  });

  it('is found by the name or the shape of its table, and by nothing else', () => {
    expect(appliedQuery({ schema: 'public', name: 'schema_migrations', columns: ['version'] })).toEqual({ columns: ['version'], order: undefined });
    expect(appliedQuery({ schema: 'x', name: 'ours', columns: ['id', 'installed_rank', 'version', 'script', 'type', 'success', 'installed_on'] })).toEqual({ columns: ['installed_rank', 'version', 'type', 'success', 'installed_on'], order: 'installed_rank' });
    expect(appliedQuery({ schema: 'public', name: 'changes', columns: ['id', 'name'] })).toBeUndefined();
  });

  it('is that of the table which knows the files, where several may be meant', () => {
    const files = [{ path: 'db/migrate/1_a.rb', text: '' }, { path: 'db/migrate/2_b.rb', text: '' }];
    const table = (schema: string, ...versions: readonly string[]): AppliedRecord => ({ table: `${schema}.schema_migrations`, columns: ['version'], rows: versions.map((version) => [version]) });
    expect([...new AppliedIndex('rails').of(files, [table('public', '77'), table('tenant', '1')]).applied]).toEqual([['db/migrate/1_a.rb', { table: 'tenant.schema_migrations', on: undefined }]]);
  });

  it('is unknown where it may not be read', () => {
    const files = [{ path: 'db/migrate/1_a.rb', text: '' }];
    const { applied, unknown } = new AppliedIndex('rails').of(files, [{ table: 'public.schema_migrations', columns: ['version'], unread: 'no privilege' }]);
    expect(applied.size).toBe(0);
    expect(unknown).toMatch(/^Which migrations are applied is not known: the role may not read public\.schema_migrations/u);
  });
});

describe('a history on a database that has been through some of it', () => {
  const FILES = [
    { path: 'db/migrations/001_users.sql', text: '-- migrate:up\nCREATE TABLE users (id int PRIMARY KEY);\n-- migrate:down\n' },
    { path: 'db/migrations/002_email.sql', text: '-- migrate:up\nALTER TABLE users ADD COLUMN email text;\nCREATE INDEX users_email ON users (email);\n-- migrate:down\n' },
    { path: 'db/migrations/003_name.sql', text: '-- migrate:up\nALTER TABLE users ADD COLUMN name text;\nCREATE INDEX users_name ON users (name);\n-- migrate:down\n' },
  ];
  const DDL = 'CREATE TABLE users (id int PRIMARY KEY, email text, added_by_hand text); CREATE INDEX users_email ON users (email);';
  const setting = (extra: Partial<HistorySetting>): HistorySetting => ({ target: DEFAULT_TARGET, statistics: NO_STATISTICS, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined, ...extra });
  const records: readonly AppliedRecord[] = [{ table: 'public.schema_migrations', columns: ['version'], rows: [['001'], ['002']] }];
  const analyses = (extra: Partial<HistorySetting>): ReturnType<typeof run> => run(extra);
  const run = (extra: Partial<HistorySetting>): { readonly path: string; readonly rules: readonly string[]; readonly before: readonly string[]; readonly applied: boolean }[] => {
    const { schema } = schemaFromDdl({ path: 'dump.sql', text: DDL }, DEFAULT_TARGET, createMemo());
    return [...analyzeHistory(FILES, schema, setting({ records, origin: UNKNOWN_SCHEMA, ...extra }))].map(({ path, findings, statements, applied }) => {
      const users = statements.at(-1)?.before.relations.get(objectName('public', 'users'));
      return { path: path.slice(-6, -4), rules: findings.map(({ rule }) => rule), before: users !== undefined && 'columns' in users ? users.columns.map(({ name }) => name) : [], applied: applied !== undefined };
    });
  };
  beforeAll(loadPostgresParser);

  it('is silent about what is applied, and runs only what is pending on what is there', () => {
    const [first, second, third] = analyses({});
    expect([first?.applied, second?.applied, third?.applied]).toEqual([true, true, false]);
    expect([first?.rules, second?.rules]).toEqual([[], []]);
    expect(third?.rules).toContain('create-index-blocking');
    // The applied one is shown as it was then; the pending one finds what is there now, and each column once.
    expect(second?.before).toEqual(['id', 'email']);
    expect(third?.before).toEqual(['id', 'email', 'added_by_hand', 'name']);
  });

  it('judges what is applied as well on request', () => {
    expect(analyses({ judgesApplied: true })[1]).toMatchObject({ applied: false, rules: expect.arrayContaining(['create-index-blocking']) as string[], before: ['id', 'email'] });
  });
});
