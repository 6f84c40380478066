import type { Action } from '../effects/effects';
import { tokensOf } from '../sql/postgres/scan';
import type { ParsedStatement, Token } from '../sql/statement';
import type { Edit, Span } from '../text';
import { replaceIn, type EditedFile } from './edits';

/** An ALTER TABLE as it is written. Spans count from the statement's start. */
export interface AlterTable {
  /** `IF EXISTS ` or nothing, as written. */
  readonly ifExists: string;
  /** The table's name as written, without ONLY. */
  readonly table: string;
  readonly subcommands: readonly Subcommand[];
}

export interface Subcommand extends Span {
  readonly text: string;
  /** Without comments; spans count from the statement's start. */
  readonly tokens: readonly Token[];
}

/** The table's name as an ALTER TABLE writes it, RENAME and SET SCHEMA among them; undefined for anything else. */
export function alterTableName(statement: string): string | undefined {
  return readHead(statement)?.table;
}

/** Takes an ALTER TABLE apart at its commas; undefined for anything else, an ALTER TABLE nested in a function too. */
export function alterTableOf(parsed: ParsedStatement): AlterTable | undefined {
  if (parsed.nodeKind !== 'AlterTableStmt') return undefined;
  const head = readHead(parsed.text);
  return head === undefined ? undefined : { ifExists: head.ifExists, table: head.table, subcommands: splitAtCommas(head.rest, parsed.text) };
}

function readHead(text: string): { readonly ifExists: string; readonly table: string; readonly rest: readonly Token[] } | undefined {
  const tokens = tokensOf(text).filter((token) => token.kind !== 'comment');
  const reader = new Reader(tokens);
  if (!reader.take('ALTER') || !reader.take('TABLE')) return undefined;
  const ifExists = reader.take('IF') && reader.take('EXISTS');
  const only = reader.take('ONLY');
  const parenthesised = only && reader.take('(');
  const from = reader.current;
  if (from === undefined) return undefined;
  let last = from;
  reader.skip();
  while (reader.take('.')) {
    last = reader.current ?? last;
    reader.skip();
  }
  if (parenthesised) reader.take(')');
  reader.take('*');
  return {
    ifExists: ifExists ? 'IF EXISTS ' : '',
    table: text.slice(from.offset, last.offset + last.length),
    rest: reader.rest(),
  };
}

/** The subcommand that an action is, or undefined where it is none (it comes from a function's body, say). */
export function subcommandOf(alter: AlterTable, action: Action): Subcommand | undefined {
  const { offset, length } = action.span;
  return (
    alter.subcommands.find((part) => part.offset === offset) ??
    alter.subcommands.find((part) => part.offset <= offset && offset + Math.min(length, 1) <= part.offset + part.length) ??
    (alter.subcommands.length === 1 ? alter.subcommands[0] : undefined)
  );
}

/** Takes one of several subcommands out, with its comma and the blanks that set it apart. */
export function removeSubcommand(file: EditedFile, index: number, alter: AlterTable, subcommand: Subcommand): Edit {
  const at = alter.subcommands.indexOf(subcommand);
  const previous = alter.subcommands[at - 1];
  const next = alter.subcommands[at + 1];
  if (next !== undefined) return replaceIn(file, index, { offset: subcommand.offset, length: next.offset - subcommand.offset }, '');
  if (previous === undefined) throw new RangeError('the only subcommand cannot be removed');
  const start = previous.offset + previous.length;
  return replaceIn(file, index, { offset: start, length: subcommand.offset + subcommand.length - start }, '');
}

/** The stretch of the tokens from one to another, as written. */
export function written(text: string, from: Token | undefined, to: Token | undefined): string {
  return from === undefined || to === undefined ? '' : text.slice(from.offset, to.offset + to.length);
}

/** Whether a token is this key word or sign. */
export function is(token: Token | undefined, word: string): boolean {
  return token !== undefined && token.kind !== 'string' && token.text.toUpperCase() === word;
}

/** Where a bracket that opens at `open` closes; the last index where it never does. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    depth += depthChange(tokens[at]);
    if (depth === 0) return at;
  }
  return tokens.length - 1;
}

function splitAtCommas(tokens: readonly Token[], text: string): Subcommand[] {
  const parts: Subcommand[] = [];
  let part: Token[] = [];
  let depth = 0;
  const close = (): void => {
    const [first, last] = [part[0], part.at(-1)];
    if (first !== undefined && last !== undefined) {
      const span = { offset: first.offset, length: last.offset + last.length - first.offset };
      parts.push({ ...span, text: text.slice(span.offset, span.offset + span.length), tokens: part });
    }
    part = [];
  };
  for (const token of tokens) {
    depth += depthChange(token);
    if (depth === 0 && token.text === ',') close();
    else part.push(token);
  }
  close();
  return parts;
}

function depthChange(token: Token | undefined): number {
  if (token?.text === '(' || token?.text === '[') return 1;
  if (token?.text === ')' || token?.text === ']') return -1;
  return 0;
}

class Reader {
  private at = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  get current(): Token | undefined {
    return this.tokens[this.at];
  }
  take(word: string): boolean {
    if (!is(this.current, word)) return false;
    this.at += 1;
    return true;
  }
  skip(): void {
    this.at += 1;
  }
  rest(): readonly Token[] {
    return this.tokens.slice(this.at);
  }
}
