import type { RangeVar } from '@pgsql/types';
import type { ParsedStatement } from '../../sql/statement';
import type { Span } from '../../text';

/**
 * The text of each subcommand of ALTER TABLE, ALTER INDEX and their kin, from its first to its last token.
 * @param relation the altered relation's mention, behind which the first subcommand starts
 */
export function subcommandSpans(statement: ParsedStatement, relation: RangeVar | undefined): readonly Span[] {
  let spans = known.get(statement);
  if (spans === undefined) known.set(statement, (spans = findSpans(statement, relation)));
  return spans;
}

const known = new WeakMap<ParsedStatement, readonly Span[]>();

function findSpans(statement: ParsedStatement, relation: RangeVar | undefined): readonly Span[] {
  const { text } = statement;
  const at = relation?.location === undefined ? 0 : statement.offsetOf(relation.location);
  let start = skipName(text, at, relation);
  const spans: Span[] = [];
  let depth = 0;
  let end = start;
  let begun = false;
  for (let i = start; i < text.length; ) {
    const next = tokenEnd(text, i);
    const unit = text[i] ?? '';
    if (isBlankOrComment(text, i)) {
      i = next;
      continue;
    }
    if (depth === 0 && unit === ',') {
      spans.push({ offset: start, length: end - start });
      begun = false;
      i = next;
      continue;
    }
    if (depth === 0 && unit === ';') break;
    if (!begun) start = i;
    begun = true;
    if (unit === '(' || unit === '[') depth += 1;
    else if (unit === ')' || unit === ']') depth -= 1;
    end = next;
    i = next;
  }
  if (begun) spans.push({ offset: start, length: end - start });
  return spans;
}

/** The end of `[catalog.][schema.]name [*]`, which starts at `at`. */
function skipName(text: string, at: number, relation: RangeVar | undefined): number {
  let parts = 1;
  if (relation?.schemaname !== undefined) parts += 1;
  if (relation?.catalogname !== undefined) parts += 1;
  let i = at;
  while (i < text.length) {
    if (isBlankOrComment(text, i) || text[i] === '.' || text[i] === '(') {
      i = tokenEnd(text, i);
      continue;
    }
    if (parts === 0) {
      // ONLY (name) and name * are what else may stand here.
      if (text[i] !== '*' && text[i] !== ')') break;
      i += 1;
      continue;
    }
    i = tokenEnd(text, i);
    parts -= 1;
  }
  return i;
}

function isBlankOrComment(text: string, i: number): boolean {
  const unit = text[i] ?? '';
  return BLANK.test(unit) || text.startsWith('--', i) || text.startsWith('/*', i);
}

const BLANK = /\s/;
const WORD = /[\p{L}\p{N}_$\u0080-\uffff]+/uy;
const DOLLAR = /\$(?:[\p{L}_\u0080-\uffff][\p{L}\p{N}_\u0080-\uffff]*)?\$/uy;

/** The end of the token, comment or blank that starts at `i`, as far as quoting goes (src/backend/parser/scan.l). */
function tokenEnd(text: string, i: number): number {
  const unit = text[i] ?? '';
  if (unit === '"') return quoteEnd(text, i, '"', false);
  if (unit === "'") return quoteEnd(text, i, "'", /[eE]/.test(text[i - 1] ?? '') && !/[\w$]/.test(text[i - 2] ?? ''));
  if (text.startsWith('--', i)) {
    const line = text.slice(i).search(/[\r\n]/);
    return line < 0 ? text.length : i + line;
  }
  if (text.startsWith('/*', i)) return commentEnd(text, i);
  if (unit === '$') {
    DOLLAR.lastIndex = i;
    const tag = DOLLAR.exec(text)?.[0];
    if (tag === undefined) return i + 1;
    const close = text.indexOf(tag, i + tag.length);
    return close < 0 ? text.length : close + tag.length;
  }
  WORD.lastIndex = i;
  const word = WORD.exec(text)?.[0];
  return i + (word?.length ?? 1);
}

function quoteEnd(text: string, start: number, quote: string, escapes: boolean): number {
  for (let i = start + 1; i < text.length; i++) {
    if (escapes && text[i] === '\\') i += 1;
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return i + 1;
      i += 1;
    }
  }
  return text.length;
}

/** Comments nest. */
function commentEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text.startsWith('/*', i)) {
      depth += 1;
      i += 1;
    } else if (text.startsWith('*/', i)) {
      depth -= 1;
      i += 1;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}
