import type { Case } from '../case';

/** Functions, procedures, and what their bodies do when they are called. */
export const functionsAndDo: readonly Case[] = [
  { sql: 'CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$' },
  {
    title: 'a body that is only text',
    sql: 'CREATE FUNCTION last_order() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT max(id) FROM orders); END $$',
  },
  {
    title: 'an SQL body is checked against the tables',
    sql: 'CREATE OR REPLACE FUNCTION last_order() RETURNS bigint LANGUAGE sql AS $$ SELECT max(id) FROM orders $$',
  },
  {
    title: 'a body of statements',
    sql: 'CREATE FUNCTION last_order() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT max(id) FROM orders; END',
    since: 14,
  },
  { title: 'a table as a type', sql: 'CREATE FUNCTION all_users() RETURNS SETOF users LANGUAGE sql AS $$ SELECT * FROM users $$' },
  { sql: 'CREATE PROCEDURE clean() LANGUAGE sql AS $$ DELETE FROM logs $$' },
  { sql: 'CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$' },
  { sql: 'ALTER FUNCTION current_tenant() IMMUTABLE' },
  { sql: 'ALTER FUNCTION normalize_name(text) RENAME TO normal_name' },
  { sql: 'ALTER FUNCTION forget_user(bigint) OWNER TO app' },
  { sql: 'ALTER FUNCTION forget_user SET SCHEMA archive' },
  { sql: 'ALTER PROCEDURE archive_orders(timestamptz) SECURITY DEFINER' },
  { sql: 'DROP FUNCTION order_value(bigint)' },
  { sql: 'DROP FUNCTION IF EXISTS no_such_function(integer)' },
  { title: 'triggers go with it', sql: 'DROP FUNCTION touch_updated_at() CASCADE' },
  { title: 'indexes go with it', sql: 'DROP FUNCTION normalize_name(text) CASCADE' },
  { sql: 'DROP PROCEDURE archive_orders' },
  { sql: "COMMENT ON FUNCTION current_tenant() IS 'the tenant'" },
  { sql: 'GRANT EXECUTE ON FUNCTION current_tenant() TO app' },
  { sql: 'CREATE AGGREGATE total(numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = 0)' },
  {
    sql: 'CREATE CAST (mood AS integer) WITH FUNCTION mood_number(mood)',
    setup: 'CREATE FUNCTION mood_number(mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$',
  },
  { sql: 'CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)' },

  { title: 'a function that writes', sql: 'SELECT forget_user(7)' },
  { sql: "CALL archive_orders('2020-01-01')" },
  { sql: 'DO $$ BEGIN NULL; END $$' },
  { sql: 'DO $$ BEGIN UPDATE coupons SET uses = 0; DELETE FROM logs; END $$' },
  { sql: 'DO $body$ DECLARE n integer; BEGIN SELECT count(*) INTO n FROM users; RAISE DEBUG $$%$$, n; END $body$ LANGUAGE plpgsql' },
  {
    title: 'a branch that is taken',
    sql: 'DO $$ BEGIN IF EXISTS (SELECT 1 FROM users) THEN ALTER TABLE logs ADD COLUMN extra text; END IF; END $$',
  },
  { title: 'a branch that is not taken', sql: 'DO $$ BEGIN IF false THEN DROP TABLE logs; ELSE DELETE FROM logs; END IF; END $$' },
  {
    title: 'add a type unless it is there',
    sql: "DO $$ BEGIN CREATE TYPE mood AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$",
  },
  {
    title: 'add a constraint unless it is there',
    sql: `DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'carts_user_fkey') THEN
    ALTER TABLE carts ADD CONSTRAINT carts_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
  END IF;
END
$$`,
  },
  { title: 'EXECUTE of a constant', sql: "DO $$ BEGIN EXECUTE 'ALTER TABLE logs ADD COLUMN extra text DEFAULT random()::text'; END $$" },
  {
    title: 'EXECUTE of a string that is put together',
    sql: "DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN extra text', 'logs'); END $$",
    unknown: true,
  },
  {
    title: 'a loop over rows',
    sql: `DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT id FROM users WHERE id < 5 LOOP
    UPDATE orders SET note = 'x' WHERE user_id = r.id;
  END LOOP;
END
$$`,
  },
  {
    title: 'a loop over numbers, and PERFORM',
    sql: 'DO $$ BEGIN FOR i IN 1..3 LOOP PERFORM id FROM products WHERE id = i; END LOOP; END $$',
  },
  { title: 'a call inside', sql: 'DO $$ BEGIN PERFORM forget_user(3); END $$' },
  {
    title: 'a FOREACH, a WHILE, a CASE',
    sql: 'DO $$ DECLARE n integer := 0; BEGIN WHILE n < 2 LOOP n := n + 1; CASE n WHEN 1 THEN DELETE FROM carts; ELSE DELETE FROM logs; END CASE; END LOOP; END $$',
  },
  {
    title: 'batches with a commit each',
    sql: 'DO $$ BEGIN UPDATE coupons SET uses = 1 WHERE id < 100; COMMIT; UPDATE coupons SET uses = 1 WHERE id >= 100; COMMIT; END $$',
  },
  {
    title: 'a block in a block',
    sql: 'DO $$ BEGIN BEGIN TRUNCATE logs; EXCEPTION WHEN OTHERS THEN RAISE; END; LOCK TABLE carts IN SHARE MODE; END $$',
  },
  {
    title: 'RETURN QUERY in a function that is made and not called',
    sql: 'CREATE FUNCTION heavy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN LOCK TABLE users; END $$',
  },
];
