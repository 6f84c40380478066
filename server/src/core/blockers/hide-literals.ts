import { tokensOf } from '../sql/postgres/scan';

/** What somebody else's query is shortened to. */
const LONGEST = 300;

/**
 * A query for other people's eyes: constants are replaced by ?, comments left out. A text that the server cut off may end
 * within a constant, which then goes too.
 */
export function withoutLiterals(query: string): string {
  let shown = '';
  let at = 0;
  for (const { kind, text, offset, length } of tokensOf(query)) {
    const gap = /\s/u.test(query.slice(at, offset)) && shown !== '' ? ' ' : '';
    at = offset + length;
    if (kind === 'comment') {
      shown += shown.endsWith(' ') ? '' : ' ';
      continue;
    }
    // A name in quotes that does not end may be anything.
    const isOpenName = kind === 'identifier' && text.startsWith('"') && !/^"(?:[^"]|"")*"$/u.test(text);
    shown += gap + (kind === 'string' || kind === 'number' || isOpenName ? '?' : text);
    if (shown.length > LONGEST) return `${shown.slice(0, LONGEST)} …`;
  }
  return shown.replace(/ {2,}/gu, ' ').trim();
}
