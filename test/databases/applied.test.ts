import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppliedRecord } from '../../server/src/core/applied';
import { readContents } from '../../server/src/databases/database';
import type { DocumentStatus } from '../../server/src/protocol';
import { Lockscope, type Outcome } from '../cli/lockscope';
import { startServer, type Server } from '../postgres/servers';
import { Editor } from '../protocol/editor';

const FILES: Readonly<Record<string, string>> = {
  'db/migrations/001_users.sql': '-- migrate:up\nCREATE TABLE users (id int PRIMARY KEY, email text);\n-- migrate:down\n',
  'db/migrations/002_index.sql': '-- migrate:up\nCREATE INDEX users_email ON users (email);\n-- migrate:down\n',
  'db/migrations/003_more.sql': '-- migrate:up\nCREATE INDEX users_email_2 ON users (lower(email));\n-- migrate:down\n',
};

describe('migrations that are applied', () => {
  let server: Server;
  let admin: pg.Client;
  let lockscope: Lockscope;
  let folder: string;
  beforeAll(async () => {
    server = await startServer(16);
    admin = await server.connect();
    await admin.query(`
      CREATE TABLE users (id int PRIMARY KEY, email text); CREATE INDEX users_email ON users (email); INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g; ANALYZE users;
      CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO schema_migrations VALUES ('001'), ('002');
      CREATE SCHEMA "Ops"; CREATE TABLE "Ops"."our history" (installed_rank int, version text, type text, script text, success bool, installed_on timestamp, secret text); INSERT INTO "Ops"."our history" VALUES (1, '1', 'SQL', 'x', true, '2024-05-06 07:08:09', 'hidden');
      CREATE TABLE goose_db_version (id int, version_id bigint, is_applied bool, tstamp timestamptz DEFAULT now()); ALTER TABLE goose_db_version ENABLE ROW LEVEL SECURITY;
      CREATE VIEW alembic_version AS SELECT 'a'::text AS version_num; CREATE TABLE changes (id int, name text);
      CREATE ROLE little LOGIN; GRANT SELECT ON users TO little`);
    lockscope = await Lockscope.build();
    folder = lockscope.project(FILES);
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    lockscope.dispose();
  });

  const read = async (url = server.url()): Promise<readonly AppliedRecord[]> => (await readContents(url, new Set(['users']))).applied;
  const check = (...options: readonly string[]): Promise<Outcome> => lockscope.run(['check', 'db/migrations', ...options], { cwd: folder });

  it('are read from the tables of their tools, found by name or by shape', async () => {
    expect(await read()).toEqual([
      { table: 'public.goose_db_version', columns: ['id', 'version_id', 'is_applied', 'tstamp'], unread: 'no privilege' },
      { table: 'public.schema_migrations', columns: ['version'], rows: [['001'], ['002']] },
      { table: '"Ops"."our history"', columns: ['installed_rank', 'version', 'type', 'success', 'installed_on'], rows: [['1', '1', 'SQL', 'true', '2024-05-06 07:08:09']] },
    ]);
  });

  it('are not known to a role that may not read them, and nobody waits for who has them locked', async () => {
    expect((await read(server.url().replace('postgres@', 'little@'))).map(({ table, unread }) => [table, unread])).toContainEqual(['public.schema_migrations', 'no privilege']);
    const holder = await server.connect();
    await holder.query('BEGIN; LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE');
    expect(await read()).toContainEqual({ table: 'public.schema_migrations', columns: ['version'], unread: 'locked' });
    await holder.end();
  });

  it('are not judged by the command line, unless it is asked to', async () => {
    const pretty = await check('--database-url', server.url(), '--fail-on', 'never');
    expect(pretty.stdout).toContain('2 files already applied, not judged');
    expect(pretty.stdout).not.toContain('002_index.sql');
    const json = JSON.parse((await check('--database-url', server.url(), '--fail-on', 'never', '--format', 'json')).stdout) as { files: { applied?: object; findings: object[] }[]; summary: object };
    expect(json.files.map(({ applied }) => applied)).toEqual([{ table: 'public.schema_migrations', on: null }, { table: 'public.schema_migrations', on: null }, undefined]);
    expect(json.files.map(({ findings }) => findings.length > 0)).toEqual([false, false, true]);
    expect(json.summary).toMatchObject({ files: 3, applied: 2 });
    expect((await check('--database-url', server.url(), '--fail-on', 'never', '--judge-applied')).stdout).toContain('002_index.sql');
  });

  it('are in the snapshot', async () => {
    const taken = await lockscope.run(['snapshot', '--database-url', server.url()], { cwd: folder });
    writeFileSync(path.join(folder, 'lockscope.snapshot.json'), taken.stdout);
    expect((await check('--snapshot', 'lockscope.snapshot.json', '--fail-on', 'never')).stdout).toContain('2 files already applied, not judged');
    const unknown = await check('--database-url', server.url().replace('postgres@', 'little@'), '--fail-on', 'never');
    expect(unknown.stderr).toContain('Which migrations are applied is not known: the role may not read public.schema_migrations');
    expect(unknown.stdout).toContain('002_index.sql');
  });

  it('have a lens in the editor and no findings, unless somebody asks', async () => {
    const editor = await Editor.start({ files: FILES, environment: { LOCKSCOPE_DATABASES: JSON.stringify([{ name: 'shop', url: server.url() }]) } });
    try {
      const uri = await editor.open('db/migrations/002_index.sql', FILES['db/migrations/002_index.sql'] ?? '');
      const status = (): Promise<DocumentStatus> => editor.connection.sendRequest('lockscope/documentStatus', { uri });
      await expect.poll(async () => (await status()).applied, { timeout: 20_000 }).toBe('Applied to shop');
      expect(await editor.diagnostics(uri)).toEqual([]);
      expect(await editor.lenses(uri)).toEqual(['0: Applied to shop: not judged']);
      await editor.connection.sendRequest('lockscope/analyzeFile', { uri });
      expect((await editor.diagnostics(uri)).map(({ code }) => code)).toContain('missing-lock-timeout');
      expect((await editor.lenses(uri))[0]).toBe('0: Applied to shop: judged all the same');
    } finally {
      await editor.stop();
    }
  });
});
