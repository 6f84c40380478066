/** What the rules on existing objects say of their own examples, asked of a real server: it refuses the bad ones and takes the good ones. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alreadyExists } from '../../server/src/core/rules/already-exists';
import { doesNotExist } from '../../server/src/core/rules/does-not-exist';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { openLanes, type Lanes } from './fixes/lanes';
import { analyzeExample } from '../core/rules/example';
import { startServer, type Server } from './servers';

/** duplicate_table and its kin; undefined_column, undefined_object, invalid_text_representation. */
const REFUSED = {
  'already-exists': /already exists/u,
  'does-not-exist': /does not exist|invalid input value for enum/u,
};

let server: Server;
let lanes: Lanes;
beforeAll(async () => {
  await loadPostgresParser();
  server = await startServer(18);
  lanes = await openLanes(server, 1);
});
afterAll(() => server.stop());

describe.each([
  { id: 'already-exists', meta: alreadyExists.meta },
  { id: 'does-not-exist', meta: doesNotExist.meta },
] as const)('$id', ({ id, meta }) => {
  test.each(meta.bad)('refuses $sql', async ({ schema = '', sql }) => {
    expect((await lanes.run(schema, sql)).error).toMatch(REFUSED[id]);
  });

  test.each(meta.good.filter(({ schema }) => schema !== undefined))('takes $sql', async ({ schema = '', sql }) => {
    expect((await lanes.run(schema, sql)).error).toBeUndefined();
  });
});

/** Over this schema; the server says whether each is refused for want of a relation, and the rule has to say the same. */
const WORLD = `
  CREATE SCHEMA app; CREATE TABLE app.orders (id int PRIMARY KEY, total int); CREATE TABLE users (id int PRIMARY KEY, n int); CREATE INDEX users_n ON users (n);
  CREATE VIEW names AS SELECT id FROM users; CREATE MATERIALIZED VIEW totals AS SELECT 1 AS x; CREATE SEQUENCE ticket; CREATE TABLE "Odd Name" (id int);
  CREATE TABLE parted (id int) PARTITION BY LIST (id); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
  CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE TABLE IF NOT EXISTS made (id int)'; END $$;
  CREATE FUNCTION makes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE TABLE IF NOT EXISTS made (id int)'; RETURN NEW; END $$;
  CREATE TABLE firing (id int); CREATE TRIGGER fires BEFORE INSERT ON firing FOR EACH ROW EXECUTE FUNCTION makes();
  CREATE FUNCTION pure(int) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT $1 $$;`;

const MISSING: readonly (readonly [sql: string, missing: string])[] = [
  ['ALTER TABLE gone ADD COLUMN a int;', 'gone'],
  ['ALTER TABLE app.users ADD COLUMN a int;', 'app.users'],
  ['ALTER TABLE nowhere.users ADD COLUMN a int;', 'nowhere.users'],
  ['ALTER TABLE odd_name ADD COLUMN a int;', 'odd_name'],
  ['ALTER TABLE "Users" ADD COLUMN a int;', '"Users"'],
  ['ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (n) REFERENCES gone (id);', 'gone'],
  ['ALTER TABLE users ADD COLUMN o int REFERENCES app.gone;', 'app.gone'],
  ['ALTER TABLE parted ATTACH PARTITION gone FOR VALUES IN (2);', 'gone'],
  ['ALTER TABLE parted DETACH PARTITION gone;', 'gone'],
  ['ALTER TABLE users INHERIT gone;', 'gone'],
  ['ALTER TABLE gone RENAME TO went;', 'gone'],
  ['ALTER TABLE gone RENAME COLUMN a TO b;', 'gone'],
  ['ALTER TABLE gone SET SCHEMA app;', 'gone'],
  ['ALTER INDEX gone RENAME TO went;', 'gone'],
  ['ALTER SEQUENCE gone RESTART;', 'gone'],
  ['CREATE INDEX IF NOT EXISTS i ON gone (a);', 'gone'],
  ['CREATE TABLE t (id int REFERENCES gone);', 'gone'],
  ['CREATE TABLE t (LIKE gone);', 'gone'],
  ['CREATE TABLE t () INHERITS (gone);', 'gone'],
  ['CREATE TABLE t PARTITION OF gone FOR VALUES IN (1);', 'gone'],
  ['CREATE TABLE t AS SELECT * FROM gone;', 'gone'],
  ['CREATE VIEW v AS SELECT u.id FROM users u JOIN gone g ON g.id = u.id;', 'gone'],
  ['CREATE TRIGGER t BEFORE INSERT ON gone FOR EACH ROW EXECUTE FUNCTION makes();', 'gone'],
  ['CREATE POLICY p ON gone USING (true);', 'gone'],
  ['CREATE STATISTICS s ON a, b FROM gone;', 'gone'],
  ['DROP TABLE users, gone CASCADE;', 'gone'],
  ['DROP INDEX gone;', 'gone'],
  ['DROP VIEW app.names;', 'app.names'],
  ['DROP TRIGGER t ON gone;', 'gone'],
  ['TRUNCATE gone;', 'gone'],
  ['BEGIN;\nLOCK TABLE gone;\nCOMMIT;', 'gone'],
  ['ANALYZE gone;', 'gone'],
  ['CLUSTER gone USING i;', 'gone'],
  ['REINDEX TABLE gone;', 'gone'],
  ['REFRESH MATERIALIZED VIEW gone;', 'gone'],
  ["COMMENT ON TABLE gone IS 'x';", 'gone'],
  ["COMMENT ON COLUMN gone.a IS 'x';", 'gone'],
  ['GRANT SELECT ON users, gone TO PUBLIC;', 'gone'],
  ['INSERT INTO gone VALUES (1);', 'gone'],
  ['UPDATE users SET n = g.n FROM gone g WHERE g.id = users.id;', 'gone'],
  ['DELETE FROM users USING app.gone;', 'app.gone'],
  ['WITH a AS (SELECT 1 AS id) SELECT * FROM a WHERE id IN (SELECT id FROM gone);', 'gone'],
  ['EXPLAIN SELECT * FROM gone;', 'gone'],
  ['DROP TABLE users CASCADE;\nINSERT INTO users VALUES (1);', 'users'],
  ['ALTER TABLE users RENAME TO people;\nINSERT INTO users VALUES (1);', 'users'],
  ['BEGIN;\nCREATE TABLE t (id int);\nROLLBACK;\nDROP TABLE t;', 't'],
  ['SELECT pure(1), now();\nDROP TABLE gone;', 'gone'],
  ['CREATE EXTENSION IF NOT EXISTS hstore;\nDROP TABLE gone;', 'gone'],
];

const THERE: readonly string[] = [
  'ALTER TABLE IF EXISTS gone ADD COLUMN a int;',
  'ALTER TABLE IF EXISTS gone RENAME COLUMN a TO b;',
  'ALTER INDEX IF EXISTS gone RENAME TO went;',
  'DROP TABLE IF EXISTS gone, users CASCADE;',
  'DROP TRIGGER IF EXISTS t ON gone;',
  'CREATE TABLE IF NOT EXISTS users (id int REFERENCES gone);',
  'CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t);',
  'SELECT * INTO t FROM users;\nDROP TABLE t;',
  'CREATE TEMP TABLE t (id int);\nINSERT INTO t VALUES (1);\nTRUNCATE pg_temp.t;',
  'WITH gone AS (SELECT 1 AS id) SELECT * FROM gone;',
  'WITH RECURSIVE r AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM r WHERE id < 3) INSERT INTO users SELECT id FROM r;',
  'CREATE RECURSIVE VIEW v (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM v WHERE n < 9;',
  'SELECT relname FROM pg_class, information_schema.tables LIMIT 1;',
  'SELECT * FROM pg_catalog.pg_stat_activity, pg_settings LIMIT 1;',
  'SET search_path = app, public;\nALTER TABLE orders ADD COLUMN a int;\nDROP TABLE users CASCADE;',
  "SELECT set_config('search_path', 'app', false);\nTRUNCATE orders;",
  'ALTER TABLE users SET SCHEMA app;\nDROP TABLE app.users CASCADE;',
  'CREATE SCHEMA fresh CREATE TABLE t (id int);\nDROP TABLE fresh.t;',
  'ALTER TABLE names RENAME TO titles;\nSELECT * FROM titles;',
  'ALTER TABLE users_n RENAME TO n;\nDROP INDEX n;',
  'ALTER TABLE "Odd Name" ADD COLUMN a int;',
  'SELECT last_value FROM ticket;',
  'SELECT make();\nINSERT INTO made VALUES (1);',
  'INSERT INTO firing VALUES (1);\nDROP TABLE made;',
  "DO $$ BEGIN EXECUTE 'CREATE TABLE made (id int)'; END $$;\nDROP TABLE made;",
  'DO $$ BEGIN IF true THEN CREATE TABLE made (id int); END IF; END $$;\nDROP TABLE made;',
  'DO $$ BEGIN PERFORM make(); END $$;\nDROP TABLE made;',
  'CREATE FUNCTION late() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM gone; END $$;',
  'DO $$ BEGIN IF false THEN DELETE FROM gone; END IF; END $$;',
  'CREATE RULE r AS ON INSERT TO users DO ALSO UPDATE users SET n = NEW.n WHERE id = NEW.id;',
];

describe('relations that are not there', () => {
  const said = (sql: string): string[] => analyzeExample({ schema: WORLD, whole: true, sql }).findings.filter(({ rule }) => rule === 'does-not-exist').map(({ message }) => message);

  test.each(MISSING)('%s', async (sql, missing) => {
    expect((await lanes.run(WORLD, sql)).error).toMatch(/^(?:relation|schema|index|sequence|table|view|materialized view) .* does not exist/u);
    expect(said(sql)).toEqual([`There is no relation ${missing}, as far as is known: this fails.`]);
  });

  test.each(THERE)('%s', async (sql) => {
    expect((await lanes.run(WORLD, sql)).error).toBeUndefined();
    expect(said(sql)).toEqual([]);
  });

  // What runs elsewhere, or is half typed, may make anything.
  test.each([
    '\\i tables.sql\nDROP TABLE gone;',
    'CREATE EXTENSION postgis;\nSELECT * FROM spatial_ref_sys;',
    'IMPORT FOREIGN SCHEMA s FROM SERVER f INTO public;\nSELECT * FROM gone;',
    'CALL make();\nDROP TABLE gone;',
    'CREATE TABLE gone (\n;\nDROP TABLE gone;',
    'DROP TABLE ${prefix}gone;',
    "SELECT create_hypertable('a', 'b');\nDROP TABLE gone;",
    'INSERT INTO schema_migrations VALUES (1);',
  ])('nothing is said of %j', (sql) => {
    expect(said(sql)).toEqual([]);
  });

  test('a folder knows what earlier files made, and what may have', () => {
    const sql = 'ALTER TABLE fresh ADD COLUMN a int;\n';
    const after = (other: string, path = 'migrations/000_before.sql'): string[] => analyzeExample({ schema: WORLD, whole: true, sql, others: { [path]: other } }).findings.filter(({ rule }) => rule === 'does-not-exist').map(({ message }) => message);
    expect(after('SELECT 1;')).toHaveLength(1);
    expect(after('CREATE TABLE fresh (id int PRIMARY KEY);')).toEqual([]);
    expect(after('SELECT make();')).toEqual([]);
  });
});
