import { beforeAll, describe, expect, it } from 'vitest';
import type { RelationSize } from '../../../server/src/core/schema/statistics';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { analyzeExample } from './example';

const SCHEMA = 'CREATE TABLE users (id bigint PRIMARY KEY, email text); CREATE TABLE app_log (id bigint);';
/** 1.4 GB: 1.4 × 1024³ bytes, a part of them out of line. */
const USERS: RelationSize = { rows: 2_100_000, bytes: 1_300_000_000, toastBytes: 203_238_553, writeRate: 300.4 };

describe('sizes in findings', () => {
  beforeAll(loadPostgresParser);

  it.each([
    ['create-index-blocking', 'CREATE INDEX i ON users (email);', USERS, / users has 2\.1 M rows, 1\.4 GB, about 300 writes\/s: writes wait about [\d.]+ s \([^()]+\)\.$/u],
    ['alter-type-rewriting', 'ALTER TABLE users ALTER id TYPE numeric;', USERS, / users has 2\.1 M rows, 1\.4 GB, about 300 writes\/s: reads and writes wait about [\d.]+ s \([^()]+\)\.$/u],
    ['create-index-blocking', 'CREATE INDEX i ON users (email);', { rows: undefined, bytes: 8192 * 1_000_000 }, / users has 7\.6 GB\.$/u],
    ['create-index-blocking', 'CREATE INDEX i ON users (email);', { rows: undefined, bytes: undefined }, /CONCURRENTLY\.$/u],
    ['create-index-blocking', 'CREATE INDEX i ON users (email);', undefined, /CONCURRENTLY\.$/u],
    ['update-whole-table', "UPDATE users SET email = '';", { ...USERS, writeRate: 0.4 }, /users \(2\.1 M rows\)[^]*commit\.$/u],
  ] as const)('%s: %s with %o', (rule, sql, size, message) => {
    const statistics = { sizeOf: (name: string) => (name === 'public.users' ? size : undefined) };
    const found = analyzeExample({ schema: SCHEMA, sql }, { statistics }).findings.filter((finding) => finding.rule === rule);
    expect(found.map((finding) => finding.message)).toEqual([expect.stringMatching(message)]);
  });

  it('are not told of what the migration itself creates', () => {
    const statistics = { sizeOf: () => USERS };
    const { findings } = analyzeExample({ sql: 'CREATE TABLE users (id int);\nALTER TABLE users ALTER id TYPE numeric;\n' }, { statistics });
    expect(findings.filter(({ message }) => message.includes('2.1 M rows'))).toEqual([]);
  });

  it.each([
    // A row of such an index takes 0.1 to 2 µs: 1,000 M rows surely more than half a second, 2 M surely less than ten minutes, 400,000 perhaps more than half a second.
    [1_000_000_000, 500, 'error'],
    [2_000_000, 600_000, undefined],
    [400_000, 500, 'warning'],
  ])('severity follows the wait: an index on %d rows with a budget of %d ms is %s', (rows, lockBudget, severity) => {
    const statistics = { sizeOf: (name: string) => (name === 'public.users' ? { rows, bytes: rows * 60 } : undefined) };
    const { findings } = analyzeExample({ schema: SCHEMA, sql: 'CREATE INDEX i ON users (email);' }, { statistics, options: { lockBudget, batchSize: 5000 }, severities: {} });
    expect(findings.find(({ rule }) => rule === 'create-index-blocking')?.severity).toBe(severity);
  });
});
