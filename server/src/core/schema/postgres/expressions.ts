import type { FuncCall, Node } from '@pgsql/types';
import { nameParts, type ObjectName, type RelationName } from '../names';
import type { SchemaView } from '../view';
import { builtinVolatility, isBuiltinOperator } from './builtin-lookup';
import { mentionOf, relationName, routineName, userRoutineName } from './resolve';
import { strings, walk, type NodeBody } from './walk';

export { relationsIn } from './relations-in';

export type Volatility = 'immutable' | 'stable' | 'volatile';

const ORDER: readonly (Volatility | 'unknown')[] = ['immutable', 'stable', 'unknown', 'volatile'];

/**
 * How volatile an expression is: that of its most volatile function; `unknown` where it calls a function nobody
 * declared (and none that is volatile). Operators and casts count as `immutable` and `stable`: no built-in one is
 * volatile, and what is asked of an expression here is whether it is that.
 */
export function volatilityOf(expression: Node, schema: SchemaView): Volatility | 'unknown' {
  let most: Volatility | 'unknown' = 'immutable';
  walk(expression, (kind, body) => {
    const own = ownVolatility(kind, body, schema);
    if (ORDER.indexOf(own) > ORDER.indexOf(most)) most = own;
  });
  return most;
}

function ownVolatility(kind: string, body: NodeBody, schema: SchemaView): Volatility | 'unknown' {
  switch (kind) {
    case 'FuncCall':
      return callVolatility(body, schema);
    // current_date, current_user and their kin (contain_mutable_functions_checker, src/backend/optimizer/util/clauses.c).
    case 'SQLValueFunction':
      return 'stable';
    case 'TypeCast':
      // The parser makes a constant of a literal and its type at once (coerce_type, src/backend/parser/parse_coerce.c).
      return isLiteral(body.arg as Node | undefined) ? 'immutable' : castVolatility(body);
    case 'A_Expr':
      return operatorVolatility(body);
    default:
      return 'immutable';
  }
}

function callVolatility(call: FuncCall, schema: SchemaView): Volatility | 'unknown' {
  const parts = strings(call.funcname);
  const count = call.args?.length ?? 0;
  const name = parts[parts.length - 1] ?? '';
  const qualifier = parts.length > 1 ? parts[parts.length - 2] : undefined;
  const found: (Volatility | 'unknown')[] = [];
  if (qualifier === undefined || qualifier === 'pg_catalog') {
    const builtin = builtinVolatility(name, count);
    if (builtin !== undefined) found.push(builtin);
  }
  // Defaults and VARIADIC let a call have fewer or more arguments than the routine; then every overload is looked at.
  const overloads = schema.routines(userRoutineName(parts, schema));
  const fitting = overloads.filter((overload) => overload.inputs.length === count);
  for (const { volatility } of fitting.length > 0 ? fitting : found.length > 0 ? [] : overloads) found.push(volatility);
  return found.sort((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a))[0] ?? 'unknown';
}

function isLiteral(node: Node | undefined): boolean {
  return node !== undefined && 'A_Const' in node;
}

/** Types that depend on a session setting or on the catalogue when they are read from or turned into others (pg_cast, pg_type). */
const SESSION_TYPES = /^(date|time|timetz|timestamp|timestamptz|interval|money|xml|reg\w+|text|varchar|bpchar)$/;

function castVolatility(body: NodeBody): Volatility {
  const type = body.typeName as { readonly names?: readonly Node[] } | undefined;
  return SESSION_TYPES.test(strings(type?.names).at(-1) ?? '') ? 'stable' : 'immutable';
}

function operatorVolatility(body: NodeBody): Volatility | 'unknown' {
  const name = strings(body.name as readonly Node[] | undefined).at(-1);
  // BETWEEN and its kin bear their words as a name, and compare by the type's own operators (transformAExprBetween, src/backend/parser/parse_expr.c).
  return name === undefined || name.includes('BETWEEN') || isBuiltinOperator(name) ? 'immutable' : 'unknown';
}

/** Columns that an expression mentions, by name; `*` where it mentions whole rows. */
export function columnsIn(expression: Node): ReadonlySet<string> {
  const columns = new Set<string>();
  walk(expression, (kind, body) => {
    if (kind !== 'ColumnRef') return;
    const fields = (body.fields ?? []) as readonly Node[];
    const last = fields[fields.length - 1];
    if (last !== undefined) columns.add('String' in last ? (last.String.sval ?? '') : '*');
  });
  return columns;
}

/** Routines that an expression or query calls. */
export function routinesIn(expression: Node, schema: SchemaView): ReadonlySet<ObjectName> {
  const routines = new Set<ObjectName>();
  walk(expression, (kind, body) => {
    if (kind === 'FuncCall') routines.add(routineName(strings((body as FuncCall).funcname), schema));
    else if (kind === 'CallStmt') routines.add(routineName(strings((body.funccall as FuncCall | undefined)?.funcname), schema));
  });
  return routines;
}

/** Sequences that an expression names as the constant argument of nextval, currval or setval. */
export function sequencesIn(expression: Node, schema: SchemaView): ReadonlySet<RelationName> {
  const sequences = new Set<RelationName>();
  walk(expression, (kind, body) => {
    if (kind !== 'FuncCall') return;
    const call = body as FuncCall;
    const routine = nameParts(routineName(strings(call.funcname), schema));
    if (routine.schema !== 'pg_catalog' || !SEQUENCE_FUNCTIONS.has(routine.name)) return;
    const text = constantText(call.args?.[0]);
    if (text !== undefined) sequences.add(relationName(mentionOf(textToNames(text)), schema));
  });
  return sequences;
}

const SEQUENCE_FUNCTIONS = new Set(['nextval', 'currval', 'setval']);

/** The text of a string constant, under whatever casts it stands. */
export function constantText(node: Node | undefined): string | undefined {
  let at = node;
  while (at !== undefined && 'TypeCast' in at) at = at.TypeCast.arg;
  return at !== undefined && 'A_Const' in at && at.A_Const.sval !== undefined ? (at.A_Const.sval.sval ?? '') : undefined;
}

/** The parts of a name given as text, such as the argument of nextval (textToQualifiedNameList): folded unless quoted. */
export function textToNames(text: string): readonly string[] {
  const parts: string[] = [];
  for (const match of text.matchAll(/"((?:[^"]|"")*)"|([^.\s"]+)/gu)) {
    parts.push(match[1] === undefined ? (match[2] ?? '').toLowerCase() : match[1].replaceAll('""', '"'));
  }
  return parts;
}
