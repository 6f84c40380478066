/**
 * Migrations whose fixes are proven over the world of world.ts. Each statement stands by itself and, written
 * differently, inside a transaction with a neighbour that must stay as it is.
 */
export interface Migration {
  readonly sql: string;
  /** Does the same where the migration itself cannot run: what its fix has to lead to. */
  readonly same?: string;
  /** The first major version that knows the syntax. */
  readonly since?: number;
}

const $ = (sql: string, more: Omit<Migration, 'sql'> = {}): Migration => ({ sql: `${sql}\n`, ...more });
const lines = '"Sales Data"."Order Lines"';

/** Single statements; all of them can run as they are. */
export const STATEMENTS: readonly Migration[] = [
  // Indexes
  $('CREATE INDEX customers_mail_idx ON customers (mail);'),
  $('CREATE INDEX ON customers (born DESC NULLS LAST, age);'),
  $('create unique index customers_mail on public.customers (mail);'),
  $(`CREATE INDEX "by Price" ON ${lines} ("unit Price") INCLUDE ("Größe");`),
  $(`CREATE INDEX ON ${lines} ("say ""hi""");`),
  $('CREATE INDEX lower_name ON customers (lower(name)) WHERE vip;'),
  $('CREATE INDEX IF NOT EXISTS orders_open ON app.orders USING btree (customer_id, placed_or_code(code)) WITH (fillfactor = 70);'.replace('placed_or_code(code)', 'upper(code)')),
  $('CREATE INDEX /* for the report */ orders_total ON ONLY app.orders (total) -- by total'),
  $('CREATE INDEX events_kind ON events (kind);'),
  $('CREATE INDEX ON events (n, lower(kind));'),
  $('CREATE INDEX "Readings Level" ON app.readings USING hash ("Level");'),
  $('CREATE INDEX totals ON app."Order Totals" (total DESC);'),
  $('CREATE INDEX IF NOT EXISTS customers_name_idx ON customers (name);'),
  $('CREATE UNIQUE INDEX tags_label ON tags (label) NULLS NOT DISTINCT;', { since: 15 }),
  $('DROP INDEX customers_name_idx;'),
  $('DROP INDEX IF EXISTS "customers Age", public.customers_name_idx;'),
  $('drop index app.orders_code_idx, "Sales Data"."Größe idx" restrict;'),
  $('DROP INDEX IF EXISTS no_such_index;'),
  $('REINDEX INDEX customers_name_idx;'),
  $('REINDEX TABLE app.orders;'),
  $(`reindex (verbose) table ${lines};`),
  $('CREATE INDEX CONCURRENTLY IF NOT EXISTS customers_seen ON customers (seen);'),
  $(`CREATE INDEX CONCURRENTLY IF NOT EXISTS "Größe idx" ON ${lines} ("Größe");`),
  $('CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Order Code" ON app.orders (code, id);'),
  // Constraints
  $('ALTER TABLE customers ADD CONSTRAINT age_ok CHECK (age >= 0);'),
  $('alter table only customers add check (length(name) > 0);'),
  $(`ALTER TABLE ${lines} ADD CONSTRAINT "price, please" CHECK ("unit Price" >= 0 AND "Größe" <> ', NOT VALID');`),
  $('ALTER TABLE IF EXISTS app.orders ADD CONSTRAINT qty_ok CHECK (qty < 100) NO INHERIT;'),
  $('ALTER TABLE events ADD CONSTRAINT n_ok CHECK (n >= 0);'),
  $('ALTER TABLE tags ADD CHECK (weight < 1000), ADD COLUMN extra int, ALTER label SET DEFAULT \'x\';'),
  $('ALTER TABLE app.orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id);'),
  $('ALTER TABLE app.orders ADD FOREIGN KEY (customer_id) REFERENCES public.customers ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;'),
  $('ALTER TABLE app.orders ADD CONSTRAINT "Parent" FOREIGN KEY (parent_id) REFERENCES app.orders (id) MATCH FULL ON UPDATE CASCADE;'),
  $(`ALTER TABLE ${lines} ADD FOREIGN KEY ("Order") REFERENCES app.orders (id);`),
  $('ALTER TABLE tags ADD UNIQUE (id);'),
  $('ALTER TABLE customers ADD CONSTRAINT mail_once UNIQUE (mail) DEFERRABLE;'),
  $(`ALTER TABLE ${lines} ADD CONSTRAINT "Größe once" UNIQUE ("Größe", "Line") INCLUDE ("unit Price") WITH (fillfactor = 80);`),
  $('ALTER TABLE customers ADD UNIQUE NULLS NOT DISTINCT (seen, id);', { since: 15 }),
  $('ALTER TABLE customers ADD CONSTRAINT mail_once UNIQUE (mail), ADD COLUMN a int, DROP COLUMN note;'),
  $('ALTER TABLE tags ADD PRIMARY KEY (id);'),
  $('ALTER TABLE tags ADD CONSTRAINT "Tags Key" PRIMARY KEY (label, id) INCLUDE (weight);'),
  $('alter table public.tags add constraint tags_pk primary key (id), alter column weight set default 0;'),
  // NOT NULL
  $('ALTER TABLE customers ALTER COLUMN name SET NOT NULL;'),
  $('alter table customers alter mail set not null, alter age set not null;'),
  $(`ALTER TABLE ${lines} ALTER "Größe" SET NOT NULL, ALTER COLUMN "say ""hi""" SET DEFAULT 'x';`),
  $('ALTER TABLE IF EXISTS ONLY app.orders ALTER COLUMN code SET NOT NULL;'),
  $('ALTER TABLE events ALTER COLUMN kind SET NOT NULL;'),
  $('ALTER TABLE tags ADD CONSTRAINT tags_label_nn NOT NULL label;', { since: 18 }),
  // Columns
  $('ALTER TABLE customers ADD COLUMN token uuid DEFAULT gen_random_uuid() CHECK (token IS NOT NULL);'.replace('gen_random_uuid()', "'00000000-0000-0000-0000-000000000000'")),
  $("ALTER TABLE customers ADD COLUMN roll double precision DEFAULT random() * 0;"),
  $('ALTER TABLE customers ADD COLUMN IF NOT EXISTS stamp text NOT NULL DEFAULT left(clock_timestamp()::text, 1);'),
  $(`alter table ${lines} add "Neu" double precision default random() * 0 not null, drop column "Größe";`),
  $('ALTER TABLE tags ADD level int CHECK (level > 0);'),
  $('ALTER TABLE app.orders ADD COLUMN "Rabatt" numeric DEFAULT 0 CONSTRAINT rabatt_ok CHECK ("Rabatt" >= 0);'),
  $('ALTER TABLE app.orders ADD COLUMN shade text DEFAULT \'x\' CHECK (shade <> \'\') NOT NULL, ADD COLUMN plain int;'),
  $('ALTER TABLE tags ADD COLUMN owner bigint DEFAULT 7 REFERENCES customers;'),
  $('ALTER TABLE app.orders ADD agent bigint NOT NULL DEFAULT 1 CONSTRAINT "Agent" REFERENCES public.customers (id) ON DELETE SET DEFAULT;'),
  $(`ALTER TABLE ${lines} ADD COLUMN buyer bigint DEFAULT 3 REFERENCES customers (id) ON DELETE CASCADE NOT VALID;`.replace(' NOT VALID', '')),
  $('ALTER TABLE tags ADD COLUMN slug text UNIQUE;'),
  $('ALTER TABLE app.orders ADD COLUMN "Slug" text CONSTRAINT "One Slug" UNIQUE DEFERRABLE, ADD other int;'),
  $(`ALTER TABLE ${lines} ADD slug text COLLATE "C" UNIQUE NULLS NOT DISTINCT;`, { since: 19 }),
  $('alter table customers add column slug text unique with (fillfactor = 60) default null;'),
  $('ALTER TABLE empty_table ADD COLUMN need int NOT NULL;'),
  $('alter table empty_table add need text collate "C" not null, add other int;'),
  $('ALTER TABLE public.empty_table ADD COLUMN "Need" numeric(8, 2) CONSTRAINT needed NOT NULL;'),
  $('ALTER TABLE customers ADD COLUMN up text GENERATED ALWAYS AS (upper(name)) STORED;'),
  $(`ALTER TABLE ${lines} ADD "Double" numeric GENERATED ALWAYS AS ("unit Price" * 2) STORED, ADD plain int;`),
  $('alter table tags add column next int generated always as (id + 1) stored;'),
  $('ALTER TABLE customers ADD COLUMN settings json;'),
  $(`ALTER TABLE ${lines} ADD "Data" JSON, ADD COLUMN IF NOT EXISTS other pg_catalog.json;`),
  $('CREATE TABLE documents (id bigint PRIMARY KEY, body json NOT NULL DEFAULT \'{}\', tags json[]);'),
  // Types
  $('ALTER TABLE tags ALTER COLUMN id TYPE bigint;'),
  $('ALTER TABLE customers ALTER COLUMN age TYPE numeric(10, 2), ADD COLUMN fresh int;'),
  $('alter table app.orders alter qty set data type bigint;'),
  // Domains and enums
  $("ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%');"),
  $("alter domain public.email add check (length(value) > 3);"),
  $("ALTER DOMAIN email ADD CONSTRAINT \"No Blanks\" CHECK (VALUE !~ ' ') -- a comment"),
  // Partitions
  $("ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');"),
  $("ALTER TABLE regions ATTACH PARTITION regions_us FOR VALUES IN ('us', 'ca');"),
  $('alter table app.readings attach partition app.readings_2 for values from (1000) to (maxvalue);'),
  $("CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);"),
  $("create table if not exists regions_more partition of public.regions for values in ('it', null);"),
  $('CREATE TABLE app."Readings 3" PARTITION OF app.readings DEFAULT;'),
  $('ALTER TABLE events DETACH PARTITION events_2023;'),
  $('ALTER TABLE public.events DETACH PARTITION app."Events 2024";'),
  $('alter table app.readings detach partition app.readings_1;'),
  // Views
  $('REFRESH MATERIALIZED VIEW by_country;'),
  $('refresh materialized view app."Order Totals" with data;'),
  $('REFRESH MATERIALIZED VIEW /* all */ public.by_country'),
  // Names
  $('DROP TABLE tags;'),
  $('drop table if exists public.tags, events cascade;'),
  $(`DROP TABLE ${lines} CASCADE;`),
  $('ALTER TABLE customers RENAME COLUMN mail TO "E-Mail";'),
  $(`alter table ${lines} rename "Größe" to size;`),
  $('ALTER TABLE tags RENAME COLUMN weight TO heft;'),
  $('ALTER TABLE customers RENAME TO clients;'),
  $('ALTER TABLE app.orders RENAME TO "Orders, old";'),
  $(`alter table ${lines} rename to lines;`),
  $('ALTER TABLE tags SET SCHEMA app;'),
  // What is taken away or renamed; a later file of the fix takes back what is there for the old release
  $(`drop table if exists ${lines};`),
  $('DROP TABLE public.tags, empty_table;'),
  $('ALTER TABLE tags RENAME COLUMN label TO title;'),
  $(`ALTER TABLE ${lines} RENAME "Größe" TO "Size, in m";`),
  $('alter table app.orders rename code to "Code, new";'),
  // Data
  $('UPDATE customers SET age = age + 1;'),
  $("UPDATE app.orders AS o SET code = lower(code), qty = 0 WHERE o.status <> 'sent';"),
  $(`UPDATE ${lines} l SET "unit Price" = "unit Price" * 2, "Größe" = 'it''s' WHERE "Line" > 0;`),
  $('update public.customers c set note = o.code from app.orders o where o.customer_id = c.id and c.vip;'),
  $('UPDATE tags SET label = NULL WHERE label IS NOT NULL;'),
  $('DELETE FROM app.orders;'),
  $("DELETE FROM ONLY customers WHERE country = 'ax' -- gone"),
  $(`delete from ${lines} using app.orders o where o.id = "Order" and o.qty > 3;`),
  $('DELETE FROM tags WHERE weight > 50;'),
  $('INSERT INTO tags SELECT id, name FROM customers;'),
  $(`insert into ${lines} as l ("Order", "Line", "Größe") select o.id + 1000, 7, o.code from only app.orders as o where o.qty > 2 -- the rest\n;`),
  $("INSERT INTO customers (id, name) SELECT id, 'from events' FROM app.readings ON CONFLICT (id) DO UPDATE SET name = excluded.name;"),
  $('MERGE INTO tags USING audit AS a ON tags.id = a.id WHEN MATCHED THEN UPDATE SET label = a.what WHEN NOT MATCHED THEN INSERT (id, label) VALUES (a.id, a.what);', { since: 15 }),
  $(`merge into customers c using only app.orders as o on o.id = c.id and c.vip when matched and o.qty > 3 then delete when matched then update set note = o.code, seen = now() -- done`.replace(', seen = now()', ''), { since: 15 }),
  $(`MERGE INTO app.orders USING "public"."customers" ON orders.id = "customers".id WHEN MATCHED THEN UPDATE SET code = name WHEN NOT MATCHED THEN INSERT (id, code) VALUES (id, name);`, { since: 15 }),
  // Sequences
  $('ALTER TABLE counted ALTER COLUMN id TYPE bigint;'),
  $('alter table app."Counted Too" alter "Id" set data type int8, add column fresh int;'),
];

const begin = (...statements: string[]): string => ['BEGIN;', ...statements, 'COMMIT;', ''].join('\n');

/** Scripts of several statements, and those that cannot run as they are. */
export const SCRIPTS: readonly Migration[] = [
  // What cannot run in a transaction
  $(begin('CREATE INDEX CONCURRENTLY i ON customers (age);'), { same: 'CREATE INDEX i ON customers (age);' }),
  $(begin('ALTER TABLE tags ADD a int;', '-- quick', 'CREATE INDEX CONCURRENTLY "I" ON app.orders (qty);'), { same: 'ALTER TABLE tags ADD a int; CREATE INDEX "I" ON app.orders (qty);' }),
  $(begin('DROP INDEX CONCURRENTLY "customers Age";', "UPDATE tags SET label = 'x' WHERE id = 1;"), { same: `DROP INDEX "customers Age"; UPDATE tags SET label = 'x' WHERE id = 1;` }),
  $(begin('REINDEX TABLE CONCURRENTLY app.orders;', 'ALTER TABLE tags ADD a int;'), { same: 'ALTER TABLE tags ADD a int;' }),
  $(begin('ALTER TABLE tags ADD a int;', 'VACUUM customers;'), { same: 'ALTER TABLE tags ADD a int;' }),
  $('begin;\r\nalter table tags add a int;\r\nvacuum (analyze) app.orders;\r\ncommit;\r\n', { same: 'ALTER TABLE tags ADD a int;' }),
  // Enum values
  $(begin("ALTER TYPE status ADD VALUE 'lost';", "UPDATE app.orders SET status = 'lost' WHERE id = 3;"), { same: "ALTER TYPE status ADD VALUE 'lost'; UPDATE app.orders SET status = 'lost' WHERE id = 3;" }),
  $(begin("ALTER TYPE status ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'paid';", "ALTER TABLE app.orders ALTER status SET DEFAULT 'it''s';"), {
    same: "ALTER TYPE status ADD VALUE 'it''s' BEFORE 'paid'; ALTER TABLE app.orders ALTER status SET DEFAULT 'it''s';",
  }),
  $(begin('ALTER TABLE tags ADD a int;', "alter type public.status add value 'back' after 'sent';", "INSERT INTO app.orders (status) VALUES ('back');"), {
    same: "ALTER TABLE tags ADD a int; ALTER TYPE status ADD VALUE 'back'; INSERT INTO app.orders (status) VALUES ('back');",
  }),
  // Transactions
  $('BEGIN;\nALTER TABLE tags ADD a int;\n'),
  $('start transaction;\nupdate tags set label = null where id = 4;\ninsert into tags values (9000);\n'),
  $('SELECT 1;\r\nBEGIN ISOLATION LEVEL REPEATABLE READ;\r\nALTER TABLE customers DROP COLUMN note;\r\n'),
  $('BEGIN;\nALTER TABLE tags ADD a int;\nBEGIN;\nALTER TABLE tags ADD b int;\nCOMMIT;\n'),
  $('BEGIN;\nSTART TRANSACTION;\nDELETE FROM tags WHERE id = 3;\nCOMMIT;\n'),
  $('begin;\r\nbegin; -- again\r\nalter table app.orders add x int;\r\ncommit;\r\n'),
  $(begin('ALTER TABLE customers ADD CONSTRAINT ok CHECK (age > 0) NOT VALID;', 'ALTER TABLE customers VALIDATE CONSTRAINT ok;')),
  $(begin('ALTER TABLE app.orders ADD CONSTRAINT "Fk" FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;', 'SELECT 1;', 'ALTER TABLE app.orders VALIDATE CONSTRAINT "Fk";')),
  $(begin('ALTER TABLE tags ADD CHECK (id > 0) NOT VALID;', 'ALTER TABLE tags ADD a int;', 'ALTER TABLE tags VALIDATE CONSTRAINT tags_id_check;')),
  // Timeouts
  $("SET lock_timeout = '3s';\nCREATE INDEX CONCURRENTLY i ON customers (age);\n"),
  $("set lock_timeout to 2000;\ndrop index concurrently \"customers Age\";\nalter table tags add a int;\n"),
  $("SET lock_timeout = '1min';\nALTER TABLE tags ADD a int;\nREINDEX INDEX CONCURRENTLY app.orders_code_idx;\n"),
  // Partitioned
  $('CREATE INDEX CONCURRENTLY events_kind ON events (kind);', { same: 'CREATE INDEX events_kind ON events (kind);' }),
  $('CREATE UNIQUE INDEX CONCURRENTLY ON app.readings (id, "Level");', { same: 'CREATE UNIQUE INDEX ON app.readings (id, "Level");' }),
  $('create index concurrently if not exists "By N" on public.events (n) where n > 3;', { same: 'CREATE INDEX "By N" ON events (n) WHERE n > 3;' }),
  // Leftovers and comments of ours
  $('-- lockscope-ignore drop-table: it is gone\nALTER TABLE tags ADD a int;\n'),
  $('ALTER TABLE tags ADD a int; -- lockscope-ignore truncate: none here\n'),
  $('-- lockscope-ignore drop-column, drop-table: gone for good\nALTER TABLE tags DROP COLUMN weight;\n'),
  $('-- lockscope-ignore-file no-such-rule: really\nUPDATE tags SET label = NULL WHERE id = 1;\n'),
  // Twice the same table, a created table, savepoints, odd settings
  $('CREATE TABLE fresh (id int);\nCREATE INDEX ON fresh (id);\nCREATE INDEX ON tags (id);\n'),
  $(begin('SAVEPOINT s;', 'CREATE INDEX tags_id ON tags (id);', 'RELEASE SAVEPOINT s;')),
  $(begin('SAVEPOINT s;', 'CREATE INDEX tags_id ON tags (id);', 'ROLLBACK TO SAVEPOINT s;')),
  $("SET search_path = app, public;\nCREATE INDEX ON orders (customer_id);\nALTER TABLE orders ALTER code SET NOT NULL;\n"),
  $(begin('SET LOCAL search_path = app;', 'CREATE INDEX orders_c ON orders (customer_id);', "COMMENT ON INDEX orders_c IS 'x';")),
  $(begin('CREATE INDEX orders_c ON app.orders (customer_id);', "COMMENT ON INDEX app.orders_c IS 'x';")),
  $(begin('ALTER TABLE customers ALTER name SET NOT NULL;', 'ALTER TABLE customers RENAME COLUMN name TO full_name;')),
  $(begin('ALTER TABLE customers ADD CONSTRAINT mail_once UNIQUE (mail);', 'INSERT INTO customers (id, mail) VALUES (9000, \'n@x.org\') ON CONFLICT (mail) DO NOTHING;')),
  $("ALTER TABLE customers ADD CONSTRAINT age_ok CHECK (age >= 0);\nALTER TABLE customers ADD CONSTRAINT name_ok CHECK (name <> '');\nALTER TABLE customers ALTER mail SET NOT NULL;\n"),
  $('-- 😀 emoji before\nCREATE INDEX ON customers (born); -- 😀\r\n\r\n/* block\n comment */ DROP INDEX customers_name_idx;'),
];

/** Moves a statement into a transaction with a neighbour, in other line ends and indentation by turns. */
export function insideTransaction({ sql, ...more }: Migration, turn: number): Migration {
  const neighbour = NEIGHBOURS[turn % NEIGHBOURS.length] ?? '';
  const closed = sql.trim().replace(/(?<!;)$/, (_, at) => (/--[^\n]*$/.test(sql.trim()) && at > 0 ? '\n;' : sql.trim().endsWith(';') ? '' : ';'));
  const parts = turn % 2 === 0 ? ['BEGIN;', closed, neighbour, 'COMMIT;', ''] : ['begin;', `  ${neighbour}`, `  -- and then`, `  ${closed}`, 'commit;', ''];
  const same = sql.includes('CONCURRENTLY') ? { same: `${neighbour}\n${closed}` } : {};
  return { sql: parts.join(turn % 3 === 0 ? '\r\n' : '\n'), ...more, ...same };
}

const NEIGHBOURS = [
  "INSERT INTO audit VALUES (1000, 'migrated'); -- the log; of all",
  "COMMENT ON VIEW vips IS 'the; best';",
  'ALTER TABLE audit ADD COLUMN "By Whom" text;',
  `CREATE TABLE notes (id bigint PRIMARY KEY, "BEGIN" text DEFAULT 'COMMIT;');`,
];

/** The majors on which fixes are proven. */
export const PROVEN_ON = [15, 18] as const;

/** All migrations of the corpus. */
export const CORPUS: readonly Migration[] = [...STATEMENTS, ...STATEMENTS.map(insideTransaction), ...SCRIPTS];

/** What runs on a version: what BEGIN … COMMIT around a statement changes is the same in all of them, so that every eighth one is enough on all but the newest. */
export function corpusOn(major: number): readonly Migration[] {
  const inside = STATEMENTS.map(insideTransaction).filter((_, at) => major === Math.max(...PROVEN_ON) || at % 8 === 0);
  return [...STATEMENTS, ...inside, ...SCRIPTS].filter(({ since }) => since === undefined || since <= major);
}
