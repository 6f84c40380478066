import type { StatementAnalysis } from '../analysis';
import type { Edit, Span } from '../text';

/** What an edit of a statement needs to know of its file. */
export interface EditedFile {
  readonly text: string;
  readonly statements: readonly StatementAnalysis[];
}

/** A statement's stretch of the file together with its semicolon. */
interface Stretch {
  readonly start: number;
  /** After the semicolon, or after the last word where there is none. */
  readonly end: number;
  readonly closed: boolean;
}

/** Replaces a stretch of one statement; the span counts from the statement's start. */
export function replaceIn(file: EditedFile, index: number, span: Span, text: string): Edit {
  return { offset: statementAt(file, index).span.offset + span.offset, length: span.length, text };
}

/** Replaces a whole statement, without its semicolon and comments before it, by one or more others. */
export function replaceStatement(file: EditedFile, index: number, statements: readonly string[]): Edit {
  const { offset, length } = statementAt(file, index).span;
  const separator = `;${lineEndOf(file.text)}${indentAt(file.text, offset)}`;
  return { offset, length, text: statements.join(separator) };
}

/**
 * Inserts statements behind a statement, each on a line of its own that is indented like it. A comment that follows on
 * the same line stays with the statement; a missing semicolon is added.
 */
export function insertAfter(file: EditedFile, index: number, statements: readonly string[]): Edit {
  const { start, end, closed } = stretchOf(file, index);
  const at = closed ? afterTrailingComment(file.text, end) : end;
  const lead = lineEndOf(file.text) + indentAt(file.text, start);
  const text = statements.map((statement) => `${lead}${statement};`).join('');
  return { offset: at, length: 0, text: closed ? text : `;${text}` };
}

/** Inserts statements before a statement; comments above it then stand above what was inserted. */
export function insertBefore(file: EditedFile, index: number, statements: readonly string[]): Edit {
  const { offset } = statementAt(file, index).span;
  const lead = lineEndOf(file.text) + indentAt(file.text, offset);
  return { offset, length: 0, text: statements.map((statement) => `${statement};${lead}`).join('') };
}

/** Takes a statement out, with the comment lines right above it (they speak of it) and the line it stood on. */
export function removeStatement(file: EditedFile, index: number): Edit {
  const { offset, length } = extentOf(file, index);
  return { offset, length, text: '' };
}

/** The comment lines right above a statement, without their indentation: to carry them along when it moves. */
export function commentsAbove(file: EditedFile, index: number): readonly string[] {
  const start = statementAt(file, index).span.offset;
  const extent = extentOf(file, index);
  if (extent.offset >= start) return [];
  return file.text
    .slice(extent.offset, start)
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line.startsWith('--'));
}

/** The line end that a file uses: that of its first line. */
export function lineEndOf(text: string): string {
  return /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
}

/** The blanks before an offset on its line; none where something else stands before it. */
export function indentAt(text: string, offset: number): string {
  const before = text.slice(lineStart(text, offset), offset);
  return /^[ \t]*$/.test(before) ? before : '';
}

/** Where the line of an offset starts. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !isLineEnd(text.charCodeAt(at - 1))) at -= 1;
  // A byte order mark belongs to no line.
  return at === 0 && text.startsWith('\uFEFF') ? Math.min(1, offset) : at;
}

/** Where the line of an offset ends, before its line end. */
export function lineStop(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) at += 1;
  return at;
}

/** The offset after the line end at `offset`, if there is one. */
export function afterLineEnd(text: string, offset: number): number {
  if (text.startsWith('\r\n', offset)) return offset + 2;
  return isLineEnd(text.charCodeAt(offset)) ? offset + 1 : offset;
}

function statementAt(file: EditedFile, index: number): StatementAnalysis {
  const statement = file.statements[index];
  if (statement === undefined) throw new RangeError(`no statement ${String(index)}`);
  return statement;
}

/** A statement with its semicolon, which stands behind blanks and comments only. */
function stretchOf(file: EditedFile, index: number): Stretch {
  const { span, segment } = statementAt(file, index);
  const start = span.offset;
  const end = start + span.length;
  const stop = segment.offset + segment.text.length;
  const gap = /^(?:\s|--[^\r\n]*|\/\*[^]*?\*\/)*;/.exec(file.text.slice(end, stop));
  return gap === null ? { start, end, closed: false } : { start, end: end + gap[0].length, closed: true };
}

/** Behind a comment on the rest of the line, or where it was. */
function afterTrailingComment(text: string, offset: number): number {
  const rest = text.slice(offset, lineStop(text, offset));
  return /^[ \t]*(--.*|\/\*((?!\*\/).)*\*\/[ \t]*)$/.test(rest) ? offset + rest.trimEnd().length : offset;
}

/** A statement's lines with the comments right above it; just its own stretch where it shares a line with others. */
function extentOf(file: EditedFile, index: number): Span {
  const { text } = file;
  const { start, end } = stretchOf(file, index);
  let top = lineStart(text, start);
  const stop = afterTrailingComment(text, end);
  const aloneBefore = text.slice(top, start).trim() === '';
  const aloneAfter = text.slice(stop, lineStop(text, stop)).trim() === '';
  if (!aloneBefore || !aloneAfter) {
    const lead = aloneBefore ? 0 : text.slice(0, start).length - text.slice(0, start).trimEnd().length;
    const trail = aloneBefore ? (/^[ \t]*/.exec(text.slice(stop))?.[0].length ?? 0) : 0;
    return { offset: start - lead, length: stop - start + lead + trail };
  }
  const floor = index === 0 ? statementAt(file, index).segment.offset : stretchOf(file, index - 1).end;
  while (top > floor) {
    const above = lineStart(text, top - (text.startsWith('\r\n', top - 2) ? 2 : 1));
    if (above < floor || !/^[ \t]*--(?!.*lockscope-ignore-file)/.test(text.slice(above, top))) break;
    top = above;
  }
  const bottom = afterLineEnd(text, lineStop(text, stop));
  return { offset: top, length: bottom - top };
}

function isLineEnd(unit: number): boolean {
  return unit === 10 || unit === 13;
}
