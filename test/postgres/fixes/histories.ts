/** Histories of several files, for what makes or needs more than one: phases, validation in a file of its own, the way back. */

/** Migrations over the world of the corpus that have more than one phase; random ones follow in the test. */
export const PHASED: readonly string[] = [
  "ALTER TABLE customers ADD COLUMN nick text;\n-- all of them\nUPDATE customers SET nick = lower(name);\nALTER TABLE customers ALTER nick SET NOT NULL;\nDROP INDEX customers_name_idx;\n",
  'BEGIN;\nALTER TABLE app.orders DROP COLUMN code;\nCREATE TABLE kinds (id int PRIMARY KEY, "Name" text);\nINSERT INTO kinds VALUES (1, \'a;b\');\nCOMMIT;\nUPDATE tags SET weight = 0;\n',
  "SET statement_timeout = '1min';\r\nALTER TABLE tags RENAME COLUMN label TO title;\r\nALTER TABLE empty_table ADD COLUMN n int DEFAULT 3; -- new\r\nDELETE FROM audit WHERE id > 40;\r\nCREATE INDEX audit_what ON audit (what);\r\n",
  'CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT n * 2; $$;\nUPDATE customers SET age = twice(age) WHERE age < 30;\nALTER TABLE customers ADD CONSTRAINT old CHECK (age >= 18);\n',
  'ALTER TABLE "Sales Data"."Order Lines" ADD "neue Größe" text;\nUPDATE "Sales Data"."Order Lines" SET "neue Größe" = "Größe";\nALTER TABLE "Sales Data"."Order Lines" DROP COLUMN "Größe";\nALTER TABLE "Sales Data"."Order Lines" RENAME "neue Größe" TO "Größe";\n',
];

/** Statements of each phase, for random migrations. Those that share a number cannot stand in one. */
export const PARTS: readonly (readonly [conflict: number, sql: string])[] = [
  [1, 'ALTER TABLE customers ADD COLUMN fresh int DEFAULT 5;'],
  [2, 'CREATE TABLE notes (id bigint PRIMARY KEY, body text);'],
  [3, 'CREATE INDEX ON tags (weight);'],
  [4, 'CREATE VIEW labels AS SELECT id FROM tags;'],
  [5, "UPDATE customers SET note = 'x' WHERE note IS NULL;"],
  [6, 'INSERT INTO audit SELECT id + 5000, name FROM customers;'],
  [7, 'DELETE FROM app.orders WHERE qty = 3;'],
  [8, 'UPDATE tags SET weight = weight + 1;'],
  [9, 'ALTER TABLE customers DROP COLUMN born;'],
  [10, 'ALTER TABLE app.orders RENAME COLUMN code TO sku;'],
  [11, 'DROP INDEX "customers Age";'],
  [12, 'ALTER TABLE customers ADD CONSTRAINT adult CHECK (age >= 18);'],
  [13, 'ALTER TABLE app.orders ADD FOREIGN KEY (customer_id) REFERENCES customers;'],
  [14, 'ALTER TABLE empty_table RENAME TO "Empty Table";'],
  [15, 'TRUNCATE events_2025;'],
];

/** How tools write a migration that is to be split. */
export const PHASED_FORMS: readonly { readonly tool: string; readonly path: string; readonly head: string }[] = [
  { tool: 'plain', path: 'migrations/007_change.sql', head: '' },
  { tool: 'goose', path: 'migrations/00007_change.sql', head: '-- +goose Up\n' },
  { tool: 'dbmate', path: 'db/migrations/20240102030405_change.sql', head: '-- migrate:up\n' },
];

/** NOT VALID constraints of a first file that a second one, about something else, leaves unvalidated. */
export const UNVALIDATED: readonly { readonly tool: string; readonly path: string; readonly next: string; readonly head?: string; readonly sql: string }[] = [
  { tool: 'plain', path: 'migrations/001_a.sql', next: 'migrations/003_b.sql', sql: 'ALTER TABLE customers ADD CONSTRAINT age_ok CHECK (age >= 0) NOT VALID;\n' },
  { tool: 'plain', path: 'migrations/V1__a.sql', next: 'migrations/V2__b.sql', sql: 'alter table app.orders add constraint "Customer, please" foreign key (customer_id) references customers not valid;\n' },
  { tool: 'goose', path: 'migrations/00001_a.sql', next: 'migrations/00002_b.sql', head: '-- +goose Up\n', sql: 'ALTER TABLE "Sales Data"."Order Lines" ADD CONSTRAINT "Größe!" CHECK ("Größe" <> \'\') NOT VALID;\n' },
  { tool: 'golang-migrate', path: 'migrations/000001_a.up.sql', next: 'migrations/000002_b.up.sql', sql: 'ALTER TABLE tags ADD CONSTRAINT tags_w CHECK (weight < 1000) NOT VALID;\n' },
];

/** Migrations whose down part is written from them: up and down leave nothing behind. */
export const REVERSIBLE: readonly string[] = [
  'ALTER TABLE customers ADD COLUMN nick text, ADD "E-Mail 2" text;',
  'CREATE TABLE kinds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE);\nCREATE INDEX kinds_lower ON kinds (lower(name));',
  'CREATE INDEX "By Qty" ON app.orders (qty);',
  'ALTER TABLE customers ADD CONSTRAINT adult CHECK (age >= 18);\nALTER TABLE tags ADD UNIQUE (id);',
  'ALTER TABLE customers RENAME COLUMN note TO remark;\nALTER TABLE tags RENAME TO labels;',
  'CREATE TYPE mood AS ENUM (\'sad\', \'glad\');\nALTER TABLE customers ADD COLUMN mood mood;\nCREATE VIEW moods AS SELECT id, mood FROM customers;',
  'CREATE SCHEMA extra;\nCREATE SEQUENCE extra."Tickets";\nCREATE DOMAIN app."Short Text" AS text CHECK (length(VALUE) < 9);\nCREATE POLICY own ON tags USING (true);',
  'CREATE TRIGGER audit_again BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION touch();\nALTER TABLE customers ALTER COLUMN name SET NOT NULL;',
];

/** How tools keep both directions. */
export const REVERSIBLE_FORMS: readonly { readonly tool: string; readonly path: string; readonly head: string }[] = [
  { tool: 'goose', path: 'migrations/00002_change.sql', head: '-- +goose Up\n' },
  { tool: 'golang-migrate', path: 'migrations/000002_change.up.sql', head: '' },
];
