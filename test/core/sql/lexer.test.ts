import fc from 'fast-check';
import { loadModule, scanSync } from 'libpg-query';
import { beforeAll, describe, expect, it } from 'vitest';
import { isKeyword } from '../../../server/src/core/sql/postgres/keywords';
import { Lexer, Lexeme } from '../../../server/src/core/sql/postgres/lexer';
import { tokensOf } from '../../../server/src/core/sql/postgres/scan';

beforeAll(() => loadModule());

/** What the server's scanner finds, as written; undefined where it refuses the text. */
function server(text: string): string[] | undefined {
  try {
    const bytes = Buffer.from(text);
    return scanSync(text).tokens.map(({ start, end }) => bytes.subarray(start, end).toString());
  } catch {
    return undefined;
  }
}

function ours(text: string): string[] {
  const lexer = new Lexer(text, 0, text.length, false);
  const out: string[] = [];
  while (lexer.next()) out.push(text.slice(lexer.start, lexer.end));
  return out;
}

const PIECES = [
  'select', 'é', 'a$b', '_x1', '"q""r"', '"', "'", "'a''b'", "E'a\\'b'", "e'", "'\\'", "b'01'", "x'1F'", "n'x'", "U&'\\0041'", 'U&"d"', '$$', '$a$', '$a$ ; $a$', '$1', '$', '1', '1.5', '.5', '1..2',
  '1e5', '1e', '1_000', '0x1F', '0b01', '0o17', '--', '-- c\n', '/*', '*/', '/* a /* b */ c */', '+', '-', '*', '/', '<', '>', '=', '@', '~', '?', '|', '%', '<=', '->>', '::', ':=', ':', '.', ',', '(',
  ')', '[', ']', ';', ' ', '\n', '\r\n', '\t', '😀', '€', 'begin', 'end', '\\', '{', '}',
];

describe('the lexer', () => {
  it('finds the tokens that the server\'s scanner finds', () => {
    const text = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.string({ maxLength: 3 }) }), { maxLength: 14 }).map((parts) => parts.join(''));
    let compared = 0;
    fc.assert(
      fc.property(text, (sql) => {
        // The scanner in WebAssembly gets a C string of valid UTF-8.
        if (/[\0\ufeff\p{Surrogate}]/u.test(sql)) return;
        // libpg-query's scanner gives comments as tokens and therefore, unlike the server, ends a string there.
        if (/'\s*(?:--[^\r\n]*[\r\n]+\s*)+'/.test(sql)) return;
        const expected = server(sql);
        if (expected === undefined) return;
        compared++;
        expect(ours(sql)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
    expect(compared).toBeGreaterThan(1000);
  });

  it.each([
    ["'open", Lexeme.String],
    ['"open', Lexeme.QuotedName],
    ['$a$ open $b$', Lexeme.String],
    ['/* open /* */', Lexeme.Comment],
  ])('takes %s to the end', (text, lexeme) => {
    const lexer = new Lexer(text, 0, text.length, false);
    lexer.next();
    expect([lexer.lexeme, lexer.end, lexer.unterminated]).toEqual([lexeme, text.length, true]);
  });

  it('reads backslashes as escapes in plain quotes where standard_conforming_strings is off', () => {
    const text = "'a\\'b' c";
    const lexer = new Lexer(text, 0, text.length, true);
    lexer.next();
    expect(text.slice(lexer.start, lexer.end)).toBe("'a\\'b'");
  });
});

describe('tokensOf', () => {
  it('gives kinds, text and UTF-16 offsets, comments included', () => {
    expect(tokensOf("CREATE \"É\" 😀x 'y' 1.5 <> /* c */ , $1").map(({ kind, text, offset, length }) => [kind, text, offset, length])).toEqual([
      ['keyword', 'CREATE', 0, 6],
      ['identifier', '"É"', 7, 3],
      ['identifier', '😀x', 11, 3],
      ['string', "'y'", 15, 3],
      ['number', '1.5', 19, 3],
      ['operator', '<>', 23, 2],
      ['comment', '/* c */', 26, 7],
      ['other', ',', 34, 1],
      ['other', '$1', 36, 2],
    ]);
  });

  it('knows key words as the server does', () => {
    for (const word of ['create', 'INDEX', 'concurrently', 'users', 'merge_action', 'system_user', 'id', 'whitespace', 'periods', 'period', 'virtual']) {
      const token = scanSync(word).tokens[0];
      expect([word, isKeyword(word)]).toEqual([word, token !== undefined && token.keywordKind > 0]);
    }
  });

  it('does not throw for what is not terminated', () => {
    expect(tokensOf("select 'a").map(({ text }) => text)).toEqual(['select', "'a"]);
  });
});
