import type { Expr } from 'pgsql-ast-parser';
import { sameExpression, type TypedDml } from './typed-tree';

/**
 * Whether an UPDATE takes the rows it changes out of its own WHERE, so that repeating it until no row is left touches
 * every row once: `SET a = 0 WHERE a IS NULL`, `SET state = 'new' WHERE state = 'old'`. One such part of an AND is
 * enough.
 */
export function endsByItself({ where, sets }: TypedDml): boolean {
  if (where === undefined) return false;
  return parts(where).some((part) => sets.some(({ column, value }) => falsified(part, column, value)));
}

/** The operands of a chain of ANDs. */
function parts(expression: Expr): readonly Expr[] {
  if (expression.type === 'binary' && expression.op === 'AND') return [...parts(expression.left), ...parts(expression.right)];
  return [expression];
}

/** Whether `column = value` makes the condition false. */
function falsified(condition: Expr, column: string, value: Expr): boolean {
  if (condition.type === 'unary') {
    if (!isColumn(condition.operand, column)) return false;
    switch (condition.op) {
      case 'IS NULL':
        return isPlainValue(value) && value.type !== 'null';
      case 'IS NOT NULL':
        return value.type === 'null';
      case 'NOT':
      case 'IS FALSE':
      case 'IS NOT TRUE':
        return value.type === 'boolean' && value.value;
      case 'IS TRUE':
      case 'IS NOT FALSE':
        return value.type === 'boolean' && !value.value;
      default:
        return false;
    }
  }
  if (condition.type === 'ref') return isColumn(condition, column) && value.type === 'boolean' && !value.value;
  if (condition.type !== 'binary') return false;
  const [operand, constant] = isColumn(condition.left, column) ? [condition.left, condition.right] : [condition.right, condition.left];
  if (!isColumn(operand, column) || !isConstant(constant) || !isConstant(value)) return false;
  switch (condition.op) {
    case '=':
      return constant.type === value.type && !sameExpression(constant, value);
    case '!=':
      return sameExpression(constant, value);
    default:
      return false;
  }
}

function isColumn(expression: Expr, column: string): boolean {
  return expression.type === 'ref' && expression.name === column;
}

function isConstant(expression: Expr): boolean {
  return expression.type === 'integer' || expression.type === 'numeric' || expression.type === 'string' || expression.type === 'boolean';
}

/** Constants, and calls that never give NULL. */
function isPlainValue(expression: Expr): boolean {
  if (isConstant(expression)) return true;
  if (expression.type === 'cast') return isPlainValue(expression.operand);
  if (expression.type === 'keyword') return expression.keyword.startsWith('current') || expression.keyword.startsWith('local');
  return expression.type === 'call' && ['now', 'clock_timestamp', 'gen_random_uuid', 'random'].includes(expression.function.name) && expression.args.length === 0;
}
