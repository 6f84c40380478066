import type { Span } from '../../text';
import type { Literal } from '../script';

/** A stretch of a string as the program has it at run time, and where the file has it. */
export interface Piece {
  readonly text: string;
  readonly file: Span;
  readonly literal: Literal;
  /** Whether it is an interpolation: `text` only stands for what is put in. */
  readonly opaque: boolean;
}

/** What is inside a string literal. Content is verbatim but for the specials. */
export interface LiteralShape {
  readonly from: number;
  readonly to: number;
  /** Escapes with what they mean, and interpolations without; in order. */
  readonly specials: readonly Special[];
  readonly literal: Literal;
  /** How many blanks each line starts with that are not part of the text. */
  readonly indent?: number;
  /** Whether the line that the content starts on is not part of it (heredocs). */
  readonly ownLines?: boolean;
}

export interface Special {
  readonly start: number;
  readonly end: number;
  /** Undefined for an interpolation. */
  readonly means: string | undefined;
}

/** The pieces of one literal. */
export function piecesOf(source: string, shape: LiteralShape): Piece[] {
  const { from, to, specials, literal, indent = 0 } = shape;
  const pieces: Piece[] = [];
  const push = (start: number, end: number, text: string, opaque: boolean): void => {
    pieces.push({ text, file: { offset: start, length: end - start }, literal, opaque });
  };
  // Where indentation is not part of the text, each line is a piece of its own.
  const verbatim = (start: number, end: number, atLineStart: boolean): void => {
    if (indent === 0) {
      if (end > start) push(start, end, source.slice(start, end), false);
      return;
    }
    let at = start;
    let fresh = atLineStart;
    while (at < end) {
      const newline = source.indexOf('\n', at);
      const stop = newline === -1 || newline >= end ? end : newline + 1;
      const first = fresh ? at + blanksAt(source, at, Math.min(stop, at + indent)) : at;
      if (stop > first) push(first, stop, source.slice(first, stop), false);
      at = stop;
      fresh = true;
    }
  };
  let at = from;
  for (const { start, end, means } of specials) {
    if (start < at || end > to) continue;
    verbatim(at, start, at === from ? shape.ownLines === true : source.charCodeAt(at - 1) === 10);
    if (means === undefined) push(start, end, placeholderFor(source.slice(start, end)), true);
    else if (means !== '') push(start, end, means, false);
    at = end;
  }
  verbatim(at, to, at === from ? shape.ownLines === true : source.charCodeAt(at - 1) === 10);
  return pieces;
}

/** How many of the units are blanks, from an offset on. */
function blanksAt(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at += 1;
  return at - from;
}

/**
 * The fewest blanks that a line of a text starts with, lines without anything else left out.
 * @param lines as the file has them
 */
export function commonIndent(lines: readonly string[]): number {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/u.exec(line)?.[0].length ?? 0);
  return indents.length === 0 ? 0 : Math.min(...indents);
}

/**
 * What stands for an interpolation: a template's placeholder, as long as what it stands for where that has room, of its
 * own letters, so that equal ones stay equal. What reads SQL makes a name of it where it stands outside of quotes.
 */
export function placeholderFor(written: string): string {
  const length = Math.min(written.length, MOST_OF_A_NAME);
  const letters = written.replace(/^[^\w\u0080-\uffff]+|[^\w\u0080-\uffff]+$/gu, '').replace(/[^\w\u0080-\uffff]/gu, '_');
  if (length < 4) return `_${letters}`.padEnd(length, '_').slice(0, length);
  return `\${${letters.padEnd(length - 3, '_').slice(0, length - 3)}}`;
}

/** Names are cut at 63 bytes. */
const MOST_OF_A_NAME = 60;

const encodings = new Map<string, Literal>();

/** The literal of a kind: the same object each time, so that it can be compared. */
export function literalOf(kind: string, encode: (sql: string) => string | undefined): Literal {
  let known = encodings.get(kind);
  if (known === undefined) encodings.set(kind, (known = { kind, encode }));
  return known;
}
