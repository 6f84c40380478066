import type { Span } from '../../text';
import { field, namedChildren, type CodeNode } from './node';
import type { Frame, Invocation, Lambda, Named, Text, Unknown, Value } from './value';
import type { Piece } from './text';

/** What a language's expressions are made of. One a file in languages/. */
export interface Language {
  /** What an expression is. Never throws. */
  value(node: CodeNode, code: Source): Value;
  /** The name of a function or method that a node defines, and what it does. */
  definition(node: CodeNode, code: Source): { readonly name: string; readonly body: CodeNode } | undefined;
  /** The types of nodes that are calls. */
  readonly calls: ReadonlySet<string>;
  /** The types of nodes that run what is in them not at all or many times: conditions and loops. */
  readonly uncertain: ReadonlySet<string>;
  /** The types of nodes whose members are statements. */
  readonly blocks: ReadonlySet<string>;
  /** The types of nodes that may stand there again with other SQL. */
  readonly statements: ReadonlySet<string>;
  /** A new literal for some SQL: on one line, or with its lines indented. */
  quote(sql: string, indent: string): string;
}

/** A file of code while it is read. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly root: CodeNode;
  /** What names stand for that are given a value once. */
  constant(name: string): CodeNode | undefined;
}

export function textOf({ text }: Source, { start, end }: CodeNode): string {
  return text.slice(start, end);
}

export function spanOf({ start, end }: CodeNode): Span {
  return { offset: start, length: end - start };
}

export function unknown(node: CodeNode): Unknown {
  return { kind: 'unknown', node, span: spanOf(node) };
}

export function text(node: CodeNode, pieces: readonly Piece[], frame?: Frame): Text {
  return { kind: 'text', node, span: spanOf(node), pieces, frame };
}

export function scalar(node: CodeNode, value: number | boolean | null | string, symbol = false): Value {
  return { kind: 'scalar', node, span: spanOf(node), value, symbol };
}

export function named(node: CodeNode, name: string): Named {
  return { kind: 'name', node, span: spanOf(node), name };
}

export function lambda(node: CodeNode, parameters: readonly string[], body: CodeNode | undefined): Lambda {
  return { kind: 'lambda', node, span: spanOf(node), parameters, body };
}

export function list(node: CodeNode, items: readonly Value[]): Value {
  return { kind: 'list', node, span: spanOf(node), items };
}

export function dict(node: CodeNode, entries: ReadonlyMap<string, Value>): Value {
  return { kind: 'dict', node, span: spanOf(node), entries };
}

export function call(
  node: CodeNode,
  name: CodeNode,
  code: Source,
  { receiver, args, named: options, block }: { receiver?: Value | undefined; args: readonly Value[]; named?: ReadonlyMap<string, Value>; block?: Lambda | undefined },
): Invocation {
  return { kind: 'call', node, span: spanOf(node), name: textOf(code, name), nameSpan: spanOf(name), receiver, args, named: options ?? NOTHING, block };
}

const NOTHING: ReadonlyMap<string, Value> = new Map();

/** Strings one after the other as one; undefined where a part is none. What is no string becomes a placeholder. */
export function concatenated(node: CodeNode, parts: readonly Value[], code: Source): Value {
  const literal = parts.find((part) => part.kind === 'text')?.pieces[0]?.literal;
  if (!parts.some((part) => part.kind === 'text') || literal === undefined) return unknown(node);
  const pieces = parts.flatMap((part): readonly Piece[] => (part.kind === 'text' ? part.pieces : [{ text: placeholder(textOf(code, part.node)), file: part.span, literal: UNWRITABLE, opaque: true }]));
  return text(node, pieces);
}

/**
 * An expression with an operator. One that joins strings gives their text; a formatting one, `"… %s …" % name`, gives the
 * text of its left side, in which what is put in stays a placeholder.
 */
export function operation(node: CodeNode, code: Source, language: Language, { joining, formatting }: { readonly joining: readonly string[]; readonly formatting?: string }): Value {
  const [left, right] = [field(node, 'left'), field(node, 'right')];
  const operator = field(node, 'operator')?.type;
  if (left === undefined || right === undefined || operator === undefined) return unknown(node);
  if (joining.includes(operator)) return concatenated(node, [language.value(left, code), language.value(right, code)], code);
  const format = operator === formatting ? language.value(left, code) : undefined;
  return format?.kind === 'text' ? format : unknown(node);
}

/** An expression that is what another in it is: in brackets, awaited, given as an argument. */
export function through(node: CodeNode, within: CodeNode | undefined, code: Source, language: Language): Value {
  return within === undefined ? unknown(node) : language.value(within, code);
}

/** A number, without what only groups its digits. */
export function number(node: CodeNode, code: Source): Value {
  return scalar(node, Number(textOf(code, node).replaceAll('_', '')));
}

/** A function or method with a name and a body, where a node of one of these types is one. */
export function functionOf(node: CodeNode, code: Source, ...types: readonly string[]): ReturnType<Language['definition']> {
  if (!types.includes(node.type)) return undefined;
  const [name, body] = [field(node, 'name'), field(node, 'body')];
  return name === undefined || body === undefined ? undefined : { name: textOf(code, name), body };
}

/** Arguments, of which those with a label, `name: value`, are named. */
export function labelled(given: CodeNode, code: Source, language: Language): { readonly args: readonly Value[]; readonly named: ReadonlyMap<string, Value> } {
  const args: Value[] = [];
  const options = new Map<string, Value>();
  for (const argument of namedChildren(given)) {
    const label = field(argument, 'name');
    if (label === undefined) args.push(language.value(argument, code));
    else options.set(textOf(code, label), language.value(argument, code));
  }
  return { args, named: options };
}

/** Between two literals stands code: nothing that is written there would be SQL. */
const UNWRITABLE = { kind: 'code', encode: (): undefined => undefined };

function placeholder(written: string): string {
  const letters = written.replace(/[^\w\u0080-\uffff]/gu, '_').slice(0, 50);
  return `\${${letters}}`;
}

/** What a name stands for, where it is given a text once in the file; else the name. */
export function resolved(node: CodeNode, name: string, code: Source, language: Language): Value {
  const given = name.includes('.') ? undefined : code.constant(name);
  if (given !== undefined && given !== node && !contains(given, node)) {
    const value = language.value(given, code);
    // What is written anew is written where it is used.
    if (value.kind === 'text') return { ...value, node, span: spanOf(node), frame: undefined };
  }
  return named(node, name);
}

function contains(outer: CodeNode, inner: CodeNode): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** The first named child: what is in brackets, or awaited. */
export function inner(node: CodeNode): CodeNode | undefined {
  return namedChildren(node)[0];
}

export { field, namedChildren };
