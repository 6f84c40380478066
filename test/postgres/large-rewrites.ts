import type { Action } from '../../server/src/core/effects/effects';
import { changeTypeByExpandAndContract, typeChangeRefusal } from '../../server/src/core/rewrites/expand-contract/type-change';
import type { Fix, MendContext } from '../../server/src/core/rules/rule';
import { subjectOf, withFix } from '../core/rewrites/support';

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

export const LARGE_REWRITES: readonly Rewrite[] = [...TYPE_CHANGES, ...OTHER_TYPE_CHANGES];
