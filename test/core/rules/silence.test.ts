import { beforeAll, describe, expect, test } from 'vitest';
import type { AnalysisInput } from '../../../server/src/core/analyze';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { analyzeExample } from './example';
import type { Example } from '../../../server/src/core/rules/rule';

beforeAll(loadPostgresParser);

/** Findings above a hint, with lock_timeout set, by rules that are on by default. */
function loud(example: Example, changes: Partial<AnalysisInput> = {}): string[] {
  const analysis = analyzeExample({ ...example, sql: `SET lock_timeout = '2s';\n${example.sql}` }, { severities: {}, ...changes });
  expect(analysis.problems).toEqual([]);
  return analysis.findings.filter(({ severity }) => severity !== 'hint').map(({ rule }) => rule);
}

const users = 'CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50), sum numeric(10,2), n int, at timestamptz);';

describe('nothing is said of', () => {
  test.each<Example>([
    { sql: 'SELECT 1;' },
    { sql: 'ALTER TABLE users ADD COLUMN a int DEFAULT -1;' },
    { sql: "ALTER TABLE users ADD COLUMN a text DEFAULT lower('X');" },
    { sql: 'ALTER TABLE users ADD COLUMN a timestamptz NOT NULL DEFAULT pg_catalog.now();' },
    { sql: 'ALTER TABLE users ADD COLUMN a date DEFAULT current_date;' },
    { schema: users, sql: 'ALTER TABLE users ADD COLUMN up text GENERATED ALWAYS AS (upper(name)) VIRTUAL;', version: 18 },
    { sql: 'ALTER TABLE users ADD COLUMN org bigint REFERENCES orgs (id);' },
    { sql: 'ALTER TABLE users ADD CONSTRAINT c CHECK (n > 0) NOT VALID;' },
    { schema: users, sql: 'ALTER TABLE users ADD CONSTRAINT c CHECK (n > 0) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT c;' },
    { schema: users, sql: 'ALTER TABLE users ALTER COLUMN name TYPE varchar(500);' },
    { schema: users, sql: 'ALTER TABLE users ALTER COLUMN name TYPE text;' },
    { schema: users, sql: 'ALTER TABLE users ALTER COLUMN sum TYPE numeric(20,2);' },
    { schema: users, sql: 'ALTER TABLE users ALTER COLUMN n SET DEFAULT 7;' },
    // A column that is NOT NULL already: nothing happens.
    { schema: users, sql: 'ALTER TABLE users ADD COLUMN age int DEFAULT 0 NOT NULL;\nALTER TABLE users ALTER COLUMN age SET NOT NULL;' },
    { sql: 'ALTER TABLE users ADD COLUMN age int DEFAULT 0 NOT NULL;\nALTER TABLE users ALTER COLUMN age SET NOT NULL;' },
    { schema: 'CREATE TABLE t (id bigint PRIMARY KEY, n int NOT NULL);', sql: 'ALTER TABLE t ALTER COLUMN n SET NOT NULL, ALTER id SET NOT NULL;' },
    { sql: 'ALTER TABLE users ADD CONSTRAINT n_nn CHECK (n IS NOT NULL) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT n_nn;\nALTER TABLE users ALTER COLUMN n SET NOT NULL;\nALTER TABLE users ALTER COLUMN n SET NOT NULL;' },
    { version: 18, sql: 'ALTER TABLE users ADD CONSTRAINT n_nn NOT NULL n NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT n_nn;\nALTER TABLE users ALTER COLUMN n SET NOT NULL;' },
    { schema: users, sql: 'ALTER TABLE users ALTER COLUMN n SET STATISTICS 500;' },
    { schema: users, sql: 'ALTER TABLE users SET (fillfactor = 80);' },
    { sql: 'ALTER TABLE users DISABLE TRIGGER t;' },
    { sql: 'CREATE TABLE t (id bigint PRIMARY KEY, x int CHECK (x > 0), UNIQUE (x));\nCREATE INDEX i ON t (x);\nALTER TABLE t ALTER x SET NOT NULL, DROP COLUMN x;\nTRUNCATE t;\nDROP TABLE t;' },
    { sql: 'CREATE TABLE app.t (id bigint PRIMARY KEY);\nCREATE INDEX i ON app.t (id);' },
    { sql: 'CREATE TABLE "T" (id bigint PRIMARY KEY);\nALTER TABLE "T" ADD COLUMN b uuid DEFAULT gen_random_uuid();' },
    { sql: 'SET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY i ON users (n);\nDROP INDEX CONCURRENTLY j;\nREINDEX INDEX CONCURRENTLY i;' },
    { schema: users, sql: 'UPDATE users SET n = 1 WHERE id = 5;\nDELETE FROM users WHERE id IN (1, 2);' },
    { schema: users, sql: 'INSERT INTO users (id) VALUES (1), (2);' },
    { schema: `${users} CREATE UNIQUE INDEX u ON users (n);`, sql: 'ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX u;' },
    { sql: "ALTER TYPE mood ADD VALUE 'calm';" },
    { sql: "COMMENT ON TABLE users IS 'x';\nGRANT SELECT ON users TO reader;" },
    { schema: 'CREATE TABLE events (at date) PARTITION BY RANGE (at); CREATE TABLE e (at date);', sql: 'ALTER TABLE events DETACH PARTITION e CONCURRENTLY;' },
  ])('$sql', (example) => {
    expect(loud(example)).toEqual([]);
  });
});

describe('is about that very table', () => {
  test.each([
    ['another schema', 'CREATE TABLE app.t (id int);\nCREATE INDEX i ON other.t (id);'],
    ['another spelling', 'CREATE TABLE t (id int);\nCREATE INDEX i ON "T" (id);'],
  ])('%s', (_, sql) => {
    expect(loud({ sql })).toContain('create-index-blocking');
  });
});

describe('known sizes', () => {
  const rows = (count: number): Partial<AnalysisInput> => ({ statistics: { sizeOf: () => ({ rows: count, bytes: undefined }) } });
  // With a budget of 500 ms: an index of at most 1.7 µs a row fits up to 294,117 rows, an UPDATE of 19 µs up to 26,315.
  test.each([
    ['CREATE INDEX i ON users (n);', 290_000, []],
    ['CREATE INDEX i ON users (n);', 300_000, ['create-index-blocking']],
    ['UPDATE users SET n = 1;', 26_000, []],
    ['UPDATE users SET n = 1;', 27_000, ['update-whole-table']],
    ['ALTER TABLE users ADD COLUMN a int;', 20_000_000, []],
    ['UPDATE users SET n = 1 WHERE id > 0;', 20_000_000, ['update-whole-table']],
  ])('%s with %d rows', (sql, count, expected) => {
    expect(loud({ schema: users, sql }, rows(count))).toEqual(expected);
  });

  test('are told', () => {
    const analysis = analyzeExample({ schema: users, sql: 'UPDATE users SET n = 1 WHERE id > 0;' }, rows(20_000_000));
    expect(analysis.findings.find(({ rule }) => rule === 'update-whole-table')?.message).toContain('users (20 M rows)');
  });
});

test('a broken statement leaves its neighbours judged', () => {
  const analysis = analyzeExample({ sql: 'CREATE INDEX i ON a (x);\nALTER TABLE b ADD;\nDROP TABLE c;\n' });
  expect(analysis.problems).toHaveLength(1);
  expect(analysis.findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['create-index-blocking', 'drop-table']));
});
