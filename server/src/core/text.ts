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
  return new Lines(text);
}

class Lines implements LineIndex {
  private starts: readonly number[] | undefined;
  /** Whoever asks for many positions asks in their order: the line of the last one, or one soon behind it, is often the answer. */
  private last = 0;

  constructor(private readonly text: string) {}

  get lineCount(): number {
    return this.all().length;
  }

  positionAt(offset: number): Position {
    const starts = this.all();
    const { length } = this.text;
    const clamped = Math.max(0, Math.min(offset, length));
    if ((starts[this.last] ?? length) <= clamped) {
      for (let line = this.last; line <= this.last + NEAR; line++) {
        if (line === starts.length - 1 || (starts[line + 1] ?? length) > clamped) {
          this.last = line;
          return { line, character: clamped - (starts[line] ?? length) };
        }
      }
    }
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? length) <= clamped) low = middle;
      else high = middle - 1;
    }
    this.last = low;
    return { line: low, character: clamped - (starts[low] ?? length) };
  }

  offsetAt({ line, character }: Position): number {
    const starts = this.all();
    if (line < 0) return 0;
    const start = starts[line];
    if (start === undefined) return this.text.length;
    return Math.min(start + Math.max(0, character), starts[line + 1] ?? this.text.length);
  }

  /** Nobody may ever ask, so they are looked for late. */
  private all(): readonly number[] {
    return (this.starts ??= lineStarts(this.text));
  }
}

function lineStarts(text: string): readonly number[] {
  if (text.includes('\r')) return startsWithReturns(text);
  // Most texts have line feeds alone, and the engine finds those much faster than a loop here could.
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
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
