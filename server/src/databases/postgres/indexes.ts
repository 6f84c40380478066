import type { CatalogIndex, CatalogIndexKey } from '../../core/schema/catalog';
import type { ColumnList } from './columns';
import type { Reading } from './connection';
import { columnNames } from './constraints';
import { optionsFrom, type ClassRow, type NameOf, type Names } from './names';
import type { Scope } from './scope';
import type { Texts } from './texts';

/** Bits of pg_index.indoption (src/include/catalog/pg_index.h). */
const DESCENDING = 1;
const NULLS_FIRST = 2;

/** A row of pg_index, as {@link readIndexRows} selects it. */
type Row = readonly unknown[];

/** The indexes of the tables of a scope, but for the texts of their expressions. */
export async function readIndexRows(reading: Reading, scope: Scope): Promise<readonly Row[]> {
  const nulls = reading.versionNumber >= 150000 ? 'indnullsnotdistinct' : 'false';
  return reading.rows(
    `SELECT indexrelid, indrelid, indisunique, indisvalid, ${nulls}, indkey::int2[], indnkeyatts, indoption::int2[], indcollation::oid[]::int8[]::text[], indclass::oid[]::int8[]::text[],
       indexprs IS NOT NULL, indpred IS NOT NULL, conname, inhparent
     FROM pg_catalog.pg_index LEFT JOIN pg_catalog.pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u', 'x') AND conrelid = indrelid LEFT JOIN pg_catalog.pg_inherits ON inhrelid = indexrelid
     WHERE ${scope.has('indrelid')}`,
  );
}

/** Those of them that have a text: expressions among their keys, or a predicate. */
export function textsAmong(rows: readonly Row[]): { readonly expressions: readonly number[]; readonly predicates: readonly number[] } {
  const having = (place: number): number[] => rows.flatMap((row) => (row[place] === true ? [Number(row[0])] : []));
  return { expressions: having(10), predicates: having(11) };
}

/** Indexes by their own oid. */
export function indexesFrom(
  rows: readonly Row[],
  { classes, nameOf }: { readonly classes: ReadonlyMap<number, ClassRow>; readonly nameOf: NameOf },
  lists: ReadonlyMap<number, ColumnList>,
  names: Names,
  texts: Texts,
): ReadonlyMap<number, CatalogIndex> {
  const indexes = new Map<number, CatalogIndex>();
  for (const [oid, table, unique, valid, notDistinct, key, keyCount, options, collations, opclasses, hasExpressions, hasPredicate, constraint, parent] of rows) {
    const own = classes.get(Number(oid));
    const owner = classes.get(Number(table));
    if (own === undefined || owner === undefined || (own.kind !== 'index' && own.kind !== 'partitioned index')) continue;
    const list = lists.get(Number(table));
    const count = Number(keyCount);
    const numbers = key as number[];
    const parentName = parent === null ? undefined : nameOf(Number(parent));
    const included = columnNames(list, numbers.slice(count));
    indexes.set(Number(oid), {
      name: own.name,
      kind: own.kind,
      table: owner.name,
      ...(own.accessMethod === undefined || own.accessMethod === 'btree' ? {} : { method: own.accessMethod }),
      ...(unique === true ? { unique: true as const } : {}),
      ...(valid === true ? {} : { invalid: true as const }),
      ...(notDistinct === true ? { nullsNotDistinct: true as const } : {}),
      keys: numbers.slice(0, count).map((number, i) => {
        const option = (options as number[])[i] ?? 0;
        return keyFrom(number, option, Number((collations as string[])[i] ?? 0), Number((opclasses as string[])[i] ?? 0), list, names);
      }),
      ...(included.length === 0 ? {} : { included }),
      ...(hasExpressions === true ? { expressions: texts.of('expressions', Number(oid)) } : {}),
      ...(hasPredicate === true ? { predicate: texts.of('predicate', Number(oid)) } : {}),
      ...(typeof constraint === 'string' ? { constraint } : {}),
      ...(parentName === undefined ? {} : { parent: parentName }),
      ...(own.options.length === 0 ? {} : { options: optionsFrom(own.options) }),
      ...(own.tablespace === undefined ? {} : { tablespace: own.tablespace }),
    });
  }
  return indexes;
}

function keyFrom(number: number, option: number, collation: number, opclass: number, list: ColumnList | undefined, names: Names): CatalogIndexKey {
  const column = list?.byNumber.get(number)?.name;
  const usual = list?.collations.get(number);
  // What an expression's own collation would be is not told; most are sorted by the database's (oid 100).
  const differs = collation !== 0 && (usual === undefined ? collation !== DEFAULT_COLLATION : collation !== usual);
  const collated = differs ? names.collation(collation) : undefined;
  const operatorClass = names.operatorClass(opclass);
  const descending = (option & DESCENDING) !== 0;
  const first = (option & NULLS_FIRST) !== 0;
  return {
    ...(column === undefined ? {} : { column }),
    ...(collated === undefined ? {} : { collation: collated }),
    ...(operatorClass === undefined ? {} : { operatorClass }),
    ...(descending ? { descending: true as const } : {}),
    ...(first === descending ? {} : { nulls: first ? ('first' as const) : ('last' as const) }),
  };
}

/** DEFAULT_COLLATION_OID (src/include/catalog/pg_collation.dat). */
const DEFAULT_COLLATION = 100;
