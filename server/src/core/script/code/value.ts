import type { Span } from '../../text';
import type { CodeNode } from './node';
import type { Piece } from './text';

/**
 * What an expression of the host language is, as far as it can be told without running it. All languages come down to
 * this, so that what a tool's calls mean is said once, whatever its language.
 */
export type Value = Text | Scalar | List | Dict | Invocation | Named | Lambda | Unknown;

interface Expression {
  readonly node: CodeNode;
  readonly span: Span;
}

/** A string, put together from literals and interpolations. */
export interface Text extends Expression {
  readonly kind: 'text';
  readonly pieces: readonly Piece[];
  /** Where it is one literal. */
  readonly frame: Frame | undefined;
}

/** Where a literal's content stands, and where the literal ends. */
export interface Frame {
  readonly from: number;
  readonly to: number;
  readonly close: number;
}

/** A number, a truth value, nothing; or a symbol, as `:users` in Ruby and Elixir. */
export interface Scalar extends Expression {
  readonly kind: 'scalar';
  readonly value: number | boolean | null | string;
  readonly symbol: boolean;
}

export interface List extends Expression {
  readonly kind: 'list';
  readonly items: readonly Value[];
}

export interface Dict extends Expression {
  readonly kind: 'dict';
  readonly entries: ReadonlyMap<string, Value>;
}

export interface Invocation extends Expression {
  readonly kind: 'call';
  /** The last part of what is called: `raw` of `knex.schema.raw(…)`. */
  readonly name: string;
  /** What it is called on: `knex.schema`. */
  readonly receiver: Value | undefined;
  readonly args: readonly Value[];
  /** Arguments that are given by name. */
  readonly named: ReadonlyMap<string, Value>;
  /** The function that it is given in the form of a block: `do |t| … end`. */
  readonly block: Lambda | undefined;
  /** Where its name stands. */
  readonly nameSpan: Span;
}

/** A name, with what it is a member of: `Sequelize.STRING`. */
export interface Named extends Expression {
  readonly kind: 'name';
  readonly name: string;
}

export interface Lambda extends Expression {
  readonly kind: 'lambda';
  readonly parameters: readonly string[];
  /** What it does: a block, or an expression. */
  readonly body: CodeNode | undefined;
}

export interface Unknown extends Expression {
  readonly kind: 'unknown';
}

/** What a string is at run time, where nothing is put in. */
export function constantText(value: Value | undefined): string | undefined {
  if (value?.kind !== 'text' || value.pieces.some(({ opaque }) => opaque)) return undefined;
  return value.pieces.map(({ text }) => text).join('');
}

/** A name that is given as a string or a symbol. */
export function nameOf(value: Value | undefined): string | undefined {
  if (value?.kind === 'scalar') return value.symbol && typeof value.value === 'string' ? value.value : undefined;
  return constantText(value);
}

/** Names that are given one by one or as a list. Undefined where one is not known. */
export function namesOf(value: Value | undefined): string[] | undefined {
  const items = value?.kind === 'list' ? value.items : value === undefined ? [] : [value];
  const names = items.map((item) => nameOf(item));
  return names.every((name) => name !== undefined) ? names : undefined;
}

/** Whether an option is given as true. */
export function isTrue(value: Value | undefined): boolean {
  return value?.kind === 'scalar' && value.value === true;
}

/** Whether an option is given as false. */
export function isFalse(value: Value | undefined): boolean {
  return value?.kind === 'scalar' && value.value === false;
}

/** The dotted path of what a call is made on: `knex.schema`; calls in it end with `()`. */
export function pathOf(value: Value | undefined): string {
  if (value === undefined) return '';
  if (value.kind === 'name') return value.name;
  if (value.kind === 'call') {
    const before = pathOf(value.receiver);
    return `${before === '' ? '' : `${before}.`}${value.name}()`;
  }
  return '';
}
