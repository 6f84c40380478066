import type { Node } from '@pgsql/types';
import { quoteIdentifier } from '../schema/names';
import { sameTree, strings, type NodeBody } from '../schema/postgres/walk';
import { createParseMemo, statementsOf } from '../sql/postgres/parse';
import { quoteLiteral } from './batches/literal';
import type { KeyWords } from './key-words';

/** How an expression is to be written. */
export interface ExpressionStyle {
  readonly k: KeyWords;
  /** How a column is written; the server's own way by default. Undefined where it cannot be: then nothing is. */
  readonly column?: (name: string) => string | undefined;
}

/**
 * An expression of a CHECK, an index or a default as SQL. What is not surely understood is not written: the text, with
 * the columns' own names, is parsed again and has to give the same tree.
 * @returns undefined for an expression with a part that is not known here (a subquery, a window, a whole row)
 */
export function expressionSql(expression: Node, { k, column = quoteIdentifier }: ExpressionStyle): string | undefined {
  const plain = new Writer(k, quoteIdentifier).write(expression);
  if (plain === undefined) return undefined;
  const [statement] = statementsOf(`SELECT ${plain}`, createParseMemo());
  if (statement?.parsed.ok !== true || !('SelectStmt' in statement.parsed.node)) return undefined;
  const [target] = statement.parsed.node.SelectStmt.targetList ?? [];
  if (target === undefined || !('ResTarget' in target) || !sameTree(target.ResTarget.val, expression)) return undefined;
  return new Writer(k, column).write(expression);
}

/** A string, number or word of a storage parameter (`fillfactor = 70`). */
export function optionSql(option: Node): string | undefined {
  if (!('DefElem' in option)) return undefined;
  const { defname = '', defnamespace, arg } = option.DefElem;
  if (defnamespace !== undefined) return undefined;
  if (arg === undefined) return quoteIdentifier(defname);
  const value =
    'Integer' in arg ? String(arg.Integer.ival ?? 0)
    : 'Float' in arg ? arg.Float.fval
    : 'String' in arg ? quoteLiteral(arg.String.sval ?? '')
    : 'TypeName' in arg ? strings(arg.TypeName.names).at(-1)
    : undefined;
  return value === undefined ? undefined : `${quoteIdentifier(defname)} = ${value}`;
}

/** Thrown inside of the writer for what it does not know; never leaves it. */
class Unknown extends Error {}

class Writer {
  constructor(
    private readonly k: KeyWords,
    private readonly column: (name: string) => string | undefined,
  ) {}

  write(expression: Node): string | undefined {
    try {
      return this.node(expression);
    } catch (error) {
      if (error instanceof Unknown || error instanceof RangeError) return undefined;
      throw error;
    }
  }

  private node(node: Node | undefined): string {
    const [kind, value] = Object.entries(node ?? {})[0] ?? ['', {}];
    const body = value as NodeBody;
    switch (kind) {
      case 'A_Const':
        return this.constant(body);
      case 'ColumnRef':
        return this.reference(body);
      case 'TypeCast':
        return `${this.operand(body.arg)}::${this.type(body.typeName as NodeBody)}`;
      case 'A_Expr':
        return this.operation(body);
      case 'BoolExpr':
        return this.logic(body);
      case 'NullTest':
        return `${this.operand(body.arg)} ${this.k(body.nulltesttype === 'IS_NULL' ? 'IS NULL' : 'IS NOT NULL')}`;
      case 'BooleanTest':
        return `${this.operand(body.arg)} ${this.k(String(body.booltesttype).replaceAll('_', ' '))}`;
      case 'FuncCall':
        return this.call(body);
      case 'CoalesceExpr':
        return `${this.k('COALESCE')}(${this.list(body.args)})`;
      case 'MinMaxExpr':
        return `${this.k(body.op === 'IS_GREATEST' ? 'GREATEST' : 'LEAST')}(${this.list(body.args)})`;
      case 'CaseExpr':
        return this.choice(body);
      case 'SQLValueFunction':
        return this.k(String(body.op).replace(/^SVFOP_/, '').replace(/_N$/, () => this.fail()));
      case 'CollateClause':
        return `${this.operand(body.arg)} ${this.k('COLLATE')} ${this.qualified(body.collname)}`;
      case 'A_ArrayExpr':
        return `${this.k('ARRAY')}[${this.list(body.elements)}]`;
      case 'RowExpr':
        return `${this.k('ROW')}(${this.list(body.args)})`;
      default:
        return this.fail();
    }
  }

  private fail(): never {
    throw new Unknown();
  }

  /** As part of something larger: in brackets unless it is of one piece. */
  private operand(node: unknown): string {
    const [kind] = Object.keys((node ?? {}));
    const text = this.node(node as Node | undefined);
    return kind !== undefined && ONE_PIECE.has(kind) && !text.startsWith('-') ? text : `(${text})`;
  }

  private constant(body: NodeBody): string {
    if (body.isnull === true) return this.k('NULL');
    const has = (key: string): NodeBody | undefined => body[key] as NodeBody | undefined;
    const [integer, float, boolean, string] = [has('ival'), has('fval'), has('boolval'), has('sval')];
    if (integer !== undefined) return String(Number(integer.ival ?? 0));
    if (float !== undefined) return String(float.fval);
    if (boolean !== undefined) return this.k(boolean.boolval === true ? 'TRUE' : 'FALSE');
    if (string !== undefined) return quoteLiteral(typeof string.sval === 'string' ? string.sval : '');
    return this.fail();
  }

  /** `column` or `table.column`: in the expressions of one table both mean the same. */
  private reference(body: NodeBody): string {
    const fields = (body.fields ?? []) as readonly Node[];
    const names = strings(fields);
    const name = names.at(-1);
    if (name === undefined || names.length !== fields.length) return this.fail();
    const written = this.column(name);
    if (written === undefined) return this.fail();
    return written === quoteIdentifier(name) ? names.map(quoteIdentifier).join('.') : written;
  }

  private type(body: NodeBody): string {
    if (body.setof === true || body.pct_type === true) return this.fail();
    const names = strings(body.names as readonly Node[] | undefined);
    const modifiers = (body.typmods ?? []) as readonly Node[];
    const [schema, name = ''] = names.length > 1 ? names : [undefined, names[0]];
    const own = schema === 'pg_catalog' ? SQL_TYPES[name] : undefined;
    const written = own ?? names.map(quoteIdentifier).join('.');
    const [base = '', tail = ''] = written.split('|');
    const bounds = ((body.arrayBounds ?? []) as readonly Node[]).map((bound) => ('Integer' in bound && bound.Integer.ival === -1 ? '[]' : this.fail()));
    return `${base}${modifiers.length > 0 ? `(${this.list(modifiers)})` : ''}${tail}${bounds.join('')}`;
  }

  private operation(body: NodeBody): string {
    const { k } = this;
    const names = strings(body.name as readonly Node[] | undefined);
    const sign = names.at(-1) ?? '';
    const operator = names.length > 1 ? `${k('OPERATOR')}(${names.slice(0, -1).map(quoteIdentifier).join('.')}.${sign})` : sign;
    const left = (): string => this.operand(body.lexpr);
    const right = (): string => this.operand(body.rexpr);
    switch (body.kind) {
      case 'AEXPR_OP':
        return body.lexpr === undefined ? `${operator} ${right()}` : `${left()} ${operator} ${right()}`;
      case 'AEXPR_OP_ANY':
        return `${left()} ${operator} ${k('ANY')} (${this.node(body.rexpr as Node)})`;
      case 'AEXPR_OP_ALL':
        return `${left()} ${operator} ${k('ALL')} (${this.node(body.rexpr as Node)})`;
      case 'AEXPR_DISTINCT':
        return `${left()} ${k('IS DISTINCT FROM')} ${right()}`;
      case 'AEXPR_NOT_DISTINCT':
        return `${left()} ${k('IS NOT DISTINCT FROM')} ${right()}`;
      case 'AEXPR_NULLIF':
        return `${k('NULLIF')}(${this.node(body.lexpr as Node)}, ${this.node(body.rexpr as Node)})`;
      case 'AEXPR_IN':
        return `${left()} ${k(sign === '<>' ? 'NOT IN' : 'IN')} (${this.listOf(body.rexpr)})`;
      case 'AEXPR_LIKE':
        return `${left()} ${k(sign.startsWith('!') ? 'NOT LIKE' : 'LIKE')} ${right()}`;
      case 'AEXPR_ILIKE':
        return `${left()} ${k(sign.startsWith('!') ? 'NOT ILIKE' : 'ILIKE')} ${right()}`;
      case 'AEXPR_BETWEEN':
      case 'AEXPR_NOT_BETWEEN':
      case 'AEXPR_BETWEEN_SYM':
      case 'AEXPR_NOT_BETWEEN_SYM': {
        const [from, to] = this.items(body.rexpr).map((item) => this.operand(item));
        return `${left()} ${k(sign)} ${from ?? this.fail()} ${k('AND')} ${to ?? this.fail()}`;
      }
      default:
        return this.fail();
    }
  }

  private logic(body: NodeBody): string {
    const parts = ((body.args ?? []) as readonly Node[]).map((part) => this.operand(part));
    if (body.boolop === 'NOT_EXPR') return `${this.k('NOT')} ${parts[0] ?? this.fail()}`;
    return parts.join(` ${this.k(body.boolop === 'AND_EXPR' ? 'AND' : 'OR')} `);
  }

  private call(body: NodeBody): string {
    // Anything beyond a plain call (an aggregate's ORDER BY, VARIADIC, SQL's own syntax for it) is left alone.
    const plain = ['funcname', 'args', 'funcformat', 'location'];
    if (Object.entries(body).some(([key, value]) => !plain.includes(key) && value !== false && value !== undefined)) return this.fail();
    const [zone, time] = (body.args ?? []) as readonly Node[];
    if (body.funcformat === 'COERCE_SQL_SYNTAX' && strings(body.funcname as readonly Node[]).at(-1) === 'timezone' && time !== undefined) {
      return `(${this.operand(time)} ${this.k('AT TIME ZONE')} ${this.operand(zone)})`;
    }
    return `${this.qualified(body.funcname)}(${this.list(body.args)})`;
  }

  private choice(body: NodeBody): string {
    const { k } = this;
    const subject = body.arg === undefined ? '' : ` ${this.operand(body.arg)}`;
    const cases = ((body.args ?? []) as readonly Node[]).map((item) =>
      'CaseWhen' in item ? ` ${k('WHEN')} ${this.node(item.CaseWhen.expr)} ${k('THEN')} ${this.node(item.CaseWhen.result)}` : this.fail(),
    );
    const otherwise = body.defresult === undefined ? '' : ` ${k('ELSE')} ${this.node(body.defresult as Node)}`;
    return `${k('CASE')}${subject}${cases.join('')}${otherwise} ${k('END')}`;
  }

  private qualified(names: unknown): string {
    return strings(names as readonly Node[] | undefined).map(quoteIdentifier).join('.');
  }

  private list(nodes: unknown): string {
    return ((nodes ?? []) as readonly Node[]).map((item) => this.node(item)).join(', ');
  }

  private listOf(node: unknown): string {
    return this.items(node).map((item) => this.node(item)).join(', ');
  }

  private items(node: unknown): readonly Node[] {
    const list = node as Node | undefined;
    return list !== undefined && 'List' in list ? (list.List.items ?? []) : this.fail();
  }
}

const ONE_PIECE = new Set(['A_Const', 'ColumnRef', 'FuncCall', 'CoalesceExpr', 'MinMaxExpr', 'SQLValueFunction', 'A_ArrayExpr', 'RowExpr', 'TypeCast', 'CaseExpr']);

/** Types whose SQL name is grammar: a bare `pg_catalog.int4` would parse to the same, but nobody writes it so. `|` is where modifiers go. */
const SQL_TYPES: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  numeric: 'numeric',
  varchar: 'varchar',
  timestamp: 'timestamp',
  timestamptz: 'timestamp| with time zone',
  time: 'time',
  timetz: 'time| with time zone',
  interval: 'interval',
};
