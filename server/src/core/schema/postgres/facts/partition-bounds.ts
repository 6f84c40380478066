import type { Node, PartitionBoundSpec } from '@pgsql/types';
import { nameParts } from '../../names';
import type { PartitionBound, Table, TypeReference } from '../../schema';
import type { SchemaView } from '../../view';
import { baseType } from './domains';
import { constantOf, formula, not, type Formula } from './formula';
import { implies, type Order } from './implication';

/**
 * Whether valid CHECKs and NOT NULLs of a table imply the bound it is to be attached with, so that ATTACH PARTITION
 * need not read it (PartConstraintImpliedByRelConstraint, src/backend/commands/tablecmds.c). Where the parent is a
 * partition itself, its own bound must be implied as well.
 *
 * Says no where it cannot tell: keys of several columns or of expressions, hash bounds, and order of text.
 */
export function impliesBound(table: Table, parent: Table, bound: PartitionBound, schema: SchemaView): boolean {
  const wanted = wholeConstraint(parent, bound, schema);
  return wanted !== undefined && implies(knownOf(table), wanted, orderIn(parent, schema));
}

/**
 * Whether valid CHECKs of a default partition imply that it has no row of a new partition's bound, so that it need
 * not be read (check_default_partition_contents, src/backend/partitioning/partbounds.c).
 */
export function excludesBound(defaultPartition: Table, parent: Table, bound: PartitionBound, schema: SchemaView): boolean {
  const constraint = boundConstraint(parent, bound);
  return constraint !== undefined && implies(knownOf(defaultPartition), not(constraint), orderIn(parent, schema));
}

function knownOf(table: Table): Formula {
  const arms: Formula[] = [];
  for (const column of table.columns) if (column.notNull === true) arms.push({ kind: 'not null', column: column.name });
  for (const constraint of table.constraints) {
    if (constraint.kind === 'check' && constraint.valid && constraint.enforced) arms.push(formula(constraint.expression));
  }
  return { kind: 'and', arms };
}

function wholeConstraint(parent: Table, bound: PartitionBound, schema: SchemaView): Formula | undefined {
  const own = boundConstraint(parent, bound);
  if (own === undefined) return undefined;
  if (parent.bound === undefined) return own;
  const [grandparent] = parent.parents;
  const above = grandparent === undefined ? undefined : schema.relation(grandparent);
  const upper = above === undefined || !('constraints' in above) ? undefined : wholeConstraint(above, parent.bound, schema);
  return upper === undefined ? undefined : { kind: 'and', arms: [own, upper] };
}

/** The condition that rows of a bound meet (get_qual_for_list, get_qual_for_range), for keys of one column. */
function boundConstraint(parent: Table, bound: PartitionBound): Formula | undefined {
  const column = parent.partitioning?.columns.length === 1 ? parent.partitioning.columns[0] : undefined;
  if (column === undefined || bound.isDefault || bound.node === undefined || !('PartitionBoundSpec' in bound.node)) return undefined;
  const spec = bound.node.PartitionBoundSpec;
  if (parent.partitioning?.strategy === 'list') return listConstraint(column, spec);
  return parent.partitioning?.strategy === 'range' ? rangeConstraint(column, spec) : undefined;
}

function listConstraint(column: string, spec: PartitionBoundSpec): Formula | undefined {
  const values: Formula[] = [];
  let hasNull = false;
  for (const datum of spec.listdatums ?? []) {
    if ('A_Const' in datum && datum.A_Const.isnull === true) {
      hasNull = true;
      continue;
    }
    const value = constantOf(datum);
    if (value === undefined) return undefined;
    values.push({ kind: 'compare', column, operator: '=', value });
  }
  const [only] = values;
  const among: Formula = values.length === 1 && only !== undefined ? only : { kind: 'or', arms: values };
  return hasNull ? { kind: 'or', arms: [{ kind: 'null', column }, among] } : { kind: 'and', arms: [{ kind: 'not null', column }, among] };
}

function rangeConstraint(column: string, spec: PartitionBoundSpec): Formula | undefined {
  const arms: Formula[] = [{ kind: 'not null', column }];
  for (const [datum, operator] of [
    [spec.lowerdatums?.[0], '>='],
    [spec.upperdatums?.[0], '<'],
  ] as const) {
    if (datum === undefined) return undefined;
    if (isOpen(datum)) continue;
    const value = constantOf(datum);
    if (value === undefined) return undefined;
    arms.push({ kind: 'compare', column, operator, value });
  }
  return { kind: 'and', arms };
}

/** MINVALUE and MAXVALUE, which the grammar reads as column names. */
function isOpen(datum: Node): boolean {
  return 'ColumnRef' in datum;
}

const NUMBERS = new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid']);
const TIMES = new Set(['date', 'timestamp', 'timestamptz']);
/** A date, and a time of day that may follow: written like this, times sort as their text does. */
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?([+-]\d{2}(?::?\d{2})?|Z)?$/;

/** Compares constants of the parent's columns where their type has an order that needs no collation. */
function orderIn(parent: Table, schema: SchemaView): Order {
  return (column, a, b) => {
    const declared = parent.columns.find((known) => known.name === column)?.type;
    const type = declared === undefined ? undefined : builtinName(baseType(declared, schema));
    if (type === undefined) return undefined;
    if (NUMBERS.has(type)) return numberOrder(a, b);
    if (TIMES.has(type)) return timeOrder(a, b);
    // Different texts are different in every deterministic collation, but which comes first is up to it: equality is all there is.
    return undefined;
  };
}

function builtinName(type: TypeReference): string | undefined {
  const { schema, name } = nameParts(type.name);
  return schema === 'pg_catalog' && !type.array ? name : undefined;
}

function numberOrder(a: string, b: string): number | undefined {
  if (/^-?\d+$/.test(a) && /^-?\d+$/.test(b)) return Number(BigInt(a) - BigInt(b)) || 0;
  const difference = Number(a) - Number(b);
  return Number.isFinite(difference) ? difference : undefined;
}

function timeOrder(a: string, b: string): number | undefined {
  const [left, right] = [ISO.exec(a.trim()), ISO.exec(b.trim())];
  if (left === null || right === null || left[3] !== right[3]) return undefined;
  const text = (match: RegExpExecArray): string => `${match[1] ?? ''} ${match[2] ?? '00:00'}`.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '').replace(/(:00)+$/, '');
  const [x, y] = [text(left), text(right)];
  return x < y ? -1 : x > y ? 1 : 0;
}
