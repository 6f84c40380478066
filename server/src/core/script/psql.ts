import { Lexer, Lexeme } from '../sql/postgres/lexer';
import { Overlay } from './blank';
import { metaCommandAt } from './meta-command';
import { placeholderAt, type Before } from './placeholder';
import type { Opaque } from './script';

/** SQL that the server's scanner may read, as long as what it was made from. */
export interface Neutral {
  readonly text: string;
  /** The placeholders that became names. */
  readonly opaque: readonly Opaque[];
  /** Whether a meta-command runs what the text does not say. */
  readonly includes?: true;
}

/**
 * Takes out of a script what psql or a templating tool replaces before the server sees it: meta-commands and the data
 * of COPY … FROM stdin become blanks (their line ends stay), `\g` and its kin the semicolon that they stand for,
 * placeholders names of the same length. Nothing within quotes and comments is touched, and no offset moves. A byte
 * order mark at the start is blanked. The text itself is given back where there is nothing of the kind, after
 * a search that costs next to nothing.
 */
export function neutralised(text: string): Neutral {
  if (!needsReading(text)) return { text: withoutMark(text), opaque: NOTHING };
  const reader = new Reader(text);
  reader.read();
  return { text: withoutMark(reader.overlay.toString()), opaque: reader.opaque, ...(reader.includes ? { includes: true as const } : {}) };
}

const NOTHING: readonly Opaque[] = [];

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? ` ${text.slice(1)}` : text;
}

/** Whether the text holds a character sequence that may have to be replaced. Quotes are not looked at. */
function needsReading(text: string): boolean {
  if (text.includes('\\') || text.includes('{')) return true;
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at + 1)) {
    const next = text.charCodeAt(at + 1);
    if (next === 115 || next === 40) return true;
  }
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const next = text.charCodeAt(at + 1);
    // Neither :: nor := nor a colon before a blank.
    if (next === 58) at++;
    else if (next !== 61 && next > 32) return true;
  }
  // COPY data ends with a backslash, which was looked for.
  return false;
}

class Reader {
  readonly overlay: Overlay;
  readonly opaque: Opaque[] = [];
  includes = false;
  private readonly lexer: Lexer;
  private readonly before: { -readonly [K in keyof Before]: Before[K] } = { start: -1, end: -1, lexeme: Lexeme.End, brackets: 0 };
  /** How far the words of the statement go towards COPY … FROM stdin. */
  private copy = Copy.Start;
  /** Where a line with COPY's data would begin: the statement's semicolon was found, its line not yet left. */
  private dataAfter = -1;
  private openedAfterArray: boolean[] = [];

  constructor(private readonly text: string) {
    this.overlay = new Overlay(text);
    this.lexer = new Lexer(text, 0, text.length, false);
  }

  read(): void {
    const { lexer, text, before } = this;
    while (lexer.next()) {
      if (this.dataAfter !== -1 && this.skipData(lexer.start)) continue;
      const { lexeme, start } = lexer;
      if (lexeme === Lexeme.Comment) continue;
      if (lexeme === Lexeme.Other) {
        const unit = text.charCodeAt(start);
        if (unit === BACKSLASH) {
          this.metaCommand(start);
          continue;
        }
        if (unit === SEMICOLON) {
          if (this.copy === Copy.Stdin) this.dataAfter = start;
          this.copy = Copy.Start;
        } else if (unit === OPEN_BRACKET) {
          this.openedAfterArray.push(this.isArray());
          before.brackets++;
        } else if (unit === CLOSE_BRACKET && before.brackets > 0) {
          this.openedAfterArray.pop();
          before.brackets--;
        }
      }
      if (this.placeholder()) continue;
      this.copy = copyAfter(this.copy, lexeme, text, start, lexer.end);
      this.remember(start, lexer.end, lexeme);
    }
    if (this.dataAfter !== -1) this.skipData(text.length);
  }

  private remember(start: number, end: number, lexeme: Lexeme): void {
    this.before.start = start;
    this.before.end = end;
    this.before.lexeme = lexeme;
  }

  private isArray(): boolean {
    const { start, end, lexeme } = this.before;
    return lexeme === Lexeme.Word && end - start === 5 && this.text.slice(start, end).toLowerCase() === 'array';
  }

  private placeholder(): boolean {
    const { lexer, text } = this;
    const found = placeholderAt(text, lexer, this.before, this.openedAfterArray.at(-1) === true);
    if (found === undefined) return false;
    const { offset, replacement } = found;
    const length = replacement.length;
    this.overlay.put(offset, replacement);
    if (!found.blank) this.opaque.push({ offset, length, written: text.slice(offset, offset + length) });
    lexer.jump(offset + length);
    if (!found.blank) this.remember(offset, offset + length, Lexeme.Parameter);
    if (this.copy === Copy.Start && !found.blank) this.copy = Copy.No;
    return true;
  }

  private metaCommand(start: number): void {
    const command = metaCommandAt(this.text, start);
    this.includes ||= command.runsOther;
    if (command.terminates) {
      this.overlay.put(start, ';');
      this.overlay.blank(start + 1, command.end);
      this.copy = Copy.Start;
      this.remember(start, start + 1, Lexeme.Other);
    } else {
      this.overlay.blank(start, command.end);
    }
    this.lexer.jump(command.end);
    if (command.readsData) this.dataAfter = start;
  }

  /** Blanks the data of a COPY if its line ends before the next token. Without the line that ends the data nothing is data. */
  private skipData(next: number): boolean {
    const { text } = this;
    const lineEnd = text.indexOf('\n', this.dataAfter);
    if (lineEnd === -1 || lineEnd >= next) {
      // psql reads what is on the semicolon's line before the data.
      if (lineEnd === -1) this.dataAfter = -1;
      return false;
    }
    const last = /^\\\.[ \t]*\r?$/m;
    const from = lineEnd + 1;
    const found = last.exec(text.slice(from));
    this.dataAfter = -1;
    if (found === null) return false;
    const end = from + found.index + 2;
    this.overlay.blank(from, end);
    this.lexer.jump(end);
    return true;
  }
}

const SEMICOLON = 59;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;

const enum Copy {
  Start,
  Copy,
  From,
  Stdin,
  No,
}

function copyAfter(state: Copy, lexeme: Lexeme, text: string, start: number, end: number): Copy {
  if (state === Copy.No || state === Copy.Stdin) return text.charCodeAt(start) === SEMICOLON ? Copy.Start : state;
  if (lexeme !== Lexeme.Word) return state === Copy.Start && text.charCodeAt(start) !== SEMICOLON ? Copy.No : state === Copy.From ? Copy.No : state;
  const length = end - start;
  if (state === Copy.Start) return length === 4 && text.slice(start, end).toLowerCase() === 'copy' ? Copy.Copy : Copy.No;
  if (state === Copy.From) return length === 5 && text.slice(start, end).toLowerCase() === 'stdin' ? Copy.Stdin : Copy.No;
  return length === 4 && text.slice(start, end).toLowerCase() === 'from' ? Copy.From : Copy.Copy;
}
