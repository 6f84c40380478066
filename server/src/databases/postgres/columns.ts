import type { CatalogColumn } from '../../core/schema/catalog';
import type { Reading } from './connection';
import type { Names } from './names';
import type { Scope } from './scope';
import type { Texts } from './texts';

/** The columns of one relation. */
export interface ColumnList {
  readonly columns: readonly CatalogColumn[];
  readonly byNumber: ReadonlyMap<number, CatalogColumn>;
  /** Collation of each column, by its number. */
  readonly collations: ReadonlyMap<number, number>;
}

type Row = readonly [
  number: number,
  name: string,
  type: string,
  collation: number,
  explicit: boolean,
  notNull: boolean,
  identity: string,
  generated: string,
  inherited: boolean,
  expression: number | null,
  text: string | null,
];

/** A list of columns as it was read, and which relations have it: partitions mostly have that of their siblings. */
interface ColumnRows {
  readonly rows: readonly Row[];
  readonly relations: readonly number[];
}

/** The columns of the relations of a scope, but for the texts of generated ones. Only what has columns of its own may be in it. */
export async function readColumnRows(reading: Reading, scope: Scope): Promise<readonly ColumnRows[]> {
  const generated = reading.versionNumber >= 120000 ? 'a.attgenerated' : "''";
  // Columns of many tables are the same: each is written out and sent once, with the tables that have it.
  // The expression of a generated column needs its table, and so its lock; a default has no columns in it.
  const found = await reading.rows(
    `SELECT attnum, attname, pg_catalog.format_type(atttypid, atttypmod), attcollation, explicit, attnotnull, attidentity, generated, inherited, expression, text, pg_catalog.string_agg(attrelid::text, ',') FROM (
       SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation, a.attcollation <> t.typcollation AS explicit, a.attnotnull, a.attidentity, ${generated} AS generated,
         a.attinhcount > 0 AND NOT a.attislocal AS inherited, CASE WHEN ${generated} <> '' THEN d.oid END AS expression, CASE WHEN ${generated} = '' THEN pg_catalog.pg_get_expr(d.adbin, 0) END AS text
       FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE ${scope.has('a.attrelid')} AND a.attnum > 0 AND NOT a.attisdropped) columns
     GROUP BY attnum, attname, atttypid, atttypmod, attcollation, explicit, attnotnull, attidentity, generated, inherited, expression, text ORDER BY attnum`,
  );
  const columnsOf = new Map<number, number[]>();
  for (const [column, row] of found.entries()) {
    for (const relation of String(row[11]).split(',').map(Number)) {
      const columns = columnsOf.get(relation);
      if (columns === undefined) columnsOf.set(relation, [column]);
      else columns.push(column);
    }
  }
  const lists = new Map<string, { readonly rows: readonly Row[]; readonly relations: number[] }>();
  for (const [relation, columns] of columnsOf) {
    const key = columns.join(',');
    const list = lists.get(key);
    if (list === undefined) lists.set(key, { rows: columns.map((column) => found[column] as unknown as Row), relations: [relation] });
    else list.relations.push(relation);
  }
  return [...lists.values()];
}

/** The expressions of generated columns of some relations, which have a text. */
export function generatedAmong(read: readonly ColumnRows[], isWanted: (relation: number) => boolean): readonly number[] {
  return read.flatMap(({ rows, relations }) => (relations.some(isWanted) ? rows.flatMap(([, , , , , , , , , expression]) => expression ?? []) : []));
}

export function columnLists(read: readonly ColumnRows[], names: Names, texts: Texts): ReadonlyMap<number, ColumnList> {
  const lists = new Map<number, ColumnList>();
  for (const { rows, relations } of read) {
    const list = columnList(rows, names, texts);
    for (const relation of relations) lists.set(relation, list);
  }
  return lists;
}

function columnList(rows: readonly Row[], names: Names, texts: Texts): ColumnList {
  const columns = rows.map((row) => columnFrom(row, names, texts));
  const numbered = rows.map(([number], index): [number, CatalogColumn] => [number, columns[index] ?? { name: '', type: 'unknown' }]);
  return { columns, byNumber: new Map(numbered), collations: new Map(rows.map(([number, , , collation]) => [number, collation])) };
}

function columnFrom([, name, type, collation, explicit, notNull, identity, generated, inherited, expression, text]: Row, names: Names, texts: Texts): CatalogColumn {
  const collated = explicit ? names.collation(collation) : undefined;
  return {
    name,
    type,
    ...(collated === undefined ? {} : { collation: collated }),
    ...(notNull ? { notNull } : {}),
    ...(text === null ? {} : { default: text }),
    ...(identity === '' ? {} : { identity: identity === 'a' ? ('always' as const) : ('by default' as const) }),
    ...(generated === '' || expression === null ? {} : { generated: { kind: generated === 'v' ? ('virtual' as const) : ('stored' as const), expression: texts.of('generated', expression) } }),
    ...(inherited ? { inherited } : {}),
  };
}
