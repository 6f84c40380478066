import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withoutLiterals } from '../../server/src/core/blockers/hide-literals';
import { blockersReport, migrationLocks, type BlockersReport } from '../../server/src/core/blockers/report';
import { analyze } from '../../server/src/core/analyze';
import { createMemo } from '../../server/src/core/memo';
import { NO_STATISTICS } from '../../server/src/core/schema/statistics';
import { knownDatabase } from '../../server/src/core/snapshot';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { wordsOf } from '../../server/src/core/words-of';
import { readActivityOf, readContents } from '../../server/src/databases/database';
import { blockersText } from '../../server/src/reporters/blockers';
import { startServer, type Major, type Server } from '../postgres/servers';

describe.each<Major>([13, 15, 18])('PostgreSQL %i', (major) => {
  let server: Server;
  let admin: pg.Client;
  beforeAll(async () => {
    await loadPostgresParser();
    server = await startServer(major);
    admin = await server.connect();
    await admin.query(`
      CREATE TABLE orders (id bigint PRIMARY KEY, note text); CREATE TABLE "Odd Name" (id int); CREATE TABLE quiet (id int);
      INSERT INTO orders SELECT n, 'n' FROM generate_series(1, 1000) n; CREATE ROLE little LOGIN`);
  }, 120_000);
  afterAll(async () => {
    await server.stop();
  });

  const reportOn = async (sql: string, user = 'postgres'): Promise<BlockersReport> => {
    const url = server.url().replace('postgres@', `${user}@`);
    const { catalog, sizes, settings, version } = await readContents(url, wordsOf(sql));
    const known = knownDatabase({ catalog, sizes, settings, server: { dialect: 'postgresql', version } }, 'connection');
    const analysis = analyze({ path: 'a.sql', text: sql, target: known.target, schema: known.schema, statistics: known.statistics, options: {}, severities: {}, tool: undefined } as unknown as Parameters<typeof analyze>[0], createMemo());
    return blockersReport(migrationLocks(analysis), await readActivityOf(url), NO_STATISTICS);
  };
  const session = async (application: string): Promise<{ readonly client: pg.Client; readonly pid: number }> => {
    const client = await server.connect();
    await client.query(`SET application_name = '${application}'`);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return { client, pid: rows[0]?.pid ?? 0 };
  };

  test('idle in transaction: who, since when, what it holds, and nobody’s values', async () => {
    const { client, pid } = await session('web');
    await client.query("BEGIN; SELECT note FROM orders WHERE note = 'secret' /* token */ AND id = 4711");
    const { blockers, claims } = await reportOn('-- a comment\nALTER TABLE orders ADD COLUMN extra int;');
    expect(blockers).toEqual([
      {
        id: `pid ${String(pid)}`,
        pid,
        what: 'idle in transaction',
        application: 'web',
        user: 'postgres',
        age: expect.stringMatching(/ (?:s|ms|min)$/u) as string,
        query: 'BEGIN; SELECT note FROM orders WHERE note = ? AND id = ?',
        why: ['holds ACCESS SHARE on orders; line 2 wants ACCESS EXCLUSIVE'],
        advice: 'Ask its owner to commit, or end the session.',
        statement: `SELECT pg_terminate_backend(${String(pid)});`,
      },
    ]);
    expect(claims).toMatchObject([{ relation: 'orders', mode: 'ACCESS EXCLUSIVE', blocks: ['read', 'write', 'ddl'], line: 2, usedBy: [{ application: 'web', sessions: 1 }] }]);
    // A lock that does not conflict, another table, a comment: nobody is in the way.
    expect((await reportOn('CREATE INDEX ON orders (note);')).blockers).toEqual([]);
    expect((await reportOn('ALTER TABLE quiet ADD COLUMN extra int;')).blockers).toEqual([]);
    await client.end();
  });

  test('a role that may see little says so', async () => {
    const { client } = await session('web');
    await client.query('BEGIN; LOCK TABLE "Odd Name" IN SHARE MODE');
    const { blockers, notes } = await reportOn('ALTER TABLE "Odd Name" ADD COLUMN extra int;', 'little');
    expect(blockers).toMatchObject([{ application: 'web', age: undefined, query: undefined, what: 'session', why: ['holds SHARE on "Odd Name"; line 1 wants ACCESS EXCLUSIVE'] }]);
    expect(notes.join()).toMatch(/this role may see neither age nor query/u);
    await client.end();
  });

  test('a prepared transaction', async () => {
    await admin.query("BEGIN; INSERT INTO orders VALUES (-1, 'x'); PREPARE TRANSACTION 'left ''over'");
    const { blockers } = await reportOn('CREATE INDEX ON orders (note);');
    expect(blockers).toMatchObject([{ what: 'prepared transaction', application: "left 'over", statement: "ROLLBACK PREPARED 'left ''over';", why: ['holds ROW EXCLUSIVE on orders; line 1 wants SHARE'] }]);
    await admin.query(blockers[0]?.statement ?? '');
    expect((await reportOn('CREATE INDEX ON orders (note);')).blockers).toEqual([]);
  });

  test('CONCURRENTLY waits for snapshots of other tables', async () => {
    const { client } = await session('report');
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM quiet');
    const { blockers } = await reportOn('CREATE INDEX CONCURRENTLY orders_note ON orders (note);');
    expect(blockers).toMatchObject([{ application: 'report', why: ['has an open snapshot; line 1 waits for the end of every older transaction'] }]);
    await client.end();
  });

  test('who waits for whom, and how far it is, while it runs', async () => {
    const [holder, migration, reader] = [await session('holder'), await session('migration'), await session('reader')];
    await holder.client.query('BEGIN; INSERT INTO orders VALUES (-2)');
    const index = migration.client.query('CREATE INDEX CONCURRENTLY orders_slow ON orders (note)');
    const waited = await until(() => reportOn('SELECT 1;'), ({ progress }) => progress.length > 0);
    expect(waited.progress).toMatchObject([{ title: 'CREATE INDEX CONCURRENTLY on orders', pid: migration.pid, phase: 'waiting for writers before build' }]);
    await holder.client.query('COMMIT');
    await index;
    await holder.client.query('BEGIN; INSERT INTO orders VALUES (-3)');
    const change = migration.client.query('ALTER TABLE orders ADD COLUMN waited int');
    await until(() => reportOn('SELECT 1;'), (report) => report.waits.length > 0);
    const blocked = reader.client.query('SELECT FROM orders');
    const { waits } = await until(() => reportOn('SELECT 1;'), (report) => JSON.stringify(report.waits).includes('reader'));
    // The reader waits for the migration, which only asks for its lock; and for nobody else.
    expect(waits).toMatchObject([
      {
        pid: holder.pid,
        application: 'holder',
        what: 'idle in transaction',
        wants: undefined,
        waiting: [{ pid: migration.pid, application: 'migration', wants: 'ACCESS EXCLUSIVE on orders', waiting: [{ pid: reader.pid, application: 'reader', wants: 'ACCESS SHARE on orders', waiting: [] }] }],
      },
    ]);
    await holder.client.query('ROLLBACK');
    await Promise.all([change, blocked]);
    for (const { client } of [holder, migration, reader]) await client.end();
  });

  test('what is left behind, with the statement that mends it', async () => {
    await admin.query(`
      CREATE TABLE doubles (id int, parent bigint); INSERT INTO doubles SELECT 1, 1 FROM generate_series(1, 2000); ALTER TABLE doubles ADD CONSTRAINT "Must be" CHECK (id > 0) NOT VALID;
      CREATE SEQUENCE tickets AS smallint; SELECT setval('tickets', 30000);
      CREATE MATERIALIZED VIEW "Sums" AS SELECT sum(id) FROM doubles WITH NO DATA;
      CREATE TABLE narrow (id serial); SELECT setval('narrow_id_seq', 2147483000); CREATE SEQUENCE short MAXVALUE 10; SELECT setval('short', 9)`);
    await admin.query('CREATE UNIQUE INDEX CONCURRENTLY doubles_key ON doubles (id)').catch(() => undefined);
    const report = await until(() => reportOn('ALTER TABLE doubles ADD COLUMN x int;'), ({ leftovers }) => leftovers.some(({ kind, relation }) => kind === 'wants ANALYZE' && relation === 'public.doubles'));
    const own = report.leftovers.filter(({ relation }) => ['public.doubles', 'public.tickets', 'public."Sums"', 'public.short'].includes(relation));
    expect(own.map(({ kind, statement }) => [kind, statement])).toEqual([
      ['invalid index', 'REINDEX INDEX CONCURRENTLY public.doubles_key;'],
      ['constraint not validated', 'ALTER TABLE public.doubles VALIDATE CONSTRAINT "Must be";'],
      ['wants ANALYZE', 'ANALYZE public.doubles;'],
      ['view without rows', 'REFRESH MATERIALIZED VIEW public."Sums";'],
      ['sequence near its end', 'ALTER SEQUENCE public.tickets AS bigint;'],
      ['sequence near its end', 'ALTER SEQUENCE public.short NO MAXVALUE;'],
    ]);
    // The column cannot hold more either: no one statement mends that.
    expect(report.leftovers.find(({ relation }) => relation === 'public.narrow_id_seq')).toMatchObject({ statement: undefined, message: 'The sequence narrow_id_seq (integer) has used 99 % of its numbers. Its column (integer) must become a bigint first.' });
    expect(own.find(({ relation }) => relation === 'public.tickets')?.message).toBe('The sequence tickets (smallint) has used 91 % of its numbers.');
    const { rowCount: deleted } = await admin.query('DELETE FROM doubles WHERE ctid <> (SELECT min(ctid) FROM doubles)');
    // A session tells what it changed up to ten seconds later, which would be changes since the ANALYZE.
    await until(async () => (await admin.query<{ count: string }>("SELECT n_tup_del AS count FROM pg_stat_user_tables WHERE relname = 'doubles'")).rows, ([row]) => Number(row?.count) >= Number(deleted));
    for (const { statement } of own) if (statement !== undefined) await admin.query(statement);
    const after = await until(() => reportOn('ALTER TABLE doubles ADD COLUMN x int;'), ({ leftovers }) => !leftovers.some(({ relation }) => relation === 'public.doubles'));
    const mended = ['public.doubles', 'public.tickets', 'public."Sums"', 'public.short'];
    expect(after.leftovers.filter(({ relation }) => mended.includes(relation))).toEqual([]);
    expect(blockersText(after, { colour: false, width: 100 })).toContain('Nothing would block this migration now.');
  });

  test.runIf(major >= 14)('a partition whose detaching was interrupted', async () => {
    await admin.query('CREATE TABLE parted (id int) PARTITION BY LIST (id); CREATE TABLE "Part 1" PARTITION OF parted FOR VALUES IN (1)');
    const { client } = await session('reader');
    await client.query('BEGIN; SELECT FROM parted');
    // The first half is committed; the second one waits for the reader.
    await expect(admin.query('SET statement_timeout = 300').then(() => admin.query('ALTER TABLE parted DETACH PARTITION "Part 1" CONCURRENTLY'))).rejects.toThrow(/statement timeout/u);
    await client.end();
    await admin.query('RESET statement_timeout');
    const found = (await reportOn('SELECT 1;')).leftovers.filter(({ kind }) => kind === 'partition half detached');
    expect(found).toEqual([
      {
        kind: 'partition half detached',
        relation: 'public.parted',
        message: 'The partition "Part 1" is half detached from parted: DETACH … CONCURRENTLY was interrupted.',
        statement: 'ALTER TABLE public.parted DETACH PARTITION public."Part 1" FINALIZE;',
      },
    ]);
    await admin.query(found[0]?.statement ?? '');
    expect((await reportOn('SELECT 1;')).leftovers.filter(({ kind }) => kind === 'partition half detached')).toEqual([]);
  });
});

/** Asks again until something is so: the server tells its counters late. */
async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const answer = await ask();
    if (isSo(answer) || attempt === 100) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test.each([
  ["SELECT 'it''s' || E'a\\'b' || $$body$$, 42, 1.5e3", 'SELECT ? || ? || ?, ?, ?'],
  ["SELECT secret -- 'x'\nFROM t", 'SELECT secret FROM t'],
  ["UPDATE t SET a = 'cut off by the serv", 'UPDATE t SET a = ?'],
  ['SELECT "Name" FROM "open', 'SELECT "Name" FROM ?'],
  ['autovacuum: VACUUM public.t (to prevent wraparound)', 'autovacuum: VACUUM public.t (to prevent wraparound)'],
  ['INSERT INTO t VALUES ($1, $2)', 'INSERT INTO t VALUES ($1, $2)'],
])('literals of %s', (query, shown) => {
  expect(withoutLiterals(query)).toBe(shown);
});
