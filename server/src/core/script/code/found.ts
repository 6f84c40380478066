import type { Direction, ToolFile, Wrapper } from '../script';
import type { Language, Source } from './language';
import type { CodeNode } from './node';
import { pathOf, type Invocation, type Text, type Value } from './value';

/** What a call sends to the server. */
export interface Sent {
  /** A string of the file, or the SQL that the tool makes of the call. */
  readonly sql: Text | string;
  /** Where that differs from the function that the call is in. */
  readonly direction?: Direction;
  /** Where the call stands outside of the tool's transaction. */
  readonly wrapper?: Wrapper;
  /** The host's call that runs some SQL instead, `{}` where the literal goes; for calls that stand for SQL. */
  readonly raw?: string;
  /** The host's calls that do the same as some statements, in the tool's own words; for calls that stand for SQL. */
  readonly express?: (statements: readonly string[]) => readonly string[] | undefined;
}

/** A call that changes something, though what it sends is not known. */
export interface Unsure {
  readonly call: Invocation;
  readonly sql: undefined;
}

/** A call with what it sends, found in a file. */
export interface Found extends Sent {
  readonly call: Invocation;
  readonly direction: Direction;
  readonly part: number | undefined;
}

/** What holds for a part of a file. */
export interface Region {
  readonly direction: Direction | undefined;
  readonly wrapper: Wrapper | undefined;
  /** Which of the parts with a wrapper of their own it is. */
  readonly part?: number | undefined;
}

/** What a tool looks at to tell what a call sends. */
export interface Scope {
  readonly code: Source;
  /** Of the file. */
  readonly path: string;
  readonly language: Language;
  /** What the statements of a block are, in order. */
  readonly statements: (body: CodeNode | undefined) => readonly Value[];
  readonly direction: Direction;
  /** Whether the call's value is used by another expression: it sends nothing by itself. */
  readonly isOperand: (call: Invocation) => boolean;
}

/** The text of the functions that take the schema forward, and back. */
export type Bodies = Readonly<Record<Direction, string>>;

/** How the SQL of a tool's files is found. */
export interface CodeReading {
  readonly tool: string;
  /** Names of the functions (or lists) that take the schema forward, and back. */
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** The direction of functions whose names are not fixed. */
  readonly directionOf?: (name: string, text: string, file: string) => Direction | undefined;
  /** What holds outside of all functions. */
  readonly outside?: Direction;
  /** What the tool opens a transaction around, for a direction of a file. */
  readonly wrapper: (direction: Direction, bodies: Bodies, text: string, file: ToolFile) => Wrapper;
  /** What a call sends; undefined for one that sends nothing by itself. */
  readonly sends: (call: Invocation, scope: Scope) => readonly Sent[] | undefined;
  /** Whether a call of which {@link sends} says nothing sends something all the same. */
  readonly isUnclear?: (call: Invocation, scope: Scope) => boolean;
  /** What holds for the inside of a node where it differs from what is around it: `dir.down do … end`. */
  readonly region?: (node: CodeNode, scope: Scope) => Partial<Region> | undefined;
}

/**
 * Calls of a tool's builder, by what they are made on and their names, e.g. all of `knex.schema` but `hasTable`.
 * @param on matches the path of the receiver
 * @param name matches the names of those that change something
 */
export function callsOn(on: RegExp, name: RegExp): NonNullable<CodeReading['isUnclear']> {
  return (call, scope) => name.test(call.name) && on.test(pathOf(call.receiver)) && !scope.isOperand(call);
}
