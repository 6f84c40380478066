import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../../server/src/core/analysis';
import { analyze } from '../../../server/src/core/analyze';
import type { Duration, MigrationEstimate } from '../../../server/src/core/estimate/estimate';
import { estimateMigration } from '../../../server/src/core/estimate/migration';
import { summaryInWords, timeInWords, workInWords } from '../../../server/src/core/estimate/words';
import { schemaFromDdl } from '../../../server/src/core/folder';
import { createMemo } from '../../../server/src/core/memo';
import type { Schema } from '../../../server/src/core/schema/schema';
import { statisticsFrom, type ColumnStatistics, type RelationSize, type RelationSizes, type ServerSettings, type Statistics } from '../../../server/src/core/schema/statistics';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { estimateJsonReporter } from '../../../server/src/reporters/estimate-json';
import { htmlReport } from '../../../server/src/reporters/report/html';
import { markdownReport } from '../../../server/src/reporters/report/markdown';

const DDL = `
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, country char(2), data jsonb, n int) WITH (fillfactor = 70);
  CREATE INDEX users_email ON users (email); CREATE INDEX users_data ON users USING gin (data); CREATE INDEX users_part ON users (n) WHERE country = 'de';
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users ON DELETE CASCADE, total numeric);
  CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE loose (id bigint, at date);
  CREATE MATERIALIZED VIEW sums AS SELECT country, count(*) AS n FROM users GROUP BY country;
  CREATE FOREIGN TABLE far (id int) SERVER s;
`;
const RELATIONS = ['users', 'users_pkey', 'users_email', 'users_data', 'users_part', 'orders', 'orders_pkey', 'events_1', 'loose', 'sums', 'far'];

/** One of each kind of work that the model knows. */
const MIGRATION = `
CREATE INDEX ON users (country);
CREATE UNIQUE INDEX CONCURRENTLY ON users (email, n) INCLUDE (id);
CREATE INDEX ON users (lower(email)) WHERE n > 3;
CREATE INDEX ON users USING gin (data);
CREATE INDEX ON users USING brin (id);
CREATE INDEX ON users USING hash (n);
CREATE INDEX ON events (id);
ALTER TABLE users ALTER COLUMN country SET NOT NULL, ADD CHECK (length(email) > 3);
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE users ALTER COLUMN n TYPE bigint;
ALTER TABLE users ADD COLUMN u uuid DEFAULT gen_random_uuid();
ALTER TABLE events ATTACH PARTITION loose FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
VACUUM FULL users;
CLUSTER users USING users_email;
REINDEX TABLE users;
VACUUM users;
ANALYZE users;
REFRESH MATERIALIZED VIEW sums;
CREATE TABLE copied AS SELECT * FROM users WHERE country = 'de';
INSERT INTO orders SELECT id, id, 1 FROM users;
UPDATE users SET country = 'de' WHERE n IS NULL;
UPDATE users SET data = '{}' WHERE country IN ('de', 'fr');
DELETE FROM users WHERE email = 'x';
MERGE INTO orders o USING users u ON o.user_id = u.id WHEN MATCHED THEN UPDATE SET total = 0;
DO $$ DECLARE batch_size constant bigint := 10000; BEGIN LOOP UPDATE users SET n = 1 WHERE id IN (SELECT id FROM users WHERE n IS NULL LIMIT batch_size); EXIT WHEN NOT FOUND; COMMIT; PERFORM pg_sleep(0.1); END LOOP; END $$;
TRUNCATE orders;
UPDATE orders SET total = 1;
ALTER TABLE far ADD COLUMN x int;
UPDATE far SET id = 1;
CREATE INDEX ON nowhere (x);
DROP TABLE orders;
`;

/** What a counter of a server, or a snapshot that somebody edited, may hold. */
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 2, 0.5, 1e-300, 1e9, 1e15, 1e300, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, Number.NaN, Infinity, -Infinity, -1e9),
  fc.double(),
  fc.integer({ min: 0, max: 10_000_000 }),
);
/** The planner's rows: it clamps them itself (clamp_row_est, src/backend/optimizer/path/costsize.c). */
const planned = fc.oneof(fc.constantFrom(0, 1, 1e100), fc.integer({ min: 0, max: 10_000_000 }));
const column = fc.record({ width: number, nulls: number, distinct: number, correlation: number }, { requiredKeys: ['width', 'nulls', 'distinct'] }) as fc.Arbitrary<ColumnStatistics>;
const size = fc.record(
  {
    rows: fc.option(number, { nil: undefined }),
    bytes: fc.option(number, { nil: undefined }),
    indexBytes: number,
    toastBytes: number,
    changes: fc.record({ inserted: number, updated: number, deleted: number, sequentialScans: number, indexScans: number, hotUpdated: number }),
    writeRate: number,
    columns: fc.dictionary(fc.constantFrom('id', 'email', 'country', 'data', 'n', 'user_id'), column),
  },
  { requiredKeys: ['rows', 'bytes'] },
) as fc.Arbitrary<RelationSize>;
const settings = fc.record(
  {
    sharedBuffers: number,
    effectiveCacheSize: number,
    maintenanceWorkMemory: number,
    parallelMaintenanceWorkers: number,
    walLevel: fc.constantFrom('minimal', 'replica', 'logical'),
    dataChecksums: fc.boolean(),
    collation: fc.constantFrom('C', 'icu', 'libc'),
    pace: fc.record({ numbers: number, texts: number }),
  },
  { requiredKeys: ['sharedBuffers', 'effectiveCacheSize', 'maintenanceWorkMemory', 'parallelMaintenanceWorkers', 'walLevel', 'dataChecksums', 'collation'] },
) as fc.Arbitrary<ServerSettings>;

describe('whatever the statistics hold', () => {
  beforeAll(loadPostgresParser);

  const target = { dialect: 'postgresql', version: 17, source: 'setting' } as const;
  const memo = createMemo();
  let schema: Schema | undefined;
  const analysed = (statistics: Statistics): Analysis => {
    schema ??= schemaFromDdl({ path: 'schema.sql', text: DDL }, target, memo).schema;
    return analyze({ path: 'migrations/1.sql', text: MIGRATION, target, schema, statistics, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined }, memo);
  };

  test('a time is a range of numbers from more than nothing upwards, or there is a reason why there is none; words hold no nonsense', () => {
    const sizes = fc.record(Object.fromEntries(RELATIONS.map((name) => [`public.${name}`, size])), { requiredKeys: [] }) as fc.Arbitrary<RelationSizes>;
    fc.assert(
      fc.property(sizes, fc.option(settings, { nil: undefined }), fc.option(planned, { nil: undefined }), (relations, server, expected) => {
        const own = statisticsFrom(relations, (name) => (name === 'public.events' ? ['public.events_1' as typeof name] : []), server);
        const statistics: Statistics = { ...own, changedBy: () => expected };
        const analysis = analysed(statistics);
        const estimate = estimateMigration(analysis, statistics);
        isSound(estimate);
        hasNoNonsense(estimate, analysis);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

function isSound({ statements, blocked, runs, blocksReads, blocksWrites }: MigrationEstimate): void {
  for (const duration of [runs, blocksReads, blocksWrites, ...blocked.map(({ time }) => time)]) if (duration !== undefined) isRange(duration, 0);
  for (const one of statements) {
    if (one === undefined) continue;
    if (one.runs === undefined) expect(one.unknown).toMatch(/\w/u);
    else isRange(one.runs, Number.MIN_VALUE);
    if (one.perMillionRows !== undefined) isRange(one.perMillionRows, Number.MIN_VALUE);
    for (const { rows, bytesRead, bytesWritten, walBytes, seconds } of one.work) {
      for (const count of [rows, bytesRead, bytesWritten, walBytes]) if (count !== undefined) isCount(count);
      if (seconds !== undefined) isRange(seconds, 0);
    }
    if (one.batches !== undefined) for (const count of [one.batches.count, one.batches.rows, one.batches.pause]) isCount(count);
  }
}

function isRange({ low, likely, high }: Duration, least: number): void {
  if (!(low >= least && likely >= low && high >= likely && Number.isFinite(high))) throw new Error(`not a range: ${String(low)} ${String(likely)} ${String(high)}`);
}

function isCount(count: number): void {
  if (!(count >= 0 && Number.isFinite(count))) throw new Error(`not a count: ${String(count)}`);
}

function hasNoNonsense(estimate: MigrationEstimate, analysis: Analysis): void {
  const said = estimate.statements.flatMap((one) => (one === undefined ? [] : [timeInWords(one), ...one.work.map(workInWords)]));
  const json = estimateJsonReporter().file(analysis, estimate);
  const pages = [markdownReport([{ analysis, estimate, lockBudget: 500 }]), htmlReport([{ analysis, estimate, lockBudget: 500 }]).replace(/<(style|script)[^>]*>.*?<\/\1>/gsu, '')];
  for (const text of [summaryInWords(estimate), ...said, json, ...pages]) {
    const nonsense = /\bNaN\b|\bInfinity\b|∞|\b0 ms\b|(?<![\w-])-\d|undefined/u.exec(text);
    if (nonsense !== null) throw new Error(`nonsense: ${text.slice(Math.max(0, nonsense.index - 80), nonsense.index + 80)}`);
  }
}
