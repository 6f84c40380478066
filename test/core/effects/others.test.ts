import { beforeAll, describe, expect, test } from 'vitest';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { effects, locks, work } from './claimed';
import { SHOP } from './shop';

beforeAll(loadPostgresParser);

interface Row {
  readonly sql: string;
  readonly locks: string;
  readonly work?: string;
  readonly version?: number;
}

/** Read off servers of the versions named (all where none is). */
const FAMILIES: Readonly<Record<string, readonly Row[]>> = {
  indexes: [
    { sql: 'CREATE INDEX ON users (age)', locks: 'S users', work: 'scans users' },
    { sql: 'CREATE INDEX CONCURRENTLY ON users (age)', locks: 'SUE users', work: 'scans users' },
    { sql: 'CREATE INDEX IF NOT EXISTS users_email_idx ON users (age)', locks: 'S users' },
    { sql: 'CREATE INDEX ON events (kind)', locks: 'S events, S events_2023, S events_2024, S events_rest', work: 'scans events_2023, events_2024, events_rest' },
    { sql: 'CREATE INDEX ON ONLY events (kind)', locks: 'S events' },
    { sql: 'CREATE INDEX ON vehicles (make)', locks: 'S vehicles', work: 'scans vehicles' },
    { sql: 'DROP INDEX users_email_idx', locks: 'AE users' },
    { sql: 'DROP INDEX CONCURRENTLY users_email_idx', locks: 'SUE users' },
    { sql: 'DROP INDEX events_kind_idx', locks: 'AE events, AE events_2023, AE events_2024, AE events_rest' },
    { sql: 'REINDEX INDEX users_email_idx', locks: 'S users, AE users_email_idx', work: 'rebuilds users_email_idx; scans users' },
    { sql: 'REINDEX TABLE items', locks: 'S items, AE items_pkey', work: 'rebuilds items_pkey; scans items' },
    { sql: 'REINDEX TABLE CONCURRENTLY items', locks: 'SUE items, SUE items_pkey', work: 'rebuilds items_pkey; scans items' },
  ],
  tables: [
    { sql: 'CREATE TABLE t (id int PRIMARY KEY, u bigint REFERENCES users)', locks: 'SRE users' },
    { sql: 'CREATE TABLE t (LIKE users INCLUDING ALL)', locks: 'AS users' },
    { sql: 'CREATE TABLE t (x int) INHERITS (vehicles)', locks: 'SUE vehicles' },
    { sql: "CREATE TABLE t PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')", locks: 'AE events, AE events_rest', work: 'scans events_rest' },
    { sql: "CREATE TABLE t PARTITION OF sales FOR VALUES IN ('xx')", locks: 'AE sales' },
    { sql: 'CREATE TABLE t AS SELECT * FROM order_sums', locks: 'AS order_sums, AS orders, AS users' },
    { sql: 'CREATE TABLE t AS SELECT * FROM order_sums WITH NO DATA', locks: 'AS order_sums' },
    { sql: 'CREATE TABLE IF NOT EXISTS users (id int REFERENCES coupons)', locks: '' },
    { sql: 'DROP TABLE logs', locks: 'AE logs' },
    { sql: 'DROP TABLE items', locks: 'AE items, AE orders' },
    { sql: 'DROP TABLE coupons CASCADE', locks: 'AE coupons, AE orders' },
    { sql: 'DROP TABLE sales_us', locks: 'AE sales, AE sales_us' },
    { sql: 'DROP TABLE vehicles CASCADE', locks: 'AE cars, AE fast_cars, AE vehicles' },
    { sql: 'DROP TABLE IF EXISTS nope', locks: '' },
    { sql: 'DROP DOMAIN positive CASCADE', locks: 'AE orders' },
    { sql: 'DROP FUNCTION touch CASCADE', locks: 'AE users' },
    { sql: 'DROP SEQUENCE users_id_seq CASCADE', locks: 'AE users, AE users_id_seq' },
    { sql: 'DROP STATISTICS users_stats', locks: 'SUE users' },
    { sql: 'TRUNCATE coupons CASCADE', locks: 'AE coupons, AE items, AE notes, AE orders' },
    { sql: 'TRUNCATE vehicles', locks: 'AE cars, AE fast_cars, AE vehicles' },
    { sql: 'TRUNCATE ONLY vehicles', locks: 'AE vehicles' },
  ],
  views: [
    { sql: 'CREATE VIEW v AS SELECT * FROM named_adults', locks: 'AS named_adults' },
    { sql: 'CREATE OR REPLACE VIEW adults AS SELECT id, email, name FROM users', locks: 'AE adults, AS users' },
    { sql: 'CREATE MATERIALIZED VIEW v AS SELECT * FROM named_adults', locks: 'AS adults, AS named_adults, AS users' },
    { sql: 'REFRESH MATERIALIZED VIEW totals', locks: 'AS order_sums, AS orders, AE totals, AS users', work: 'rewrites totals; rebuilds totals_key' },
    { sql: 'REFRESH MATERIALIZED VIEW CONCURRENTLY totals', locks: 'AS order_sums, AS orders, E totals, AS users' },
    { sql: 'DROP VIEW adults CASCADE', locks: 'AE adults, AE named_adults' },
    { sql: 'LOCK TABLE named_adults IN SHARE MODE', locks: 'S adults, S named_adults, S users' },
  ],
  'other objects': [
    { sql: 'ALTER SEQUENCE users_id_seq RESTART', locks: 'SRE users_id_seq' },
    { sql: 'CREATE SEQUENCE s OWNED BY logs.level', locks: 'AS logs' },
    { sql: 'ALTER DOMAIN positive ADD CHECK (VALUE < 9)', locks: 'S orders', work: 'scans orders' },
    { sql: 'ALTER DOMAIN positive ADD CHECK (VALUE < 9) NOT VALID', locks: '' },
    { sql: 'CREATE TRIGGER t BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION touch()', locks: 'SRE events, SRE events_2023, SRE events_2024, SRE events_rest' },
    { sql: 'CREATE TRIGGER t AFTER UPDATE ON events FOR EACH STATEMENT EXECUTE FUNCTION touch()', locks: 'SRE events' },
    { sql: 'DROP TRIGGER users_touch ON users', locks: 'AE users' },
    { sql: 'CREATE POLICY p ON logs USING (level IN (SELECT id FROM coupons))', locks: 'AS coupons, AE logs' },
    { sql: 'CREATE RULE r AS ON INSERT TO logs DO ALSO INSERT INTO notes SELECT id FROM coupons', locks: 'AS coupons, AE logs, RE notes' },
    { sql: 'ALTER PUBLICATION shop SET TABLE users', locks: 'SUE items, SUE orders, SUE users' },
    { sql: 'CREATE STATISTICS s ON at, level FROM logs', locks: 'SUE logs' },
    { sql: 'GRANT SELECT ON users TO app', locks: '', version: 17 },
    { sql: 'GRANT SELECT ON users TO app', locks: 'AS users', version: 18 },
    { sql: "COMMENT ON COLUMN users.name IS 'x'", locks: 'SUE users' },
    { sql: "COMMENT ON CONSTRAINT users_pkey ON users IS 'x'", locks: 'AS users' },
    { sql: 'ANALYZE vehicles', locks: 'AS cars, AS fast_cars, SUE vehicles', version: 17 },
    { sql: 'ANALYZE vehicles', locks: 'SUE cars, SUE fast_cars, SUE vehicles', version: 18 },
    { sql: "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM named_adults'", locks: 'AS adults, AS named_adults, AS users' },
    { sql: "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN DELETE FROM users; END'", locks: '' },
    { sql: 'SELECT 1', locks: '' },
  ],
  data: [
    { sql: 'SELECT * FROM events', locks: 'AS events, AS events_2023, AS events_2024, AS events_rest' },
    { sql: "SELECT * FROM events WHERE at = '2023-05-05'", locks: 'AS events, AS events_2023' },
    { sql: "SELECT * FROM events WHERE at >= '2023-02-01' AND at < '2023-03-01'", locks: 'AS events, AS events_2023' },
    { sql: "SELECT * FROM events WHERE at >= '2024-02-01'", locks: 'AS events, AS events_2024, AS events_rest' },
    { sql: 'SELECT * FROM events WHERE at >= now()', locks: 'AS events, AS events_2023, AS events_2024, AS events_rest' },
    { sql: "DELETE FROM sales WHERE region IN ('de', 'us')", locks: 'RE sales, RE sales_eu, RE sales_us' },
    { sql: 'SELECT * FROM users u, orders o FOR UPDATE OF o', locks: 'RS orders, AS users' },
    { sql: 'SELECT * FROM named_adults FOR UPDATE', locks: 'RS adults, RS named_adults, RS users' },
    { sql: 'WITH x AS (SELECT * FROM users) SELECT * FROM x FOR UPDATE', locks: 'AS users' },
    { sql: 'SELECT order_value(3)', locks: 'AS orders' },
    { sql: "SELECT setval(pg_get_serial_sequence('users', 'id'), 5)", locks: 'RE users_id_seq' },
    { sql: 'INSERT INTO orders (user_id) VALUES (1)', locks: 'RE orders, RE orders_id_seq, RS users' },
    { sql: 'INSERT INTO orders (user_id, coupon_id) VALUES (1, 2)', locks: 'RS coupons, RE orders, RE orders_id_seq, RS users' },
    { sql: 'INSERT INTO orders (user_id, coupon_id) VALUES (1, NULL)', locks: 'RE orders, RE orders_id_seq, RS users' },
    { sql: "INSERT INTO events VALUES (1, '2024-02-02')", locks: 'RE events, RE events_2024' },
    { sql: "INSERT INTO sales VALUES ('de', 1), ('us', 2)", locks: 'RE sales, RE sales_eu, RE sales_us' },
    { sql: 'UPDATE orders SET note = 1 WHERE id = 1', locks: 'RE orders' },
    { sql: 'UPDATE orders SET user_id = 2 WHERE id = 1', locks: 'RE orders, RS? users' },
    { sql: 'UPDATE orders SET coupon_id = NULL', locks: 'RE orders', work: 'scans orders' },
    { sql: 'UPDATE coupons SET id = id', locks: 'RE coupons', work: 'scans coupons' },
    { sql: 'UPDATE named_adults SET email = 1 WHERE id = 1', locks: 'RE adults, RE named_adults, RE users' },
    { sql: 'DELETE FROM orders', locks: 'RE items, RE notes, RE orders', work: 'scans orders' },
    { sql: 'DELETE FROM coupons WHERE id = 1', locks: 'RE coupons, RS? orders' },
    { sql: 'EXPLAIN DELETE FROM orders', locks: 'RE orders' },
    { sql: 'EXPLAIN ANALYZE DELETE FROM orders', locks: 'RE items, RE notes, RE orders', work: 'scans orders' },
    { sql: 'MERGE INTO logs l USING coupons c ON l.level = c.id WHEN MATCHED THEN DELETE', locks: 'AS coupons, RE logs' },
  ],
  blocks: [
    { sql: 'DO $$ BEGIN ALTER TABLE logs ADD x serial; PERFORM 1 FROM coupons; END $$', locks: 'AS coupons, AE logs', work: 'rewrites logs; scans logs' },
    { sql: 'DO $$ BEGIN IF true THEN DROP TABLE logs; END IF; END $$', locks: 'AE? logs' },
    { sql: "DO $$ BEGIN EXECUTE 'DROP TABLE logs'; END $$", locks: 'AE logs' },
    { sql: 'DO $$ BEGIN CREATE TABLE fresh (id int); ALTER TABLE fresh ADD x int; END $$', locks: '' },
  ],
};

describe.each(Object.entries(FAMILIES))('%s', (_, rows) => {
  test.each(rows)('$sql ($version)', ({ sql, locks: wantedLocks, work: wantedWork = '', version }) => {
    const claimed = effects(sql, SHOP, version);
    expect({ locks: locks(claimed), work: work(claimed) }).toEqual({ locks: wantedLocks, work: wantedWork });
  });
});

describe('bodies', () => {
  test('dynamic SQL is said to be unknown', () => {
    const claimed = effects("DO $$ BEGIN EXECUTE 'DROP TABLE ' || name; END $$", SHOP);
    expect(claimed.certainty).toBe('conditional');
    expect(claimed.actions.map(({ kind }) => kind)).toContain('dynamic sql');
  });

  test('parts of a body are found in the text, and those in a branch are conditional', () => {
    const sql = 'DO $$ BEGIN IF true THEN ALTER TABLE logs DROP COLUMN level, ADD x int; END IF; END $$';
    const parts = effects(sql, SHOP).actions.filter(({ relation }) => relation === 'public.logs');
    expect(parts.map(({ span, conditional }) => [sql.slice(span.offset, span.offset + span.length), conditional])).toEqual([
      ['DROP COLUMN level', true],
      ['ADD x int', true],
    ]);
  });
});

/** In the server's words, by trying. */
const REFUSED: readonly (readonly [sql: string, words: string])[] = [
  ['CREATE INDEX CONCURRENTLY ON users (age)', 'CREATE INDEX CONCURRENTLY cannot run inside a transaction block'],
  ['DROP INDEX CONCURRENTLY users_email_idx', 'DROP INDEX CONCURRENTLY cannot run inside a transaction block'],
  ['REINDEX TABLE CONCURRENTLY users', 'REINDEX CONCURRENTLY cannot run inside a transaction block'],
  ['REINDEX SCHEMA public', 'REINDEX SCHEMA cannot run inside a transaction block'],
  ['VACUUM', 'VACUUM cannot run inside a transaction block'],
  ['CREATE DATABASE d', 'CREATE DATABASE cannot run inside a transaction block'],
  ["ALTER SYSTEM SET work_mem = '1MB'", 'ALTER SYSTEM cannot run inside a transaction block'],
  ['DISCARD ALL', 'DISCARD ALL cannot run inside a transaction block'],
  ['ALTER TABLE sales DETACH PARTITION sales_us CONCURRENTLY', 'ALTER TABLE ... DETACH CONCURRENTLY cannot run inside a transaction block'],
];

describe('transactions', () => {
  test.each(REFUSED)('%s', (sql, reason) => {
    expect(effects(sql, SHOP).transaction).toEqual({ allowed: false, reason });
  });

  test.each(['REFRESH MATERIALIZED VIEW CONCURRENTLY totals', "ALTER TYPE x ADD VALUE 'y'", 'REINDEX TABLE users', 'CLUSTER users USING users_pkey'])('%s may', (sql) => {
    expect(effects(sql, SHOP).transaction).toEqual({ allowed: true });
  });

  test.each([
    ['START TRANSACTION', 'START TRANSACTION', { kind: 'begin' }],
    ['END', 'COMMIT', { kind: 'commit', chain: false }],
    ['ROLLBACK AND CHAIN', 'ROLLBACK', { kind: 'rollback', chain: true }],
    ['ROLLBACK TO s', 'ROLLBACK', { kind: 'rollback to', name: 's' }],
    ['RELEASE s', 'RELEASE', { kind: 'release', name: 's' }],
    ["PREPARE TRANSACTION 'x'", 'PREPARE TRANSACTION', { kind: 'prepare' }],
  ])('%s', (sql, kind, control) => {
    expect(effects(sql)).toMatchObject({ kind, control });
  });

  test.each([
    ["SET LOCAL lock_timeout = '5s'", { name: 'lock_timeout', value: '5s', local: true }],
    ['SET statement_timeout TO 0', { name: 'statement_timeout', value: '0', local: false }],
    ['RESET lock_timeout', { name: 'lock_timeout', value: undefined, local: false }],
    ["SELECT set_config('lock_timeout', '1s', true)", { name: 'lock_timeout', value: '1s', local: true }],
  ])('%s', (sql, setting) => {
    expect(effects(sql).setting).toEqual(setting);
  });
});

describe('without a schema', () => {
  test.each([
    ['CREATE INDEX ON app.orders (id)', 'S? app.orders', 'scans app.orders'],
    ['ALTER TABLE "Users" ALTER "firstName" TYPE text', 'AE? "Users"', 'rewrites "Users"; scans "Users"'],
    ['ALTER TABLE t ADD COLUMN x int', 'AE? t', ''],
    ['SELECT * FROM pg_class', '', ''],
  ])('%s', (sql, wantedLocks, wantedWork) => {
    const claimed = effects(sql);
    expect([locks(claimed), work(claimed)]).toEqual([wantedLocks, wantedWork]);
  });
});
