import type { LineIndex, Span } from '../core/text';
import { displayWidth, harmless } from './display';

/** A line of source with what is to be marked under it. */
export interface ExcerptLine {
  /** Counting from 1. */
  readonly number: number;
  readonly source: string;
  /** Blanks and carets, as wide as they must be; empty where nothing on the line is marked. */
  readonly marks: string;
}

/** How many lines of a long statement are shown. */
const MOST_LINES = 3;

/**
 * The lines of a span with carets under it, at most three of them and each at most `width` columns wide.
 */
export function excerpt(text: string, lines: LineIndex, span: Span, width: number): { readonly lines: readonly ExcerptLine[]; readonly more: number } {
  const first = lines.positionAt(span.offset).line;
  const last = lines.positionAt(span.offset + Math.max(0, span.length - 1)).line;
  const shown: ExcerptLine[] = [];
  for (let line = first; line <= Math.min(last, first + MOST_LINES - 1); line++) {
    const start = lines.offsetAt({ line, character: 0 });
    const end = lines.offsetAt({ line: line + 1, character: 0 });
    const source = text.slice(start, end).replace(/[\r\n]+$/u, '');
    const from = Math.max(0, span.offset - start);
    const to = Math.min(source.length, Math.max(span.offset + span.length - start, from + 1));
    shown.push({ number: line + 1, ...marked(source, from, to, width) });
  }
  return { lines: shown, more: last - first + 1 - shown.length };
}

/** One line, cut around its marked part where it is too long. */
function marked(source: string, from: number, to: number, width: number): { readonly source: string; readonly marks: string } {
  const indent = /^\s*/u.exec(source)?.[0].length ?? 0;
  const begin = Math.max(from, indent);
  const cut = source.length > width && begin > width / 2 ? begin - 10 : 0;
  const left = cut > 0 ? '…' : '';
  const visible = source.slice(cut, cut + width);
  const right = cut + width < source.length ? '…' : '';
  const before = left + harmless(visible.slice(0, begin - cut));
  const under = harmless(visible.slice(begin - cut, Math.max(begin - cut, to - cut))).trimEnd();
  const marks = `${' '.repeat(displayWidth(before))}${'^'.repeat(Math.max(1, displayWidth(under)))}`;
  return { source: `${left}${harmless(visible)}${right}`, marks: begin < to || source === '' ? marks : '' };
}
