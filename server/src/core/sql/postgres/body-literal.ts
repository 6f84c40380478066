import type { Span } from '../../text';
import { Lexer, Lexeme } from './lexer';

/** The string that holds a body, and where its content is in the statement's text. */
export interface BodyLiteral {
  readonly content: string;
  /** The place in the statement of a stretch of the content; undefined where it is not known. */
  placeOf(span: Span): Span | undefined;
  /** The same, but only where the stretch stands there as it is. */
  offsetOf(span: Span): number | undefined;
}

/**
 * The string behind AS.
 * @param location where AS or the string itself is
 * @param content its value, from the parse tree
 */
export function bodyLiteral(statement: string, location: number, content: string): BodyLiteral {
  const lexer = new Lexer(statement, location, statement.length, false);
  while (lexer.next() && lexer.lexeme !== Lexeme.String);
  const starts = contentStarts(statement.slice(lexer.start, lexer.end), lexer.start, content);
  const placeOf = ({ offset, length }: Span): Span | undefined => {
    const from = starts?.(offset);
    const to = starts?.(offset + length);
    return from === undefined || to === undefined ? undefined : { offset: from, length: to - from };
  };
  return {
    content,
    placeOf,
    offsetOf: (span) => {
      const place = placeOf(span);
      return place?.length === span.length ? place.offset : undefined;
    },
  };
}

/** Where in the statement each unit of a string's value is written; undefined for strings with escapes. */
function contentStarts(literal: string, at: number, content: string): ((index: number) => number) | undefined {
  const delimiter = /^\$[^$]*\$/.exec(literal)?.[0];
  if (delimiter !== undefined) {
    const start = at + delimiter.length;
    return literal.slice(delimiter.length, -delimiter.length) === content ? (index) => start + index : undefined;
  }
  if (!literal.startsWith("'") || literal.slice(1, -1).replaceAll("''", "'") !== content) return undefined;
  const table: number[] = [];
  for (let index = 1; index < literal.length; index++) {
    table.push(at + index);
    if (literal.charAt(index) === "'") index++;
  }
  return (index) => table[index] ?? at + literal.length - 1;
}

/** The statements of a body BEGIN ATOMIC … END, or of RETURN …, which is read as SELECT: both are as long. */
export function atomicBody(statement: string): readonly { readonly text: string; readonly offset: number }[] {
  const lexer = new Lexer(statement, 0, statement.length, false);
  const out: { text: string; offset: number }[] = [];
  let inside = false;
  let brackets = 0;
  let cases = 0;
  let before = '';
  let start = -1;
  let last = 0;
  const end = (): void => {
    if (start !== -1) out.push({ text: asQuery(statement.slice(start, last)), offset: start });
    start = -1;
  };
  while (lexer.next()) {
    if (lexer.lexeme === Lexeme.Comment) continue;
    const token = lexer.lexeme === Lexeme.Word || lexer.lexeme === Lexeme.Other ? statement.slice(lexer.start, lexer.end).toLowerCase() : '';
    if (token === '(') brackets++;
    else if (token === ')') brackets--;
    if (inside) {
      const label = before === 'as' || before === '.';
      if (token === 'case' && !label) cases++;
      if (token === ';') end();
      else if (token === 'end' && !label && cases-- === 0) break;
      else if (start === -1) start = lexer.start;
    } else if (token === 'atomic' && before === 'begin') inside = true;
    else if (start === -1 && brackets === 0 && token === 'return' && before !== '') start = lexer.start;
    before = token;
    last = lexer.end;
  }
  if (!inside) end();
  return out;
}

function asQuery(text: string): string {
  return /^return\b/i.test(text) ? `SELECT${text.slice('return'.length)}` : text;
}
