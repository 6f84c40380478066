import type { Edit } from 'web-tree-sitter';

type Change = Pick<Edit, 'startIndex' | 'oldEndIndex' | 'newEndIndex' | 'startPosition' | 'oldEndPosition' | 'newEndPosition'>;

/** The one stretch in which two texts differ, as the parser wants to be told of it. */
export function changeBetween(from: string, to: string): Change {
  const most = Math.min(from.length, to.length);
  const start = commonLength(from, to, most, (text, count) => text.charCodeAt(count));
  const tail = commonLength(from, to, most - start, (text, count) => text.charCodeAt(text.length - 1 - count));
  const oldEndIndex = from.length - tail;
  const newEndIndex = to.length - tail;
  return {
    startIndex: start,
    oldEndIndex,
    newEndIndex,
    startPosition: pointAt(from, start),
    oldEndPosition: pointAt(from, oldEndIndex),
    newEndPosition: pointAt(to, newEndIndex),
  };
}

function commonLength(a: string, b: string, most: number, unit: (text: string, count: number) => number): number {
  let count = 0;
  while (count < most && unit(a, count) === unit(b, count)) count += 1;
  return count;
}

function pointAt(text: string, offset: number): { row: number; column: number } {
  let row = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    row += 1;
    lineStart = at + 1;
  }
  return { row, column: offset - lineStart };
}
