import { describe, expect, test } from 'vitest';
import { applyEdits, lineIndex } from '../../server/src/core/text';

describe('lineIndex', () => {
  test.each([
    ['empty', '', 0, 0, 0],
    ['first line', 'ab\ncd', 1, 0, 1],
    ['after a line feed', 'ab\ncd', 3, 1, 0],
    ['the line feed itself belongs to its line', 'ab\ncd', 2, 0, 2],
    ['Windows line ends', 'ab\r\ncd', 4, 1, 0],
    ['between \\r and \\n', 'ab\r\ncd', 3, 0, 3],
    ['old Mac line ends', 'ab\rcd', 3, 1, 0],
    ['an emoji counts two units', '😀\nx', 3, 1, 0],
    ['beyond the end', 'ab\ncd', 99, 1, 2],
    ['before the start', 'ab', -5, 0, 0],
  ])('%s', (_, text, offset, line, character) => {
    expect(lineIndex(text).positionAt(offset)).toEqual({ line, character });
  });

  test.each([
    ['in a line', { line: 1, character: 1 }, 4],
    ['behind the end of a line', { line: 0, character: 99 }, 3],
    ['behind the last line', { line: 9, character: 0 }, 5],
    ['before the first line', { line: -1, character: 3 }, 0],
  ])('offset %s', (_, position, offset) => {
    expect(lineIndex('ab\ncd').offsetAt(position)).toBe(offset);
  });
});

describe('applyEdits', () => {
  test('edits in any order count from the original text', () => {
    const edits = [
      { offset: 4, length: 1, text: 'X' },
      { offset: 0, length: 0, text: '>' },
    ];
    expect(applyEdits('ab cd', edits)).toBe('>ab cX');
  });

  test('insertions at one place keep their order', () => {
    const edits = [
      { offset: 1, length: 0, text: '1' },
      { offset: 1, length: 0, text: '2' },
    ];
    expect(applyEdits('ab', edits)).toBe('a12b');
  });

  test('overlapping edits are refused', () => {
    const edits = [
      { offset: 0, length: 3, text: '' },
      { offset: 2, length: 1, text: '' },
    ];
    expect(() => applyEdits('abcd', edits)).toThrow(RangeError);
  });
});
