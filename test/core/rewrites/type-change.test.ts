import { beforeAll, describe, expect, test } from 'vitest';
import { changeTypeByExpandAndContract, typeChangeRefusal } from '../../../server/src/core/rewrites/expand-contract/type-change';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../../server/src/core/sql/postgres/parse';
import { subjectOf, withFix } from './support';

beforeAll(loadPostgresParser);

const TABLE = 'CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL, b text);';

describe('what is refused, and why', () => {
  test.each<[schema: string | undefined, sql: string, reason: RegExp]>([
    [undefined, 'ALTER TABLE t ALTER a TYPE bigint;', /not known here/],
    [`${TABLE} CREATE VIEW v AS SELECT a FROM t;`, 'ALTER TABLE t ALTER a TYPE bigint;', /view public\.v reads it/],
    [`${TABLE} CREATE VIEW v AS SELECT * FROM t;`, 'ALTER TABLE t ALTER b TYPE varchar(9);', /view public\.v reads it/],
    ['CREATE TABLE t (a int) PARTITION BY LIST (a);', 'ALTER TABLE t ALTER a TYPE bigint;', /partitioned/],
    ['CREATE TABLE p (a int); CREATE TABLE t (b int) INHERITS (p);', 'ALTER TABLE t ALTER b TYPE bigint;', /inheritance/],
    ['CREATE TABLE t (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED);', 'ALTER TABLE t ALTER b TYPE bigint;', /generated/],
    ['CREATE TABLE t (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED);', 'ALTER TABLE t ALTER a TYPE bigint;', /b is generated from it/],
    [`${TABLE} CREATE POLICY p ON t USING (a > 0);`, 'ALTER TABLE t ALTER a TYPE bigint;', /policies/],
    [`${TABLE} CREATE PUBLICATION pub FOR TABLE t;`, 'ALTER TABLE t ALTER a TYPE bigint;', /published by pub/],
    [`${TABLE} CREATE PUBLICATION pub FOR ALL TABLES;`, 'ALTER TABLE t ALTER a TYPE bigint;', /published by pub/],
    [
      `${TABLE} CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();`,
      'ALTER TABLE t ALTER a TYPE bigint;',
      /trigger touch would fire/,
    ],
    [`${TABLE} CREATE STATISTICS s ON a, b FROM t;`, 'ALTER TABLE t ALTER a TYPE bigint;', /statistics/],
    ['CREATE TABLE t (a int, b int);', 'ALTER TABLE t ALTER a TYPE bigint;', /no primary key/],
    ['CREATE TABLE t (id int PRIMARY KEY, a int, EXCLUDE USING gist (int4range(a, a) WITH &&));', 'ALTER TABLE t ALTER a TYPE bigint;', /built concurrently/],
    [TABLE, 'ALTER TABLE t ALTER a TYPE bigint USING (random() * a)::bigint;', /another value each time/],
    [TABLE, 'ALTER TABLE t ALTER b TYPE timestamptz USING now();', /another time/],
    [TABLE, 'ALTER TABLE t ALTER a TYPE bigint, ALTER a SET DEFAULT 5;', /changes the column otherwise/],
  ])('%s %s', (schema, sql, reason) => {
    const { context, action } = subjectOf(sql, 'alter column type', { schema });
    expect(typeChangeRefusal(context, action)).toMatch(reason);
    expect(changeTypeByExpandAndContract(context, action)).toEqual([]);
  });
});

test('a view that reads other columns does not matter', () => {
  const { context, action } = subjectOf('ALTER TABLE t ALTER a TYPE bigint;', 'alter column type', { schema: `${TABLE} CREATE VIEW v AS SELECT id, b FROM t;` });
  expect(typeChangeRefusal(context, action)).toBeUndefined();
});

test.each(['BEGIN;\nALTER TABLE t ALTER a TYPE bigint;\nCOMMIT;\n', '  alter table t alter a type bigint;\n', 'ALTER TABLE t ALTER a TYPE bigint', 'ALTER TABLE "public"."t" ALTER COLUMN "a" TYPE bigint; -- 🐘\r\nSELECT 1;\r\n'])(
  'every line ends as the file does and every statement parses: %j',
  (sql) => {
    const { context, action } = subjectOf(sql, 'alter column type', { schema: TABLE });
    const [fix] = changeTypeByExpandAndContract(context, action);
    if (fix === undefined) throw new Error(typeChangeRefusal(context, action) ?? 'no fix');
    expect(fix.files?.map(({ path }) => path)).toEqual(['migrations/002_drop_t_a_old.sql']);
    const mended = withFix(sql, fix);
    expect(statementsOf(mended, createParseMemo()).filter(({ parsed }) => !parsed.ok)).toEqual([]);
    if (sql.includes('\r\n')) expect(mended.replaceAll('\r\n', '')).not.toMatch(/[\r]/);
    if (sql.includes('\r\n')) expect(fix.edits.map(({ text }) => text.replaceAll('\r\n', '')).join('')).not.toMatch(/\n/);
  },
);
