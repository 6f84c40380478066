import { beforeAll, expect, test } from 'vitest';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { analyzeExample } from './rules/example';
import { SAFE, SCHEMA } from './silence';

beforeAll(loadPostgresParser);

test('the corpus is large enough, and nothing stands in it twice', () => {
  expect(SAFE.length).toBeGreaterThanOrEqual(150);
  expect(new Set(SAFE).size).toBe(SAFE.length);
});

// With lock_timeout set and the rules that are on by default, as in a well-kept project.
test.each(SAFE)('nothing above a hint is said of %j', (sql) => {
  const analysis = analyzeExample({ schema: SCHEMA, sql: `SET lock_timeout = '2s';\n${sql}` }, { severities: { 'lock-timeout-around-concurrently': 'off' } });
  expect(analysis.problems).toEqual([]);
  expect(analysis.findings.filter(({ severity }) => severity !== 'hint').map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
});
