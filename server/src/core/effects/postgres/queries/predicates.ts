import type { Node } from '@pgsql/types';
import type { Table } from '../../../schema/schema';
import type { SchemaView } from '../../../schema/view';
import { conditionsOf } from './pruning';

/** Whether a WHERE leaves out no row: there is none, or it is true whatever the row. */
export function wholeTable(where: Node | undefined): boolean {
  if (where === undefined) return true;
  if ('A_Const' in where) return where.A_Const.boolval?.boolval === true;
  if ('BoolExpr' in where) {
    const args = where.BoolExpr.args ?? [];
    if (where.BoolExpr.boolop === 'AND_EXPR') return args.every(wholeTable);
    return where.BoolExpr.boolop === 'OR_EXPR' && args.some(wholeTable);
  }
  if (!('A_Expr' in where)) return false;
  const { kind, lexpr, rexpr, name } = where.A_Expr;
  const [operator] = name ?? [];
  const equals = operator !== undefined && 'String' in operator && operator.String.sval === '=';
  if (kind !== 'AEXPR_OP' || !equals || lexpr === undefined || rexpr === undefined) return false;
  return 'A_Const' in lexpr && 'A_Const' in rexpr && lexpr.A_Const.ival?.ival === rexpr.A_Const.ival?.ival && lexpr.A_Const.ival !== undefined;
}

/**
 * The most rows that a WHERE leaves, where it fixes all columns of a key to constants; undefined otherwise. Of a table
 * that is not known, `id` is taken to be the key.
 */
export function keyRows(where: Node | undefined, table: Table | undefined, schema: SchemaView): number | undefined {
  const conditions = conditionsOf(where);
  if (conditions.size === 0) return undefined;
  const keys = table === undefined ? [['id']] : keysOf(table, schema);
  const counts = keys.flatMap((columns) => {
    let rows = 1;
    for (const column of columns) {
      const values = conditions.get(column)?.values;
      if (values === undefined) return [];
      rows *= values.length;
    }
    return columns.length === 0 ? [] : [rows];
  });
  return counts.length === 0 ? undefined : Math.min(...counts);
}

/** Columns of which each combination of values stands in one row at most: those of keys, and of unique indexes of all rows. */
function keysOf(table: Table, schema: SchemaView): readonly (readonly string[])[] {
  const constraints = table.constraints.flatMap((constraint) => (constraint.kind === 'primary key' || constraint.kind === 'unique' ? [constraint.columns] : []));
  const indexes = table.indexes.flatMap((name) => {
    const index = schema.relation(name);
    if (index?.kind !== 'index' || !index.unique || !index.valid || index.predicate !== undefined) return [];
    const columns = index.keys.flatMap(({ column }) => (column === undefined ? [] : [column]));
    return columns.length === index.keys.length ? [columns] : [];
  });
  return [...constraints, ...indexes];
}

