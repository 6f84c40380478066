/** The union of what linters of PostgreSQL migrations check: each danger, in one migration, and the rule that names it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { analyzeExample } from './rules/example';

beforeAll(loadPostgresParser);

const SCHEMA = `
  CREATE TYPE mood AS ENUM ('sad', 'glad');
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE TABLE orgs (id bigint PRIMARY KEY);
  CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50), email text, age int, org bigint, mood mood);
  CREATE INDEX users_age ON users (age);
  CREATE TABLE posts (id bigint PRIMARY KEY, author bigint CONSTRAINT posts_author REFERENCES users);
  CREATE TABLE loose (n int, s text);
  CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE events_2 (id bigint, at date);
  CREATE MATERIALIZED VIEW totals AS SELECT org, count(*) AS n FROM users GROUP BY org;
  CREATE UNIQUE INDEX totals_key ON totals (org);
  CREATE VIEW names AS SELECT id, name FROM users;
  CREATE SEQUENCE ticket;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
  CREATE PUBLICATION feed FOR TABLE users;`;

type Check = readonly [check: string, rule: string, sql: string];

const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  index: [
    ['create blocking', 'create-index-blocking', 'CREATE INDEX i ON users (email);'],
    ['drop blocking', 'drop-index-blocking', 'DROP INDEX users_age;'],
    ['concurrent in a transaction', 'not-in-transaction', 'BEGIN; CREATE INDEX CONCURRENTLY i ON users (email); COMMIT;'],
    ['invalid leftover', 'index-invalid-leftover', 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email);'],
    ['lock_timeout around a concurrent build', 'lock-timeout-around-concurrently', "SET lock_timeout = '2s'; CREATE INDEX CONCURRENTLY i ON users (email);"],
    ['concurrently on a partitioned parent', 'concurrently-on-partitioned', 'CREATE INDEX CONCURRENTLY i ON events (id);'],
    ['unique with duplicates', 'unique-index-duplicates', 'CREATE UNIQUE INDEX CONCURRENTLY i ON users (email);'],
    ['drop then create', 'drop-then-create-index', 'DROP INDEX CONCURRENTLY users_age; CREATE INDEX CONCURRENTLY users_age_2 ON users (age);'],
    ['foreign key without index', 'foreign-key-without-index', 'ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (org) REFERENCES orgs NOT VALID;'],
    ['redundant', 'redundant-index', 'CREATE INDEX CONCURRENTLY i ON users (age);'],
    ['makes another redundant', 'redundant-index', 'CREATE INDEX CONCURRENTLY i ON users (age, email);'],
    ['too wide', 'wide-index', 'CREATE INDEX CONCURRENTLY i ON users (name, email, age, org);'],
    ['plain REINDEX', 'reindex-blocking', 'REINDEX TABLE users;'],
  ],
  constraint: [
    ['validating foreign key', 'add-foreign-key-validating', 'ALTER TABLE users ADD FOREIGN KEY (org) REFERENCES orgs;'],
    ['validating CHECK', 'add-check-validating', 'ALTER TABLE users ADD CHECK (age > 0);'],
    ['unique constraint', 'add-unique-blocking', 'ALTER TABLE users ADD UNIQUE (email);'],
    ['primary key', 'add-primary-key-blocking', 'ALTER TABLE loose ADD PRIMARY KEY (n);'],
    ['primary key USING INDEX over nullable columns', 'add-primary-key-blocking', 'CREATE UNIQUE INDEX CONCURRENTLY i ON loose (n); ALTER TABLE loose ADD PRIMARY KEY USING INDEX i;'],
    ['exclusion', 'exclusion-constraint', 'ALTER TABLE users ADD EXCLUDE USING btree (age WITH =);'],
    ['SET NOT NULL', 'set-not-null-scanning', 'ALTER TABLE users ALTER email SET NOT NULL;'],
    ['validate in the same transaction', 'validate-in-same-transaction', 'BEGIN; ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c; COMMIT;'],
    ['foreign key in CREATE TABLE', 'create-table-foreign-key', 'CREATE TABLE t (id bigint PRIMARY KEY, u bigint REFERENCES users);'],
    ['type differs from the referenced column', 'foreign-key-type-mismatch', 'ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (age) REFERENCES orgs NOT VALID;'],
    ['drop of a foreign key', 'drop-foreign-key', 'ALTER TABLE posts DROP CONSTRAINT posts_author;'],
  ],
  column: [
    ['volatile default', 'add-column-rewriting', 'ALTER TABLE users ADD t uuid DEFAULT gen_random_uuid();'],
    ['NOT NULL without default', 'add-column-not-null', 'ALTER TABLE users ADD t int NOT NULL;'],
    ['stored generated', 'add-column-generated-stored', 'ALTER TABLE users ADD t text GENERATED ALWAYS AS (upper(name)) STORED;'],
    ['serial', 'add-column-identity', 'ALTER TABLE users ADD t serial;'],
    ['identity', 'add-column-identity', 'ALTER TABLE users ADD t int GENERATED ALWAYS AS IDENTITY;'],
    ['domain with a constraint', 'add-column-domain', 'ALTER TABLE users ADD t positive;'],
    ['ADD COLUMN … CHECK', 'add-column-check', 'ALTER TABLE users ADD t int CHECK (t > 0);'],
    ['ADD COLUMN … UNIQUE', 'add-column-unique', 'ALTER TABLE users ADD t int UNIQUE;'],
    ['ADD COLUMN … REFERENCES with a default', 'add-column-references', 'ALTER TABLE users ADD t bigint DEFAULT 1 REFERENCES orgs;'],
    ['ADD COLUMN … REFERENCES without one: a brief lock', 'missing-lock-timeout', 'ALTER TABLE users ADD t bigint REFERENCES orgs;'],
    ['drop', 'drop-column', 'ALTER TABLE users DROP email;'],
    ['rename', 'rename-column', 'ALTER TABLE users RENAME email TO mail;'],
    ['change of default', 'change-default', 'ALTER TABLE users ADD t int NOT NULL DEFAULT 0; ALTER TABLE users ALTER t DROP DEFAULT;'],
    ['json', 'json-column', 'ALTER TABLE users ADD t json;'],
  ],
  type: [
    ['rewrite', 'alter-type-rewriting', 'ALTER TABLE users ALTER age TYPE bigint;'],
    ['narrowing', 'alter-type-narrowing', 'ALTER TABLE users ALTER name TYPE varchar(10);'],
    ['int primary key', 'int-primary-key', 'CREATE TABLE t (id int PRIMARY KEY);'],
    ['float for money', 'inexact-number', 'ALTER TABLE users ADD price float;'],
    ['timestamp without zone', 'timestamp-without-time-zone', 'ALTER TABLE users ADD t timestamp;'],
  ],
  enum: [
    ['value used in the transaction that adds it', 'enum-value-used-in-transaction', "BEGIN; ALTER TYPE mood ADD VALUE 'calm'; UPDATE users SET mood = 'calm' WHERE id = 1; COMMIT;"],
    ['rename', 'rename-enum-value', "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';"],
  ],
  table: [
    ['rename', 'rename-table', 'ALTER TABLE users RENAME TO people;'],
    ['schema change', 'rename-table', 'CREATE SCHEMA app; ALTER TABLE users SET SCHEMA app;'],
    ['drop', 'drop-table', 'DROP TABLE posts;'],
    ['CLUSTER', 'table-rewriting', 'CLUSTER users USING users_age;'],
    ['VACUUM FULL', 'table-rewriting', 'VACUUM FULL users;'],
    ['SET UNLOGGED', 'table-rewriting', 'ALTER TABLE loose SET UNLOGGED;'],
    ['tablespace', 'table-rewriting', 'ALTER TABLE users SET TABLESPACE fast;'],
    ['no primary key', 'table-without-primary-key', 'CREATE TABLE t (n int);'],
  ],
  partition: [
    ['attach without a CHECK', 'attach-partition-scanning', "ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');"],
    ['PARTITION OF', 'create-partition-of', "CREATE TABLE e PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');"],
    ['detach', 'detach-partition-blocking', 'ALTER TABLE events DETACH PARTITION events_1;'],
  ],
  other: [
    ['ALTER SEQUENCE', 'alter-sequence', 'ALTER SEQUENCE ticket INCREMENT BY 10;'],
    ['CREATE OR REPLACE VIEW', 'missing-lock-timeout', 'CREATE OR REPLACE VIEW names AS SELECT id, name FROM users WHERE age > 1;'],
    ['triggers', 'missing-lock-timeout', 'CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();'],
    ['policies', 'missing-lock-timeout', 'CREATE POLICY p ON users USING (true);'],
    ['owner', 'missing-lock-timeout', 'ALTER TABLE users OWNER TO CURRENT_USER;'],
    ['REFRESH MATERIALIZED VIEW', 'refresh-materialized-view', 'REFRESH MATERIALIZED VIEW totals;'],
    ['TRUNCATE', 'truncate', 'TRUNCATE loose;'],
    ['TRUNCATE CASCADE', 'truncate', 'TRUNCATE users CASCADE;'],
  ],
  data: [
    ['UPDATE without WHERE', 'update-whole-table', 'UPDATE users SET age = 1;'],
    ['DELETE without WHERE', 'delete-whole-table', 'DELETE FROM users;'],
    ['a large UPDATE', 'update-whole-table', 'UPDATE users SET age = 1 WHERE age > 3;'],
    ['a large INSERT … SELECT', 'insert-select-large', 'INSERT INTO orgs SELECT id FROM users;'],
    ['a large MERGE', 'merge-large', 'MERGE INTO orgs USING users ON orgs.id = users.id WHEN NOT MATCHED THEN INSERT VALUES (users.id);'],
    ['data and DDL in one transaction', 'data-and-ddl-in-one-transaction', "BEGIN; UPDATE users SET age = 1 WHERE id = 3; ALTER TABLE users ADD t int; COMMIT;"],
    ['the same, the other way round', 'work-under-strong-lock', 'BEGIN; ALTER TABLE users ADD t int; UPDATE users SET t = 1; COMMIT;'],
    ['no index for the batch’s predicate', 'batch-without-index', "DO $$ BEGIN LOOP UPDATE users SET email = 'x' WHERE id IN (SELECT id FROM users WHERE email IS NULL LIMIT 1000); EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$;"],
    ['OFFSET paging', 'offset-paging', "DO $$ DECLARE o int := 0; BEGIN LOOP UPDATE users SET email = 'x' WHERE id IN (SELECT id FROM users WHERE email IS NULL ORDER BY id LIMIT 1000 OFFSET o); EXIT WHEN NOT FOUND; o := o + 1000; COMMIT; END LOOP; END $$;"],
  ],
  transaction: [
    ['no lock_timeout', 'missing-lock-timeout', 'ALTER TABLE users ADD t int;'],
    ['more work after ACCESS EXCLUSIVE', 'work-under-strong-lock', 'BEGIN; ALTER TABLE users ADD t int; CREATE INDEX i ON users (email); COMMIT;'],
    ['several tables locked', 'several-tables-locked', 'BEGIN; ALTER TABLE users ADD t int; ALTER TABLE orgs ADD t int; COMMIT;'],
    ['several ALTERs of one table', 'several-alters-of-one-table', 'ALTER TABLE users ALTER age TYPE bigint; ALTER TABLE users ALTER org TYPE numeric;'],
    ['not idempotent without a transaction', 'not-idempotent', 'CREATE INDEX CONCURRENTLY i ON users (email);'],
    ['BEGIN without COMMIT', 'begin-without-commit', 'BEGIN; ALTER TABLE users ADD t int;'],
    ['nested BEGIN', 'nested-begin', 'BEGIN; BEGIN; ALTER TABLE users ADD t int; COMMIT;'],
  ],
  replication: [['logical subscriber', 'published-table-change', 'ALTER TABLE users ADD t int;']],
};

describe.each(Object.entries(CHECKS))('%s', (_, checks) => {
  test.each(checks)('%s: %s', (_check, rule, sql) => {
    const analysis = analyzeExample({ schema: SCHEMA, sql });
    expect(analysis.problems).toEqual([]);
    expect(analysis.findings.map((finding) => finding.rule)).toContain(rule);
  });
});

describe('across files and with a database', () => {
  test.each<readonly [check: string, rule: string, path: string, sql: string, others: Readonly<Record<string, string>>]>([
    ['never validated later', 'never-validated', 'm/001_a.sql', 'ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;', { 'm/002_b.sql': 'SELECT 1;' }],
    ['an index dropped that an earlier file created concurrently', 'drop-concurrent-index', 'm/002_b.sql', 'DROP INDEX CONCURRENTLY i;', { 'm/001_a.sql': 'CREATE INDEX CONCURRENTLY i ON users (email);' }],
    ['out-of-order file', 'created-later', 'm/001_a.sql', 'ALTER TABLE fresh ADD n int;', { 'm/002_b.sql': 'CREATE TABLE fresh (id bigint PRIMARY KEY);' }],
    ['a number given twice', 'duplicate-number', 'm/001_b.sql', 'SELECT 1;', { 'm/001_a.sql': 'SELECT 2;', 'm/002_c.sql': 'SELECT 3;' }],
    ['no way back', 'way-back-missing', 'm/00002_a.sql', '-- +goose Up\nALTER TABLE users ADD t int;\n', { 'm/00001_b.sql': '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n' }],
  ])('%s: %s', (_check, rule, path, sql, others) => {
    expect(analyzeExample({ schema: SCHEMA, sql, path, others }).findings.map((finding) => finding.rule)).toContain(rule);
  });

  test('near overflow, by the live counter', () => {
    const schema = 'CREATE TABLE orders (id serial PRIMARY KEY);';
    expect(analyzeExample({ schema, sql: 'ALTER TABLE orders ADD n int;', used: { orders_id_seq: 0.95 } }, { severities: {} }).findings.find(({ rule }) => rule === 'sequence-near-its-end')?.severity).toBe('error');
  });
});
