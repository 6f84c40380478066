import { isBlank, Lexer, Lexeme } from './lexer';

/** A stretch of a script up to the semicolon that ends its first statement. Offsets count from the text's start. */
export interface Chunk {
  /** Where the first token that is not a comment starts, or -1 where there is none. */
  readonly first: number;
  /** Where the last such token ends, the semicolon left out. */
  readonly last: number;
  /** Behind the semicolon, or the limit. */
  readonly end: number;
  /** Whether a semicolon ended it. */
  readonly complete: boolean;
  /** Where a quote or comment starts that nothing closes, or -1. */
  readonly open: number;
  /** Behind the last semicolon that belongs to the statement, where a bracket or END closes over it; else 0. */
  readonly sealed: number;
}

/**
 * Reads up to the semicolon that ends a statement, as the server's grammar has it: semicolons inside of the brackets
 * of CREATE RULE … DO (…; …) and of a body BEGIN ATOMIC … END do not. Inside of any other bracket a semicolon can
 * only be a mistake, and ending the statement there keeps the mistake in its place.
 *
 * It gives up, incomplete, when it came by more beginnings of statements than a statement can hold.
 */
export function chunkAt(text: string, from: number, limit: number, plainEscapes: boolean): Chunk {
  const lexer = new Lexer(text, from, limit, plainEscapes);
  let first = -1;
  let last = from;
  let open = -1;
  let words = 0;
  let kind = Kind.Unknown;
  let brackets = 0;
  let atomic = Body.None;
  let cases = 0;
  let beginnings = 0;
  let sealed = 0;
  let afterName = false;
  let afterComma = false;
  while (lexer.next()) {
    const { lexeme, start, end } = lexer;
    if (lexer.unterminated && open === -1) open = start;
    if (lexeme === Lexeme.Comment && open === -1) continue;
    let names = false;
    let comma = false;
    if (lexeme === Lexeme.Other) {
      const unit = text.charCodeAt(start);
      if (unit === SEMICOLON) {
        if (!(kind === Kind.Rule && brackets > 0) && atomic !== Body.Inside) {
          return { first, last: first === -1 ? start : last, end, complete: true, open, sealed };
        }
        beginnings = 0;
        sealed = end;
      } else if (unit === OPEN) brackets++;
      else if (unit === CLOSE) brackets--;
      else if (unit === DOT) names = true;
      else if (unit === COMMA) comma = true;
    } else if (lexeme === Lexeme.Word) {
      if (kind === Kind.Unknown) {
        kind = kindAfter(text, start, end, words++);
      } else if (kind === Kind.Routine && end - start <= 6 && end - start >= 2 && !afterName) {
        const word = text.slice(start, end).toLowerCase();
        if (atomic === Body.Inside) {
          if (word === 'case') cases++;
          else if (word === 'end' && cases-- === 0) atomic = Body.Done;
          else if (word === 'as') names = true;
        } else if (word === 'begin') atomic = Body.Begun;
        else if (atomic === Body.Begun) atomic = word === 'atomic' ? Body.Inside : Body.None;
      }
      if (first !== -1 && !afterComma && startsLine(text, start) && mayBegin(text.slice(start, end)) && ++beginnings > MOST_BEGINNINGS) {
        return { first, last, end: start, complete: false, open, sealed: 0 };
      }
    }
    if (first === -1) first = start;
    last = end;
    afterName = names;
    afterComma = comma;
  }
  if (open !== -1 && last === limit) last = trimmedEnd(text, first, limit);
  return { first, last, end: limit, complete: false, open, sealed: 0 };
}

/** Far more than any one statement has on lines of their own. */
const MOST_BEGINNINGS = 64;

const OPEN = 40;
const CLOSE = 41;
const COMMA = 44;
const DOT = 46;
const SEMICOLON = 59;

const enum Kind {
  Unknown,
  Rule,
  Routine,
  Other,
}

const enum Body {
  None,
  Begun,
  Inside,
  Done,
}

/** What the words so far make of a statement: only CREATE [OR REPLACE] RULE, FUNCTION and PROCEDURE may hold semicolons. */
function kindAfter(text: string, start: number, end: number, index: number): Kind {
  if (index > 3 || end - start < 2 || end - start > 9) return Kind.Other;
  const word = text.slice(start, end).toLowerCase();
  if (index === 0) return word === 'create' ? Kind.Unknown : Kind.Other;
  switch (word) {
    case 'or':
    case 'replace':
      return Kind.Unknown;
    case 'rule':
      return Kind.Rule;
    case 'function':
    case 'procedure':
      return Kind.Routine;
    default:
      return Kind.Other;
  }
}

/** Whether nothing but blanks is before a place on its line. */
export function startsLine(text: string, at: number): boolean {
  for (let before = at - 1; before >= 0; before--) {
    const unit = text.charCodeAt(before);
    if (unit === 10 || unit === 13) return true;
    if (!isBlank(unit)) return false;
  }
  return true;
}

/** Whether a word can begin a statement of a migration and is rarely found at the start of a line within one. */
export function mayBegin(word: string): boolean {
  return word.length <= 10 && BEGINNINGS.has(word.toLowerCase());
}

/** Whether a word can begin a statement, but is also at the start of a line in many that began before. */
export function mayContinue(word: string): boolean {
  return word.length <= 10 && CONTINUATIONS.has(word.toLowerCase());
}

const BEGINNINGS = new Set(
  `abort alter analyze call checkpoint cluster comment commit copy create deallocate delete discard do drop explain
  import insert listen load lock merge notify prepare reassign refresh reindex release reset rollback savepoint
  security show truncate unlisten update vacuum`.split(/\s+/),
);

const CONTINUATIONS = new Set(['begin', 'declare', 'end', 'execute', 'grant', 'revoke', 'select', 'set', 'start', 'table', 'values', 'with']);

function trimmedEnd(text: string, from: number, end: number): number {
  while (end > from && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}
