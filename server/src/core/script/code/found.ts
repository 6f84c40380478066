import type { Edit } from '../../text';
import type { Direction, ToolFile, WayBack, Wrapper } from '../script';
import type { Defined, TakesBack } from './way-back';
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
  /** Whether the tool takes it back by itself. */
  readonly reverses?: boolean;
  /** The host's call that runs some SQL instead, `{}` where the literal goes; for calls that stand for SQL. */
  readonly raw?: string;
  /** The host's calls that do the same as some statements, in the tool's own words; for calls that stand for SQL. */
  readonly express?: (statements: readonly string[]) => readonly string[] | undefined;
  /** What the file must have for those calls: the names that they import. */
  readonly imports?: readonly Edit[];
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
  /** The name of the function that says the direction. */
  readonly within?: string;
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
  /** Whether each call sends a prepared statement, which cannot be several. */
  readonly single?: true;
  /** How its files say what takes them back. */
  readonly takesBack?: TakesBack | ((text: string) => TakesBack);
  /** Whether the tool takes a call back by itself, in a function of this name (`change`). */
  readonly reverses?: (call: Invocation, functionName: string, file: Source) => boolean;
  /** The way back of a file, where that is not a function for each direction. */
  readonly wayBack?: (found: readonly Found[], code: Source, language: Language, functions: readonly Defined[]) => WayBack | undefined;
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
