import type { BrokenStatement, Parsed, Statement } from '../statement';
import { chunkAt, mayBegin, mayContinue, type Chunk } from './chunk';
import { broken } from './grammar';
import { isBlank, isWordPart, Lexer, Lexeme } from './lexer';

/**
 * A stretch of a script that was read from a place where the server's scanner is in its initial state to the next
 * such place. It depends on nothing but the text from its start on and the setting, wherever it stands: an edit
 * elsewhere moves it and does not change it.
 */
export interface Piece {
  readonly length: number;
  /** How far from its start the text was looked at; infinite where the end of the text was seen. */
  readonly reach: number;
  /** Whether standard_conforming_strings is off before and after it. */
  readonly plainEscapes: boolean;
  readonly plainEscapesAfter: boolean;
  /** Mostly one, none for trailing comments. Their offsets count from the start of the piece. */
  readonly statements: readonly Statement[];
}

export type ParseText = (text: string, plainEscapes: boolean) => Parsed;

/** Reads one piece: mostly a statement with its semicolon and what is before it. */
export function pieceAt(text: string, from: number, plainEscapes: boolean, parse: ParseText): Piece {
  const chunk = chunkAt(text, from, text.length, plainEscapes);
  const reach = seen(chunk, text) - from;
  if (chunk.first === -1) return { length: chunk.end - from, reach, plainEscapes, plainEscapesAfter: plainEscapes, statements: [] };
  let errorAt = chunk.open;
  let parsed: Parsed | undefined;
  // What has an open quote cannot parse; and it may be all the rest of a large file.
  if (chunk.open === -1) {
    parsed = parse(text.slice(chunk.first, chunk.last), plainEscapes);
    if (parsed.ok) return whole(chunk, from, reach, plainEscapes, parsed);
    errorAt = chunk.first + parsed.span.offset;
  }
  const recovery = new Recovery(text, from, plainEscapes, parse);
  const cut = recovery.cut(chunk, errorAt);
  const examined = Math.max(reach, recovery.examined - from);
  if (cut === undefined) return whole(chunk, from, examined, plainEscapes, parsed ?? parse(text.slice(chunk.first, chunk.last), plainEscapes));
  const head = chunkAt(text, from, cut.lineStart, plainEscapes);
  const before = parse(text.slice(head.first, head.last), plainEscapes);
  const piece = whole({ ...head, end: cut.lineStart }, from, examined, plainEscapes, before);
  if (!before.ok) return piece;
  const semicolon = { parsed: missingSemicolon(cut.word), span: { offset: head.last - from, length: 0 } };
  return { ...piece, statements: [...piece.statements, semicolon] };
}

function whole(chunk: Chunk, from: number, reach: number, plainEscapes: boolean, parsed: Parsed): Piece {
  const span = { offset: chunk.first - from, length: parsed.text.length };
  return { length: chunk.end - from, reach, plainEscapes, plainEscapesAfter: settingAfter(parsed, plainEscapes), statements: [{ parsed, span }] };
}

/** How far reading a chunk looked: a semicolon needs no look ahead, but a word that ended it was read. */
function seen(chunk: Chunk, text: string): number {
  if (chunk.complete) return chunk.end;
  return chunk.end < text.length ? chunk.end + LONGEST_WORD : Infinity;
}

const LONGEST_WORD = 12;

function missingSemicolon(word: string): BrokenStatement {
  return broken('', `syntax error at or near "${word}": a semicolon is missing before it`, { offset: 0, length: 0 });
}

/** Whether standard_conforming_strings is off after a statement. */
function settingAfter(parsed: Parsed, before: boolean): boolean {
  if (!parsed.ok || parsed.nodeKind !== 'VariableSetStmt' || !('VariableSetStmt' in parsed.node)) return before;
  const { kind, name, args } = parsed.node.VariableSetStmt;
  if (kind === 'VAR_RESET_ALL') return false;
  if (name !== 'standard_conforming_strings') return before;
  const value = args?.[0];
  if (value === undefined || !('A_Const' in value)) return false;
  const { sval, ival } = value.A_Const;
  // The spellings of a boolean parameter (src/backend/utils/adt/bool.c, parse_bool); 0 is left out of the tree.
  if (ival !== undefined) return (ival.ival ?? 0) === 0;
  return /^(?:of|off|f|fa|fal|fals|false|n|no|0)$/i.test(sval?.sval ?? '');
}

/** Where the next statement starts in a chunk that does not parse. */
interface Cut {
  readonly lineStart: number;
  /** The word it begins with. */
  readonly word: string;
}

/**
 * Finds where the statement after a broken one begins: at a line that starts, no further in than the broken statement
 * does, with a word that begins a statement, such that what starts there parses.
 */
class Recovery {
  /** How far the text was looked at. */
  examined = 0;

  constructor(
    private readonly text: string,
    private readonly from: number,
    private readonly plainEscapes: boolean,
    private readonly parse: ParseText,
  ) {}

  cut(chunk: Chunk, errorAt: number): Cut | undefined {
    const { text } = this;
    const indentation = this.indentation(chunk.first);
    const opening = this.wordAt(chunk.first).toLowerCase();
    const lexer = new Lexer(text, this.from, chunk.end, this.plainEscapes);
    let tries = 0;
    for (let lineStart = nextLine(text, Math.max(chunk.first, chunk.sealed)); lineStart < chunk.end; lineStart = nextLine(text, lineStart)) {
      const at = skipBlanks(text, lineStart, chunk.end);
      if (at - lineStart > indentation) continue;
      const word = this.wordAt(at);
      const begins = mayBegin(word);
      if (!begins && !mayContinue(word)) continue;
      while (lexer.end <= at && lexer.next());
      if (tries++ > MOST_TRIES) return undefined;
      if (lexer.start < at ? this.leavesToken(lexer, at, begins) : this.follows(at, errorAt, begins && !(opening === 'with' && DATA_CHANGES.has(word.toLowerCase())))) {
        return { lineStart, word };
      }
    }
    return undefined;
  }

  /** Outside of quotes: a word that may as well continue a statement counts only behind the error or an empty line. */
  private follows(at: number, errorAt: number, begins: boolean): boolean {
    return (begins || errorAt >= at || afterEmptyLine(this.text, at)) && this.stands(at);
  }

  /** Inside of a quote: only where the quote is the mistake. Nothing begins inside of a comment that ends. */
  private leavesToken(token: Lexer, at: number, begins: boolean): boolean {
    if (!begins && !afterEmptyLine(this.text, at)) return false;
    if (token.unterminated) return this.stands(at);
    return token.lexeme !== Lexeme.Comment && this.standsUpTo(at, token.end);
  }

  /** Whether a statement begins at a place: up to its semicolon, or up to one of the next lines that begin another. */
  private stands(at: number): boolean {
    const { text, plainEscapes } = this;
    const chunk = this.chunk(at);
    if (chunk.open === -1 && this.parses(chunk)) return true;
    let tries = 0;
    for (let line = nextLine(text, at); line < chunk.end && tries < 3; line = nextLine(text, line)) {
      const next = skipBlanks(text, line, chunk.end);
      if (!mayBegin(this.wordAt(next))) continue;
      tries++;
      const part = chunkAt(text, at, line, plainEscapes);
      if (part.open === -1 && this.parses(part)) return true;
    }
    return false;
  }

  /**
   * Whether a quote that ends was paired wrongly: read from a place inside of it, its end is the beginning of a quote,
   * and all that is read up to behind it parses.
   */
  private standsUpTo(at: number, end: number): boolean {
    for (let count = 0; at < end && count < MOST_STATEMENTS; count++) {
      const chunk = this.chunk(at);
      if (chunk.open !== -1 || (chunk.first !== -1 && !this.parses(chunk))) return false;
      at = chunk.end;
    }
    return at >= end;
  }

  private chunk(at: number): Chunk {
    const chunk = chunkAt(this.text, at, this.text.length, this.plainEscapes);
    this.examined = Math.max(this.examined, seen(chunk, this.text));
    return chunk;
  }

  private parses(chunk: Chunk): boolean {
    return chunk.first !== -1 && this.parse(this.text.slice(chunk.first, chunk.last), this.plainEscapes).ok;
  }

  private indentation(first: number): number {
    let at = first;
    while (at > this.from && this.text.charCodeAt(at - 1) !== 10 && this.text.charCodeAt(at - 1) !== 13 && isBlank(this.text.charCodeAt(at - 1))) at--;
    return first - at;
  }

  private wordAt(at: number): string {
    let end = at;
    while (end < this.text.length && end - at < LONGEST_WORD && isWordPart(this.text.charCodeAt(end))) end++;
    return this.text.slice(at, end);
  }
}

const MOST_TRIES = 200;
const MOST_STATEMENTS = 20;

/** What may stand at the start of a line after WITH … AS (…). */
const DATA_CHANGES = new Set(['insert', 'update', 'delete', 'merge']);

function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

function skipBlanks(text: string, at: number, end: number): number {
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Whether the line before the one that a place is on holds nothing. */
function afterEmptyLine(text: string, at: number): boolean {
  let lines = 0;
  for (let before = at - 1; before >= 0 && isBlank(text.charCodeAt(before)); before--) if (text.charCodeAt(before) === 10) lines++;
  return lines >= 2;
}
