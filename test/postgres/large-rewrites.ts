import type { Action } from '../../server/src/core/effects/effects';
import { archiveInstead } from '../../server/src/core/rewrites/archive';
import { insertSelectFixes } from '../../server/src/core/rewrites/batches/insert-select';
import { addThenFillInBatches } from '../../server/src/core/rewrites/expand-contract/add-column-fill';
import { changeTypeByExpandAndContract, typeChangeRefusal } from '../../server/src/core/rewrites/expand-contract/type-change';
import { procedureFixes } from '../../server/src/core/rewrites/jobs/job';
import { attachWithProof, createThenAttachWithProof } from '../../server/src/core/rewrites/partition-proof';
import { indexPartitionByPartition } from '../../server/src/core/rewrites/partitioned-index';
import { phaseFix } from '../../server/src/core/rewrites/phases/phases';
import { renameColumnBehindView } from '../../server/src/core/rewrites/rename-view';
import type { Fix, MendContext } from '../../server/src/core/rules/rule';
import { fileOf, subjectOf, withFix } from '../core/rewrites/support';

/** A migration that a larger rewrite mends, for the proof. */
export interface Rewrite {
  readonly title: string;
  readonly schema: string;
  readonly data?: string;
  readonly sql: string;
  /** What the outcome is compared with, where that is not the migration as it stands. */
  readonly same?: string;
  readonly version?: number;
  /** Statements that others run after the n-th statement of the rewritten migration. */
  readonly writes?: (n: number) => readonly string[];
  /** Whether they stop with the swap, after which what they write means something else. */
  readonly untilSwap?: boolean;
  /** How many tables the server says that it need not read, at level DEBUG1. */
  readonly implied?: number;
  readonly fixed: (rewrite: Rewrite, version: number) => string;
}

const typeChange: Rewrite['fixed'] = ({ sql, schema }, version) => {
  const { context, action } = subjectOf(sql, 'alter column type', { schema, version });
  const [fix] = changeTypeByExpandAndContract(context, action);
  if (fix === undefined) throw new Error(`no fix: ${typeChangeRefusal(context, action) ?? ''}`);
  return withFix(sql, fix);
};

export function by<K extends Action['kind']>(kind: K, rewrite: (context: MendContext, action: Extract<Action, { kind: K }>) => readonly Fix[]): Rewrite['fixed'] {
  return ({ sql, schema }, version) => {
    const { context, action } = subjectOf(sql, kind, { schema, version });
    const [fix] = rewrite(context, action);
    if (fix === undefined) throw new Error('no fix');
    return withFix(sql, fix);
  };
}

const SHOP = `
  CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL);
  CREATE TABLE orders (
    id serial PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    parent_id integer REFERENCES orders (id),
    total numeric(10,2) NOT NULL DEFAULT 0 CHECK (total >= 0),
    note text DEFAULT 'none',
    placed timestamp,
    CONSTRAINT orders_note_key UNIQUE (customer_id, note) DEFERRABLE INITIALLY DEFERRED
  );
  CREATE TABLE lines (order_id integer NOT NULL, line integer NOT NULL, amount integer, PRIMARY KEY (order_id, line),
    CONSTRAINT lines_order FOREIGN KEY (order_id) REFERENCES orders (id) ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE);
  CREATE INDEX orders_total_idx ON orders (total DESC NULLS LAST, id) INCLUDE (note) WHERE total > 10 AND note IS NOT NULL;
  CREATE UNIQUE INDEX orders_lower_idx ON orders (lower(note) text_pattern_ops, id) WITH (fillfactor = 70);
  CREATE INDEX orders_placed_idx ON orders USING brin (placed);
  CREATE INDEX orders_customer_idx ON orders (customer_id) WHERE customer_id > 3;
  COMMENT ON COLUMN orders.id IS 'The number on the bill';
  COMMENT ON INDEX orders_total_idx IS 'for the report';
  COMMENT ON COLUMN orders.total IS 'it''s in euro';
  COMMENT ON CONSTRAINT orders_total_check ON orders IS 'never negative';
  ALTER TABLE orders ALTER COLUMN total SET STATISTICS 500;
  GRANT SELECT (total, id), UPDATE (total) ON orders TO PUBLIC;`;

const SHOP_DATA = `
  INSERT INTO customers (name) SELECT 'c' || g FROM generate_series(1, 20) g;
  INSERT INTO orders (customer_id, total, note, placed, parent_id) SELECT 1 + g % 20, g * 1.25, CASE WHEN g % 7 > 0 THEN 'Note ' || g END, timestamp '2024-01-01' + g * interval '1 hour', NULLIF(g / 2, 0) FROM generate_series(1, 333) g;
  INSERT INTO lines SELECT 1 + g % 300, g / 300, g FROM generate_series(0, 599) g;`;

const shopWrites: Rewrite['writes'] = (n) => [
  `INSERT INTO orders (customer_id, total, note, placed) VALUES (${1 + (n % 20)}, ${n}, 'new ${n}', timestamp '2025-03-01' + ${n} * interval '1 day')`,
  `UPDATE orders SET total = total + ${n}, note = note || '.', placed = placed + interval '1 hour' WHERE id % 17 = ${n % 17}`,
  `UPDATE orders SET customer_id = ${1 + (n % 20)} WHERE id = ${n * 3}`,
  `DELETE FROM lines WHERE order_id = ${n + 40}`,
];

const TYPE_CHANGES: readonly Rewrite[] = [
  { title: 'the primary key, which others and the table itself reference', sql: 'ALTER TABLE orders ALTER COLUMN id TYPE bigint;\n' },
  { title: 'a column of a foreign key', sql: 'ALTER TABLE orders ALTER customer_id SET DATA TYPE bigint;\n' },
  { title: 'a key that cascades', sql: 'alter table customers alter id type bigint;\n' },
  { title: 'part of a primary key with a foreign key', sql: 'ALTER TABLE public.lines ALTER COLUMN order_id TYPE bigint;\n' },
  { title: 'numeric to double precision, with a CHECK, partial and covering indexes', sql: 'ALTER TABLE orders ALTER COLUMN total TYPE double precision;\n' },
  { title: 'text to varchar, with an expression index and a deferred UNIQUE', sql: 'ALTER TABLE orders ALTER COLUMN note TYPE varchar(40);\n' },
  { title: 'timestamp to timestamptz', sql: 'ALTER TABLE orders ALTER COLUMN placed TYPE timestamptz;\n' },
  { title: 'timestamp to timestamptz by USING', sql: "ALTER TABLE orders ALTER COLUMN placed TYPE timestamp with time zone USING orders.placed AT TIME ZONE 'Europe/Berlin';\n" },
  { title: 'one of several subcommands', sql: 'ALTER TABLE orders ADD COLUMN a int, ALTER COLUMN parent_id TYPE bigint, -- the tree\n  ADD COLUMN b int;\n' },
].map(({ title, sql }) => ({ title: `type change: ${title}`, schema: SHOP, data: SHOP_DATA, sql, writes: shopWrites, untilSwap: title.endsWith('by USING'), fixed: typeChange }));

const OTHER_TYPE_CHANGES: readonly Rewrite[] = [
  {
    title: 'type change: identity, quoted names, a schema, CRLF',
    schema: `CREATE SCHEMA "App";
      CREATE TABLE "App"."Big Table" ("Id" integer GENERATED BY DEFAULT AS IDENTITY (START WITH 5 INCREMENT BY 3 CACHE 2) PRIMARY KEY, "From" text COLLATE "C" NOT NULL UNIQUE, "order" int CHECK ("order" <> 3 OR "Id" > 0));
      CREATE INDEX "By Order" ON "App"."Big Table" ("order", ("Id" % 10)) WHERE "Id" <> 7;
      GRANT SELECT ON SEQUENCE "App"."Big Table_Id_seq" TO PUBLIC;`,
    data: `INSERT INTO "App"."Big Table" ("From", "order") SELECT 'x' || g, g + 3 FROM generate_series(1, 250) g;`,
    sql: '-- wide\r\nALTER TABLE "App"."Big Table" ALTER COLUMN "Id" TYPE bigint;\r\n',
    writes: (n) => [`INSERT INTO "App"."Big Table" ("From", "order") VALUES ('y${n}', ${n + 10})`],
    fixed: typeChange,
  },
  {
    title: 'type change: integer to text by an expression over several columns',
    schema: 'CREATE TABLE t (a int, b int, c text NOT NULL DEFAULT \'q\', id bigint PRIMARY KEY); CREATE INDEX t_a ON t (b, c);',
    data: "INSERT INTO t SELECT g % 5, g, 'c' || g, g FROM generate_series(1, 222) g;",
    sql: "ALTER TABLE t ALTER COLUMN b TYPE text USING b::text || '-' || coalesce(t.a, 0)::text;\n",
    fixed: typeChange,
  },
  {
    title: 'type change: text to json, unlogged, without rows',
    schema: 'CREATE UNLOGGED TABLE t (id bigint PRIMARY KEY, body text, other text);',
    data: '',
    sql: 'ALTER TABLE t ALTER body TYPE json USING body::json;\n',
    fixed: typeChange,
  },
];


const TREE = `
  CREATE SCHEMA app;
  CREATE TABLE app.events (id bigint, at date NOT NULL, kind text) PARTITION BY RANGE (at);
  CREATE TABLE app.events_1 PARTITION OF app.events FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
  CREATE TABLE app.events_2 PARTITION OF app.events FOR VALUES FROM ('2024-07-01') TO ('2025-01-01') PARTITION BY LIST (kind);
  CREATE TABLE app."Events 2a" PARTITION OF app.events_2 FOR VALUES IN ('a', NULL);
  CREATE TABLE app.events_2b PARTITION OF app.events_2 DEFAULT PARTITION BY HASH (id);
  CREATE TABLE app.events_2b_0 PARTITION OF app.events_2b FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE app.events_2b_1 PARTITION OF app.events_2b FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  CREATE TABLE app.events_d PARTITION OF app.events DEFAULT;
  CREATE INDEX own ON app.events_1 (lower(kind), at DESC);`;
const TREE_DATA = `INSERT INTO app.events SELECT g, date '2024-01-01' + g, chr(97 + g % 4) FROM generate_series(0, 499) g;`;

const PARTITIONED_INDEXES: readonly Rewrite[] = [
  'CREATE INDEX ON app.events (id, at);\n',
  'CREATE INDEX by_kind ON app.events USING btree (lower(kind), at DESC) WHERE kind IS NOT NULL;\n',
  'create index reused on app.events (lower(kind), at desc);\n',
  'BEGIN;\nCREATE INDEX "By Id" ON app.events USING hash (id);\nCOMMIT;\n',
].map((sql) => ({ title: `partitioned index: ${sql.trim()}`, schema: TREE, data: TREE_DATA, sql, fixed: by('create index', indexPartitionByPartition) }));

const attach = (title: string, schema: string, data: string, sql: string, implied: number): Rewrite => ({ title: `attach: ${title}`, schema, data, sql, implied, fixed: by('attach partition', attachWithProof) });

const ATTACHMENTS: readonly Rewrite[] = [
  attach(
    'a range',
    'CREATE TABLE p (at date, n int) PARTITION BY RANGE (at); CREATE TABLE c (at date, n int);',
    "INSERT INTO c SELECT date '2024-01-01' + g, g FROM generate_series(0, 99) g;",
    "ALTER TABLE p ATTACH PARTITION c FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\n",
    1,
  ),
  attach(
    'a range beside a default partition',
    'CREATE TABLE p (at date, n int) PARTITION BY RANGE (at); CREATE TABLE d PARTITION OF p DEFAULT; CREATE TABLE c (at date, n int);',
    "INSERT INTO c SELECT date '2024-01-01' + g, g FROM generate_series(0, 99) g; INSERT INTO p SELECT date '2020-01-01' + g, g FROM generate_series(0, 99) g; INSERT INTO p VALUES (NULL, 1);",
    "ALTER TABLE p ATTACH PARTITION c FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\n",
    2,
  ),
  attach(
    'a range over several columns',
    'CREATE TABLE p ("A" int, b text, c int) PARTITION BY RANGE ("A", b, c); CREATE TABLE d PARTITION OF p DEFAULT; CREATE TABLE part ("A" int, b text, c int);',
    "INSERT INTO part SELECT 1 + g % 3, 'm' || g, g FROM generate_series(0, 99) g; INSERT INTO p SELECT 9, 'm', g FROM generate_series(0, 99) g;",
    "ALTER TABLE p ATTACH PARTITION part FOR VALUES FROM (1, 'a', 5) TO (4, 'b', 7);\n",
    2,
  ),
  attach(
    'a range with a common start and open ends',
    'CREATE TABLE p (a int, b int, c int) PARTITION BY RANGE (a, b, c); CREATE TABLE part (a int, b int, c int);',
    'INSERT INTO part SELECT 1, g, g FROM generate_series(0, 99) g;',
    'alter table p attach partition part for values from (1, 0, minvalue) to (1, 100, maxvalue);\n',
    1,
  ),
  attach(
    'below a value',
    'CREATE TABLE p (a numeric) PARTITION BY RANGE (a); CREATE TABLE part (a numeric NOT NULL);',
    'INSERT INTO part SELECT -g FROM generate_series(0, 99) g;',
    'ALTER TABLE p ATTACH PARTITION part FOR VALUES FROM (MINVALUE) TO (0.5);\n',
    1,
  ),
  attach(
    'a list with NULL beside a default partition',
    'CREATE TABLE p (k text) PARTITION BY LIST (k); CREATE TABLE d PARTITION OF p DEFAULT; CREATE TABLE part (k text);',
    "INSERT INTO part VALUES (NULL), ('a'), ('it''s'); INSERT INTO p VALUES ('z');",
    "ALTER TABLE p ATTACH PARTITION part FOR VALUES IN ('a', 'it''s', NULL);\n",
    2,
  ),
  attach(
    'a list of one',
    'CREATE TABLE p (k int) PARTITION BY LIST (k); CREATE TABLE d PARTITION OF p DEFAULT; CREATE TABLE part (k int);',
    'INSERT INTO part VALUES (3); INSERT INTO p VALUES (4), (NULL);',
    'ALTER TABLE p ATTACH PARTITION part FOR VALUES IN (3);\n',
    2,
  ),
  attach('NULL alone', 'CREATE TABLE p (k int) PARTITION BY LIST (k); CREATE TABLE part (k int);', 'INSERT INTO part VALUES (NULL);', 'ALTER TABLE p ATTACH PARTITION part FOR VALUES IN (NULL);\n', 1),
  attach(
    'the default partition',
    "CREATE TABLE p (k text) PARTITION BY LIST (k); CREATE TABLE a PARTITION OF p FOR VALUES IN ('a', NULL); CREATE TABLE b PARTITION OF p FOR VALUES IN ('b'); CREATE TABLE d (k text);",
    "INSERT INTO d VALUES ('x');",
    'ALTER TABLE p ATTACH PARTITION d DEFAULT;\n',
    1,
  ),
  attach(
    'the default partition of a range',
    "CREATE TABLE p (k int) PARTITION BY RANGE (k); CREATE TABLE a PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE b PARTITION OF p FOR VALUES FROM (10) TO (MAXVALUE); CREATE TABLE d (k int);",
    'INSERT INTO d VALUES (-1), (NULL);',
    'BEGIN;\nALTER TABLE p ATTACH PARTITION d DEFAULT;\nCOMMIT;\n',
    1,
  ),
];

const NEW_PARTITIONS: readonly Rewrite[] = [
  {
    title: 'partition of, beside a default partition',
    schema: `CREATE TABLE o (id int PRIMARY KEY);
      CREATE TABLE p (id bigint NOT NULL, at date NOT NULL DEFAULT now(), o int REFERENCES o, v text CHECK (v <> ''), g int GENERATED ALWAYS AS (o * 2) STORED, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE d PARTITION OF p DEFAULT; CREATE INDEX ON p (lower(v)); COMMENT ON COLUMN p.v IS 'text';`,
    data: "INSERT INTO p (id, at) SELECT g, date '2020-01-01' + g FROM generate_series(0, 99) g;",
    sql: "CREATE TABLE p_2024 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\n",
    // The new table has no rows to read and no proof of its own.
    implied: 1,
    fixed: by('create table', createThenAttachWithProof),
  },
  {
    title: 'partition of, by hash',
    schema: 'CREATE TABLE p (id bigint PRIMARY KEY, v text) PARTITION BY HASH (id);',
    sql: 'create table if not exists p_0 partition of p for values with (modulus 2, remainder 0);\n',
    fixed: by('create table', createThenAttachWithProof),
  },
];

const DROPS: readonly Rewrite[] = ['DROP TABLE orders CASCADE;\n', 'drop table if exists public.orders, lines;\n', 'BEGIN;\nDROP TABLE lines;\nCOMMIT;\n'].map((sql) => ({
  title: `archive: ${sql.trim()}`,
  schema: SHOP,
  data: SHOP_DATA,
  sql,
  fixed: by('drop relation', archiveInstead),
}));

const RENAMES: readonly Rewrite[] = ['ALTER TABLE orders RENAME COLUMN total TO "Sum";\n', 'begin;\nalter table public.orders rename note to remark;\ncommit;\n'].map((sql) => ({
  title: `rename behind a view: ${sql.trim()}`,
  schema: SHOP,
  data: SHOP_DATA,
  sql,
  writes: (n) => [`INSERT INTO orders (customer_id, placed) VALUES (${1 + (n % 20)}, timestamp '2025-03-01')`, `UPDATE orders SET placed = placed + interval '1 hour' WHERE id % 17 = ${n % 17}`],
  fixed: by('rename column', renameColumnBehindView),
}));

const NEW_COLUMNS: readonly Rewrite[] = [
  "ALTER TABLE orders ADD COLUMN token numeric DEFAULT length(clock_timestamp()::text) * 0;\n",
  'alter table orders\r\n  add seen integer not null default (random() * 0)::int, -- visits\r\n  add age int;\r\n',
  'BEGIN;\nALTER TABLE public.lines ADD COLUMN n int NOT NULL DEFAULT (random() * 0)::int;\nCOMMIT;\n',
].map((sql) => ({ title: `add column: ${sql.trim()}`, schema: SHOP, data: SHOP_DATA, sql, fixed: by('add column', addThenFillInBatches) }));

const COPIES = `${SHOP}
  CREATE TABLE totals (order_id integer PRIMARY KEY, "Sum" numeric, note text, at timestamptz);
  INSERT INTO totals VALUES (5, 0, 'was there', NULL);`;

const INSERTS: readonly Rewrite[] = [
  'INSERT INTO totals (order_id, "Sum", note) SELECT id, total * 2, note FROM orders WHERE id > 5;\n',
  "insert into public.totals select o.id, o.total, 'a\n  b' from public.orders as o where o.note is distinct from 'x' or o.id = 3 on conflict (order_id) do update set note = excluded.note;\n",
  'INSERT INTO totals SELECT id, (SELECT count(*) FROM lines WHERE order_id = orders.id) FROM ONLY orders ON CONFLICT DO NOTHING;\n',
  'BEGIN;\nINSERT INTO totals (order_id, note) SELECT order_id * 1000 + line, amount::text FROM lines -- all\n;\nCOMMIT;\n',
].map((sql) => ({ title: `insert select: ${sql.trim()}`, schema: COPIES, data: SHOP_DATA, sql, fixed: by('insert', insertSelectFixes) }));

const PROCEDURES: readonly Rewrite[] = [
  { title: 'procedure: an update', sql: "UPDATE orders SET note = '$batches$' || id WHERE note IS NULL;\n", fixed: by('update', procedureFixes) },
  { title: 'procedure: a delete behind a transaction', sql: 'BEGIN;\nDELETE FROM lines WHERE amount > 100;\nCOMMIT;\n', fixed: by('delete', procedureFixes) },
  { title: 'procedure: an insert', sql: 'INSERT INTO totals (order_id) SELECT id FROM orders WHERE id <> 5;\n', fixed: by('insert', procedureFixes) },
].map((rewrite) => ({ ...rewrite, schema: COPIES, data: SHOP_DATA }));

const PHASES: readonly Rewrite[] = [
  "ALTER TABLE orders ADD COLUMN state text;\n-- all of them\nUPDATE orders SET state = 'open';\nALTER TABLE lines DROP CONSTRAINT lines_order;\nCREATE TABLE kinds (id int PRIMARY KEY);\nINSERT INTO kinds VALUES (1);\nALTER TABLE orders ALTER state SET NOT NULL;\nDROP INDEX orders_total_idx;\nCREATE INDEX customers_name ON customers (name);\n",
  'BEGIN;\nALTER TABLE orders DROP COLUMN note;\nALTER TABLE customers ADD COLUMN mail text;\nCOMMIT;\nUPDATE orders SET total = total + 1;\n',
].map((sql, index) => ({
  title: `phases ${index + 1}`,
  schema: SHOP,
  data: SHOP_DATA,
  sql,
  fixed: ({ schema }, version) => {
    const fix = phaseFix(fileOf(sql, { schema, version }));
    if (fix === undefined) throw new Error('one phase');
    return withFix(sql, fix);
  },
}));

export const LARGE_REWRITES: readonly Rewrite[] = [
  ...TYPE_CHANGES,
  ...OTHER_TYPE_CHANGES,
  ...PARTITIONED_INDEXES,
  ...ATTACHMENTS,
  ...NEW_PARTITIONS,
  ...DROPS,
  ...RENAMES,
  ...NEW_COLUMNS,
  ...INSERTS,
  ...PROCEDURES,
  ...PHASES,
];
