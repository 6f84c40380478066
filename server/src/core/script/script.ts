import type { Edit, Span } from '../text';

export type Direction = 'up' | 'down';

/** What a migration tool opens a transaction around. */
export type Wrapper = 'none' | 'statement' | 'file' | 'run';

/** How a tool sends what it found: one statement a query, or a whole segment as one query (an implicit transaction). */
export type SendUnit = 'statement' | 'segment';

/** A migration file as its tool sees it. */
export interface Script {
  /** Id of the tool, e.g. `plain`, `flyway`. */
  readonly tool: string;
  readonly segments: readonly Segment[];
  /** What is wrong with the file itself, in the file's offsets. */
  readonly problems: readonly ScriptProblem[];
}

export interface ScriptProblem {
  readonly message: string;
  readonly span: Span;
}

/** A stretch of SQL in a file. */
export interface Segment {
  /**
   * The SQL as the server's scanner may read it: psql's meta-commands, COPY data and placeholders are blanked or
   * replaced by names of the same length. For SQL files it is as long as the stretch of the file that it stands for.
   */
  readonly text: string;
  /** Where it starts in the file. */
  readonly offset: number;
  readonly direction: Direction;
  readonly wrapper: Wrapper;
  readonly send: SendUnit;
  /** Stretches of `text` whose content is not the user's (replaced placeholders): edits must not touch them. */
  readonly opaque: readonly Opaque[];
}

/** A stretch of a segment's text that stands for something else. */
export interface Opaque extends Span {
  /** What the file has there, e.g. `${schema}`. */
  readonly written?: string;
}

/** What a tool can do about the transaction it wraps a file in. */
export interface OptOut {
  readonly title: string;
  /** The edits that switch the tool's transaction off for this file. */
  readonly edits: readonly Edit[];
}

/** A migration tool: how its files are recognised and read. One a file in tools/. */
export interface MigrationTool {
  readonly id: string;
  readonly title: string;
  /**
   * How sure this tool is that a file is its own: 0 not at all, 1 by default, higher wins.
   * @param path with forward slashes
   */
  recognise(file: { readonly path: string; readonly text: string }): number;
  read(file: { readonly path: string; readonly text: string }): Script;
  /** The edits that let a statement run outside a transaction, or undefined where the tool has no such thing. */
  optOut(file: { readonly path: string; readonly text: string }): OptOut | undefined;
}
