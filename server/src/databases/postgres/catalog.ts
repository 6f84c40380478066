import type { Catalog, CatalogRelation, CatalogRule, CatalogTable, CatalogTrigger } from '../../core/schema/catalog';
import type { ObjectName } from '../../core/schema/names';
import { columnLists, generatedAmong, readColumnRows } from './columns';
import type { Reading } from './connection';
import { checksAmong, constraintsFrom, readConstraintRows } from './constraints';
import { findFocus, type Focus } from './focus';
import { indexesFrom, readIndexRows, textsAmong } from './indexes';
import type { Adjacency } from './neighbourhood';
import { OWN_SCHEMA, optionsFrom, readClasses, readNames, type ClassRow, type NameOf, type Names } from './names';
import { only, type Scope } from './scope';
import { readPublications, readSurroundings, type Surroundings } from './surroundings';
import { Texts } from './texts';
import { readRoutines, readTypes } from './types-and-routines';

/** A catalogue in which only some relations are read in detail, and which those are. */
export interface FocusedCatalog {
  readonly catalog: Catalog;
  readonly focus: Focus;
}

/**
 * Reads what some texts are about in detail. All but the texts of some expressions is read without a lock on any relation but the
 * catalogue's own; those are left unknown where somebody's lock is in the way. Of all other tables and views only
 * that they are there: the cost follows the texts, not the database.
 * @param words identifiers of the texts, as `wordsOf` finds them
 */
export async function readCatalogFor(reading: Reading, words: ReadonlySet<string>): Promise<FocusedCatalog> {
  const routines = await readRoutines(reading);
  const focus = await findFocus(reading, words, routines);
  const { outline, parents, viewReads } = focus;
  const scope = only(focus.oids);
  const classes = await readClasses(reading, scope);
  const nameOf: NameOf = (oid) => outline.nameOf(oid) ?? classes.get(oid)?.name;
  const catalog = await readDetails(reading, { scope, classes, nameOf, viewReads, routines });
  const lists = new Map<string, readonly ObjectName[]>();
  const parentsOf = (oid: number): readonly ObjectName[] | undefined => {
    const oids = parents.get(oid);
    if (oids === undefined) return undefined;
    const key = oids.join(',');
    let known = lists.get(key);
    if (known === undefined) lists.set(key, (known = oids.flatMap((parent) => nameOf(parent) ?? [])));
    return known;
  };
  return { catalog: { ...catalog, others: outline.filter((oid) => !classes.has(oid), parentsOf) }, focus };
}

/** What is read in detail, and what has been read of it. */
interface Details {
  readonly scope: Scope;
  /** Tables beyond the scope whose columns are mentioned: what foreign keys refer to. */
  readonly mentioned?: readonly number[];
  readonly classes: ReadonlyMap<number, ClassRow>;
  readonly nameOf: NameOf;
  readonly viewReads: Adjacency;
  readonly routines: Catalog['routines'];
}

async function readDetails(reading: Reading, details: Details): Promise<Catalog> {
  return {
    ...(await readNamespaces(reading)),
    relations: await readRelations(reading, { ...details, names: await readNames(reading) }),
    types: await readTypes(reading),
    routines: details.routines,
    publications: await readPublications(reading),
  };
}

/** The schemas that are not the server's own. */
async function readSchemas(reading: Reading): Promise<readonly string[]> {
  return (await reading.rows(`SELECT nspname FROM pg_catalog.pg_namespace n WHERE ${OWN_SCHEMA} ORDER BY nspname COLLATE "C"`)).map(([name]) => String(name));
}

/** The schemas, and where among them the role looks up what is not qualified, whether or not it may use them. */
export async function readNamespaces(reading: Reading): Promise<Pick<Catalog, 'schemas' | 'searchPath'>> {
  const schemas = await readSchemas(reading);
  return { schemas, ...some('searchPath', reading.searchPath.filter((name) => schemas.includes(name))) };
}

/** What has columns that statements name. */
const WITH_COLUMNS: ReadonlySet<CatalogRelation['kind']> = new Set(['table', 'partitioned table', 'foreign table', 'view', 'materialized view', 'composite type']);

/** Reads the relations of a scope in detail, in the order of their names. */
export async function readRelations(reading: Reading, { scope, mentioned = [], classes, nameOf, names, viewReads }: Omit<Details, 'routines'> & { readonly names: Names }): Promise<readonly CatalogRelation[]> {
  const columnRows = await readColumnRows(reading, only([...[...classes.values()].flatMap(({ oid, kind }) => (WITH_COLUMNS.has(kind) ? [oid] : [])), ...mentioned]));
  const views = new Map([...classes.values()].flatMap(({ oid, kind }) => (kind === 'view' || kind === 'materialized view' ? [[oid, viewReads.get(oid) ?? []] as const] : [])));
  const constraintRows = await readConstraintRows(reading, scope);
  const indexRows = await readIndexRows(reading, scope);
  const { expressions, predicates } = textsAmong(indexRows);
  const texts = await Texts.read(reading, { check: checksAmong(constraintRows), generated: generatedAmong(columnRows, (oid) => classes.has(oid)), expressions, predicate: predicates }, views);
  const lists = columnLists(columnRows, names, texts);
  const constraints = constraintsFrom(constraintRows, nameOf, lists, texts);
  const indexes = indexesFrom(indexRows, { classes, nameOf }, lists, names, texts);
  const surroundings = await readSurroundings(reading, scope, nameOf, lists);
  const columnsOf = (oid: number): CatalogTable['columns'] => lists.get(oid)?.columns ?? [];

  const relationFrom = (own: ClassRow): CatalogRelation | undefined => {
    const { oid, name } = own;
    switch (own.kind) {
      case 'table':
      case 'partitioned table':
      case 'foreign table':
        return { ...tableShape(own, own.kind, surroundings), columns: columnsOf(oid), ...some('constraints', constraints.get(oid)), ...attached(oid, surroundings) };
      case 'view':
      case 'materialized view': {
        const reads = (views.get(oid) ?? []).flatMap((read) => nameOf(read) ?? []).sort();
        const unpopulated = own.populated ? {} : { unpopulated: true as const };
        return { name, kind: own.kind, columns: columnsOf(oid), query: texts.of('view', oid), ...some('reads', reads), ...attached(oid, surroundings), ...unpopulated };
      }
      case 'sequence': {
        const ownedBy = surroundings.owners.get(oid);
        return { name, kind: 'sequence', ...(ownedBy === undefined ? {} : { ownedBy }) };
      }
      case 'index':
      case 'partitioned index':
        return indexes.get(oid);
      case 'composite type':
        return { name, kind: 'composite type', columns: columnsOf(oid) };
    }
  };

  return [...classes.values()].flatMap((own) => relationFrom(own) ?? []);
}

function tableShape(own: ClassRow, kind: CatalogTable['kind'], surroundings: Surroundings): Omit<CatalogTable, 'columns'> {
  const { oid, name } = own;
  const options = { ...optionsFrom(own.options), ...optionsFrom(own.toastOptions, 'toast.') };
  const partitionBy = surroundings.partitionBy.get(oid);
  const identity = replicaIdentity(own, surroundings);
  return {
    name,
    kind,
    ...(own.unlogged ? { unlogged: true as const } : {}),
    ...some('policies', surroundings.policies.get(oid)),
    ...some('statistics', surroundings.statistics.get(oid)),
    ...(own.rowSecurity ? { rowSecurity: true as const } : {}),
    ...some('parents', surroundings.parents.get(oid)),
    ...(partitionBy === undefined ? {} : { partitionBy }),
    ...(own.bound === undefined ? {} : { bound: own.bound }),
    ...(own.accessMethod === undefined || own.accessMethod === 'heap' ? {} : { accessMethod: own.accessMethod }),
    ...(own.tablespace === undefined ? {} : { tablespace: own.tablespace }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(identity === undefined ? {} : { replicaIdentity: identity }),
  };
}

function replicaIdentity({ oid, replicaIdentity: letter }: ClassRow, { replicaIndexes }: Surroundings): string | undefined {
  if (letter === 'f') return 'full';
  if (letter === 'n') return 'nothing';
  // A dropped index leaves the letter behind, which then means nothing.
  if (letter === 'i') return replicaIndexes.has(oid) ? `index ${replicaIndexes.get(oid) ?? ''}` : 'nothing';
  return undefined;
}

function attached(oid: number, surroundings: Surroundings): { readonly triggers?: readonly CatalogTrigger[]; readonly rules?: readonly CatalogRule[] } {
  return { ...some('triggers', surroundings.triggers.get(oid)), ...some('rules', surroundings.rules.get(oid)) };
}

/** A property for a list that has something in it. */
function some<K extends string, T>(key: K, list: readonly T[] | undefined): Readonly<Partial<Record<K, readonly T[]>>> {
  return (list === undefined || list.length === 0 ? {} : { [key]: list }) as Readonly<Partial<Record<K, readonly T[]>>>;
}
