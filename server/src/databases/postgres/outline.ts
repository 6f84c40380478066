import type { CatalogOutline } from '../../core/schema/catalog';
import { objectName } from '../../core/schema/names';
import { OutlineBuilder, type Outline } from '../../core/schema/outline';
import type { Reading } from './connection';
import { Pairs } from './pairs';
import { readPageSize } from './page-size';
import { FIRST_NORMAL } from './scope';

const KINDS: Readonly<Record<string, CatalogOutline['kind']>> = { r: 'table', p: 'partitioned table', f: 'foreign table', v: 'view', m: 'materialized view' };

/** All tables and views that are not the server's own: what is known of each without a look at it. */
export async function readOutline(reading: Reading): Promise<Outline> {
  const found = new OutlineBuilder();
  for (let last = FIRST_NORMAL - 1; ; ) {
    // Some at a time, by their oids, so that no query takes long; a text for each schema: rows of their own would take three times as long to receive.
    const rows = await reading.rows(
      `SELECT n.nspname, pg_catalog.json_agg(pg_catalog.json_build_array(c.oid::int8, c.relname, c.relkind, c.relpages, c.reltuples))::text, pg_catalog.max(c.oid::int8)::float8, pg_catalog.count(*)::int4
       FROM (SELECT oid, relname, relkind, relpages, reltuples, relnamespace FROM pg_catalog.pg_class
         WHERE oid > ${String(last)}::pg_catalog.oid AND relpersistence <> 't' AND relkind IN ('r', 'p', 'f', 'v', 'm') ORDER BY oid LIMIT ${String(AT_A_TIME)}) c
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace GROUP BY n.nspname`,
    );
    let count = 0;
    for (const [schema, list, highest, size] of rows) {
      count += Number(size);
      last = Math.max(last, Number(highest));
      // What an extension keeps in pg_catalog.
      if (/^pg_|^information_schema$/u.test(String(schema))) continue;
      for (const [oid, name, letter, pages, tuples] of JSON.parse(String(list)) as [number, string, string, number, number][]) {
        const kind = KINDS[letter];
        if (kind !== undefined) found.add({ oid, name: objectName(String(schema), name), kind, pages, tuples });
      }
    }
    if (count < AT_A_TIME) break;
  }
  return found.build(await readPageSize(reading));
}

/** Tables and views that are listed at a time. */
const AT_A_TIME = 2500;

/** Parents of tables, by oid. */
export async function readParents(reading: Reading): Promise<Pairs> {
  const rows = await reading.rows(
    `SELECT inhparent, pg_catalog.string_agg(inhrelid::text, ',') FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class c ON c.oid = inhparent AND c.relkind IN ('r', 'p', 'f')
     GROUP BY inhparent, inhseqno ORDER BY inhseqno`,
  );
  const children: number[] = [];
  const parents: number[] = [];
  for (const [parent, list] of rows) {
    for (const child of String(list).split(',')) {
      children.push(Number(child));
      parents.push(Number(parent));
    }
  }
  return new Pairs(children, parents);
}

/** The tables that the foreign keys of each point to, by oid. */
export async function readReferenced(reading: Reading): Promise<Pairs> {
  return pairs(await reading.rows("SELECT DISTINCT conrelid, confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid >= 16384 ORDER BY conrelid, confrelid"));
}

/** What each view reads, by oid. */
export async function readViewReads(reading: Reading): Promise<Pairs> {
  return pairs(
    await reading.rows(
      `SELECT DISTINCT r.ev_class, d.refobjid FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_depend d ON d.classid = 2618 AND d.objid = r.oid AND d.refclassid = 1259 AND d.refobjid <> r.ev_class
       WHERE r.rulename = '_RETURN' AND r.oid >= 16384`,
    ),
  );
}

/** The default partition of partitioned tables, by oid. */
export async function readDefaultPartitions(reading: Reading): Promise<Pairs> {
  return pairs(await reading.rows('SELECT partrelid, partdefid FROM pg_catalog.pg_partitioned_table WHERE partdefid <> 0'));
}

/** The names of the routines that the triggers of each table call, by oid. */
export async function readTriggerRoutines(reading: Reading): Promise<ReadonlyMap<number, readonly string[]>> {
  const rows = await reading.rows('SELECT DISTINCT tgrelid, proname FROM pg_catalog.pg_trigger JOIN pg_catalog.pg_proc p ON p.oid = tgfoid WHERE NOT tgisinternal');
  return listed(rows.map(([table, routine]) => [Number(table), String(routine)] as const));
}

/** Other relations of some names, with the table that each belongs to (0: none): indexes, sequences. */
export async function readNamed(reading: Reading, names: readonly string[]): Promise<readonly { readonly oid: number; readonly table: number }[]> {
  const rows = await reading.rows(
    `SELECT c.oid, coalesce(i.indrelid, (SELECT d.refobjid FROM pg_catalog.pg_depend d WHERE d.classid = 1259 AND d.objid = c.oid AND d.refclassid = 1259 AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') LIMIT 1), 0)
     FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
     WHERE c.oid >= 16384 AND c.relname = ANY ($1::pg_catalog.name[]) AND c.relkind IN ('i', 'I', 'S') AND c.relpersistence <> 't'`,
    [names],
  );
  return rows.map(([oid, table]) => ({ oid: Number(oid), table: Number(table) }));
}

/** Tables with a column of a type of one of these names, or of an array or domain over it. */
export async function readTablesOfTypes(reading: Reading, names: readonly string[]): Promise<readonly number[]> {
  const rows = await reading.rows(
    `WITH RECURSIVE types(oid) AS (
       SELECT oid FROM pg_catalog.pg_type WHERE oid >= 16384 AND typname = ANY ($1::pg_catalog.name[]) AND (typtype <> 'c' OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = typrelid AND c.relkind = 'c'))
       UNION SELECT t.oid FROM pg_catalog.pg_type t JOIN types ON t.typelem = types.oid OR t.typbasetype = types.oid)
     SELECT DISTINCT d.objid FROM types JOIN pg_catalog.pg_depend d ON d.refclassid = 1247 AND d.refobjid = types.oid AND d.classid = 1259`,
    [names],
  );
  return rows.map(([oid]) => Number(oid));
}

/** What belongs to some tables and is read with them: their indexes, the sequences they own; and all composite types. */
export async function readBelongings(reading: Reading, tables: readonly number[]): Promise<readonly number[]> {
  const composite = await reading.rows("SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'c' AND oid >= 16384");
  return [...(await readOwned(reading, tables)), ...composite.map(([oid]) => Number(oid))];
}

/** The indexes of some tables, and the sequences that they own. */
export async function readOwned(reading: Reading, tables: readonly number[]): Promise<readonly number[]> {
  const rows = await reading.rows(
    `SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid = ANY ($1::pg_catalog.oid[])
     UNION ALL SELECT d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'S'
       WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.refobjid = ANY ($1::pg_catalog.oid[]) AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')`,
    [tables],
  );
  return rows.map(([oid]) => Number(oid));
}

/** Pairs of oids as a query gives them. */
function pairs(rows: readonly unknown[][]): Pairs {
  return new Pairs(rows.map(([from]) => Number(from)), rows.map(([, to]) => Number(to)));
}

function listed<T>(pairs: readonly (readonly [number, T])[]): ReadonlyMap<number, readonly T[]> {
  const lists = new Map<number, T[]>();
  for (const [key, value] of pairs) add(lists, key, value);
  return lists;
}

function add<T>(lists: Map<number, T[]>, key: number, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
