import { expect, it } from 'vitest';
import { commentsOf } from '../../../server/src/core/script/comments';
import type { Segment } from '../../../server/src/core/script/script';

const segment = (text: string): Segment => ({ text, offset: 100, direction: 'up', wrapper: 'none', send: 'statement', opaque: [] });

it.each<[string, [number, string][]]>([
  ['SELECT 1; -- nothing', []],
  ["SELECT '-- lockscope-ignore a: b'", []],
  ['-- lockscope-ignore a: b\nSELECT 1; -- c', [[100, '-- lockscope-ignore a: b']]],
  ['SELECT 1; /* lockscope-ignore-file a: b */\r\n-- lockscope-ignore c: é\r\nSELECT $$ -- lockscope-ignore x: y $$;', [[110, '/* lockscope-ignore-file a: b */'], [143 + 1, '-- lockscope-ignore c: é']]],
])('%s', (text, expected) => {
  expect(commentsOf(segment(text)).map(({ span, text: comment }) => [span.offset, comment])).toEqual(expected);
});
