import type { Node } from '@pgsql/types';
import type { BrokenStatement, Parsed } from '../statement';
import type { Span } from '../../text';
import { Lexer } from './lexer';
import { askParser } from './module';
import { isTooDeep } from './nesting';

/**
 * Parses the text of one statement with the server's grammar. Never throws.
 * @param text without the closing semicolon
 * @param plainEscapes whether standard_conforming_strings is off where it stands
 */
export function parseOne(text: string, plainEscapes: boolean): Parsed {
  const nul = text.indexOf('\0');
  // The server's words for a NUL byte, which C could not even hand over.
  if (nul !== -1) return broken(text, 'invalid byte sequence for encoding "UTF8": 0x00', { offset: nul, length: 1 });
  if (text.length > LONGEST) return broken(text, 'the statement is too long to be analysed', { offset: 0, length: firstLine(text) });
  if (isTooDeep(text)) return broken(text, 'the statement is nested too deeply to be analysed', { offset: 0, length: firstLine(text) });
  const answer = askParser(readable(text, plainEscapes));
  if (!answer.ok) return broken(text, shortened(answer.message), errorSpan(text, answer.position, plainEscapes));
  const raw = JSON.parse(answer.json) as { readonly stmts?: readonly { readonly stmt?: Node; readonly stmt_location?: number; readonly stmt_len?: number }[] };
  const first = raw.stmts?.[0]?.stmt;
  if (first === undefined) return broken(text, 'there is no statement here', { offset: 0, length: text.length });
  return parsedStatement(text, first);
}

/** Longer statements (UTF-16 units) are not parsed: the parser takes about a second for a million. */
const LONGEST = 2_000_000;

/** A parsed statement from its text and its tree, whose locations count from the text's start. */
export function parsedStatement(text: string, node: Node): Parsed {
  let nodeKind: string | undefined;
  for (nodeKind in node) break;
  return { ok: true, text, node, nodeKind: nodeKind ?? '', offsetOf: isAscii(text) ? asIs : byteOffsets(text) };
}

export function broken(text: string, message: string, span: Span): BrokenStatement {
  return { ok: false, text, message, span };
}

/** A text as the server shall read it, of the same length in bytes but for lone surrogates, which it would get as U+FFFD. */
export function readable(text: string, plainEscapes: boolean): string {
  return plainEscapes && text.includes('\\') ? withDoubledQuotes(text) : text;
}

/**
 * The parser in WebAssembly reads strings in the standard way only. With the setting off, `\'` in a plain string is a
 * quote, which the standard way writes `''`: as long. Other escapes stay as they are written, so that the value of
 * such a constant is not exact, but the statement is.
 */
function withDoubledQuotes(text: string): string {
  const lexer = new Lexer(text, 0, text.length, true);
  let out = '';
  let at = 0;
  while (lexer.next()) {
    if (text.charCodeAt(lexer.start) !== 39) continue;
    out += text.slice(at, lexer.start) + text.slice(lexer.start, lexer.end).replace(/\\([\s\S])/g, (escape, escaped: string) => (escaped === "'" ? "''" : escape));
    at = lexer.end;
  }
  return out + text.slice(at);
}

/** The server quotes the rest of the text where a quote is open: one line of it is enough. */
function shortened(message: string): string {
  const line = /^[^\r\n]*/.exec(message)?.[0] ?? message;
  if (line.length === message.length && message.length <= LONGEST_MESSAGE) return message;
  return `${line.slice(0, LONGEST_MESSAGE)}…"`;
}

const LONGEST_MESSAGE = 120;

/** The token that the server's error position (code points) points at, or the last one where that is the end. */
function errorSpan(text: string, position: number, plainEscapes: boolean): Span {
  if (position < 0) return { offset: 0, length: firstLine(text) };
  let offset = 0;
  for (let left = position; left > 0 && offset < text.length; left--) offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  const lexer = new Lexer(text, Math.min(offset, text.length), text.length, plainEscapes);
  if (lexer.next()) return { offset: lexer.start, length: firstLine(text.slice(lexer.start, lexer.end)) };
  return lastToken(text, plainEscapes);
}

function lastToken(text: string, plainEscapes: boolean): Span {
  const lexer = new Lexer(text, 0, text.length, plainEscapes);
  let span = { offset: 0, length: 0 };
  while (lexer.next()) span = { offset: lexer.start, length: lexer.end - lexer.start };
  return span;
}

function firstLine(text: string): number {
  const end = text.search(/[\r\n]/);
  return end === -1 ? text.length : end;
}

function asIs(location: number): number {
  return location;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}

/** UTF-8 bytes to UTF-16 units; the table is made when first asked for. */
function byteOffsets(text: string): (location: number) => number {
  let table: Uint32Array | undefined;
  return (location) => {
    table ??= tableOf(text);
    if (location < 0) return location;
    return table[Math.min(location, table.length - 1)] ?? text.length;
  };
}

function tableOf(text: string): Uint32Array {
  const table: number[] = [];
  for (let at = 0; at < text.length; ) {
    const point = text.codePointAt(at) ?? 0;
    // A lone surrogate takes three bytes, as U+FFFD does.
    const bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (let byte = 0; byte < bytes; byte++) table.push(at);
    at += point > 0xffff ? 2 : 1;
  }
  table.push(text.length);
  return Uint32Array.from(table);
}
