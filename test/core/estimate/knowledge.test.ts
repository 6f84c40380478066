import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../../server/src/core/analysis';
import { analyze } from '../../../server/src/core/analyze';
import { calibrate, constantsOf } from '../../../server/src/core/estimate/calibration';
import type { StatementEstimate } from '../../../server/src/core/estimate/estimate';
import { History } from '../../../server/src/core/estimate/history';
import { estimateMigration } from '../../../server/src/core/estimate/migration';
import { ranInWords } from '../../../server/src/core/estimate/words';
import { schemaFromDdl } from '../../../server/src/core/folder';
import { createMemo } from '../../../server/src/core/memo';
import type { Schema } from '../../../server/src/core/schema/schema';
import type { Pace } from '../../../server/src/core/schema/speed';
import { statisticsFrom, type RelationSizes, type ServerSettings, type Statistics } from '../../../server/src/core/schema/statistics';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';

const DDL = `
  CREATE TABLE users (id bigint PRIMARY KEY, email text, country char(2));
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE UNLOGGED TABLE empty (id int);
  CREATE FOREIGN TABLE far (id int) SERVER s;
`;
const M = 1_000_000;
const SIZES: RelationSizes = { 'public.users': { rows: M, bytes: 100 * M }, 'public.orders': { rows: M, bytes: 60 * M }, 'public.empty': { rows: 0, bytes: 0 } };
const SETTINGS: ServerSettings = { sharedBuffers: 512 * M, effectiveCacheSize: 4e9, maintenanceWorkMemory: 64 * M, parallelMaintenanceWorkers: 2, walLevel: 'replica', dataChecksums: false, collation: 'C' };
const target = { dialect: 'postgresql', version: 17, source: 'setting' } as const;

describe('what an estimate rests on', () => {
  beforeAll(loadPostgresParser);

  const memo = createMemo();
  let schema: Schema | undefined;
  const analysed = (text: string, statistics: Statistics): Analysis => {
    schema ??= schemaFromDdl({ path: 'schema.sql', text: DDL }, target, memo).schema;
    return analyze({ path: 'migrations/1.sql', text, target, schema, statistics, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined }, memo);
  };
  const known = (more: Partial<Statistics> = {}, sizes = SIZES): Statistics => ({ ...statisticsFrom(sizes, () => []), ...more });
  const first = (text: string, statistics: Statistics): StatementEstimate | undefined => estimateMigration(analysed(text, statistics), statistics).statements[0];
  const likely = (text: string, statistics: Statistics): number => first(text, statistics)?.runs?.likely ?? Number.NaN;
  const paced = (pace: Pace): Statistics => known({ settings: { ...SETTINGS, pace } });

  const INDEX = 'CREATE INDEX ON users (email);';

  test('a server whose processor takes twice as long for known work takes twice as long for the migration', () => {
    const [quick, slow] = [likely(INDEX, paced({ numbers: 0.3, texts: 0.9 })), likely(INDEX, paced({ numbers: 0.6, texts: 1.8 }))];
    expect(slow / quick).toBeGreaterThan(1.95);
    expect(slow / quick).toBeLessThan(2.05);
  });

  test.each<Pace>([{ numbers: 0, texts: 1 }, { numbers: Number.NaN, texts: 1 }, { numbers: 1e9, texts: 1e9 }])('a pace that cannot be is not believed: %j', (pace) => {
    expect(likely(INDEX, paced(pace)) / likely(INDEX, known({ settings: SETTINGS }))).toBeLessThan(11);
    expect(likely(INDEX, paced(pace))).toBeGreaterThan(0.01);
  });

  test('what was learned while the server was slow counts for less once it is quick again', () => {
    const timings = Array.from({ length: 20 }, () => ({ cost: 'index' as const, estimated: 1, actual: 4 }));
    const calibration = calibrate(timings, undefined, { numbers: 0.6, texts: 1.8 });
    const factor = (pace: Pace): number => constantsOf(known({ calibration, settings: { ...SETTINGS, pace } })).factors.index.factor;
    expect(factor({ numbers: 0.6, texts: 1.8 })).toBeGreaterThan(3);
    expect(factor({ numbers: 0.3, texts: 0.9 }) / factor({ numbers: 0.6, texts: 1.8 })).toBeCloseTo(0.5, 1);
  });

  test.each([
    ['UPDATE users SET country = NULL WHERE email LIKE \'a%\'', 1234],
    ['DELETE FROM users WHERE length(email) > 3', 1234],
    ['INSERT INTO orders SELECT u.id, o.user_id FROM users u JOIN orders o ON o.user_id = u.id', 1234],
    ['MERGE INTO users u USING orders o ON o.user_id = u.id WHEN MATCHED THEN UPDATE SET country = \'xx\'', 1234],
  ])('the rows that the planner expects: %s', (sql, expected) => {
    const { work = [] } = first(sql, known({ changedBy: () => expected })) ?? {};
    expect(work.find(({ kind }) => kind === 'update' || kind === 'delete' || kind === 'insert')?.rows).toBe(expected);
  });

  test('what the planner expects of all rows does not count: those are known', () => {
    expect(first('DELETE FROM users', known({ changedBy: () => 7 }))?.work[0]?.rows).toBe(M);
  });

  test('a rehearsed statement takes as much longer as it did on the copy, and is surer', () => {
    const usual = first(INDEX, known());
    const rehearsed = first(INDEX, known({ rehearsed: () => ({ factor: 3, rows: 100_000 }) }));
    expect(rehearsed?.basis).toBe('rehearsed');
    expect((rehearsed?.work[0]?.seconds?.likely ?? 0) / (usual?.work[0]?.seconds?.likely ?? 1)).toBeCloseTo(3, 5);
    const spread = (estimate: StatementEstimate | undefined): number => (estimate?.runs?.high ?? 0) / (estimate?.runs?.low ?? 1);
    expect(spread(rehearsed)).toBeLessThan(spread(usual));
  });

  test('what ran after an estimate was shown is held against that estimate; spelling and constants may differ', () => {
    const text = "UPDATE users SET country = 'de' WHERE id > 500;";
    const statistics = known();
    const analysis = analysed(text, statistics);
    const before = History.NONE.seen([{ text: 'update users set country = $1 where id > $2', calls: 2, seconds: 1, rows: 5 }]).expecting(analysis, estimateMigration(analysis, statistics));
    expect(before.ranOf(text)).toEqual({ seconds: 1, calls: 2, estimated: undefined });
    // Two calls took 2 s, three take 9 s: the third took 7 s.
    const after = before.seen([{ text: 'update users\n set country = $1 where id > $2', calls: 3, seconds: 3, rows: 5 }]);
    expect(after.ranOf(text)).toMatchObject({ seconds: 7, calls: 1, estimated: { likely: likely(text, statistics) } });
    // Shown again, it is still that estimate that the run is held against.
    expect(after.expecting(analysis, estimateMigration(analysis, statistics)).ranOf(text)).toMatchObject({ seconds: 7, calls: 1 });
    expect(after.ranOf('UPDATE orders SET user_id = 1')).toBeUndefined();
  });

  test('what is seen running is told with how far it is; what is gone then took as long as it was seen, without the wait for its lock', () => {
    const statistics = known();
    const analysis = analysed(INDEX, statistics);
    const shown = History.NONE.expecting(analysis, estimateMigration(analysis, statistics));
    const seen = (seconds: number, waitsForLock: boolean, share?: number): { text: string; seconds: number; waitsForLock: boolean; phase: string | undefined; share: number | undefined } => ({
      text: 'create index ON users (email)', seconds, waitsForLock, phase: share === undefined ? undefined : 'building index: scanning table', share,
    });
    // What nobody was told of is not watched.
    expect(History.NONE.watching([seen(1, false)], 1).runningOf(INDEX)).toBeUndefined();
    const waiting = shown.watching([seen(4, true)], 1);
    expect(ranInWords({ running: waiting.runningOf(INDEX), runs: undefined })).toBe('has been waiting for its lock for 4 s; it cannot be estimated');
    const running = waiting.watching([seen(10, false, 0.437)], 6);
    expect(ranInWords({ running: running.runningOf(INDEX), runs: { low: 7, likely: 10, high: 15 } })).toBe('has been running for 6 s: building index: scanning table, 43 %; the estimate is about 10 s (7 to 15)');
    expect(running.longestRunning).toBe(10);
    // It was there after 10 s of which it waited 4, and gone a second later.
    const over = running.watching([], 1);
    expect(over.longestRunning).toBeUndefined();
    expect(over.ranOf(INDEX)).toEqual({ seconds: 6.5, calls: 1, isWatched: true, estimated: estimateMigration(analysis, statistics).statements[0]?.runs });
    expect(ranInWords({ ran: { seconds: 6.5, calls: 1, isWatched: true, estimated: { low: 7, likely: 10, high: 15 } }, runs: undefined })).toBe('took 6.5 s by what was seen of it while it ran; the estimate was about 10 s (7 to 15)');
    // What the server counted is better than what was seen.
    expect(over.seen([{ text: INDEX, calls: 1, seconds: 6.2, rows: 0 }]).ranOf(INDEX)).toMatchObject({ seconds: 6.2, calls: 1 });
    // What was given up while it waited did nothing.
    expect(waiting.watching([], 1).ranOf(INDEX)).toBeUndefined();
  });

  test('an estimate is remembered for its statement until what it follows from is another', () => {
    const statistics = known();
    const [text, after] = ['CREATE INDEX ON users (email);\nCREATE INDEX ON orders (user_id);\n', 'TRUNCATE users;\nCREATE INDEX ON users (email);\nCREATE INDEX ON orders (user_id);\n'];
    const estimates = (sql: string, by = statistics): readonly (StatementEstimate | undefined)[] => estimateMigration(analysed(sql, by), by).statements;
    const [users, orders] = estimates(text);
    const [, emptied, same] = estimates(after);
    expect(same).toBe(orders);
    expect(emptied).not.toBe(users);
    expect(emptied?.work[0]?.rows).not.toBe(M);
    expect(estimates(text)[0]).toBe(users);
    expect(estimates(text, known({}, { ...SIZES, 'public.users': { rows: 2 * M, bytes: 200 * M } }))[0]?.work[0]?.rows).toBe(2 * M);
  });

  test.each<[string, string, RelationSizes]>([
    ['no statistics: reltuples is −1', 'CREATE INDEX ON users (email)', { 'public.users': { rows: undefined, bytes: undefined } }],
    ['what the role may not read', 'ALTER TABLE users ALTER COLUMN email SET NOT NULL', {}],
    ['a foreign table', 'UPDATE far SET id = 1', SIZES],
    ['a table that does not exist yet', 'CREATE INDEX ON nowhere (id)', SIZES],
    ['what cannot be estimated', 'SELECT pg_sleep(1)', SIZES],
    ['a MERGE that nobody planned', 'MERGE INTO users u USING orders o ON o.user_id = u.id WHEN MATCHED THEN DELETE', SIZES],
  ])('says what is not known, and guesses nothing: %s', (_, sql, sizes) => {
    const { runs, unknown } = first(sql, known({}, sizes)) ?? {};
    expect(runs).toBeUndefined();
    expect(unknown).toMatch(/\w/u);
  });

  test.each([
    ['an empty table', 'ALTER TABLE empty ALTER COLUMN id SET NOT NULL'],
    ['a temporary table of its own', 'CREATE TEMPORARY TABLE mine (id int); CREATE INDEX ON mine (id)'],
    ['no rows are expected', 'DELETE FROM users WHERE false'],
  ])('takes no time that is not more than nothing: %s', (_, sql) => {
    for (const one of estimateMigration(analysed(sql, known()), known()).statements) {
      const { low = Number.NaN, likely: middle = Number.NaN, high = Number.NaN } = one?.runs ?? {};
      expect(low).toBeGreaterThan(0);
      expect(middle).toBeGreaterThanOrEqual(low);
      expect(high).toBeGreaterThanOrEqual(middle);
      expect(Number.isFinite(high)).toBe(true);
    }
  });
});
