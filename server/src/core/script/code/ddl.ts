import type { Sent } from './found';
import { textOf, type Source } from './language';
import { constantText, nameOf, type Invocation, type Value } from './value';

/** A column as tools describe it. */
export interface Column {
  /** As SQL has it. */
  readonly name: string;
  readonly type: string;
  readonly notNull?: boolean;
  /** As SQL has it. */
  readonly default?: string | undefined;
  readonly primary?: boolean;
  readonly unique?: boolean;
  /** `REFERENCES …` */
  readonly references?: string | undefined;
}

/** A name in quotes, each part of it. */
export function quoted(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}

/** A name that a call is given, or a placeholder for what is not known before the code runs. */
export function nameIn(value: Value | undefined, code: Source): string {
  const name = nameOf(value);
  return name === undefined ? placeholder(value, code) : quoted(name);
}

/** Names that a call is given as a list or as one. */
export function namesIn(value: Value | undefined, code: Source): string[] {
  if (value?.kind === 'list') return value.items.map((item) => nameIn(item, code));
  return value === undefined ? [] : [nameIn(value, code)];
}

/** A value as a SQL literal, or a placeholder. */
export function literal(value: Value | undefined, code: Source): string {
  const text = constantText(value);
  if (text !== undefined) return `'${text.replaceAll("'", "''")}'`;
  if (value?.kind === 'scalar') return typeof value.value === 'string' ? `'${value.value.replaceAll("'", "''")}'` : value.value === null ? 'NULL' : String(value.value);
  const called = value?.kind === 'call' || value?.kind === 'name' ? value.name : '';
  return /(?:^|\.)now$/iu.test(called) ? 'CURRENT_TIMESTAMP' : placeholder(value, code);
}

/** What stands for an expression whose value is not known. */
export function placeholder(value: Value | undefined, code: Source): string {
  const written = value === undefined ? 'unknown' : textOf(code, value.node);
  return `\${${written.replace(/[^\w\u0080-\uffff]/gu, '_').slice(0, 50) || 'unknown'}}`;
}

/** A column as CREATE TABLE and ADD COLUMN have it. */
export function columnText({ name, type, notNull = false, default: given, primary = false, unique = false, references }: Column): string {
  return [name, type, given === undefined ? '' : `DEFAULT ${given}`, notNull ? 'NOT NULL' : '', primary ? 'PRIMARY KEY' : '', unique ? 'UNIQUE' : '', references ?? ''].filter((part) => part !== '').join(' ');
}

/** The columns of a new table, with its primary key behind them, as tools have it that know keys of several columns. */
export function columnsAndKey(columns: readonly Column[]): readonly string[] {
  const key = columns.filter(({ primary }) => primary === true).map(({ name }) => name);
  return [...columns.map((column) => columnText({ ...column, primary: false })), ...(key.length === 0 ? [] : [`PRIMARY KEY (${key.join(', ')})`])];
}

export interface Index {
  readonly table: string;
  readonly columns: readonly string[];
  readonly name?: string | undefined;
  readonly unique?: boolean;
  readonly concurrently?: boolean;
  readonly using?: string | undefined;
  readonly where?: string | undefined;
  readonly ifNotExists?: boolean;
}

export function createIndex({ table, columns, name, unique = false, concurrently = false, using, where, ifNotExists = false }: Index): string {
  const head = `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${ifNotExists ? 'IF NOT EXISTS ' : ''}`;
  return `${head}${name === undefined ? '' : `${name} `}ON ${table} ${using === undefined ? '' : `USING ${using} `}(${columns.join(', ')})${where === undefined ? '' : ` WHERE ${where}`}`;
}

/** A change of a table. */
export function alter(table: string, ...changes: readonly string[]): string {
  return `ALTER TABLE ${table} ${changes.join(', ')}`;
}

export function createTable(table: string, parts: readonly string[]): string {
  return `CREATE TABLE ${table} (${parts.join(', ')})`;
}

/** Statements that a call stands for, each sent by itself. */
export function lowered(statements: readonly string[], raw: string | undefined, express?: Sent['express']): readonly Sent[] {
  return statements.map((sql) => ({ sql, ...(raw !== undefined && { raw }), ...(express !== undefined && statements.length === 1 && { express }) }));
}

/** A call with one more argument. */
export function withArgument(call: Invocation, argument: string, { text }: Source): string {
  const written = text.slice(call.span.offset, call.span.offset + call.span.length);
  const close = /,?\s*\)$/u.exec(written);
  return close === null ? `${written}, ${argument}` : `${written.slice(0, close.index)}, ${argument}${close[0].replace(/^,/u, '')}`;
}

/** Whether a statement is another with CONCURRENTLY in it. */
export function isConcurrent(statements: readonly string[], sql: string): boolean {
  return statements.length === 1 && statements[0]?.replace(/ CONCURRENTLY\b/iu, '') === sql;
}

/** Whether statements are a constraint that is added without looking at the rows, and its validation. It may have got a name. */
export function isNotValid(statements: readonly string[], sql: string): boolean {
  const [first, second, ...more] = statements;
  const unnamed = (text: string): string => text.replace(/(?<=\bADD )CONSTRAINT \S+ /iu, '');
  if (first === undefined || !first.endsWith(' NOT VALID') || more.length > 0) return false;
  return unnamed(first.replace(/ NOT VALID$/iu, '')) === unnamed(sql) && second !== undefined && /\bVALIDATE CONSTRAINT\b/iu.test(second);
}

/** Calls that are chained: `t.string('a').notNullable()` as `string`, `notNullable`, and what they begin with. */
export function chainOf(call: Invocation): { readonly root: Value | undefined; readonly calls: readonly Invocation[] } {
  const calls: Invocation[] = [];
  let at: Value | undefined = call;
  while (at?.kind === 'call') {
    calls.unshift(at);
    at = at.receiver;
  }
  return { root: at, calls };
}
