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

/** Lists of columns as they were read, by relation. Partitions mostly have the list of their siblings: it is sent and kept once. */
export async function readColumnRows(reading: Reading, scope: Scope): Promise<readonly { readonly rows: readonly Row[]; readonly relations: readonly number[] }[]> {
  const generated = reading.versionNumber >= 120000 ? 'a.attgenerated' : "''";
  // The expression of a generated column needs its table, and so its lock; a default has no columns in it.
  const found = await reading.rows(
    `SELECT list, pg_catalog.string_agg(attrelid::text, ',') FROM (
       SELECT a.attrelid, pg_catalog.json_agg(pg_catalog.json_build_array(a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attcollation::int8, a.attcollation <> t.typcollation,
         a.attnotnull, a.attidentity, ${generated}, a.attinhcount > 0 AND NOT a.attislocal,
         CASE WHEN ${generated} <> '' THEN d.oid::int8 END, CASE WHEN ${generated} = '' THEN pg_catalog.pg_get_expr(d.adbin, 0) END) ORDER BY a.attnum)::text AS list
       FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
         LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE ${scope.has('a.attrelid')} AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attrelid) lists
     GROUP BY list`,
  );
  return found.map(([list, relations]) => ({ rows: JSON.parse(String(list)) as Row[], relations: String(relations).split(',').map(Number) }));
}

export function columnLists(read: Awaited<ReturnType<typeof readColumnRows>>, names: Names, texts: Texts): ReadonlyMap<number, ColumnList> {
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
