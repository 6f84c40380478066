/** More would take longer than to work out anew what hangs on it. */
const MOST = 100;

/**
 * Whether two values hold the same: numbers, texts, lists and plain objects part by part, anything else only where it is the
 * same object. What an object works out when it is asked for (a column's default, read from the catalogue as text) is not asked
 * for. False is no promise that they differ: of large ones only the first parts are looked at.
 */
export function sameContent(a: unknown, b: unknown): boolean {
  return new Comparison().same(a, b);
}

class Comparison {
  private left = MOST;

  same(a: unknown, b: unknown): boolean {
    if (Object.is(a, b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    this.left -= 1;
    if (this.left < 0) return false;
    if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((element, at) => this.same(element, b[at]));
    if (Object.getPrototypeOf(a) !== Object.prototype || Object.getPrototypeOf(b) !== Object.prototype) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => this.samePart(Object.getOwnPropertyDescriptor(a, key), Object.getOwnPropertyDescriptor(b, key)));
  }

  private samePart(a: PropertyDescriptor | undefined, b: PropertyDescriptor | undefined): boolean {
    return a !== undefined && b !== undefined && a.get === undefined && b.get === undefined && this.same(a.value, b.value);
  }
}
