import { expect, test } from 'vitest';
import { sameContent } from '../../server/src/core/same-content';

class Named {
  constructor(readonly name: string) {}
}

const shared = new Named('a');

test.each<[string, unknown, unknown, boolean]>([
  ['numbers', 1, 1, true],
  ['NaN', NaN, NaN, true],
  ['zeros of two signs', 0, -0, false],
  ['nothing and null', undefined, null, false],
  ['a list and an object', [], {}, false],
  ['lists', [1, ['a'], {}], [1, ['a'], {}], true],
  ['lists of which one is longer', [1], [1, undefined], false],
  ['objects', { a: 1, b: { c: [true] } }, { a: 1, b: { c: [true] } }, true],
  ['objects in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
  ['objects that differ far inside', { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, false],
  ['a field that is undefined, and none', { a: 1, b: undefined }, { a: 1 }, false],
  ['fields of two names', { a: undefined }, { b: undefined }, false],
  ['instances of a class, which may hide what they hold', new Named('a'), new Named('a'), false],
  ['the same instance', [shared], [shared], true],
  ['maps', new Map([[1, 2]]), new Map([[1, 2]]), false],
])('%s', (_, a, b, same) => {
  expect(sameContent(a, b)).toBe(same);
  expect(sameContent(b, a)).toBe(same);
});

test('what is worked out when it is asked for is not asked for', () => {
  let asked = 0;
  const lazy = (): object => ({ name: 'a', get default() { return (asked += 1); } });
  const [one, other] = [lazy(), lazy()];
  expect(sameContent(one, other)).toBe(false);
  expect(sameContent(one, one)).toBe(true);
  expect(asked).toBe(0);
});

test.each<[string, (size: number) => object]>([
  ['long', (size) => Array.from({ length: size }, (_, at) => ({ at }))],
  ['deep', (size) => Array.from({ length: size }).reduce<object>((inner) => ({ inner }), {})],
])('of what is %s only the first parts are looked at', (_, make) => {
  expect(sameContent(make(80), make(80))).toBe(true);
  expect(sameContent(make(5000), make(5000))).toBe(false);
});
