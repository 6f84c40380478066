import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyze } from '../../server/src/core/analyze';
import { calibrate, calibrated, readCalibration } from '../../server/src/core/estimate/calibration';
import type { StatementEstimate } from '../../server/src/core/estimate/estimate';
import { estimateMigration } from '../../server/src/core/estimate/migration';
import { timingsOfPast, timingsOfSamples, type Known } from '../../server/src/core/estimate/past';
import { createMemo } from '../../server/src/core/memo';
import { objectName } from '../../server/src/core/schema/names';
import { knownDatabase } from '../../server/src/core/snapshot';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { readContents } from '../../server/src/databases/database';
import { planSample, takeSample } from '../../server/src/databases/postgres/sample';
import { readPastStatements } from '../../server/src/databases/postgres/timings';
import { startServer, type Server } from '../postgres/servers';

const ROWS = 60_000;

const SCHEMA = `
  CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
  INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, ${String(ROWS / 10)}) n;
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, random int, low int, word text, at timestamptz, maybe int);
  INSERT INTO orders SELECT n, 1 + n % ${String(ROWS / 10)}, hashint8(n), n % 10, md5(n::text), '2020-01-01'::timestamptz + n * interval '1 s', CASE WHEN n % 4 = 0 THEN n END
    FROM generate_series(1, ${String(ROWS)}) n;
  CREATE INDEX orders_word ON orders (word);
  CREATE TABLE empty (id int);
  CREATE EXTENSION pg_stat_statements;
`;

describe('estimates and a real server', () => {
  let server: Server;
  let client: pg.Client;
  let known: Known;
  beforeAll(async () => {
    await loadPostgresParser();
    server = await startServer(17, { shared_preload_libraries: 'pg_stat_statements' });
    client = await server.connect();
    await client.query(SCHEMA);
    await client.query('VACUUM (ANALYZE)');
    const { version, ...contents } = await readContents(server.url());
    known = knownDatabase({ ...contents, server: { dialect: 'postgresql', version } }, 'connection');
  }, 60_000);
  afterAll(async () => {
    await server.stop();
  });

  const estimate = (sql: string): StatementEstimate | undefined => {
    const input = { path: 'migrations/1.sql', text: sql, ...known, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined };
    return estimateMigration(analyze(input, createMemo()), known.statistics).statements[0];
  };

  const number = async (sql: string): Promise<number> => Number((await client.query<{ n: string }>(`SELECT (${sql})::text AS n`)).rows[0]?.n);
  const wal = (): Promise<number> => number("pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')");

  /** Runs it, looks at what it wrote, and takes it back. */
  const written = async (sql: string, size: string): Promise<{ readonly bytes: number; readonly walBytes: number }> => {
    await client.query('BEGIN');
    const before = await wal();
    await client.query(sql);
    const walBytes = (await wal()) - before;
    const bytes = await number(size);
    await client.query('ROLLBACK');
    return { bytes, walBytes };
  };

  const within = (factor: number, estimated: number | undefined, actual: number): void => {
    expect(estimated).toBeGreaterThan(actual / factor);
    expect(estimated).toBeLessThan(actual * factor);
  };

  test.each([
    ['btree, integers', 'CREATE INDEX made ON orders (random)', 1.3],
    ['btree, text', 'CREATE INDEX made ON orders (word)', 1.3],
    ['btree, few values', 'CREATE INDEX made ON orders (low)', 1.5],
    ['btree, partial', 'CREATE INDEX made ON orders (maybe) WHERE maybe IS NOT NULL', 1.4],
    ['brin', 'CREATE INDEX made ON orders USING brin (at)', 2],
    ['hash', 'CREATE INDEX made ON orders USING hash (random)', 2],
  ])('an index: %s', async (_, sql, factor) => {
    const { bytes } = await written(sql, "pg_relation_size('made')");
    const [work] = estimate(sql)?.work ?? [];
    expect(work).toMatchObject({ kind: 'index build', rows: ROWS, bytesRead: await number("pg_relation_size('orders')") });
    within(factor, work?.bytesWritten, bytes);
  });

  test('a rewrite', async () => {
    const sql = 'ALTER TABLE orders ALTER COLUMN low TYPE bigint';
    const { bytes, walBytes } = await written(sql, "pg_relation_size('orders') + pg_indexes_size('orders')");
    const work = estimate(sql)?.work ?? [];
    expect(work.map(({ kind }) => kind).sort()).toEqual(['index build', 'index build', 'rewrite']);
    within(1.3, work.reduce((sum, { bytesWritten }) => sum + (bytesWritten ?? 0), 0), bytes);
    within(1.5, work.reduce((sum, part) => sum + (part.walBytes ?? 0), 0), walBytes);
  });

  test.each([
    ['every row, with index entries', 'UPDATE orders SET low = low + 1', ROWS],
    ['those that are NULL', 'UPDATE orders SET low = 0 WHERE maybe IS NULL', (ROWS * 3) / 4],
    ['DELETE', 'DELETE FROM orders', ROWS],
  ])('a change of rows: %s', async (_, sql, rows) => {
    const { walBytes } = await written(sql, '0');
    const [work] = estimate(sql)?.work ?? [];
    within(1.02, work?.rows, rows);
    within(2, work?.walBytes, walBytes);
    await client.query('VACUUM FULL orders');
  });

  test('what past statements took, and what that teaches', async () => {
    await client.query('SELECT pg_stat_statements_reset()');
    await client.query('CREATE INDEX made ON orders (random)');
    await client.query('REINDEX TABLE orders');
    const past = await readPastStatements(server.url());
    expect(past).toMatchObject({ available: true });
    const statements = past.available ? past.statements : [];
    expect(statements.map(({ text, calls }) => [text.slice(0, 12), calls]).sort()).toEqual([['CREATE INDEX', 1], ['REINDEX TABL', 1]]);
    const timings = timingsOfPast(statements, known);
    expect(timings.map(({ cost }) => cost)).toEqual(['index', 'index']);
    for (const { estimated, actual } of timings) {
      expect(estimated).toBeGreaterThan(0);
      expect(actual).toBeGreaterThan(0);
    }
    const learned = calibrate(timings);
    expect(readCalibration(JSON.parse(JSON.stringify(learned)))).toEqual(learned);
    await client.query('DROP INDEX made');
  });

  test('without the extension it says so', async () => {
    await client.query('DROP EXTENSION pg_stat_statements');
    expect(await readPastStatements(server.url())).toEqual({ available: false, why: 'the extension pg_stat_statements is not installed in this database' });
  });

  test('a sample reads a part of the table, and only that', async () => {
    const relation = objectName('public', 'orders');
    const probes = planSample([{ relation, column: 'word', rows: ROWS, bytes: await number("pg_relation_size('orders')") }, { relation: objectName('public', 'empty'), column: 'id', rows: 0, bytes: 0 }]);
    expect(probes.map(({ kind, relation: name }) => [kind, name])).toEqual([['scan', relation], ['sort', relation]]);
    const seen: string[] = [];
    const samples = await takeSample(server.url(), probes, { progress: ({ kind }) => seen.push(kind) });
    expect(seen).toEqual(['scan', 'sort']);
    // A probe that is too slow is left out.
    for (const { read } of samples) expect(read).toBe(ROWS);
    expect(timingsOfSamples(samples, known)).toHaveLength(samples.length);
    const aborted = new AbortController();
    aborted.abort();
    expect(await takeSample(server.url(), probes, { signal: aborted.signal })).toEqual([]);
    await client.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    expect(await takeSample(server.url(), probes)).toEqual([]);
    await client.query('ROLLBACK');
  });

  test.each([
    ['ALTER TABLE empty ALTER COLUMN id SET NOT NULL', 0],
    ['DELETE FROM empty', 0],
  ])('an empty table: %s', (sql, work) => {
    const { runs, work: parts } = estimate(sql) ?? {};
    expect(parts).toHaveLength(work);
    expect(runs?.likely).toBeGreaterThan(0);
    expect(Number.isFinite(runs?.high)).toBe(true);
  });
});

describe('calibration', () => {
  const times = (count: number, actual: number): { cost: 'index'; estimated: number; actual: number }[] => Array.from({ length: count }, () => ({ cost: 'index' as const, estimated: 1, actual }));

  test('a server that is three times as slow is believed the more, the more is seen', () => {
    const factors = [1, 5, 30].map((count) => calibrated(calibrate(times(count, 3))).factors.index.factor);
    expect(factors[0]).toBeGreaterThan(1.5);
    expect(factors[1]).toBeGreaterThan(factors[0] ?? Infinity);
    expect(factors[2]).toBeGreaterThan(2.5);
    expect(factors[2]).toBeLessThan(3.01);
    // Work that was never timed is taken to be slow, too, but with a wider range.
    const { rewrite, index } = calibrated(calibrate(times(30, 3))).factors;
    expect(rewrite.factor).toBeGreaterThan(1.5);
    expect(rewrite.spread).toBeGreaterThan(index.spread);
  });

  test('what cannot be is not believed', () => {
    const nonsense = [{ actual: NaN }, { actual: -1 }, { actual: Infinity }, { actual: 1e9 }, { estimated: 0 }].map((part) => ({ cost: 'index' as const, estimated: 1, actual: 1, ...part }));
    expect(calibrate(nonsense).classes).toEqual({});
    for (const value of [null, 1, {}, { version: 2, classes: {} }, { version: 1, classes: { index: { count: 0, mean: 0, variance: 0 } } }, { version: 1, classes: { index: { count: 1, mean: null, variance: 0 } } }]) {
      expect(readCalibration(value)).toBeUndefined();
    }
  });
});
