import { Overlay } from './blank';
import type { Segment } from './script';

/**
 * A segment whose statements end with something else than a semicolon: where that stands outside of quotes (as far as
 * a tool that looks for it can tell) the server's scanner finds a semicolon instead. No offset moves.
 * @param delimiter as it stands in the file; or an expression, as Liquibase takes it
 */
export function delimited(segment: Segment, delimiter: string | RegExp | undefined): Segment {
  if (delimiter === undefined || delimiter === ';' || delimiter === '') return segment;
  const { text } = segment;
  const overlay = new Overlay(text);
  const put = (offset: number, length: number): void => {
    const found = text.slice(offset, offset + length);
    const at = found.search(/[^\s]/u);
    // A delimiter of nothing but line ends: its first may end a comment.
    const place = at < 0 ? length - 1 : at;
    const blanks = found.replace(/[^\r\n]/gu, ' ');
    overlay.put(offset, `${blanks.slice(0, place)};${blanks.slice(place + 1)}`);
  };
  if (typeof delimiter === 'string') {
    const pattern = delimiter.includes('\n') && !text.includes(delimiter) ? delimiter.replaceAll('\n', '\r\n') : delimiter;
    for (let at = text.indexOf(pattern); at !== -1; at = text.indexOf(pattern, at + pattern.length)) put(at, pattern.length);
  } else {
    for (const { index, 0: found } of text.matchAll(delimiter)) if (found !== '') put(index, found.length);
  }
  return { ...segment, text: overlay.toString() };
}
