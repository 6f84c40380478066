import type { Opaque } from '../../script/script';
import type { Parsed, Statement } from '../statement';
import { parseOne } from './grammar';
import { ParsedTexts } from './memory';
import { pieceAt, type Piece } from './piece';

export { loadPostgresParser } from './module';

/**
 * What parsing remembers: results by text, and the last few long texts with their pieces, so that the next version
 * of one of them is read again only around the edit. One for each document, or one for a whole run.
 */
export interface PostgresParseMemo {
  readonly byText: ParsedTexts;
  readonly documents: ReadDocument[];
}

/** A text that was read. */
interface ReadDocument {
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** Where each piece starts. */
  readonly starts: readonly number[];
  readonly statements: readonly Statement[];
}

/** A memo that knows nothing yet. */
export function createParseMemo(): PostgresParseMemo {
  return { byText: new ParsedTexts(), documents: [] };
}

/** A memo that knows what another knows, for texts that nobody asks for again: the other's documents stay. */
export function besides({ byText, documents }: PostgresParseMemo): PostgresParseMemo {
  return { byText, documents: [...documents] };
}

/**
 * The statements of a SQL text, split as the server would and each parsed by itself, so that one that does not parse
 * leaves its neighbours alone. Never throws, whatever the text; the parser must have been loaded.
 * @param opaque placeholders that were replaced by names: a statement that does not parse because of one says so
 * @returns the same array for the same text, as long as it is remembered
 */
export function statementsOf(text: string, memo: PostgresParseMemo, opaque: readonly Opaque[] = []): readonly Statement[] {
  const { statements } = read(text, memo);
  return opaque.length === 0 ? statements : statements.map((statement) => withPlaceholderNamed(statement, opaque));
}

function read(text: string, memo: PostgresParseMemo): ReadDocument {
  const parse = (sql: string, plainEscapes: boolean): Parsed => parsedText(sql, plainEscapes, memo.byText);
  // A short text is read in less time than it takes to compare it.
  if (text.length < SHORT) return cold(text, parse);
  const { documents } = memo;
  const known = documents.findIndex((document) => document.text === text);
  let document = documents[known];
  if (document === undefined) {
    const near = nearest(text, documents);
    document = near === undefined ? cold(text, parse) : again(text, near, parse);
    // The version before is of no more use; other documents of the same memo (segments of a file) are.
    if (near !== undefined) documents.splice(documents.indexOf(near.document), 1);
    documents.unshift(document);
    if (documents.length > MOST_DOCUMENTS) documents.pop();
  }
  return document;
}

/** In UTF-16 units. */
const SHORT = 2000;
const MOST_DOCUMENTS = 4;

type Parse = (sql: string, plainEscapes: boolean) => Parsed;

function parsedText(sql: string, plainEscapes: boolean, byText: ParsedTexts): Parsed {
  const key = plainEscapes && sql.includes('\\') ? `\\${sql}` : sql;
  let parsed = byText.get(key);
  if (parsed === undefined) byText.set(key, (parsed = parseOne(sql, plainEscapes)));
  return parsed;
}

function cold(text: string, parse: Parse): ReadDocument {
  const pieces: Piece[] = [];
  const starts: number[] = [];
  const statements: Statement[] = [];
  let plainEscapes = false;
  for (let at = 0; at < text.length; ) {
    const piece = pieceAt(text, at, plainEscapes, parse);
    pieces.push(piece);
    starts.push(at);
    place(piece, at, statements);
    at += piece.length;
    plainEscapes = piece.plainEscapesAfter;
  }
  return { text, pieces, starts, statements };
}

/** An earlier version of a text, and how much of it is still the same at both ends. */
interface Near {
  readonly document: ReadDocument;
  readonly prefix: number;
  readonly suffix: number;
}

/** Reads a text whose earlier version is known: again from the first piece that saw the edit until pieces start where they did before. */
function again(text: string, { document: old, prefix, suffix }: Near, parse: Parse): ReadDocument {
  const shift = text.length - old.text.length;
  let kept = 0;
  while (kept < old.pieces.length && (old.starts[kept] ?? 0) + (old.pieces[kept]?.reach ?? Infinity) <= prefix) kept++;
  const pieces = old.pieces.slice(0, kept);
  const starts = old.starts.slice(0, kept);
  let count = 0;
  for (const piece of pieces) count += piece.statements.length;
  const statements = old.statements.slice(0, count);
  let at = kept < old.starts.length ? (old.starts[kept] ?? 0) : old.text.length;
  // The last piece may have ended before the end without a look at it.
  if (kept === old.pieces.length && kept > 0) at = (old.starts[kept - 1] ?? 0) + (old.pieces[kept - 1]?.length ?? 0);
  let plainEscapes = pieces[kept - 1]?.plainEscapesAfter ?? false;
  let met = kept;
  let skipped = count;
  while (at < text.length) {
    if (at >= text.length - suffix) {
      while (met < old.starts.length && (old.starts[met] ?? 0) < at - shift) skipped += old.pieces[met++]?.statements.length ?? 0;
      if (met < old.starts.length && old.starts[met] === at - shift && old.pieces[met]?.plainEscapes === plainEscapes) break;
    }
    const piece = pieceAt(text, at, plainEscapes, parse);
    pieces.push(piece);
    starts.push(at);
    place(piece, at, statements);
    at += piece.length;
    plainEscapes = piece.plainEscapesAfter;
  }
  if (at >= text.length) return { text, pieces, starts, statements };
  for (let index = met; index < old.pieces.length; index++) {
    const piece = old.pieces[index];
    if (piece === undefined) break;
    pieces.push(piece);
    starts.push((old.starts[index] ?? 0) + shift);
  }
  for (let index = skipped; index < old.statements.length; index++) {
    const statement = old.statements[index];
    if (statement === undefined) break;
    const { parsed, span } = statement;
    statements.push(shift === 0 ? statement : { parsed, span: { offset: span.offset + shift, length: span.length } });
  }
  return { text, pieces, starts, statements };
}

function place(piece: Piece, at: number, statements: Statement[]): void {
  for (const { parsed, span } of piece.statements) statements.push({ parsed, span: { offset: at + span.offset, length: span.length } });
}

/** The remembered text that is most like a new one, if they have more than half in common. */
function nearest(text: string, documents: readonly ReadDocument[]): Near | undefined {
  let best: Near | undefined;
  for (const document of documents) {
    const prefix = commonPrefix(text, document.text);
    const suffix = commonSuffix(text, document.text, Math.min(text.length, document.text.length) - prefix);
    if ((prefix + suffix) * 2 < text.length) continue;
    if (best === undefined || prefix + suffix > best.prefix + best.suffix) best = { document, prefix, suffix };
  }
  return best;
}

const BLOCK = 4096;

/** Compares block by block, which the engine does far faster than a loop over characters. */
function commonPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at + BLOCK <= most && a.slice(at, at + BLOCK) === b.slice(at, at + BLOCK)) at += BLOCK;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function commonSuffix(a: string, b: string, most: number): number {
  let count = 0;
  while (count + BLOCK <= most && a.slice(a.length - count - BLOCK, a.length - count) === b.slice(b.length - count - BLOCK, b.length - count)) count += BLOCK;
  while (count < most && a.charCodeAt(a.length - count - 1) === b.charCodeAt(b.length - count - 1)) count++;
  return count;
}

/** A raw syntax error would speak of a name that nobody wrote. */
function withPlaceholderNamed(statement: Statement, opaque: readonly Opaque[]): Statement {
  const { parsed, span } = statement;
  if (parsed.ok) return statement;
  const errorAt = span.offset + parsed.span.offset;
  const inside = opaque.filter(({ offset }) => offset >= span.offset && offset < span.offset + span.length);
  // The server complains at the placeholder, or at what comes after it.
  const guilty = inside.findLast(({ offset }) => offset <= errorAt);
  if (guilty === undefined) return statement;
  const what = guilty.written ?? 'a placeholder';
  const place = { offset: guilty.offset - span.offset, length: guilty.length };
  return { span, parsed: { ...parsed, message: `not analysed: ${what} stands where PostgreSQL expects a keyword`, span: place } };
}
