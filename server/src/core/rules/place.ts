import type { Span } from '../text';

/**
 * Where a squiggle goes: the first line of a stretch, without blanks around it. A statement of forty lines would
 * otherwise be underlined as a whole.
 * @param text what the span counts in
 */
export function headline(text: string, { offset, length }: Span): Span {
  const stretch = text.slice(offset, offset + length);
  const lead = stretch.length - stretch.trimStart().length;
  const line = /^[^\r\n]*/.exec(stretch.slice(lead))?.[0].trimEnd() ?? '';
  return { offset: offset + lead, length: line.length };
}
