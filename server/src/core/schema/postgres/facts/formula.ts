import type { Node } from '@pgsql/types';
import { strings } from '../walk';

/** A condition as the server's prover sees it: AND and OR lists over atoms, negations pushed down (canonicalize_qual). */
export type Formula =
  | { readonly kind: 'and'; readonly arms: readonly Formula[] }
  | { readonly kind: 'or'; readonly arms: readonly Formula[] }
  | { readonly kind: 'null' | 'not null'; readonly column: string }
  | { readonly kind: 'compare'; readonly column: string; readonly operator: Comparison; readonly value: string }
  /** Something that nothing follows from. */
  | { readonly kind: 'other' };

export type Comparison = '<' | '<=' | '=' | '>=' | '>' | '<>';

const OTHER: Formula = { kind: 'other' };
const NEGATED: Readonly<Record<Comparison, Comparison>> = { '<': '>=', '<=': '>', '=': '<>', '>=': '<', '>': '<=', '<>': '=' };
const COMMUTED: Readonly<Record<Comparison, Comparison>> = { '<': '>', '<=': '>=', '=': '=', '>=': '<=', '>': '<', '<>': '<>' };

/** Reads an expression as a condition. */
export function formula(node: Node | undefined, negated = false): Formula {
  if (node === undefined) return OTHER;
  if ('BoolExpr' in node) {
    const { boolop, args = [] } = node.BoolExpr;
    if (boolop === 'NOT_EXPR') return formula(args[0], !negated);
    return { kind: (boolop === 'AND_EXPR') === negated ? 'or' : 'and', arms: args.map((arg) => formula(arg, negated)) };
  }
  if ('NullTest' in node) {
    const column = columnOf(node.NullTest.arg);
    return column === undefined ? OTHER : { kind: (node.NullTest.nulltesttype === 'IS_NOT_NULL') === negated ? 'null' : 'not null', column };
  }
  return 'A_Expr' in node ? comparison(node.A_Expr, negated) : OTHER;
}

/** The negation of a condition. */
export function not(condition: Formula): Formula {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { kind: condition.kind === 'and' ? 'or' : 'and', arms: condition.arms.map(not) };
    case 'null':
    case 'not null':
      return { kind: condition.kind === 'null' ? 'not null' : 'null', column: condition.column };
    case 'compare':
      return { ...condition, operator: NEGATED[condition.operator] };
    case 'other':
      return condition;
  }
}

function comparison(expression: Extract<Node, { A_Expr: unknown }>['A_Expr'], negated: boolean): Formula {
  const { kind, name, lexpr, rexpr } = expression;
  const operator = strings(name).at(-1) ?? '';
  switch (kind) {
    case 'AEXPR_OP': {
      const truth = booleanOf(rexpr);
      // `condition = false` is the condition's negation (simplify_boolean_equality, src/backend/optimizer/util/clauses.c).
      if (truth !== undefined && columnOf(lexpr) === undefined && (operator === '=' || operator === '<>')) return formula(lexpr, negated !== ((operator === '=') !== truth));
      return compare(lexpr, operator, rexpr, negated);
    }
    case 'AEXPR_IN': {
      const items = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
      return { kind: (operator === '=') === negated ? 'and' : 'or', arms: items.map((item) => compare(lexpr, operator, item, negated)) };
    }
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL': {
      const items = rexpr !== undefined && 'A_ArrayExpr' in rexpr ? (rexpr.A_ArrayExpr.elements ?? []) : undefined;
      if (items === undefined) return OTHER;
      return { kind: (kind === 'AEXPR_OP_ANY') === negated ? 'and' : 'or', arms: items.map((item) => compare(lexpr, operator, item, negated)) };
    }
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN': {
      const [low, high] = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
      const outside = (kind === 'AEXPR_BETWEEN') === negated;
      return { kind: outside ? 'or' : 'and', arms: [compare(lexpr, '>=', low, outside), compare(lexpr, '<=', high, outside)] };
    }
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT': {
      // IS DISTINCT FROM NULL is a test for NULL (transformAExprDistinct, src/backend/parser/parse_expr.c).
      const column = isNull(rexpr) ? columnOf(lexpr) : isNull(lexpr) ? columnOf(rexpr) : undefined;
      return column === undefined ? OTHER : { kind: (kind === 'AEXPR_DISTINCT') === negated ? 'null' : 'not null', column };
    }
    default:
      return OTHER;
  }
}

function compare(left: Node | undefined, operator: string, right: Node | undefined, negated: boolean): Formula {
  const symbol = operator === '!=' ? '<>' : operator;
  if (!isComparison(symbol)) return OTHER;
  const column = columnOf(left);
  const value = constantOf(right);
  if (column !== undefined && value !== undefined) return { kind: 'compare', column, operator: negated ? NEGATED[symbol] : symbol, value };
  const swapped = columnOf(right);
  const first = constantOf(left);
  if (swapped === undefined || first === undefined) return OTHER;
  const commuted = COMMUTED[symbol];
  return { kind: 'compare', column: swapped, operator: negated ? NEGATED[commuted] : commuted, value: first };
}

function isComparison(operator: string): operator is Comparison {
  return Object.hasOwn(NEGATED, operator);
}

/** The column that an expression is, under casts that pg_dump writes around a varchar. */
function columnOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ('ColumnRef' in node) return strings(node.ColumnRef.fields).at(-1);
  if ('TypeCast' in node && strings(node.TypeCast.typeName?.names).at(-1) === 'text') return columnOf(node.TypeCast.arg);
  return undefined;
}

/** The text of a constant, under a cast too; numbers as digits. */
export function constantOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ('TypeCast' in node) return constantOf(node.TypeCast.arg);
  if ('A_Expr' in node && node.A_Expr.lexpr === undefined && strings(node.A_Expr.name)[0] === '-') {
    const inner = constantOf(node.A_Expr.rexpr);
    return inner === undefined ? undefined : `-${inner}`;
  }
  if (!('A_Const' in node)) return undefined;
  const { ival, fval, sval, boolval, isnull } = node.A_Const;
  if (isnull === true) return undefined;
  if (ival !== undefined) return String(ival.ival ?? 0);
  if (boolval !== undefined) return String(boolval.boolval ?? false);
  return fval?.fval ?? (sval === undefined ? undefined : (sval.sval ?? ''));
}

function booleanOf(node: Node | undefined): boolean | undefined {
  if (node === undefined || !('A_Const' in node) || node.A_Const.boolval === undefined) return undefined;
  return node.A_Const.boolval.boolval ?? false;
}

function isNull(node: Node | undefined): boolean {
  return node !== undefined && 'A_Const' in node && node.A_Const.isnull === true;
}
