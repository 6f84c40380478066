/**
 * A list as people write it, cut short behind `most`: "a", "a and b", "a, b and c", "a, b and 3 more".
 * @param most how many items are named at the most
 */
export function listed(items: readonly string[], most = Infinity): string {
  const shown = items.slice(0, most);
  const rest = items.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${String(rest)} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** Where two versions of a list are alike: this many at the start, and from this index of the newer one to its end. */
export interface Alike {
  readonly head: number;
  readonly tail: number;
}

/** Compares two versions of a list from both ends; what is alike at the start is not counted at the end as well, in either. */
export function alike<T>(now: readonly T[], before: readonly T[], same: (a: T, b: T) => boolean): Alike {
  const shift = now.length - before.length;
  const most = Math.min(now.length, before.length);
  // Both are within their lists; an element may be undefined all the same.
  const isSame = (index: number, other: number): boolean => same(now[index] as T, before[other] as T);
  let head = 0;
  while (head < most && isSame(head, head)) head += 1;
  let tail = now.length;
  while (tail > head && tail - shift > head && isSame(tail - 1, tail - 1 - shift)) tail -= 1;
  return { head, tail };
}
