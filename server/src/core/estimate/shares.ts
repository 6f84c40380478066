import type { Node } from '@pgsql/types';
import { strings } from '../schema/postgres/walk';
import type { TableShape } from './shapes';

/** The share of the rows that a condition picks, and whether the statistics say so. */
export interface Share {
  readonly share: number;
  readonly known: boolean;
}

/** What the planner takes for a comparison that it knows nothing about (DEFAULT_INEQ_SEL, src/include/utils/selfuncs.h). */
const UNKNOWN: Share = { share: 1 / 3, known: false };
const ALL: Share = { share: 1, known: true };

/**
 * The share of a table's rows that a condition is true for, from the statistics of single columns: NULLs, and equality
 * with one of so many values. Whatever else is asked counts as a third, and as not known.
 */
export function shareOf(condition: Node | undefined, table: Pick<TableShape, 'column' | 'rows'>): Share {
  if (condition === undefined) return ALL;
  if ('NullTest' in condition) return ofNulls(condition.NullTest, table);
  if ('BoolExpr' in condition) {
    const { boolop, args } = condition.BoolExpr;
    const parts = (args ?? []).map((part) => shareOf(part, table));
    const known = parts.every((part) => part.known);
    if (boolop === 'AND_EXPR') return { share: parts.reduce((product, { share }) => product * share, 1), known };
    if (boolop === 'OR_EXPR') return { share: 1 - parts.reduce((product, { share }) => product * (1 - share), 1), known };
    return { share: 1 - (parts[0]?.share ?? 0), known };
  }
  if ('A_Expr' in condition) return ofComparison(condition.A_Expr, table);
  if ('A_Const' in condition && condition.A_Const.boolval !== undefined) return { share: condition.A_Const.boolval.boolval === true ? 1 : 0, known: true };
  if ('ColumnRef' in condition) return { share: 0.5, known: false };
  return UNKNOWN;
}

type Comparison = Extract<Node, { readonly A_Expr: unknown }>['A_Expr'];

function ofNulls({ arg, nulltesttype }: Extract<Node, { readonly NullTest: unknown }>['NullTest'], table: Pick<TableShape, 'column'>): Share {
  const name = columnName(arg);
  if (name === undefined) return UNKNOWN;
  const { nulls, isNew } = table.column(name);
  // A column that came after the statistics were taken, without a default, is NULL everywhere.
  const share = isNew ? 1 : nulls;
  if (share === undefined) return { share: 0.5, known: false };
  return { share: nulltesttype === 'IS_NULL' ? share : 1 - share, known: true };
}

function ofComparison({ kind, name, lexpr, rexpr }: Comparison, table: Pick<TableShape, 'column'>): Share {
  const column = columnName(lexpr) ?? columnName(rexpr);
  const operator = strings(name).at(-1);
  if (column === undefined) return UNKNOWN;
  const { distinct, nulls } = table.column(column);
  if (distinct === undefined) return UNKNOWN;
  const one = (1 - (nulls ?? 0)) / distinct;
  const count = kind === 'AEXPR_IN' && rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []).length : 1;
  // How often the very value that is asked for occurs is not known: only what is average.
  const certain = distinct > 50;
  if (operator === '=') return { share: Math.min(1, count * one), known: certain };
  if (operator === '<>') return { share: Math.max(0, 1 - (nulls ?? 0) - count * one), known: certain };
  return UNKNOWN;
}

function columnName(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ('TypeCast' in node) return columnName(node.TypeCast.arg);
  return 'ColumnRef' in node ? strings(node.ColumnRef.fields).at(-1) : undefined;
}
