import type { Catalog, CatalogRelation } from '../../core/schema/catalog';
import { nameParts, objectName, type ObjectName } from '../../core/schema/names';
import type { Belonging } from '../../core/snapshot-exclude';
import type { RelationSizes } from '../../core/schema/statistics';
import { readNamespaces, readRelations } from './catalog';
import type { Reading } from './connection';
import { OWN_SCHEMA, readClasses, readNames, type NameOf } from './names';
import { readOutline, readOwned, readReferenced, readViewReads } from './outline';
import { only } from './scope';
import { readSizes } from './statistics';
import { readPublications } from './surroundings';
import { readRoutines, readTypes } from './types-and-routines';

/** Some relations with all that is known of them. */
export interface CatalogPage {
  readonly relations: readonly CatalogRelation[];
  readonly sizes: RelationSizes;
}

/** Tables and views at a time: what is read of them is held at once, each page costs some twenty queries, and none of them may take two seconds. */
const PAGE = 500;

/** Reads all of a database: relations in the order of their names, types, routines, publications, and the sizes. */
export async function readWhole(reading: Reading): Promise<{ readonly catalog: Catalog; readonly sizes: RelationSizes }> {
  const found: { readonly key: string; readonly relation: CatalogRelation }[] = [];
  let sizes: RelationSizes = {};
  for await (const page of readPages(reading)) {
    for (const relation of page.relations) {
      const { schema, name } = nameParts(relation.name as ObjectName);
      found.push({ key: `${schema}\0${name}`, relation });
    }
    sizes = Object.assign(sizes, page.sizes);
  }
  const relations = found.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ relation }) => relation);
  const rest = { types: await readTypes(reading), routines: await readRoutines(reading), publications: await readPublications(reading) };
  return { catalog: { ...(await readNamespaces(reading)), relations, ...rest }, sizes };
}

/**
 * Reads all relations and their sizes, page by page, in the order of their tables' names: each table with its indexes and
 * sequences, and last what belongs to none. What is held at a time does not grow with the database, but for its names.
 */
export async function* readPages(reading: Reading): AsyncGenerator<CatalogPage> {
  const outline = await readOutline(reading);
  const viewReads = await readViewReads(reading);
  const referenced = await readReferenced(reading);
  const indexNames = await readPartitionedIndexNames(reading);
  const names = await readNames(reading);
  const nameOf: NameOf = (oid) => outline.nameOf(oid) ?? indexNames.get(oid);
  const read = async (own: readonly number[], mentioned: readonly number[]): Promise<CatalogPage> => {
    const scope = only(own);
    const classes = await readClasses(reading, scope);
    const relations = await readRelations(reading, { scope, mentioned, classes, nameOf: (oid) => nameOf(oid) ?? classes.get(oid)?.name, names, viewReads });
    return { relations, sizes: await readSizes(reading, scope) };
  };
  const tables = [...outline.oids()];
  const told = new Set<number>();
  for (let start = 0; start < tables.length; start += PAGE) {
    const page = tables.slice(start, start + PAGE);
    const owned = await readOwned(reading, page);
    const own = [...page, ...owned].filter((oid) => !told.has(oid));
    for (const oid of owned) told.add(oid);
    yield await read(own, [...new Set(page.flatMap((oid) => referenced.get(oid) ?? []))]);
  }
  const others = (await readOthers(reading)).filter((oid) => !told.has(oid));
  if (others.length > 0) yield await read(others, []);
}

/** The names that indexes of partitions mention, by oid. */
async function readPartitionedIndexNames(reading: Reading): Promise<ReadonlyMap<number, ReturnType<typeof objectName>>> {
  const rows = await reading.rows("SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'I'");
  return new Map(rows.map(([oid, schema, name]) => [Number(oid), objectName(String(schema), String(name))]));
}

async function readOthers(reading: Reading): Promise<readonly number[]> {
  const rows = await reading.rows(
    `SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('S', 'c') AND c.relpersistence <> 't' AND ${OWN_SCHEMA}`,
  );
  return rows.map(([oid]) => Number(oid));
}

/** All relations by name, with the table that each belongs to. */
export async function readNamesOfAll(reading: Reading): Promise<readonly Belonging[]> {
  const rows = await reading.rows(
    `SELECT n.nspname, c.relname, tn.nspname, t.relname
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
       LEFT JOIN pg_catalog.pg_depend d ON c.relkind = 'S' AND d.classid = 1259 AND d.objid = c.oid AND d.refclassid = 1259 AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
       LEFT JOIN (pg_catalog.pg_class t JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace) ON t.oid = coalesce(i.indrelid, d.refobjid)
     WHERE ${OWN_SCHEMA} AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I', 'c')`,
  );
  return rows.map(([schema, name, tableSchema, table]) => {
    const own = objectName(String(schema), String(name));
    return typeof table === 'string' ? { name: own, table: objectName(String(tableSchema), table) } : { name: own };
  });
}
