import { tokensOf } from '../sql/postgres/scan';
import { defineRule, type FindContext } from './rule';
import type { Span } from '../text';

export const offsetPaging = defineRule({
  meta: {
    id: 'offset-paging',
    group: 'data',
    summary: 'A loop pages by OFFSET through rows that it changes',
    severity: 'warning',
    recommended: true,
    danger: 'When a batch takes rows out of the set that is paged through, the next page starts too far along and skips as many rows. And every page reads again all that it skips.',
    safeWay: 'Remember the last key of a batch and go on behind it (`WHERE id > last ORDER BY id LIMIT n`), or take the first rows each time until none is left.',
    whenToIgnore: 'The change does not take rows out of the set, nor changes their order.',
    sources: ['https://www.postgresql.org/docs/current/queries-limit.html'],
    bad: [
      {
        sql: 'DO $$\nDECLARE o int := 0;\nBEGIN\n  LOOP\n    UPDATE users SET done = true WHERE id IN (SELECT id FROM users WHERE NOT done ORDER BY id LIMIT 1000 OFFSET o);\n    EXIT WHEN NOT FOUND;\n    o := o + 1000;\n  END LOOP;\nEND $$;\n',
      },
      {
        sql: 'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$\nDECLARE i int;\nBEGIN\n  FOR i IN 0..100 LOOP\n    DELETE FROM events WHERE ctid IN (SELECT ctid FROM events ORDER BY at LIMIT 100 OFFSET i * 100);\n  END LOOP;\nEND $$;\n',
      },
    ],
    good: [
      {
        sql: 'DO $$\nBEGIN\n  LOOP\n    UPDATE users SET done = true WHERE id IN (SELECT id FROM users WHERE NOT done ORDER BY id LIMIT 1000);\n    EXIT WHEN NOT FOUND;\n  END LOOP;\nEND $$;\n',
      },
      { sql: 'SELECT id FROM users ORDER BY id LIMIT 10 OFFSET 20;\n' },
    ],
  },
  *find({ parsed }: FindContext) {
    if (parsed.nodeKind !== 'DoStmt' && parsed.nodeKind !== 'CreateFunctionStmt') return;
    const found = pagingIn(parsed.text);
    if (found !== undefined) yield found;
  },
  say: (span) => ({
    message: 'OFFSET counts rows that this loop changes: what a batch takes out of the set makes the next one skip as many. Go on behind the last key instead.',
    span,
  }),
});

/** The OFFSET of a body that loops, limits and changes rows; undefined where one of these is missing. */
function pagingIn(text: string): Span | undefined {
  if (!/\boffset\b/i.test(text)) return undefined;
  for (const token of tokensOf(text)) {
    const body = token.kind === 'string' && token.text.startsWith('$') ? token.text : undefined;
    if (body === undefined) continue;
    const open = body.indexOf('$', 1) + 1;
    const words = tokensOf(body.slice(open, -open)).filter((part) => part.kind === 'keyword' || part.kind === 'identifier');
    const has = (word: string): boolean => words.some((part) => part.text.toUpperCase() === word);
    const offset = words.find((part) => part.text.toUpperCase() === 'OFFSET');
    if (offset !== undefined && has('LOOP') && has('LIMIT') && (has('UPDATE') || has('DELETE'))) {
      return { offset: token.offset + open + offset.offset, length: offset.length };
    }
  }
  return undefined;
}
