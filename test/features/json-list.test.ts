import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonList } from '../../server/src/features/json-list';

interface Word {
  readonly word: string;
}

const HOW = { same: (a: Word, b: Word) => a.word === b.word, json: (word: Word) => JSON.stringify(word) };

const textOf = (list: JsonList<Word>): string => Buffer.concat(list.pieces).toString('utf8');

test('each list of a row is the JSON of its elements, whatever the one before it was', () => {
  const words = fc.array(fc.record({ word: fc.oneof(fc.constantFrom('a', 'b', 'ü', '🚚'), fc.string({ unit: 'grapheme' })) }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(words, { maxLength: 6 }), (lists) => {
      let list = JsonList.empty(HOW);
      for (const elements of lists) {
        list = list.next(elements);
        expect(textOf(list)).toBe(JSON.stringify(elements));
      }
    }),
  );
});

test('only what changed is written', () => {
  const written: string[] = [];
  const how = { ...HOW, json: (element: Word) => (written.push(element.word), JSON.stringify(element)) };
  const words = Array.from({ length: 100 }, (_, index) => ({ word: `word ${index}` }));
  const first = JsonList.empty(how).next(words);
  written.length = 0;
  const changed = [...words.slice(0, 50), { word: 'typed' }, ...words.slice(51)];
  expect(textOf(first.next(changed))).toBe(JSON.stringify(changed));
  expect(written).toEqual(['typed']);
  expect(first.next(words.map((word) => ({ ...word })))).toBe(first);
});
