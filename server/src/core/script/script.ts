import type { Edit, Span } from '../text';
import type { Unordered } from './order';

export type Direction = 'up' | 'down';

/**
 * What a migration tool opens a transaction around: each statement by itself; a part of a file (the up half, a changeset);
 * the file; or all files that are pending when it runs.
 */
export type Wrapper = 'none' | 'statement' | 'block' | 'file' | 'run';

/** How a tool sends what it found: one statement a query, or a whole segment as one query (an implicit transaction). */
export type SendUnit = 'statement' | 'segment';

/** A file as a migration tool sees it. */
export interface ToolFile {
  /** With forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The texts of files near it that tools look at (`MigrationTool.beside`), by path; absent where nobody looked. */
  readonly beside?: ReadonlyMap<string, string>;
  /** The paths of the other files of its history: their numbers are taken. */
  readonly siblings?: readonly string[];
}

/** A migration file as its tool reads it. */
export interface Script {
  /** Id of the tool, e.g. `plain`, `flyway`. */
  readonly tool: string;
  /** In the order of the file. */
  readonly segments: readonly Segment[];
  /** What is wrong with the file itself, in the file's offsets. */
  readonly problems: readonly ScriptProblem[];
  /**
   * Where the SQL stands in strings of another language: the text that segments, statements, rules and rewrites count
   * in, and how it maps to the file. Absent for SQL files: they count in the file itself.
   */
  readonly embedded?: Embedded;
  /** How it is taken back, where the file itself says so (code). */
  readonly wayBack?: WayBack;
  /** What is not sure of it; in the order of the text. */
  readonly doubts?: readonly Doubt[];
}

/** What nobody can say for sure of a part of a script before it runs. The span counts in what the statements count in. */
export interface Doubt {
  /** It may run many times; perhaps not at all; what it sends is not known; a part of what it sends is not. */
  readonly why: 'loop' | 'condition' | 'call' | 'variable';
  /** The call, or what is not known of it, as the file has it. */
  readonly what: string;
  readonly span: Span;
}

export interface ScriptProblem {
  readonly message: string;
  readonly span: Span;
}

/** A stretch of SQL. */
export interface Segment {
  /**
   * The SQL as the server's scanner may read it: psql's meta-commands, COPY data and placeholders are blanked or
   * replaced by names of the same length. As long as the stretch of the file (or of `Script.embedded.text`) that it stands for.
   */
  readonly text: string;
  /** Where it starts in the file, or in `Script.embedded.text`. */
  readonly offset: number;
  readonly direction: Direction;
  readonly wrapper: Wrapper;
  readonly send: SendUnit;
  /**
   * Segments of the same unit run one after the other in one session: what one leaves (its transaction, its settings)
   * is there for the next. A wrapper opens its transaction around a unit. The direction by default.
   */
  readonly unit?: string;
  /** Stretches of `text` whose content is not the user's (replaced placeholders); edits put back what was written. */
  readonly opaque: readonly Opaque[];
  /** Whether a meta-command in it runs what the file does not say: `\i other.sql`, for example. */
  readonly includes?: true;
  /** What every line that an edit adds must begin with, where the SQL stands in comments, e.g. `--rollback `. */
  readonly linePrefix?: string;
  /** Whether the file has a call that stands for the SQL, and not the SQL. */
  readonly generated?: boolean;
  /** Whether the tool takes it back by itself. */
  readonly reverses?: boolean;
  /** Whether it is sent in a way that takes one statement only: as a prepared one. */
  readonly single?: true;
  /** The statement of the host language that sends it, for embedded SQL. */
  readonly call?: Call;
}

/**
 * A statement of the host language that sends SQL. One that sends nothing more is taken out; where a segment has more
 * statements than before, each gets a call of its own.
 */
export interface Call {
  /** In the file, e.g. `await knex.raw('…');`. */
  readonly file: Span;
  /** The same call with other SQL, or undefined where it cannot be written. */
  sending(sql: string): string | undefined;
  /** For a call that stands for SQL which the file does not have: the host's text that runs some statements instead, and edits elsewhere in the file for the names that it imports. */
  readonly instead?: (statements: readonly string[]) => { readonly text: string; readonly imports: readonly Edit[] } | undefined;
}

/** A stretch of a segment's text that stands for something else. */
export interface Opaque extends Span {
  /** What the file has there, e.g. `${schema}`. */
  readonly written?: string;
}

/** The SQL of a file in another language, as one text, and where its stretches stand in the file. */
export interface Embedded {
  /** The SQL strings as the server gets them, one after the other, parted by line ends that no run holds. */
  readonly text: string;
  /** In the order of the text, and of the file. */
  readonly runs: readonly Run[];
}

/** A stretch of embedded text and the stretch of the file that it comes from. Where their lengths differ (an escape, an interpolation, generated SQL) it is indivisible. */
export interface Run extends Span {
  readonly file: Span;
  readonly literal: Literal;
}

/** A string literal of the host language. */
export interface Literal {
  /** Edits may begin in one literal and end in another of the same kind, e.g. `'`: what is between them goes. */
  readonly kind: string;
  /** SQL as it is written inside of such a literal; undefined where it cannot be (a call that stands for SQL). */
  encode(sql: string): string | undefined;
}

/** An edit whose offsets count in the file although the statements count in {@link Embedded} text. */
export interface FileEdit extends Edit {
  readonly inFile: true;
}

/** An edit that changes no text: it parts the statements that one call sends, so that each gets a call of its own. */
export interface PartingEdit extends Edit {
  readonly parting: true;
}

/** What writes a file beside the migration, in the place of an edit: `Fix.files` in the end. */
export interface BesideEdit extends Edit {
  readonly beside: NewFile;
}

/** What a tool can do about the transaction it wraps a file in. */
export interface OptOut {
  readonly title: string;
  /** The edits that switch the tool's transaction off for the segment. Embedded scripts give {@link FileEdit}s. */
  readonly edits: readonly (Edit | FileEdit)[];
  /** Files to be written beside it, whole. */
  readonly files?: readonly NewFile[];
  /** Whether a statement must then stand alone in its file or part, because the tool still sends that as one query. */
  readonly alone?: boolean;
}

/** The table in which a tool notes what it applied. */
export interface AppliedTable {
  /** Its name unless somebody configured another; with a schema where the tool puts it in one of its own. */
  readonly table: string;
  /** What is read of it; a table without one of these columns is not the tool's. The first names the migration. */
  readonly columns: readonly [string, ...string[]];
  /** Columns that only another tool's table of this name has. */
  readonly without?: readonly string[];
  /** Whether no other table has such columns, so that it is recognised by whatever name. */
  readonly unmistakable?: true;
  /** The column that says when, if there is one. */
  readonly at?: string;
  /** Rows come in the order of this column: of two that name the same migration the later one counts. */
  readonly order?: string;
  /** Whether there is a row for each migration, one that names the last, or those that nothing builds on yet. */
  readonly rows: 'each' | 'last' | 'heads';
  /** What a row says, by its columns; by default that the migration which its first column names is applied. */
  noted?(row: AppliedRow): readonly Noted[];
  /** The keys of a file's migrations, all of which must be applied for the file to be; none for a file that the tool does not note. */
  keysOf(file: ToolFile): readonly string[];
  /** For `heads`: the keys of the migrations that a file builds on. */
  parentsOf?(file: ToolFile): readonly string[];
}

/** A row of an {@link AppliedTable} by its columns, all as text. */
export type AppliedRow = Readonly<Record<string, string | null>>;

/** That a migration is applied; that it is not (any more); or that all up to it are, or all before it. */
export interface Noted {
  readonly key: string;
  readonly state: 'applied' | 'not applied' | 'all up to' | 'all before';
}

/** How a migration is taken back. */
export interface WayBack {
  /** Whether the file, or one beside it, says how. */
  readonly exists: boolean;
  /** Whether what is written has to take back all of the migration, and not only what its tool cannot reverse by itself. */
  readonly whole?: boolean;
  /** The tool takes back by itself what it can, so that only some of the migration is missing. */
  readonly byTool?: boolean;
  /** The edits and files that write one; the statements come without semicolons. */
  write(statements: readonly string[]): { readonly edits: readonly Edit[]; readonly files?: readonly NewFile[] };
}

/** A file that a fix makes, or writes anew; its path counts as the migration's does. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** What people read about a tool: its row in docs/tools.md. Markdown. */
export interface ToolAbout {
  /** How its files look. */
  readonly files: string;
  /** What it opens a transaction around and how it sends what it finds. */
  readonly transaction: string;
  /** How to switch that off, or that there is no way. */
  readonly optOut: string;
  /** What else of its syntax is understood. */
  readonly understands?: string;
  /** The release that the tests run on a real server, and where it comes from; absent where all this was read in its source. */
  readonly run?: string;
}

/** A file of a tool, and what is to be said of it: tests follow from it. */
export interface ToolExample {
  readonly title: string;
  readonly path: string;
  readonly text: string;
  readonly beside?: Readonly<Record<string, string>>;
  /** What exists before, as DDL. */
  readonly schema?: string;
  /** The statements that fail because they run in a transaction, by the words they begin with. */
  readonly fails: readonly string[];
  /** What the first fix of the first failing statement makes of the file. */
  readonly fixed?: string;
  /** The files that it writes beside it. */
  readonly written?: Readonly<Record<string, string>>;
}

/** A migration tool: how its files are recognised and read. One a file in tools/. */
export interface MigrationTool {
  readonly id: string;
  readonly title: string;
  readonly about: ToolAbout;
  /**
   * Files near a migration that the tool looks at, as paths from its folder: `atlas.sum`, `meta/_journal.json`,
   * `.../package.json` (in its folder or the nearest above that has one).
   * @param name of the file, without its folder
   */
  beside?(name: string): readonly string[];
  /** How sure this tool is that a file is its own: 0 not at all, 0.1 any SQL file, 0.5 by the path, 0.8 by a neighbour, 0.9 by its text; higher wins. Of SQL the text holds no more than lines with comments. */
  recognise(file: ToolFile): number;
  /** Never throws, whatever the text. */
  read(file: ToolFile): Script;
  /** What lets a segment's statements run outside of the tool's transaction; undefined where the tool has no such thing, or it is done. */
  optOut?(file: ToolFile, segment: Segment): OptOut | undefined;
  /**
   * The files of a migration that holds nothing but the given SQL.
   * @param outside whether it is to run outside of a transaction
   */
  migration?(path: string, sql: string, outside: boolean): readonly NewFile[];
  /**
   * For a tool that splits at every semicolon: the lines that a statement with semicolons of its own stands between; or
   * the edits of a file that have it sent whole.
   */
  readonly enclosed?: { readonly begin: string; readonly end: string } | ((text: string, statement: { readonly offset: number; readonly end: number }) => readonly Edit[]);
  /** Undefined for a tool, or a file, that knows no way back. */
  wayBack?(file: ToolFile): WayBack | undefined;
  /** Whether it compares the names of its files letter by letter, so that `10_a` runs before `9_a`; else their numbers count. */
  readonly ordersByLetters?: boolean;
  /**
   * What files need to have run before them, by path, for a tool whose migrations name each other from folder to folder:
   * folders connected so are one history.
   */
  builtOn?(files: Unordered): ReadonlyMap<string, readonly string[]>;
  /** The order in which it runs the files of one history, where that does not follow from their names: paths in that order, those it does not know left out. */
  order?(files: Unordered): readonly string[] | undefined;
  readonly applied?: AppliedTable;
  readonly examples: readonly ToolExample[];
}
