import type { FuncCall, Node } from '@pgsql/types';
import { quoteIdentifier } from '../../schema/names';

/**
 * The string that `SELECT expression` gives whatever the data: constants, their concatenation, and format() of them.
 * Undefined where it depends on anything else.
 */
export function constantText(select: Node): string | undefined {
  if (!('SelectStmt' in select)) return undefined;
  const { targetList, fromClause } = select.SelectStmt;
  const target = targetList?.[0];
  if (fromClause !== undefined || targetList?.length !== 1 || target === undefined || !('ResTarget' in target)) return undefined;
  return valueOf(target.ResTarget.val);
}

function valueOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ('A_Const' in node) {
    const { sval, ival, isnull } = node.A_Const;
    if (isnull === true) return undefined;
    return sval !== undefined ? (sval.sval ?? '') : ival !== undefined ? String(ival.ival ?? 0) : undefined;
  }
  if ('TypeCast' in node) {
    const type = node.TypeCast.typeName?.names?.at(-1);
    return type !== undefined && 'String' in type && (type.String.sval === 'text' || type.String.sval === 'varchar') ? valueOf(node.TypeCast.arg) : undefined;
  }
  if ('A_Expr' in node) {
    const { name, lexpr, rexpr } = node.A_Expr;
    const operator = name?.length === 1 ? name[0] : undefined;
    if (operator === undefined || !('String' in operator) || operator.String.sval !== '||') return undefined;
    const left = valueOf(lexpr);
    const right = valueOf(rexpr);
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return 'FuncCall' in node ? formatted(node.FuncCall) : undefined;
}

/** format() with %s, %I, %L and %% and no widths (manual, "String Functions: format"). */
function formatted({ funcname, args }: FuncCall): string | undefined {
  const name = funcname?.at(-1);
  if (name === undefined || !('String' in name) || name.String.sval !== 'format') return undefined;
  const values = (args ?? []).map(valueOf);
  const [template, ...rest] = values;
  if (template === undefined) return undefined;
  let out = '';
  let at = 0;
  let next = 0;
  for (const match of template.matchAll(/%(?:(\d+)\$)?([^])/g)) {
    const [written, position, conversion] = match;
    out += template.slice(at, match.index);
    at = match.index + written.length;
    if (position !== undefined) next = Number(position) - 1;
    const value = conversion === '%' ? '%' : converted(conversion, rest[next++]);
    if (value === undefined) return undefined;
    out += value;
  }
  return out + template.slice(at);
}

function converted(conversion: string | undefined, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  switch (conversion) {
    case 's':
      return value;
    case 'I':
      return quoteIdentifier(value);
    case 'L':
      return `'${value.replaceAll("'", "''")}'`;
    default:
      return undefined;
  }
}
