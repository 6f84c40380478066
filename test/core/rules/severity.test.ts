/** Severity follows from what is blocked and for how long: every rule stands in one of these lists, and the list says what it may report. */
import { beforeAll, describe, expect, test } from 'vitest';
import { loadRewriter } from '../../../server/src/core/rewrites/batches/typed-tree';
import { FILE_RULES, RULES } from '../../../server/src/core/rules';
import { SEVERITIES, type RuleMeta } from '../../../server/src/core/rules/rule';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { analyzeExample } from './example';

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

/** Reads or writes wait while rows are read or written: nothing on a small table, an error on a very large one. */
const LASTING = [
  'add-check-validating', 'add-column-check', 'add-column-domain', 'add-column-generated-stored', 'add-column-identity', 'add-column-references', 'add-column-rewriting',
  'add-column-unique', 'add-foreign-key-validating', 'add-primary-key-blocking', 'add-unique-blocking', 'alter-type-rewriting', 'create-index-blocking', 'exclusion-constraint',
  'refresh-materialized-view', 'reindex-blocking', 'set-not-null-scanning', 'table-rewriting', 'validate-in-same-transaction', 'work-under-strong-lock',
];
/** Rows stay locked, or are read over and over, and nobody waits for a whole table: nothing on a small table, at most a warning where it is a part. */
const ROWS = ['batch-without-index', 'insert-select-large', 'merge-large', 'update-whole-table', 'delete-whole-table', 'attach-partition-scanning'];
/** A strong lock for an instant: what hurts is the queue before it, whatever the size. Never an error by itself. */
const BRIEF = [
  'alter-sequence', 'create-table-foreign-key', 'drop-foreign-key', 'drop-index-blocking', 'create-partition-of', 'detach-partition-blocking', 'several-alters-of-one-table',
  'several-tables-locked', 'missing-lock-timeout', 'lock-timeout-around-concurrently',
];
/** It fails for certain, or makes others fail: the size does not matter. */
const FAILING = ['not-in-transaction', 'concurrently-on-partitioned', 'enum-value-used-in-transaction', 'begin-without-commit', 'missing-replica-identity', 'add-column-not-null', 'data-violates-constraint'];
/** Taste, and what may matter one day: no more than a hint, or off until it is switched on. */
const ADVICE = [
  'inexact-number', 'int-primary-key', 'json-column', 'not-idempotent', 'redundant-index', 'table-without-primary-key', 'timestamp-without-time-zone', 'unique-index-duplicates', 'wide-index',
  'foreign-key-without-index', 'dynamic-sql-unknown',
];
/** Data is lost, another release breaks, an order is wrong: a person has to know, and no lock is behind it. */
const OTHER = [
  'already-exists', 'alter-domain-scanning', 'alter-type-narrowing', 'change-default', 'code-unsure', 'copied-then-dropped', 'created-later', 'does-not-exist', 'data-and-ddl-in-one-transaction', 'drop-column', 'drop-concurrent-index',
  'drop-object', 'drop-table', 'drop-then-create-index', 'duplicate-number', 'foreign-key-type-mismatch', 'index-invalid-leftover', 'nested-begin', 'never-validated', 'offset-paging',
  'published-table-change', 'rename-column', 'rename-enum-value', 'rename-table', 'routine-names-dropped', 'sequence-left-small', 'sequence-near-its-end', 'truncate', 'unused-ignore', 'way-back-missing',
];

const METAS = [...RULES, ...FILE_RULES].map(({ meta }) => meta);
const named = (ids: readonly string[]): readonly RuleMeta[] => METAS.filter(({ id }) => ids.includes(id));

/** How loud a rule is on its own examples where all tables have so many rows: 0 silent, then hint, info, warning, 4 error. */
function loudness({ id, bad }: RuleMeta, rows?: number): readonly number[] {
  const statistics = rows === undefined ? {} : { statistics: { sizeOf: () => ({ rows, bytes: rows * 120 }), changedBy: () => rows } };
  return bad.map((example) => {
    const found = analyzeExample(example, { severities: {}, ...statistics }).findings.filter(({ rule }) => rule === id);
    return Math.max(0, ...found.map(({ severity }) => SEVERITIES.length - SEVERITIES.indexOf(severity)));
  });
}

const [SILENT, HINT, WARNING, ERROR] = [0, 1, 3, 4];

test('every rule is in one list', () => {
  expect([...LASTING, ...ROWS, ...BRIEF, ...FAILING, ...ADVICE, ...OTHER].sort()).toEqual(METAS.map(({ id }) => id).sort());
});

describe.each(named(LASTING))('$id', (meta) => {
  test('is silent on 20 rows, an error on 500 million, and louder the longer it lasts', () => {
    const [few, many, most] = [20, 2_000_000, 500_000_000].map((rows) => loudness(meta, rows));
    expect(few?.every((each) => each === SILENT)).toBe(true);
    expect(many?.every((each) => each >= WARNING)).toBe(true);
    expect(most?.every((each) => each === ERROR)).toBe(true);
  });
});

test.each(named(ROWS))('$id is silent on 20 rows', (meta) => {
  expect(Math.max(...loudness(meta, 20))).toBe(SILENT);
  expect(Math.min(...loudness(meta, 500_000_000))).toBeGreaterThan(HINT);
});

test.each(named(BRIEF))('$id is no error, whatever the size', (meta) => {
  for (const rows of [undefined, 20, 500_000_000]) expect(Math.max(...loudness(meta, rows))).toBeLessThanOrEqual(WARNING);
});

test.each(named(FAILING))('$id is an error where nothing is known', (meta) => {
  expect(loudness(meta)).toEqual(meta.bad.map(() => ERROR));
});

test.each(named(ADVICE))('$id is a hint at most', (meta) => {
  expect(Math.max(...loudness(meta), ...loudness(meta, 500_000_000))).toBeLessThanOrEqual(meta.recommended ? HINT : SILENT);
});

// Beside a default partition the rows of a live table are read under the lock.
test.each([
  ['attach-partition-scanning', 'CREATE TABLE n (at date);', "ALTER TABLE p ATTACH PARTITION n FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"],
  ['create-partition-of', '', "CREATE TABLE n PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"],
])('%s is an error where the default partition is read, and no error where that is small', (rule, more, sql) => {
  const schema = `CREATE TABLE p (at date) PARTITION BY RANGE (at); CREATE TABLE d PARTITION OF p DEFAULT; ${more}`;
  const severity = (rows: number): string | undefined =>
    analyzeExample({ schema, sql }, { severities: {}, statistics: { sizeOf: () => ({ rows, bytes: rows * 120 }) } }).findings.find((finding) => finding.rule === rule)?.severity;
  expect(severity(500_000_000)).toBe('error');
  expect(severity(20)).not.toBe('error');
});
