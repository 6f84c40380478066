import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyze } from '../../server/src/core/analyze';
import { MOST_ROWS } from '../../server/src/core/estimate/rehearsal';
import { createMemo } from '../../server/src/core/memo';
import { knownDatabase, type KnownDatabase } from '../../server/src/core/snapshot';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { readContents } from '../../server/src/databases/database';
import { planInWords, rehearsalPlan, rehearse, type Rehearsal } from '../../server/src/databases/rehearsal/rehearse';
import { startServer, type Server } from '../postgres/servers';

/** 300,000 orders do not fit; each points at one of 40,000 users. */
const SCHEMA = `
  CREATE SCHEMA "Sales";
  CREATE TYPE "Sales".state AS ENUM ('open', 'it''s done');
  CREATE DOMAIN price AS numeric CHECK (VALUE >= 0);
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, tags text[] DEFAULT '{}');
  INSERT INTO users (name) SELECT 'user ''' || n || E'\\n' FROM generate_series(1, 40000) n;
  CREATE TABLE "Sales"."Orders" (id serial PRIMARY KEY, dropped int, user_id bigint, state "Sales".state DEFAULT 'open', amount price, twice numeric GENERATED ALWAYS AS (amount * 2) STORED, at date);
  ALTER TABLE "Sales"."Orders" DROP COLUMN dropped;
  INSERT INTO "Sales"."Orders" (user_id, amount, at) SELECT 1 + n % 40000, n, '2024-01-01'::date + n % 300 FROM generate_series(1, 300000) n;
  CREATE INDEX ON "Sales"."Orders" (at) WHERE state = 'open';
  CREATE TRIGGER touched BEFORE UPDATE ON "Sales"."Orders" FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE VIEW cheap AS SELECT * FROM "Sales"."Orders" WHERE amount < 10;
  CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
  CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  INSERT INTO parts SELECT n, '2024-03-01' FROM generate_series(1, 1000) n;
  CREATE TABLE secrets (token text); INSERT INTO secrets VALUES ('do not copy');
`;

const MIGRATION = `
CREATE INDEX orders_user ON "Sales"."Orders" (user_id);
BEGIN;
ALTER TABLE "Sales"."Orders" ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE users ADD COLUMN name int;
UPDATE "Sales"."Orders" SET amount = amount + 1;
COMMIT;
CREATE INDEX CONCURRENTLY parts_id ON parts_1 (id);
`;

describe('a rehearsal', () => {
  let server: Server;
  let admin: pg.Client;
  let shop: pg.Client;
  let known: KnownDatabase;
  beforeAll(async () => {
    await loadPostgresParser();
    server = await startServer(16);
    admin = await server.connect();
    await admin.query('CREATE DATABASE shop');
    shop = await server.connect('shop');
    await shop.query(SCHEMA);
    await shop.query('ANALYZE');
    const { version, ...contents } = await readContents(server.url('shop'));
    known = knownDatabase({ ...contents, server: { dialect: 'postgresql', version } }, 'connection');
  }, 120_000);
  afterAll(async () => {
    await server.stop();
  });

  const analyse = (text: string) => ({ schema, statistics, target }: KnownDatabase) => [
    analyze({ path: 'migrations/1.sql', text, schema, statistics, target, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined }, createMemo()),
  ];
  const run = (text: string, { source = 'shop', stage = 'postgres', signal = new AbortController().signal, progress = (): void => undefined }: { source?: string; stage?: string; signal?: AbortSignal; progress?: (what: string) => void } = {}): Promise<Rehearsal> =>
    rehearse(server.url(source), server.url(stage), known, { signal, progress, analyse: analyse(text) });
  const leftOver = async (): Promise<unknown[]> => (await admin.query<{ datname: string }>("SELECT datname FROM pg_database WHERE datname LIKE 'lockscope%'")).rows;

  test('says beforehand what is copied: no more than so many rows, and nothing that the migration has nothing to do with', () => {
    const plan = rehearsalPlan(analyse(MIGRATION)(known), known);
    expect(plan.tables.map(({ relation }) => relation).sort()).toEqual(['"Sales"."Orders"', 'public.parts_1', 'public.users'].sort());
    expect(plan.tables.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThanOrEqual(MOST_ROWS);
    expect(planInWords(plan)).toEqual(['all 1,000 rows of parts_1', 'all 40,000 rows of users', 'at most 159,000 rows of "Sales"."Orders"']);
  });

  test('runs every statement on a copy, whose transaction goes on after one that fails, and leaves nothing behind', async () => {
    const seen: string[] = [];
    const { statements, notes } = await run(MIGRATION, { progress: (what) => seen.push(what) });
    expect(statements.map(({ text, failure }) => [text.trim().slice(0, 22), failure])).toEqual([
      ['CREATE INDEX orders_us', undefined],
      ['BEGIN', undefined],
      ['ALTER TABLE "Sales"."O', undefined],
      ['ALTER TABLE users ADD ', 'column "name" of relation "users" already exists'],
      ['UPDATE "Sales"."Orders', undefined],
      ['COMMIT', undefined],
      ['CREATE INDEX CONCURREN', undefined],
    ]);
    for (const index of [0, 2, 4]) expect(statements[index]?.rehearsed?.factor).toBeGreaterThan(0);
    const rows = statements[0]?.rehearsed?.rows ?? 0;
    expect(rows).toBeGreaterThan(100_000);
    expect(rows).toBeLessThanOrEqual(MOST_ROWS);
    expect(notes).toEqual([]);
    expect(seen).toContain('copying "Sales"."Orders"');
    expect(await leftOver()).toEqual([]);
    const { rows: after } = await shop.query('SELECT count(*)::int AS count, max(amount)::int AS amount FROM "Sales"."Orders"');
    expect(after).toEqual([{ count: 300_000, amount: 300_000 }]);
  }, 60_000);

  test.each([
    ['the database', 'shop', {}],
    ['the server to rehearse on', 'staged', { stage: 'staged' }],
  ])('never happens where %s is marked as production', async (_, database, where) => {
    if (database === 'staged') await admin.query('CREATE DATABASE staged');
    await admin.query(`ALTER DATABASE ${database} SET lockscope.production = on`);
    await expect(run(MIGRATION, where)).rejects.toThrow(new RegExp(`^${database} on .* is marked as production \\(lockscope\\.production\\)`, 'u'));
    await admin.query(`ALTER DATABASE ${database} RESET lockscope.production`);
    expect(await leftOver()).toEqual([]);
  });

  test('can be cancelled, and then leaves nothing behind either', async () => {
    const stop = new AbortController();
    await expect(run('SELECT pg_sleep(60)', { signal: stop.signal, progress: (what) => { if (what.startsWith('running')) setTimeout(() => { stop.abort(); }, 50); } })).rejects.toThrow('the rehearsal was cancelled');
    expect(await leftOver()).toEqual([]);
  });

  test('says so where no database may be made', async () => {
    await admin.query('CREATE ROLE guest LOGIN');
    await expect(rehearse(server.url('shop'), server.url().replace('postgres@', 'guest@'), known, { signal: new AbortController().signal, progress: () => undefined, analyse: analyse('SELECT 1') })).rejects.toThrow(/permission denied to create database|may not/u);
  });
});
