import type { Node } from '@pgsql/types';
import { columnOf, indexOf } from '../effects/postgres/relations';
import { nameParts, type RelationName } from '../schema/names';
import { columnsIn } from '../schema/postgres/expressions';
import { some, strings, walk } from '../schema/postgres/walk';
import type { Index, IndexKey, Relation, Table, TypeReference, View } from '../schema/schema';
import type { ColumnStatistics } from '../schema/statistics';
import type { SchemaView } from '../schema/view';
import type { SortKind } from './constants';
import { shareOf } from './shares';
import type { Sizes } from './sizes';

/** A relation with rows, as the cost model sees it. */
export interface TableShape {
  readonly name: RelationName;
  readonly rows: number;
  readonly bytes: number;
  readonly toastBytes: number;
  /** Bytes of a row with its header. */
  readonly width: number;
  readonly indexes: readonly IndexShape[];
  /** Whether nobody knows how many rows there are: then it is as if there were a million. */
  readonly assumed: boolean;
  readonly unlogged: boolean;
  /** Percent of each page that inserts fill. */
  readonly fillfactor: number;
  /** The share of past updates that were HOT; undefined where there were none. */
  readonly hotShare: number | undefined;
  readonly column: (name: string) => ColumnShape;
}

export interface ColumnShape {
  readonly width: number;
  readonly nulls: number | undefined;
  /** Different values; undefined where not known. */
  readonly distinct: number | undefined;
  /** −1 to 1; undefined where not known. */
  readonly correlation: number | undefined;
  readonly sort: SortKind;
  /** Whether it came after the statistics were taken. */
  readonly isNew: boolean;
}

export interface IndexShape {
  readonly name: RelationName | undefined;
  readonly method: string;
  readonly unique: boolean;
  /** The share of the rows that it holds, as far as can be told. */
  readonly share: number;
  readonly shareKnown: boolean;
  readonly keys: readonly KeyShape[];
  /** Bytes as it is; undefined where it is not there yet or its size is not known. */
  readonly bytes: number | undefined;
  /** Columns that it depends on, in keys, expressions, predicate and INCLUDE. */
  readonly columns: ReadonlySet<string>;
  /** Columns that are stored beside the key. */
  readonly includedWidth: number;
}

export interface KeyShape extends ColumnShape {
  /** Functions and operators that are called for it. */
  readonly calls: number;
  readonly operatorClass: string | undefined;
}

/** As many rows are taken where the size is what is missing: the estimate is then one for each million. */
export const ASSUMED_ROWS = 1_000_000;

const PAGE = 8192;
/** What a page has room for (BLCKSZ − SizeOfPageHeaderData), and the header and line pointer of a row (storage/htup_details.h). */
const PAGE_ROOM = PAGE - 24;
const ROW_OVERHEAD = 28;

/** The shape of a table or materialised view. */
export function shapeOf(relation: Relation, schema: SchemaView, sizes: Sizes): TableShape {
  const size = sizes.sizeOf(relation.name);
  const table = relation.kind === 'table' || relation.kind === 'partitioned table' ? relation : undefined;
  const columns = 'columns' in relation ? relation.columns : [];
  const declared = ROW_OVERHEAD + columns.reduce((sum, column) => sum + aligned(size?.columns?.[column.name]?.width ?? (column.type === undefined ? 16 : widthOf(column.type))), 0);
  const fillfactor = Number(table?.options.fillfactor ?? 100) || 100;
  const width = columns.length === 0 ? 150 : declared;
  // A file without statistics still tells a size: as dense as its columns let it be (estimate_rel_size, src/backend/optimizer/util/plancat.c).
  const rows = size?.rows ?? (size?.bytes === undefined ? undefined : Math.round((size.bytes * fillfactor) / 100 / width));
  const known = rows ?? ASSUMED_ROWS;
  const bytes = size?.bytes ?? (known * width * 100) / fillfactor;
  const real = known > 0 && size?.bytes !== undefined ? Math.max(ROW_OVERHEAD, Math.min(width, (bytes / known) * (PAGE_ROOM / PAGE))) : width;
  const changes = size?.changes;
  const shape = {
    name: relation.name,
    rows: known,
    bytes,
    toastBytes: size?.toastBytes ?? 0,
    width: real,
    assumed: rows === undefined,
    unlogged: relation.temporary || table?.persistence === 'unlogged',
    fillfactor,
    hotShare: changes?.hotUpdated === undefined || changes.updated === 0 ? undefined : changes.hotUpdated / changes.updated,
    column: (name: string): ColumnShape => columnShape(name, relation, size?.columns, known, sizes, schema),
  };
  let indexes: readonly IndexShape[] | undefined;
  return {
    ...shape,
    // Most statements do not ask, and a table may get thousands of indexes in one migration.
    get indexes(): readonly IndexShape[] {
      if (indexes !== undefined) return indexes;
      const all = 'indexes' in relation ? relation.indexes.flatMap((name) => indexOf(name, schema) ?? []) : [];
      return (indexes = all.filter(({ kind }) => kind === 'index').map((index) => indexShape(index, shape, sizes)));
    },
  };
}

/** A table that nothing is known of but its name: nor its size. */
export function unknownShape(name: RelationName, sizes: Sizes): TableShape {
  const size = sizes.sizeOf(name);
  const rows = size?.rows ?? ASSUMED_ROWS;
  return {
    name,
    rows,
    bytes: size?.bytes ?? rows * 150,
    toastBytes: size?.toastBytes ?? 0,
    width: 150,
    indexes: [],
    assumed: size?.rows === undefined,
    unlogged: false,
    fillfactor: 100,
    hotShare: undefined,
    column: () => ({ width: 8, nulls: undefined, distinct: undefined, correlation: undefined, sort: 'number', isNew: false }),
  };
}

/** An index, or the plan of one: that has no name yet. */
export type IndexLike = Pick<Index, 'keys' | 'included' | 'predicate' | 'method' | 'unique'> & { readonly name?: RelationName };

/** The shape of an index that a schema has, or that a statement would make. */
export function indexShape(index: IndexLike, table: Pick<TableShape, 'column' | 'rows'>, sizes: Sizes): IndexShape {
  const keys = index.keys.map((key) => keyShape(key, table, sizes));
  const columns = new Set<string>([...index.keys.flatMap((key) => (key.column === undefined ? [...mentioned(key.expression)] : [key.column])), ...index.included, ...mentioned(index.predicate)]);
  const part = index.predicate === undefined ? { share: 1, known: true } : shareOf(index.predicate, table);
  return {
    name: index.name,
    method: index.method,
    unique: index.unique,
    share: part.share,
    shareKnown: part.known,
    keys,
    bytes: index.name === undefined ? undefined : sizes.sizeOf(index.name)?.bytes,
    columns,
    includedWidth: index.included.reduce((sum, column) => sum + table.column(column).width, 0),
  };
}

function keyShape(key: IndexKey, table: Pick<TableShape, 'column' | 'rows'>, sizes: Sizes): KeyShape {
  const operatorClass = key.operatorClass;
  if (key.column === undefined) {
    const inner = [...mentioned(key.expression)].map((column) => table.column(column));
    const [first] = inner;
    return { width: first?.width ?? 16, nulls: undefined, distinct: first?.distinct, correlation: 0, sort: first?.sort ?? 'text libc', isNew: false, calls: callsIn(key.expression), operatorClass };
  }
  const column = table.column(key.column);
  const sort = key.collation !== undefined && column.sort.startsWith('text') ? collated(key.collation, sizes) : column.sort;
  // text_pattern_ops and its kin compare bytes.
  return { ...column, sort: operatorClass?.endsWith('pattern_ops') === true ? 'text C' : sort, calls: 0, operatorClass };
}

function columnShape(name: string, relation: Relation, known: Readonly<Record<string, ColumnStatistics>> | undefined, rows: number, sizes: Sizes, schema: SchemaView): ColumnShape {
  const table = relation.kind === 'table' || relation.kind === 'partitioned table' ? relation : undefined;
  const own = table === undefined ? undefined : columnOf(table, name);
  const column = own ?? viewColumn(relation, name);
  const statistics = known?.[name];
  const type = column?.type;
  const distinct = statistics === undefined ? distinctBySchema(table, name, rows, schema) : statistics.distinct < 0 ? -statistics.distinct * rows : statistics.distinct;
  return {
    width: statistics?.width ?? (type === undefined ? 16 : widthOf(type)),
    nulls: statistics?.nulls,
    distinct: distinct === undefined ? undefined : Math.max(1, distinct),
    correlation: statistics?.correlation ?? (isNumbered(table, name) ? 1 : undefined),
    sort: type === undefined ? 'other' : sortKind(type, own?.collation, sizes, schema),
    isNew: known !== undefined && statistics === undefined,
  };
}

function viewColumn(relation: Relation, name: string): View['columns'][number] | undefined {
  return relation.kind === 'materialized view' ? relation.columns.find((column) => column.name === name) : undefined;
}

/** Identity and serial columns rise with the rows. */
function isNumbered(table: Table | undefined, name: string): boolean {
  const column = table === undefined ? undefined : columnOf(table, name);
  return column?.identity !== undefined || (column?.default !== undefined && mentionsCall(column.default, 'nextval'));
}

/** More indexes of a table are not looked at for whether a column is unique: that is asked for each column of each of them. */
const MOST_INDEXES = 40;

/** A column that is a key by itself has as many values as there are rows. */
function distinctBySchema(table: Table | undefined, name: string, rows: number, schema: SchemaView): number | undefined {
  const unique = table?.indexes.slice(0, MOST_INDEXES).some((index) => {
    const known = indexOf(index, schema);
    return known?.unique === true && known.predicate === undefined && known.keys.length === 1 && known.keys[0]?.column === name;
  });
  return unique === true ? rows : undefined;
}

/** Average bytes of a value where nobody has looked: the size of fixed types (pg_type.typlen), a guess for others (get_typavgwidth). */
export function widthOf(type: TypeReference): number {
  if (type.array) return 48;
  const { schema, name } = nameParts(type.name);
  if (schema !== 'pg_catalog') return 4;
  const fixed = WIDTHS[name];
  if (fixed !== undefined) return fixed;
  const [length] = type.modifiers;
  // As in the server: full up to 32 characters, then half.
  return (name === 'varchar' || name === 'bpchar') && length !== undefined ? (length <= 32 ? length : Math.min(32 + (length - 32) / 2, 500)) + 1 : 32;
}

const WIDTHS: Readonly<Record<string, number>> = {
  bool: 1, char: 1, int2: 2, int4: 4, oid: 4, float4: 4, date: 4, int8: 8, float8: 8, money: 8, time: 8, timestamp: 8, timestamptz: 8, timetz: 12, numeric: 8, uuid: 16, interval: 16, point: 16,
  inet: 10, cidr: 10, macaddr: 6, jsonb: 150, json: 150, bytea: 100, tsvector: 200, xml: 200,
};

const NUMBERS = new Set(['bool', 'char', 'int2', 'int4', 'oid', 'float4', 'date', 'int8', 'float8', 'money', 'time', 'timestamp', 'timestamptz']);
const TEXTS = new Set(['text', 'varchar', 'bpchar', 'name', 'citext']);

function sortKind(type: TypeReference, collation: string | undefined, sizes: Sizes, schema: SchemaView): SortKind {
  const { name } = nameParts(type.name);
  if (type.array) return 'other';
  if (NUMBERS.has(name) || schema.type(type.name)?.kind === 'enum') return 'number';
  if (name === 'uuid' || name === 'macaddr' || name === 'inet' || name === 'bytea') return 'uuid';
  if (name === 'numeric') return 'numeric';
  return TEXTS.has(name) ? collated(collation, sizes) : 'other';
}

/** How text is compared: by bytes, by ICU with abbreviated keys, or by the C library without them (varstr_abbrev_convert, src/backend/utils/adt/varlena.c). */
function collated(collation: string | undefined, sizes: Sizes): SortKind {
  if (collation === undefined || collation === 'default') {
    const standard = sizes.settings?.collation ?? 'libc';
    return `text ${standard}`;
  }
  const name = collation.replaceAll('"', '');
  if (name === 'C' || name === 'POSIX' || name === 'ucs_basic' || name.startsWith('C.') || name === 'pg_c_utf8') return 'text C';
  return name.includes('-x-') || name.startsWith('und-') ? 'text icu' : 'text libc';
}

function aligned(width: number): number {
  return width >= 8 ? Math.ceil(width / 4) * 4 : width;
}

/** Columns that an expression mentions, by their names. */
export function mentioned(node: Node | undefined): ReadonlySet<string> {
  return node === undefined ? NONE : columnsIn(node);
}

const NONE: ReadonlySet<string> = new Set();

/** How many functions and operators are called to work an expression out once. */
export function callsIn(node: Node | undefined): number {
  if (node === undefined) return 0;
  let calls = 0;
  walk(node, (kind) => {
    if (kind === 'FuncCall' || kind === 'A_Expr' || kind === 'TypeCast' || kind === 'CoalesceExpr' || kind === 'CaseExpr') calls += 1;
    return undefined;
  });
  return calls;
}

/** Whether a function of this name is called. */
export function mentionsCall(node: Node, name: string): boolean {
  return some(node, (kind, body) => kind === 'FuncCall' && strings(body.funcname as readonly Node[]).at(-1) === name);
}
