import { Map as ImmutableMap } from 'immutable';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { analyze } from '../../../server/src/core/analyze';
import type { MigrationEstimate } from '../../../server/src/core/estimate/estimate';
import { estimateMigration } from '../../../server/src/core/estimate/migration';
import { schemaFromDdl } from '../../../server/src/core/folder';
import { createMemo } from '../../../server/src/core/memo';
import { UNKNOWN_SCHEMA } from '../../../server/src/core/schema/schema';
import { NO_STATISTICS, statisticsFrom, type RelationSizes, type Statistics } from '../../../server/src/core/schema/statistics';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';

const DDL = `
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, country char(2), created timestamptz DEFAULT now());
  CREATE INDEX users_email_idx ON users (email);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, total numeric);
  CREATE TABLE parents (id bigint PRIMARY KEY);
  CREATE TABLE referring (id bigint, parent_id bigint REFERENCES parents);
  CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  CREATE FOREIGN TABLE far (id int) SERVER s;
`;
const M = 1_000_000;
const SIZES: RelationSizes = {
  'public.users': { rows: M, bytes: 100 * M },
  'public.parents': { rows: M, bytes: 40 * M },
  'public.orders': { rows: 5 * M, bytes: 400 * M },
  'public.events_1': { rows: M, bytes: 50 * M },
  'public.events_2': { rows: 2 * M, bytes: 100 * M },
};

describe('how long a migration takes', () => {
  beforeAll(loadPostgresParser);

  test('readers and writers of a table wait whichever migration created it, but for this one', () => {
    const target = { dialect: 'postgresql', version: 17, source: 'setting' } as const;
    const setting = { target, statistics: NO_STATISTICS, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined };
    const first = analyze({ ...setting, path: '1.sql', text: 'CREATE TABLE users (id int); CREATE INDEX a ON users (id);', schema: UNKNOWN_SCHEMA }, createMemo());
    const second = analyze({ ...setting, path: '2.sql', text: 'CREATE INDEX b ON users (id);', schema: first.after }, createMemo());
    expect(estimateMigration(first, NO_STATISTICS).blocked).toEqual([]);
    expect(estimateMigration(second, NO_STATISTICS).blocked.map(({ relation, blocks }) => `${blocks} ${relation}`)).toEqual(['writes public.users']);
  });

  const estimate = (sql: string, sizes: RelationSizes | 'none' = SIZES): MigrationEstimate => {
    const target = { dialect: 'postgresql', version: 17, source: 'setting' } as const;
    const { schema } = schemaFromDdl({ path: 'schema.sql', text: DDL }, target, createMemo());
    const statistics: Statistics = sizes === 'none' ? NO_STATISTICS : statisticsFrom(sizes, (name) => {
      const relation = schema.relations.get(name);
      return relation !== undefined && 'children' in relation ? relation.children : [];
    });
    const input = { path: 'migrations/1.sql', text: sql, target, schema, statistics, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined };
    return estimateMigration(analyze(input, createMemo()), statistics);
  };

  /** The work of the only statement as `kind relation rows`, the largest part first. */
  const work = (sql: string): string[] => (estimate(sql).statements[0]?.work ?? []).map(({ kind, relation, rows }) => `${kind} ${relation ?? '-'} ${rows === undefined ? '?' : String(rows)}`).sort();

  test.each<[string, string[]]>([
    ['CREATE INDEX ON users (country)', ['index build public.users 1000000']],
    ['CREATE INDEX ON events (id)', ['index build public.events_1 1000000', 'index build public.events_2 2000000']],
    ['ALTER TABLE users ADD COLUMN n int DEFAULT 0', []],
    ['ALTER TABLE users ALTER COLUMN country SET NOT NULL, ADD CHECK (id > 0)', ['scan public.users 1000000']],
    ['ALTER TABLE users ALTER COLUMN id TYPE text', ['index build public.users 1000000', 'index build public.users 1000000', 'rewrite public.users 1000000']],
    ['ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users', ['foreign key public.orders 5000000']],
    ['ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID', []],
    ["UPDATE users SET country = 'de'", ['update public.users 1000000']],
    ["UPDATE users SET country = 'de' WHERE id = 1", ['update public.users 1']],
    ['DELETE FROM events', ['delete public.events_1 1000000', 'delete public.events_2 2000000']],
    ['VACUUM FULL users', ['index build public.users 1000000', 'index build public.users 1000000', 'rewrite public.users 1000000']],
    ['REINDEX TABLE users', ['index build public.users 1000000', 'index build public.users 1000000']],
    ['INSERT INTO users (id) SELECT id FROM orders', ['insert public.users 5000000', 'scan public.orders 5000000']],
    ['CREATE INDEX CONCURRENTLY ON users (country)', ['index build public.users 1000000']],
    ['CREATE UNIQUE INDEX ON users (lower(email)) WHERE country IS NOT NULL', ['index build public.users 1000000']],
    ...['gin', 'gist', 'spgist', 'hash', 'brin'].map((method): [string, string[]] => [`CREATE INDEX ON users USING ${method} (email)`, ['index build public.users 1000000']]),
    ['ALTER TABLE users ADD UNIQUE (email)', ['index build public.users 1000000']],
    ['CLUSTER users USING users_pkey', ['index build public.users 1000000', 'index build public.users 1000000', 'rewrite public.users 1000000']],
    ['ALTER TABLE users SET TABLESPACE fast', ['rewrite public.users 1000000']],
    ['CREATE TABLE copied AS SELECT * FROM users', ['insert public.copied 1000000', 'scan public.users 1000000']],
    ['CREATE TEMP TABLE copied AS SELECT * FROM users', ['insert pg_temp.copied 1000000', 'scan public.users 1000000']],
    // The partition's rows are held against its bound, and none of its parent's.
    ["ALTER TABLE events ATTACH PARTITION orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')", ['scan public.orders 5000000']],
    ['VACUUM users', ['vacuum public.users 1000000']],
    ['DROP TABLE users', []],
    // Where each part starts and ends are variables of the block, with or without its name.
    ['DO $$ DECLARE batch_size constant int := 10000; last bigint := 0; upto bigint; BEGIN LOOP UPDATE users SET country = 1 WHERE id > last AND id <= upto; COMMIT; END LOOP; END $$', ['other public.users ?', 'update public.users 1000000']],
  ])('%s', (sql, expected) => {
    expect(work(sql)).toEqual(expected);
    const { runs, unknown } = estimate(sql).statements[0] ?? {};
    expect(unknown).toBeUndefined();
    expect(runs?.low).toBeGreaterThan(0);
    expect(runs?.likely).toBeGreaterThanOrEqual(runs?.low ?? Infinity);
    expect(runs?.high).toBeGreaterThanOrEqual(runs?.likely ?? Infinity);
  });

  // Each statement is written for its number; tables are those that the migration makes before.
  test.each<[string, (index: number) => string]>([
    ['indexes of one table', (index) => `CREATE INDEX i${String(index)} ON users (email, country);`],
    ['changes of one table', (index) => `UPDATE users SET country = ${String(index)} WHERE id > ${String(index)};`],
    ['foreign keys of one table', (index) => `ALTER TABLE orders ADD CONSTRAINT k${String(index)} FOREIGN KEY (user_id) REFERENCES users;`],
    ['columns of one table', (index) => `ALTER TABLE users ADD COLUMN c${String(index)} int NOT NULL DEFAULT 0;`],
    ['tables of their own', (index) => `CREATE TABLE t${String(index)} (id int PRIMARY KEY, n int); CREATE INDEX ON t${String(index)} (n); UPDATE t${String(index)} SET n = 1; ALTER TABLE t${String(index)} ALTER n TYPE bigint;`],
  ])('twice as many statements look at twice as much: %s', (_, statement) => {
    const { schema } = schemaFromDdl({ path: 'schema.sql', text: DDL }, { dialect: 'postgresql', version: 17, source: 'setting' }, createMemo());
    const looks = (count: number): number => {
      const text = Array.from({ length: count }, (_none, index) => statement(index)).join('\n');
      const target = { dialect: 'postgresql', version: 17, source: 'setting' } as const;
      const looked = vi.spyOn(ImmutableMap.prototype, 'get');
      try {
        const analysis = analyze({ path: '1.sql', text, target, schema, statistics: NO_STATISTICS, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined, unjudged: true }, createMemo());
        expect(estimateMigration(analysis, NO_STATISTICS).statements.filter((one) => one !== undefined).length).toBeGreaterThanOrEqual(count);
        return looked.mock.calls.length;
      } finally {
        looked.mockRestore();
      }
    };
    const once = looks(200);
    expect(once).toBeGreaterThan(200);
    expect(looks(400)).toBeLessThan(2.2 * once);
  });

  test.each<[string, string, RelationSizes | 'none']>([
    ['CREATE INDEX ON users (country)', 'the size of users is not known', 'none'],
    ['ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users', 'the size of users is not known', { ...SIZES, 'public.users': { rows: undefined, bytes: undefined } }],
    ['UPDATE far SET id = 1', 'far is a foreign table: how fast its server answers is not known', SIZES],
    ["DO $$ BEGIN EXECUTE 'VACUUM ' || current_user; END $$", 'it runs SQL that is put together only then', SIZES],
    ['DELETE FROM parents', 'referring is read once for each row, since parent_id has no index, and the size of referring is not known', SIZES],
    ['SELECT my_function()', 'what the function my_function does is not known', SIZES],
    ['COPY users FROM STDIN', 'how many rows are copied in is not known', SIZES],
  ])('%s: %s', (sql, reason, sizes) => {
    const { statements, runs } = estimate(sql, sizes);
    expect(statements[0]).toMatchObject({ unknown: reason, runs: undefined });
    expect(runs).toBeUndefined();
  });
});
