import type { Node, PartitionBoundSpec } from '@pgsql/types';
import { constantText } from '../../../schema/postgres/expressions';
import { strings } from '../../../schema/postgres/walk';
import type { Table } from '../../../schema/schema';
import type { SchemaView } from '../../../schema/view';
import { childrenOf, columnOf } from '../relations';

/** What a condition says about one column: that it is one of some values, or within bounds. Undefined bounds are open. */
export interface Restriction {
  readonly values: readonly string[] | undefined;
  readonly low: Bound | undefined;
  readonly high: Bound | undefined;
}

interface Bound {
  readonly value: string;
  readonly inclusive: boolean;
}

/** Conditions on columns by column name, all of which hold. */
export type Conditions = ReadonlyMap<string, Restriction>;

/** The conditions of a WHERE that compare a column with a constant; whatever else it says is left out. */
export function conditionsOf(where: Node | undefined): Conditions {
  const found = new Map<string, Restriction>();
  collect(where, found);
  return found;
}

/** Conditions that say which values a row has. */
export function conditionsOfRow(values: ReadonlyMap<string, string>): Conditions {
  return new Map([...values].map(([column, value]) => [column, { values: [value], low: undefined, high: undefined }]));
}

function collect(node: Node | undefined, found: Map<string, Restriction>): void {
  if (node === undefined) return;
  if ('BoolExpr' in node) {
    if (node.BoolExpr.boolop === 'AND_EXPR') for (const arg of node.BoolExpr.args ?? []) collect(arg, found);
    return;
  }
  if (!('A_Expr' in node)) return;
  const { kind, name, lexpr, rexpr } = node.A_Expr;
  const operator = strings(name).at(-1) ?? '';
  const column = columnName(lexpr);
  if (column === undefined) {
    const mirrored = MIRROR[operator];
    const right = columnName(rexpr);
    const value = constant(lexpr);
    if (kind === 'AEXPR_OP' && right !== undefined && value !== undefined && mirrored !== undefined) narrow(found, right, mirrored, value);
    return;
  }
  if (kind === 'AEXPR_OP') {
    const value = constant(rexpr);
    if (value !== undefined) narrow(found, column, operator, value);
    return;
  }
  const items = itemsOf(rexpr).map(constant);
  if (!items.every((item) => item !== undefined)) return;
  // `= ANY (ARRAY[…])` is what the server makes of IN (transformAExprIn in parse_expr.c).
  if ((kind === 'AEXPR_IN' || (kind === 'AEXPR_OP_ANY' && items.length > 0)) && operator === '=') found.set(column, { values: items, low: undefined, high: undefined });
  if (kind === 'AEXPR_BETWEEN' && items[0] !== undefined && items[1] !== undefined) {
    narrow(found, column, '>=', items[0]);
    narrow(found, column, '<=', items[1]);
  }
}

/** The members of an `IN (…)` or of an `ARRAY[…]`. */
function itemsOf(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  if ('List' in node) return node.List.items ?? [];
  return 'A_ArrayExpr' in node ? (node.A_ArrayExpr.elements ?? []) : [];
}

const MIRROR: Readonly<Record<string, string>> = { '=': '=', '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

function narrow(found: Map<string, Restriction>, column: string, operator: string, value: string): void {
  const known = found.get(column) ?? { values: undefined, low: undefined, high: undefined };
  if (operator === '=') found.set(column, { ...known, values: [value] });
  else if (operator === '>' || operator === '>=') found.set(column, { ...known, low: { value, inclusive: operator === '>=' } });
  else if (operator === '<' || operator === '<=') found.set(column, { ...known, high: { value, inclusive: operator === '<=' } });
}

function columnName(node: Node | undefined): string | undefined {
  if (node === undefined || !('ColumnRef' in node)) return undefined;
  return strings(node.ColumnRef.fields).at(-1);
}

/** A constant's text; undefined for what is computed when the statement runs. */
export function constant(node: Node | undefined): string | undefined {
  const text = constantText(node);
  if (text !== undefined) return text;
  let at = node;
  while (at !== undefined && 'TypeCast' in at) at = at.TypeCast.arg;
  if (at === undefined) return undefined;
  if ('A_Expr' in at && at.A_Expr.lexpr === undefined && strings(at.A_Expr.name)[0] === '-') {
    const positive = constant(at.A_Expr.rexpr);
    return positive === undefined ? undefined : `-${positive}`;
  }
  if (!('A_Const' in at) || at.A_Const.isnull === true) return undefined;
  const { ival, fval, boolval } = at.A_Const;
  if (fval !== undefined) return fval.fval ?? '0';
  if (boolval !== undefined) return boolval.boolval === true ? 't' : 'f';
  return ival === undefined ? undefined : String(ival.ival ?? 0);
}

/**
 * The direct partitions that rows meeting the conditions may be in (what the planner is left with after pruning,
 * src/backend/partitioning/partprune.c). Where a bound or value cannot be compared, all of them.
 */
export function partitionsFor(table: Table, conditions: Conditions, schema: SchemaView): readonly Table[] {
  const children = childrenOf(table, schema);
  const key = table.partitioning?.columns[0];
  const restriction = key === undefined ? undefined : conditions.get(key);
  if (restriction === undefined || key === undefined || table.partitioning === undefined || table.partitioning.strategy === 'hash') return children;
  const comparable = comparableOf(columnOf(table, key)?.type.name ?? '');
  const single = table.partitioning.columns.length === 1;
  return table.partitioning.strategy === 'list' ? listed(children, restriction, comparable) : ranged(children, restriction, comparable, single);
}

/** Whether {@link partitionsFor} can tell exactly where a row with these conditions goes. */
export function routesExactly(table: Table, conditions: Conditions): boolean {
  const { partitioning } = table;
  if (partitioning === undefined || partitioning.strategy === 'hash' || partitioning.columns.length !== 1) return false;
  const key = partitioning.columns[0];
  return key !== undefined && conditions.get(key)?.values?.length === 1;
}

type Comparable = (text: string) => number | string | undefined;

const NUMBERS = /^pg_catalog\.(int2|int4|int8|numeric|float4|float8|oid)$/;
const TIMES = /^pg_catalog\.(date|timestamp|timestamptz)$/;

function comparableOf(type: string): Comparable {
  if (NUMBERS.test(type)) return (text) => (text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text));
  if (TIMES.test(type)) return timeOf;
  return (text) => text;
}

/** ISO dates and times only: how others are read depends on DateStyle. */
function timeOf(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?(?:Z|\+00(?::?00)?)?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) + Number(`0.${fraction || '0'}`) * 1000;
}

const isDefault = (child: Table): boolean => child.bound?.isDefault === true;

function boundOf(child: Table): PartitionBoundSpec | undefined {
  const node: unknown = child.bound?.node;
  if (typeof node !== 'object' || node === null) return undefined;
  return 'PartitionBoundSpec' in node ? (node.PartitionBoundSpec as PartitionBoundSpec) : (node);
}

function listed(children: readonly Table[], { values }: Restriction, comparable: Comparable): readonly Table[] {
  if (values === undefined) return children;
  const wanted = values.map(comparable);
  if (wanted.includes(undefined)) return children;
  const taken = new Set<unknown>();
  const matching = children.filter((child) => {
    const items = (boundOf(child)?.listdatums ?? []).map((datum) => comparable(constant(datum) ?? ''));
    const hits = items.filter((item) => wanted.includes(item));
    for (const hit of hits) taken.add(hit);
    return hits.length > 0;
  });
  return children.filter((child) => matching.includes(child) || (isDefault(child) && wanted.some((value) => !taken.has(value))));
}

interface Range {
  readonly child: Table;
  readonly low: number | string | undefined;
  readonly high: number | string | undefined;
}

function ranged(children: readonly Table[], { values, low, high }: Restriction, comparable: Comparable, single: boolean): readonly Table[] {
  const ranges: Range[] = [];
  for (const child of children) {
    const bound = boundOf(child);
    if (isDefault(child) || bound === undefined) continue;
    ranges.push({ child, low: datum(bound.lowerdatums?.[0], comparable), high: datum(bound.upperdatums?.[0], comparable) });
  }
  const atLeast = (a: number | string, b: number | string): boolean => a >= b;
  if (values !== undefined) {
    const wanted = values.map(comparable);
    if (!wanted.every((value) => value !== undefined)) return children;
    const holds = (range: Range, value: number | string): boolean =>
      (range.low === undefined || atLeast(value, range.low)) && (range.high === undefined || !atLeast(value, range.high) || (!single && value === range.high));
    const hit = new Set(ranges.filter((range) => wanted.some((value) => holds(range, value))).map(({ child }) => child));
    const strays = !single || wanted.some((value) => !ranges.some((range) => holds(range, value)));
    return children.filter((child) => hit.has(child) || (isDefault(child) && strays));
  }
  const from = low === undefined ? undefined : comparable(low.value);
  const to = high === undefined ? undefined : comparable(high.value);
  if ((low !== undefined && from === undefined) || (high !== undefined && to === undefined)) return children;
  const overlaps = (range: Range): boolean =>
    (from === undefined || range.high === undefined || range.high > from || (!single && range.high === from)) &&
    (to === undefined || range.low === undefined || range.low < to || (range.low === to && high?.inclusive === true));
  const hit = new Set(ranges.filter(overlaps).map(({ child }) => child));
  const covered = single && isCovered(ranges, from, to, high?.inclusive === true);
  return children.filter((child) => hit.has(child) || (isDefault(child) && !covered));
}

/** Whether the partitions leave no gap between two values, so that the default partition can have no such row. */
function isCovered(ranges: readonly Range[], from: number | string | undefined, to: number | string | undefined, inclusive: boolean): boolean {
  let at = from;
  for (let open = true; open; ) {
    const next = ranges.find((range) => (at === undefined ? range.low === undefined : range.low === undefined || range.low <= at) && (range.high === undefined || at === undefined || range.high > at));
    if (next === undefined) return false;
    if (next.high === undefined) return true;
    if (to !== undefined && (next.high > to || (next.high === to && !inclusive))) return true;
    open = at === undefined || next.high > at;
    at = next.high;
  }
  return false;
}

/** A range bound's value; undefined for MINVALUE and MAXVALUE, which the raw tree has as column names. */
function datum(node: Node | undefined, comparable: Comparable): number | string | undefined {
  const value = constant(node);
  return value === undefined ? undefined : comparable(value);
}
