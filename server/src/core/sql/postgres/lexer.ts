/** What the lexer finds. Numbers, because a file has many of them. */
export const enum Lexeme {
  End,
  Comment,
  Word,
  QuotedName,
  String,
  Number,
  Parameter,
  Operator,
  /** A character that is a token of its own: `( ) [ ] , ; . :` and whatever the scanner does not know. */
  Other,
}

/**
 * The rules of the server's scanner (src/backend/parser/scan.l) over UTF-16 text, from any place where the scanner is
 * in its initial state. It never fails: what is not terminated reaches to the end and says so. Tests hold it against
 * the scanner itself, token by token. Splitting needs it because the scanner in WebAssembly takes a hundred times
 * as long, cannot start in the middle, and gives nothing at all for a text with an open quote.
 *
 * `next()` moves on to the next token and describes it in the fields, which saves an object per token.
 */
export class Lexer {
  lexeme = Lexeme.End;
  start = 0;
  end = 0;
  /** Whether the end came before the closing quote or comment mark. */
  unterminated = false;

  /**
   * @param end where to stop, exclusive
   * @param plainEscapes whether a backslash escapes in plain quotes (standard_conforming_strings = off)
   */
  constructor(
    private readonly text: string,
    at: number,
    private readonly limit: number,
    private readonly plainEscapes: boolean,
  ) {
    this.end = at;
  }

  /** Goes on at another place. */
  jump(to: number): void {
    this.end = to;
  }

  /** Moves on to the next token, comments included. False at the end. */
  next(): boolean {
    const { text, limit } = this;
    let at = this.end;
    while (at < limit && isBlank(text.charCodeAt(at))) at++;
    this.start = at;
    this.unterminated = false;
    if (at >= limit) {
      this.end = limit;
      this.lexeme = Lexeme.End;
      return false;
    }
    const unit = text.charCodeAt(at);
    const kind: Class = unit < 128 ? (CLASS[unit] ?? Class.Other) : Class.Letter;
    switch (kind) {
      case Class.Letter:
        return this.wordOrPrefixed(at, unit);
      case Class.Digit:
        return this.found(Lexeme.Number, this.numberEnd(at));
      case Class.Operator:
        return this.operatorOrComment(at, unit);
      case Class.Quote:
        return this.string(at, this.plainEscapes);
      case Class.DoubleQuote:
        return this.found(Lexeme.QuotedName, this.quoteEnd(at, unit, false));
      case Class.Dollar:
        return this.dollar(at);
      case Class.Dot:
        if (isDigit(text.charCodeAt(at + 1)) && at + 1 < limit) return this.found(Lexeme.Number, this.numberEnd(at));
        return this.found(Lexeme.Other, text.charCodeAt(at + 1) === unit && at + 1 < limit ? at + 2 : at + 1);
      case Class.Colon: {
        const second = at + 1 < limit ? text.charCodeAt(at + 1) : 0;
        return this.found(Lexeme.Other, second === COLON || second === EQUALS ? at + 2 : at + 1);
      }
      default:
        return this.found(Lexeme.Other, at + 1);
    }
  }

  private found(lexeme: Lexeme, end: number): boolean {
    this.lexeme = lexeme;
    this.end = end;
    return true;
  }

  private wordOrPrefixed(at: number, unit: number): boolean {
    const { text, limit } = this;
    const second = at + 1 < limit ? text.charCodeAt(at + 1) : 0;
    if (second === QUOTE) {
      // e'…' has escapes; b'…', x'…' and n'…' have none, whatever the setting (n: its quote is scanned as a plain one).
      if (unit === 101 || unit === 69) return this.string(at + 1, true, at);
      if (unit === 98 || unit === 66 || unit === 120 || unit === 88) return this.string(at + 1, false, at, false);
    } else if (second === AMPERSAND && (unit === 117 || unit === 85)) {
      const third = at + 2 < limit ? text.charCodeAt(at + 2) : 0;
      if (third === QUOTE) return this.string(at + 2, false, at);
      if (third === DOUBLE_QUOTE) return this.found(Lexeme.QuotedName, this.quoteEnd(at + 2, DOUBLE_QUOTE, false));
    }
    let end = at + 1;
    while (end < limit && isWordPart(text.charCodeAt(end))) end++;
    return this.found(Lexeme.Word, end);
  }

  /** A string and its continuations: a quote, blanks with a line end in them, another quote. */
  private string(quote: number, escapes: boolean, from = quote, doubled = true): boolean {
    let end = this.quoteEnd(quote, QUOTE, escapes, doubled);
    while (!this.unterminated) {
      const next = this.continuation(end);
      if (next === -1) break;
      end = this.quoteEnd(next, QUOTE, escapes, doubled);
    }
    this.start = from;
    return this.found(Lexeme.String, end);
  }

  /** Where a string goes on, or -1. The first line end must come before any comment but a line comment (scan.l, quotecontinue). */
  private continuation(at: number): number {
    const { text, limit } = this;
    let newline = false;
    for (; at < limit; at++) {
      const unit = text.charCodeAt(at);
      if (unit === NEWLINE || unit === RETURN) newline = true;
      else if (unit === QUOTE) return newline ? at : -1;
      else if (unit === MINUS && at + 1 < limit && text.charCodeAt(at + 1) === MINUS) {
        at = this.lineEnd(at);
        // A comment at the very end of the text is followed by no line end.
        if (at >= limit) return -1;
        newline = true;
      } else if (!isBlank(unit)) return -1;
    }
    return -1;
  }

  /** The end of what a quote opens. A doubled quote stands for one (not in b'…' and x'…'); with escapes a backslash covers what follows it. */
  private quoteEnd(at: number, quote: number, escapes: boolean, doubled = true): number {
    const { text, limit } = this;
    for (let end = at + 1; end < limit; end++) {
      const unit = text.charCodeAt(end);
      if (unit === quote) {
        if (!doubled || end + 1 >= limit || text.charCodeAt(end + 1) !== quote) return end + 1;
        end++;
      } else if (escapes && unit === BACKSLASH) end++;
    }
    this.unterminated = true;
    return limit;
  }

  private dollar(at: number): boolean {
    const { text, limit } = this;
    let end = at + 1;
    if (end < limit && isDigit(text.charCodeAt(end))) {
      while (end < limit && isDigit(text.charCodeAt(end))) end++;
      return this.found(Lexeme.Parameter, end);
    }
    while (end < limit && isWordPart(text.charCodeAt(end)) && text.charCodeAt(end) !== DOLLAR) end++;
    if (end >= limit || text.charCodeAt(end) !== DOLLAR) return this.found(Lexeme.Other, at + 1);
    const delimiter = text.slice(at, end + 1);
    const close = text.indexOf(delimiter, end + 1);
    if (close === -1 || close + delimiter.length > limit) {
      this.unterminated = true;
      return this.found(Lexeme.String, limit);
    }
    return this.found(Lexeme.String, close + delimiter.length);
  }

  private operatorOrComment(at: number, unit: number): boolean {
    const { text, limit } = this;
    const second = at + 1 < limit ? text.charCodeAt(at + 1) : 0;
    if (unit === MINUS && second === MINUS) return this.found(Lexeme.Comment, this.lineEnd(at));
    if (unit === SLASH && second === STAR) return this.found(Lexeme.Comment, this.blockEnd(at));
    let end = at + 1;
    // A comment mark ends an operator.
    while (end < limit && isOperator(text.charCodeAt(end)) && !this.commentAt(end)) end++;
    // It may end in + or - only where it holds a character that SQL's own operators do not have.
    if (end - at > 1 && !this.hasOddOperator(at, end)) {
      while (end - at > 1 && (text.charCodeAt(end - 1) === PLUS || text.charCodeAt(end - 1) === MINUS)) end--;
    }
    return this.found(Lexeme.Operator, end);
  }

  private commentAt(at: number): boolean {
    if (at + 1 >= this.limit) return false;
    const unit = this.text.charCodeAt(at);
    const second = this.text.charCodeAt(at + 1);
    return (unit === MINUS && second === MINUS) || (unit === SLASH && second === STAR);
  }

  private hasOddOperator(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (ODD_OPERATORS.includes(this.text.charAt(at))) return true;
    return false;
  }

  private lineEnd(at: number): number {
    const { text, limit } = this;
    while (at < limit && text.charCodeAt(at) !== NEWLINE && text.charCodeAt(at) !== RETURN) at++;
    return at;
  }

  /** The end of a block comment; they nest. */
  private blockEnd(at: number): number {
    const { text, limit } = this;
    let depth = 1;
    for (let end = at + 2; end + 1 < limit; end++) {
      const unit = text.charCodeAt(end);
      const second = text.charCodeAt(end + 1);
      if (unit === STAR && second === SLASH) {
        end++;
        if (--depth === 0) return end + 1;
      } else if (unit === SLASH && second === STAR) {
        end++;
        depth++;
      }
    }
    this.unterminated = true;
    return limit;
  }

  private numberEnd(at: number): number {
    const { text, limit } = this;
    const digits = (from: number, belongs: (unit: number) => boolean): number => {
      let end = from;
      while (end < limit && (belongs(text.charCodeAt(end)) || (text.charCodeAt(end) === UNDERSCORE && end + 1 < limit && belongs(text.charCodeAt(end + 1))))) end++;
      return end;
    };
    const letter = at + 1 < limit ? text.charCodeAt(at + 1) | 32 : 0;
    if (text.charCodeAt(at) === 48 && (letter === 120 || letter === 111 || letter === 98)) {
      const end = digits(at + 2, letter === 120 ? isHexDigit : letter === 111 ? isOctalDigit : isBinaryDigit);
      if (end > at + 2) return end;
    }
    let end = text.charCodeAt(at) === DOT ? at : digits(at, isDigit);
    // `1..10` is a range of PL/pgSQL, not two numbers.
    if (end < limit && text.charCodeAt(end) === DOT && !(end + 1 < limit && text.charCodeAt(end + 1) === DOT)) end = digits(end + 1, isDigit);
    if (end < limit && (text.charCodeAt(end) | 32) === 101) {
      const sign = end + 1 < limit && (text.charCodeAt(end + 1) === PLUS || text.charCodeAt(end + 1) === MINUS) ? 2 : 1;
      if (end + sign < limit && isDigit(text.charCodeAt(end + sign))) end = digits(end + sign, isDigit);
    }
    return end;
  }
}

const NEWLINE = 10;
const RETURN = 13;
const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const AMPERSAND = 38;
const QUOTE = 39;
const STAR = 42;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const EQUALS = 61;
const BACKSLASH = 92;
const UNDERSCORE = 95;
const BYTE_ORDER_MARK = 0xfeff;

/** Characters that let an operator end in + or - (manual, "Lexical Structure: Operators"). */
const ODD_OPERATORS = '~!@#^&|`?%';

const enum Class {
  Other,
  Letter,
  Digit,
  Operator,
  Quote,
  DoubleQuote,
  Dollar,
  Dot,
  Colon,
}

const CLASS: readonly Class[] = (() => {
  const table: Class[] = Array<Class>(128).fill(Class.Other);
  const fill = (characters: string, kind: Class): void => {
    for (const character of characters) table[character.charCodeAt(0)] = kind;
  };
  fill('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', Class.Letter);
  fill('0123456789', Class.Digit);
  fill('~!@#^&|`?+-*/%<>=', Class.Operator);
  fill("'", Class.Quote);
  fill('"', Class.DoubleQuote);
  fill('$', Class.Dollar);
  fill('.', Class.Dot);
  fill(':', Class.Colon);
  return table;
})();

/** Blanks of the scanner, and the byte order mark, which psql and most tools take away before the server sees it. */
export function isBlank(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || unit === BYTE_ORDER_MARK;
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

function isHexDigit(unit: number): boolean {
  return isDigit(unit) || ((unit | 32) >= 97 && (unit | 32) <= 102);
}

function isOctalDigit(unit: number): boolean {
  return unit >= 48 && unit <= 55;
}

function isBinaryDigit(unit: number): boolean {
  return unit === 48 || unit === 49;
}

function isOperator(unit: number): boolean {
  return unit < 128 && CLASS[unit] === Class.Operator;
}

/** Whether a character may be inside of an unquoted name. */
export function isWordPart(unit: number): boolean {
  if (unit >= 128) return unit !== BYTE_ORDER_MARK;
  const kind = CLASS[unit];
  return kind === Class.Letter || kind === Class.Digit || kind === Class.Dollar;
}
