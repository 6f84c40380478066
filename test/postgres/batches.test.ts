/** UPDATE and DELETE in batches, on real servers: the rows end as the single statement would have left them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type pg from 'pg';
import { NOTHING } from '../../server/src/core/effects/postgres/effects';
import { batchBlock } from '../../server/src/core/rewrites/batches/block';
import { batchPlan } from '../../server/src/core/rewrites/batches/plan';
import { loadRewriter } from '../../server/src/core/rewrites/batches/typed-tree';
import { schemaFromDdl } from '../../server/src/core/schema/postgres/load';
import { UNKNOWN_SCHEMA } from '../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../server/src/core/schema/statistics';
import { SchemaEditor } from '../../server/src/core/schema/editor';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../server/src/core/sql/postgres/parse';
import { firstMoment } from '../../server/src/core/timeline';
import { fingerprint } from './proof';
import { startServer, type Server } from './servers';

const SCHEMA = `
  CREATE SCHEMA "App";
  CREATE TABLE users (id bigint PRIMARY KEY, name text, email text, score integer NOT NULL DEFAULT 0, seen timestamptz, active boolean NOT NULL DEFAULT true);
  CREATE TABLE "App"."Order Lines" ("order" integer NOT NULL, "Line" integer NOT NULL, total numeric, PRIMARY KEY ("order", "Line"));
  CREATE TABLE keyless (a integer, b text);
  CREATE TABLE by_name (name text COLLATE "C" NOT NULL, n integer, CONSTRAINT by_name_name UNIQUE (name));
  CREATE TABLE parts (id integer NOT NULL, day date NOT NULL, done boolean, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
  CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
  CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
  CREATE TABLE bans (user_id bigint, reason text);`;

const DATA = `
  INSERT INTO users SELECT g * 3, CASE WHEN g % 4 > 0 THEN 'User ' || g END, 'U' || g || '@X.org', g % 50 FROM generate_series(1, 333) g;
  INSERT INTO "App"."Order Lines" SELECT g / 4, g % 4, g * 1.5 FROM generate_series(1, 205) g;
  INSERT INTO keyless SELECT CASE WHEN g % 3 > 0 THEN g END, 'b' || g FROM generate_series(1, 157) g;
  INSERT INTO by_name SELECT chr(65 + g % 26) || g, g FROM generate_series(1, 97) g;
  INSERT INTO parts SELECT g, date '2024-01-01' + g, false FROM generate_series(1, 300) g;
  INSERT INTO bans SELECT g * 6, 'spam' FROM generate_series(1, 100) g;`;

/** What can be done in batches, and by what they walk. */
const POSSIBLE: readonly (readonly [sql: string, walk: string])[] = [
  [`UPDATE users SET score = score + 1`, 'id'],
  [`UPDATE public.users SET score = 7 WHERE name IS NULL OR score > 40`, 'id'],
  [`update only users as u set "email" = lower(u.email) where u.id > 0`, 'id'],
  [`UPDATE users u SET name = b.reason FROM bans b WHERE b.user_id = u.id AND u.score < 40`, 'id'],
  [`WITH worst AS (SELECT user_id FROM bans) UPDATE users SET score = 0 WHERE id IN (SELECT user_id FROM worst)`, 'id'],
  [`UPDATE users SET score = -1 WHERE id < 200 RETURNING id, name`, 'id'],
  [`UPDATE users SET name = 'it''s; $batches$ \\' -- no comment', email = NULL -- a comment\nWHERE score = 3 -- another`, 'id'],
  [`UPDATE users SET name = 'line one\n  line two' WHERE name IS NULL`, 'id'],
  [`UPDATE users SET active = name IS DISTINCT FROM email FROM bans WHERE bans.user_id = id AND name IS DISTINCT FROM 'x'`, 'id'],
  [`UPDATE users SET name = 'x' WHERE name IS DISTINCT FROM 'x'`, 'id'],
  [`DELETE FROM users WHERE score < 25`, 'id'],
  [`DELETE FROM users WHERE name IS NOT DISTINCT FROM NULL`, 'id'],
  [`DELETE FROM users`, 'id'],
  [`DELETE FROM users USING bans WHERE bans.user_id = users.id`, 'id'],
  [`UPDATE "App"."Order Lines" SET total = total * 2 WHERE "Line" <> 2`, 'order,Line'],
  [`DELETE FROM "App"."Order Lines" AS l WHERE l."order" > 20 AND l.total > 10`, 'order,Line'],
  [`UPDATE by_name SET n = n * 10`, 'name'],
  [`UPDATE parts SET done = true WHERE NOT done`, 'day,id'],
  [`DELETE FROM keyless WHERE a > 20`, ''],
  [`DELETE FROM keyless`, ''],
  [`DELETE FROM keyless k USING bans WHERE bans.user_id = k.a * 3`, ''],
  [`WITH worst AS (SELECT user_id FROM bans) DELETE FROM keyless WHERE a * 3 IN (SELECT user_id FROM worst)`, ''],
  [`DELETE FROM keyless WHERE b < now()::text OR b > 'b'`, ''],
  [`UPDATE keyless SET a = 0 WHERE a IS NULL`, ''],
  [`UPDATE keyless SET b = 'x' WHERE b <> 'x' AND a > 3`, ''],
  [`UPDATE keyless k SET a = -1 FROM bans WHERE bans.user_id = k.a * 3 AND k.a IS NOT NULL AND k.b <> 'y' AND k.a <> -1`, ''],
  [`UPDATE by_name SET name = 'Z' || n, n = 0 WHERE n <> 0`, ''],
];

/** What cannot, and the reason that people are given. */
const IMPOSSIBLE: readonly (readonly [sql: string, reason: RegExp])[] = [
  [`UPDATE keyless SET a = a + 1`, /no primary key and no unique NOT NULL key/u],
  [`UPDATE keyless SET a = 1 WHERE b = 'x'`, /no primary key and no unique NOT NULL key/u],
  [`UPDATE users SET id = id + 1`, /changes the key id/u],
  [`DELETE FROM users WHERE score < (SELECT avg(score) FROM users)`, /reads users while it changes it/u],
  [`WITH gone AS (DELETE FROM bans RETURNING user_id) UPDATE users SET score = 0 FROM gone WHERE gone.user_id = id`, /WITH clause changes data/u],
  [`UPDATE users SET score = 1 WHERE CURRENT OF c`, /cursor/u],
];

function plan(sql: string, version = 18, schema = schemaFromDdl(SCHEMA).schema) {
  const [statement] = statementsOf(sql, createParseMemo());
  if (statement?.parsed.ok !== true) throw new Error(`does not parse: ${sql}`);
  return batchPlan({
    path: 'migrations/001.sql',
    parsed: statement.parsed,
    effects: NOTHING,
    moment: firstMoment({ wrapper: 'none', send: 'statement' }),
    before: new SchemaEditor(schema),
    target: { dialect: 'postgresql', version, source: 'setting' },
    options: { lockBudget: 500, batchSize: 100 },
    statistics: NO_STATISTICS,
  });
}

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

describe('what is refused, and why', () => {
  test.each(IMPOSSIBLE)('%s', (sql, reason) => {
    const result = plan(sql);
    expect(result.possible ? 'possible' : result.reason).toMatch(reason);
  });

  test('before PostgreSQL 11 a block cannot commit', () => {
    expect(plan('DELETE FROM users', 10)).toMatchObject({ possible: false });
  });
});

describe.each([12, 18] as const)('PostgreSQL %i', (major) => {
  let server: Server;
  let admin: pg.Client;
  beforeAll(async () => {
    server = await startServer(major);
    admin = await server.connect();
    await admin.query('CREATE DATABASE world');
    const world = await server.connect('world');
    await world.query(SCHEMA);
    await world.query(DATA);
    await world.end();
  });
  afterAll(() => server.stop());

  let copies = 0;
  /** Hands over the name of a copy of the world, and removes it afterwards; its sessions have to be ended by then. */
  async function inCopy<T>(use: (name: string) => Promise<T>): Promise<T> {
    const name = `copy_${(copies += 1)}`;
    await admin.query(`CREATE DATABASE ${name} TEMPLATE world ${major >= 15 ? 'STRATEGY file_copy' : ''}`);
    try {
      return await use(name);
    } finally {
      await admin.query(`DROP DATABASE ${name}`);
    }
  }

  function run(sql: string): Promise<{ readonly lines: readonly string[]; readonly notices: readonly string[] }> {
    return inCopy(async (name) => {
      const client = await server.connect(name);
      const notices: string[] = [];
      client.on('notice', ({ message }) => notices.push(message ?? ''));
      try {
        await client.query(sql);
        return { lines: await fingerprint(client), notices };
      } finally {
        await client.end();
      }
    });
  }

  test.each(POSSIBLE)('%s', async (sql, walk) => {
    const found = plan(sql, major);
    if (!found.possible) throw new Error(found.reason);
    expect(found.walk.by === 'key' ? found.walk.key.columns.map((column) => column.replaceAll('"', '')).join() : '').toBe(walk);
    const block = batchBlock(found, { batchSize: 100, newline: '\r\n', indent: '  ' });
    const [single, batched] = [await run(sql), await run(block.replaceAll('\r\n', '\n'))];
    expect(batched.lines, block).toEqual(single.lines);
    expect(batched.notices.length, block).toBeGreaterThan(0);
  });

  test.each(['DELETE FROM keyless WHERE a = 5', "UPDATE keyless SET a = -5 WHERE a = 5 AND b <> ''"])('a row that somebody changes meanwhile is not passed by: %s', async (sql) => {
    const found = plan(sql, major);
    if (!found.possible) throw new Error(found.reason);
    await inCopy(async (name) => {
      const [other, client] = [await server.connect(name), await server.connect(name)];
      try {
        await other.query("BEGIN; UPDATE keyless SET b = b || '!' WHERE a = 5");
        const batched = client.query(batchBlock(found, { batchSize: 100, newline: '\n', indent: '' }));
        await expect.poll(async () => (await admin.query("SELECT FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'", [name])).rowCount).toBe(1);
        await other.query('COMMIT');
        await batched;
        expect((await client.query('SELECT FROM keyless WHERE a = 5')).rowCount).toBe(0);
      } finally {
        await other.end();
        await client.end();
      }
    });
  });

  test('all rows get the same time', async () => {
    const found = plan('UPDATE users SET seen = now(), name = current_date::text || CURRENT_TIMESTAMP(0)', major);
    if (!found.possible) throw new Error(found.reason);
    const client = await server.connect('world');
    await client.query(batchBlock(found, { batchSize: 100, newline: '\n', indent: '' }));
    const { rows } = await client.query<{ times: string; names: string }>('SELECT count(DISTINCT seen) AS times, count(DISTINCT name) AS names FROM users');
    await client.end();
    expect(rows[0]).toEqual({ times: '1', names: '1' });
  });

  test('a table nobody declared is checked for the key that was assumed', async () => {
    const found = plan('UPDATE keyless SET a = a + 1', major, UNKNOWN_SCHEMA);
    if (!found.possible) throw new Error(found.reason);
    await expect(run(batchBlock(found, { batchSize: 100, newline: '\n', indent: '' }))).rejects.toThrow();
    const users = plan('UPDATE users SET score = score + 1', major, UNKNOWN_SCHEMA);
    if (!users.possible) throw new Error(users.reason);
    expect((await run(batchBlock(users, { batchSize: 100, newline: '\n', indent: '' }))).notices).toContain('333 rows done');
  });
});
