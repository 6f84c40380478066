import type { BlockersReport } from './core/blockers/report';

/**
 * What client and server say to each other beyond the language server protocol. Any editor may use it: all are plain
 * requests and notifications with JSON parameters.
 */

/**
 * Request, client to server. Analyses an open document although it does not look like a migration, or although it has been
 * applied, until it is closed.
 * Parameters {@link DocumentParams}, result {@link DocumentStatus}.
 */
export const ANALYZE_FILE = 'lockscope/analyzeFile';

/**
 * Request, client to server. The edits of all safe fixes of an open document, as `source.fixAll.lockscope` has them.
 * Parameters {@link DocumentParams}, result a WorkspaceEdit, or null where there is nothing to mend.
 */
export const FIX_ALL = 'lockscope/fixAll';

/**
 * Request, client to server. What is known of an open document.
 * Parameters {@link DocumentParams}, result {@link DocumentStatus}.
 */
export const DOCUMENT_STATUS = 'lockscope/documentStatus';

/** Notification, server to client, without parameters. The status of documents may have changed: ask again for what is shown. */
export const STATUS_CHANGED = 'lockscope/statusChanged';

/**
 * Request, client to server, without parameters. Reads the connected databases now; answered when that is done, whether
 * or not it worked. Result null.
 */
export const REFRESH_DATABASE = 'lockscope/refreshDatabase';

/**
 * Request, client to server. How long an open document's migration takes, after a connected database was read anew (for
 * at most 1.5 s: what is known counts). Can be cancelled. Parameters {@link DocumentParams}, result {@link EstimateResult},
 * or null where the document is not analysed.
 */
export const ESTIMATE = 'lockscope/estimate';

/**
 * Request, client to server. The report on an open document's migration, from what is known now.
 * Parameters {@link ReportParams}, result {@link ReportResult}, or null where the document is not analysed.
 */
export const REPORT = 'lockscope/report';

/**
 * A command of the client, arguments `[uri: string, statement: number]`, both optional: shows the report. Lenses carry it
 * where the client names it in its {@link InitializationOptions}.
 */
export const SHOW_REPORT_COMMAND = 'lockscope.showReport';

/**
 * A command of the client, without arguments: analyses the active document although it does not look like a migration, or
 * although it has been applied. The lens of an applied migration carries it where the client names it in its {@link InitializationOptions}.
 */
export const ANALYZE_FILE_COMMAND = 'lockscope.analyzeFile';

/**
 * Request, client to server. Who would block an open migration now, whom it would block, and how far what runs is; reads
 * the database it is judged by once. Parameters {@link DocumentParams}, result {@link BlockersAnswer}.
 */
export const BLOCKERS = 'lockscope/blockers';

/**
 * Request, client to server. Counts the rows of the connected database that would make statements of an open document fail;
 * they become findings too. Can be cancelled. Parameters {@link CheckDataParams}, result {@link CheckDataAnswer}.
 */
export const CHECK_DATA = 'lockscope/checkData';

/** Notification, server to client, while {@link CHECK_DATA} is answered: `{uri, done, all}`, checks that are done and all there are. */
export const CHECK_DATA_PROGRESS = 'lockscope/checkDataProgress';

/**
 * A command of the client, arguments `[uri: string, statement: number]`, both optional: asks {@link CHECK_DATA} and shows the
 * answer. Code actions carry it where the client names it in its {@link InitializationOptions}.
 */
export const CHECK_DATA_COMMAND = 'lockscope.checkData';

/** Request, client to server, without parameters. All rules; result {@link RuleEntry}[]. */
export const RULES = 'lockscope/rules';

/** `workspace/executeCommand`, arguments `[rule: string]`: shows the rule's page, by way of `window/showDocument`. */
export const OPEN_RULE_COMMAND = 'lockscope.server.openRule';

/** The code action kind that mends everything that is safe to mend. */
export const FIX_ALL_KIND = 'source.fixAll.lockscope';

/**
 * Request, client to server. What learning the speed of a document's database would read, before it is read. Parameters
 * {@link DocumentParams}, result {@link LearningPlan}, or null where no database is connected.
 */
export const LEARNING_PLAN = 'lockscope/learningPlan';

/**
 * Request, client to server. Learns how fast a document's database is; estimates rest on it from then on. Can be cancelled,
 * and tells its progress where the parameters have a `workDoneToken`. Parameters {@link LearnParams}, result {@link LearnResult}.
 */
export const LEARN = 'lockscope/learn';

/**
 * Request, client to server. What rehearsing an open migration would copy, before it is copied. Parameters
 * {@link DocumentParams}, result {@link RehearsalPlanResult}, or null where no database is connected.
 */
export const REHEARSAL_PLAN = 'lockscope/rehearsalPlan';

/**
 * Request, client to server. Runs an open migration on a copy of at most 200,000 rows, in a database that is made for it and
 * removed again. Can be cancelled, and tells its progress where the parameters have a `workDoneToken`. Parameters
 * {@link RehearseParams}, result {@link RehearseResult}.
 */
export const REHEARSE = 'lockscope/rehearse';

export interface DocumentParams {
  readonly uri: string;
}

export interface DocumentStatus {
  /**
   * `analysed`; `other` for a document that does not look like a migration; `refused` for one that cannot be analysed
   * (too large, binary); `unknown` for one that is not open or not yet read.
   */
  readonly state: 'analysed' | 'other' | 'refused' | 'unknown';
  /** Whether somebody asked for the analysis although it does not look like a migration. */
  readonly forced: boolean;
  /** The server that it is judged for, e.g. `PostgreSQL 18`. */
  readonly server: string | undefined;
  /** How that is known. */
  readonly source: 'default' | 'setting' | 'snapshot' | 'connection' | undefined;
  /** What sizes and schema come from. */
  readonly database: DatabaseStatus | undefined;
  /** That the migration has been applied, in words: `Applied to shop on 2024-05-01`. It has no findings then, unless {@link forced}. */
  readonly applied: string | undefined;
  readonly findings: number;
  /** Statements that could not be read. */
  readonly problems: number;
  /** What is wrong with the settings, as sentences. */
  readonly warnings: readonly string[];
}

export interface DatabaseStatus {
  readonly kind: 'connection' | 'snapshot';
  /** The connection's name, or the path of the snapshot. */
  readonly name: string;
  /**
   * `reading` until it was read for the first time; `current`; `stale` where the last attempt to read it again failed;
   * `failed` where there was none that did not.
   */
  readonly state: 'reading' | 'current' | 'stale' | 'failed';
  /** When it was read or taken, in ms since 1970. */
  readonly readAt: number | undefined;
  /** Why it could not be read, in plain words, without anybody's secrets. */
  readonly problem: string | undefined;
  /** All of this in a sentence or two, with the age as it is now. */
  readonly summary: string;
}

/** What comes of trying a connection: the one line that the server's program prints when it is started with `--probe`. */
export type ProbeResult =
  | {
      readonly ok: true;
      /** Major version of PostgreSQL. */
      readonly version: number;
      readonly tables: number;
    }
  | {
      readonly ok: false;
      /** Why not, in plain words, without anybody's secrets. */
      readonly problem: string;
      /** Whether a password, or another one, may help. */
      readonly wantsPassword: boolean;
    };

export interface LearningPlan {
  /** The connection's name. */
  readonly database: string;
  /** What a sample would read: `about 150 k rows of orders`. Empty where the tables are too small to tell anything. */
  readonly sample: readonly string[];
}

export interface LearnParams extends DocumentParams {
  /** `forget` goes back to built-in timings. */
  readonly from: 'past' | 'past and sample' | 'forget';
  readonly workDoneToken?: string | number;
}

export type LearnResult =
  | {
      readonly ok: true;
      /** To keep with the connection and hand over at the next start, in LOCKSCOPE_DATABASES; null: nothing. Holds no names and no secrets. */
      readonly calibration: object | null;
      /** What came of it, as a sentence. */
      readonly summary: string;
    }
  | { readonly ok: false; readonly problem: string };

export interface RehearsalPlanResult {
  /** The connection's name. */
  readonly database: string;
  /** Whether it is marked as production: then nothing is rehearsed with its rows. */
  readonly production: boolean;
  /** What is copied: `all 1,200 rows of countries`. */
  readonly copies: readonly string[];
}

export interface RehearseParams extends DocumentParams {
  /** The `stage` of an entry of LOCKSCOPE_DATABASES: on whose server the copy is made. */
  readonly stage: string;
  readonly workDoneToken?: string | number;
}

export type RehearseResult =
  | {
      readonly ok: true;
      /** What came of it, as a sentence. */
      readonly summary: string;
      /** Statements that failed on the copy, each with the server's words. */
      readonly failures: readonly { readonly statement: string; readonly message: string }[];
      /** What was other than in the database itself. */
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly problem: string };

/** Seconds; null where nobody can say. */
export type EstimatedTime = { readonly low: number; readonly likely: number; readonly high: number } | null;

export interface EstimateResult {
  /** The whole in a sentence: `runs about 40 s (25 to 70), keeps writes waiting about 12 s (8 to 20)`. */
  readonly summary: string;
  readonly runs: EstimatedTime;
  readonly blocksReads: EstimatedTime;
  readonly blocksWrites: EstimatedTime;
  /** One for each statement, in order; null for one that cannot be read or that undoes. */
  readonly statements: readonly (StatementEstimateResult | null)[];
}

export interface StatementEstimateResult {
  readonly range: WireRange;
  readonly kind: string;
  readonly runs: EstimatedTime;
  /** Where the size is what is missing: the time for each million rows. */
  readonly perMillionRows: EstimatedTime;
  readonly basis: 'default' | 'catalog' | 'calibrated' | 'rehearsed';
  /** How long it runs, in words; with the reason where nobody can say. */
  readonly inWords: string;
  /** What it took when it ran already, beside what was said of it before, in words; null where it did not run. */
  readonly ran: string | null;
}

export interface ReportParams extends DocumentParams {
  /** `html` is a page of its own; `webview` the same for a webview, whose style and script carry the nonce. */
  readonly format: 'html' | 'webview' | 'markdown';
  readonly nonce?: string;
}

export interface ReportResult {
  /** The migration's name. */
  readonly name: string;
  readonly text: string;
  /** Where the statements are that the report's links count, in the version of the document that it is about. */
  readonly statements: readonly WireRange[];
}

/** As the language server protocol has it. */
export interface WireRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

export type { Blocker, BlockersReport, Claim, WaitNode } from './core/blockers/report';

export type BlockersAnswer =
  | {
      readonly state: 'read';
      /** The connection's name. */
      readonly database: string;
      /** In ms since 1970. */
      readonly readAt: number;
      readonly report: BlockersReport;
    }
  /** It cannot be told; why, as a sentence. */
  | { readonly state: 'unknown'; readonly reason: string };

export interface CheckDataParams extends DocumentParams {
  /** Only the statement of this position. */
  readonly statement?: number;
}

export interface CheckDataProgress extends DocumentParams {
  readonly done: number;
  readonly all: number;
}

export type CheckDataAnswer =
  | {
      readonly state: 'read';
      /** The connection's name. */
      readonly database: string;
      readonly checks: readonly CheckedData[];
    }
  /** It cannot be told; why, as a sentence. */
  | { readonly state: 'unknown'; readonly reason: string };

export interface CheckedData {
  /** The statement. */
  readonly range: WireRange;
  /** In words: `17 rows have users.email NULL`; why it was not counted where it was not. */
  readonly inWords: string;
  /** Undefined where it was not counted. */
  readonly count: number | undefined;
  /** A query that shows the rows. */
  readonly query: string;
}

export interface RuleEntry {
  readonly id: string;
  readonly summary: string;
  readonly url: string;
}

/** What a client may send as `initializationOptions`. */
export interface InitializationOptions {
  /** Settings without the prefix `lockscope.`, for editors without `workspace/configuration`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Commands of the client that the server may refer to, e.g. {@link SHOW_REPORT_COMMAND}. */
  readonly commands?: readonly string[];
}
