import type { Applied } from './applied';
import type { Effects } from './effects/effects';
import type { CodeName } from './code-name';
import type { Fix, Severity } from './rules/rule';
import type { Schema } from './schema/schema';
import type { SchemaVersion } from './schema/version';
import type { Entries } from './schema/entries';
import type { Script, Segment } from './script/script';
import type { Parsed } from './sql/statement';
import type { Target } from './target';
import type { LineIndex, Position, Span } from './text';
import type { Moment } from './timeline';

/** The one value that everything Lockscope shows is a view of: what a migration file does and what is to be said of it. */
export interface Analysis {
  readonly path: string;
  readonly text: string;
  readonly lines: LineIndex;
  readonly target: Target;
  readonly script: Script;
  /** For a migration that has been applied and is not judged any more: it has no findings. */
  readonly applied?: Applied;
  readonly statements: readonly StatementAnalysis[];
  /** In the order of the file. */
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
  /** What exists after the file's up direction ran: the schema before the next file. */
  readonly after: Schema;
}

export interface StatementAnalysis {
  /** In the file. */
  readonly span: Span;
  readonly segment: Segment;
  readonly parsed: Parsed;
  /** Undefined for a statement that does not parse. */
  readonly effects: Effects | undefined;
  /** What was true just before it. */
  readonly moment: Moment;
  /** Statements of one transaction share this number; each statement outside of any has its own. */
  readonly transaction: number;
  /** What exists just before it. */
  readonly before: Schema;
  /** The same, not yet put together. */
  readonly version: SchemaVersion;
  /** All of this but its place: the same object where an edit elsewhere left it as it was. */
  readonly ran: Ran;
  /** What stands differently in the schema before it than in that of `ran`: nothing that its effects follow from. */
  readonly drift: Entries | undefined;
}

/** What a statement did in one situation. Where in the file it stands is not part of it. */
export interface Ran {
  readonly parsed: Parsed;
  readonly effects: Effects | undefined;
  readonly moment: Moment;
  readonly version: SchemaVersion;
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** In the file. */
  readonly span: Span;
  /** Index of the statement it concerns, or -1 for the file. */
  readonly statement: number;
  readonly related: readonly RelatedPlace[];
  /** Stands for its rule and message: the same object, the same words. Absent where nothing is known of that. */
  readonly words?: object;
  /** What it is about, where code of the project may name that. */
  readonly about?: CodeName | undefined;
  /** Works the fixes out: they cost more than the finding and most are never looked at. */
  fixes(): readonly Fix[];
  /** The comment that silences it, as a fix; the reason is left for the user to write. Undefined where none can be written. */
  ignored(): Fix | undefined;
}

export interface RelatedPlace {
  readonly message: string;
  readonly path: string;
  /** In this very file; undefined elsewhere, and where only the file is known. */
  readonly span: Span | undefined;
  /** In another file; absent where only the file is known. */
  readonly range?: { readonly start: Position; readonly end: Position };
}

/** A text that could not be read: not a judgement, but the reason why there is none. */
export interface Problem {
  readonly message: string;
  readonly span: Span;
}
