/**
 * A stretch of text. Offsets and lengths count UTF-16 code units, as the editor and JavaScript do;
 * the end is exclusive.
 */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** A place in a file as people and the language server protocol see it. Both count from 0, in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A replacement of `length` units at `offset` of the original file by `text`. */
export interface Edit extends Span {
  readonly text: string;
}

/** Where lines start, so that an offset becomes a line and a column in O(log lines). */
export interface LineIndex {
  /** The position of an offset; offsets outside the text are clamped to it. */
  positionAt(offset: number): Position;
  /** The offset of a position; positions outside the text are clamped to it. */
  offsetAt(position: Position): number;
  readonly lineCount: number;
}

/** Builds the line index of a text. Lines end at `\n`, `\r\n` or a lone `\r`, as the protocol defines. */
export function lineIndex(text: string): LineIndex {
  const starts = text.includes('\r') ? startsWithReturns(text) : [0];
  // Most texts have line feeds alone, and the engine finds those much faster than a loop here could.
  if (starts.length === 1) for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const startOf = (line: number): number => starts[line] ?? text.length;
  // Whoever asks for many positions asks in their order: the line of the last one, or one soon behind it, is often the answer.
  let last = 0;
  return {
    lineCount: starts.length,
    positionAt(offset) {
      const clamped = Math.max(0, Math.min(offset, text.length));
      if (startOf(last) <= clamped) {
        for (let line = last; line <= last + NEAR; line++) {
          if (line === starts.length - 1 || startOf(line + 1) > clamped) {
            last = line;
            return { line, character: clamped - startOf(line) };
          }
        }
      }
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (startOf(middle) <= clamped) low = middle;
        else high = middle - 1;
      }
      last = low;
      return { line: low, character: clamped - startOf(low) };
    },
    offsetAt({ line, character }) {
      if (line < 0) return 0;
      if (line >= starts.length) return text.length;
      return Math.min(startOf(line) + Math.max(0, character), startOf(line + 1));
    },
  };
}

/** How many lines are looked through before they are searched by halves. */
const NEAR = 16;

function startsWithReturns(text: string): number[] {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n?|\n/gu)) starts.push(index + end.length);
  return starts;
}

/** Applies edits to a text. They must not overlap; their order does not matter. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = edits.map((edit, order) => ({ edit, order })).sort((a, b) => a.edit.offset - b.edit.offset || a.order - b.order);
  let out = '';
  let at = 0;
  for (const { edit } of ordered) {
    if (edit.offset < at) throw new RangeError(`edits overlap at offset ${String(edit.offset)}`);
    out += text.slice(at, edit.offset) + edit.text;
    at = edit.offset + edit.length;
  }
  return out + text.slice(at);
}

/** The one edit that turns a text into another, leaving alone what both start and end with. */
export function editBetween(from: string, to: string): Edit {
  const most = Math.min(from.length, to.length);
  let start = 0;
  while (start < most && from[start] === to[start]) start += 1;
  let end = 0;
  while (end < most - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end += 1;
  return { offset: start, length: from.length - end - start, text: to.slice(start, to.length - end) };
}
