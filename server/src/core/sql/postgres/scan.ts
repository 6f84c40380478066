import type { Token, TokenKind } from '../statement';
import { isKeyword } from './keywords';
import { Lexer, Lexeme } from './lexer';

/**
 * The tokens of a SQL text, comments included, in UTF-16 units, by the rules of the server's scanner with
 * standard_conforming_strings on. Never throws: an open quote reaches to the end. The last few answers are remembered.
 */
export function tokensOf(text: string): readonly Token[] {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const tokens: Token[] = [];
  const lexer = new Lexer(text, 0, text.length, false);
  while (lexer.next()) {
    const { start, end } = lexer;
    const written = text.slice(start, end);
    tokens.push({ kind: kindOf(lexer.lexeme, written), text: written, offset: start, length: end - start });
  }
  if (text.length <= LONGEST) recent.set(text, tokens);
  if (recent.size > MOST) for (const oldest of recent.keys()) return forget(oldest, tokens);
  return tokens;
}

const recent = new Map<string, readonly Token[]>();
const MOST = 64;
/** A long text is not kept for its tokens' sake. */
const LONGEST = 100_000;

function forget(text: string, tokens: readonly Token[]): readonly Token[] {
  recent.delete(text);
  return tokens;
}

function kindOf(lexeme: Lexeme, written: string): TokenKind {
  switch (lexeme) {
    case Lexeme.Comment:
      return 'comment';
    case Lexeme.Word:
      return isKeyword(written) ? 'keyword' : 'identifier';
    case Lexeme.QuotedName:
      return 'identifier';
    case Lexeme.String:
      return 'string';
    case Lexeme.Number:
      return 'number';
    case Lexeme.Operator:
      return 'operator';
    default:
      return 'other';
  }
}
