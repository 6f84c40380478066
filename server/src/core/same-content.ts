/** Deeper than anything that people write; the parser takes some 1,500 operators in a row, each within the next. */
const DEEPEST = 100;

/**
 * Whether two values hold the same: numbers, texts, lists and plain objects part by part, anything else only where it is the
 * same object. What an object works out when it is asked for (a column's default, read from the catalogue as text) is not asked
 * for. False is no promise that they differ.
 * @param depth how many levels are looked through
 */
export function sameContent(a: unknown, b: unknown, depth = DEEPEST): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth === 0) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((element, at) => sameContent(element, b[at], depth - 1));
  if (Object.getPrototypeOf(a) !== Object.prototype || Object.getPrototypeOf(b) !== Object.prototype) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => samePart(Object.getOwnPropertyDescriptor(a, key), Object.getOwnPropertyDescriptor(b, key), depth - 1));
}

function samePart(a: PropertyDescriptor | undefined, b: PropertyDescriptor | undefined, depth: number): boolean {
  return a !== undefined && b !== undefined && a.get === undefined && b.get === undefined && sameContent(a.value, b.value, depth);
}
