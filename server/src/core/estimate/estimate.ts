import type { RelationName } from '../schema/names';
import type { Ran, Running } from '../schema/speed';

/** A span of time, in seconds: low ≤ likely ≤ high, none negative. */
export interface Duration {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

/**
 * What a duration rests on: built-in constants alone, sizes and statistics of a catalogue, timings of this very server, or
 * running the statement itself on a copy of a part of its tables.
 */
export type Basis = 'default' | 'catalog' | 'calibrated' | 'rehearsed';

/** How long a statement takes. */
export interface StatementEstimate {
  readonly basis: Basis;
  /** From the moment its locks are granted to its end. Undefined where it cannot be told; `unknown` says why. */
  readonly runs: Duration | undefined;
  /** Why nothing can be said, for a person: `the size of public.users is not known`. */
  readonly unknown: string | undefined;
  /** Where the size is what is missing: the time for each million rows. */
  readonly perMillionRows: Duration | undefined;
  /** What it has to do, the largest part first; empty for statements that only change the catalogue. */
  readonly work: readonly Work[];
  /** Waits that come before or between the work and are not part of `runs`: nothing bounds them. */
  readonly waits: readonly Wait[];
  /** Where it commits in batches: then `runs` is the time of all of them, pauses included. */
  readonly batches?: Batches;
  /** What it took when it ran already. */
  readonly ran?: Ran;
  /** How far it is, where it runs just now. */
  readonly running?: Running;
}

/** Rows that are changed in parts, each committed. */
export interface Batches {
  readonly count: number;
  /** Rows of each. */
  readonly rows: number;
  /** Seconds of pause between them, in all. */
  readonly pause: number;
}

/** A piece of work, counted in what can be counted. */
export interface Work {
  readonly kind: 'scan' | 'validate' | 'sort' | 'index build' | 'rewrite' | 'update' | 'delete' | 'insert' | 'foreign key' | 'vacuum' | 'other';
  /** For a person: `builds users_email_idx`. */
  readonly what: string;
  readonly relation: RelationName | undefined;
  readonly rows: number | undefined;
  readonly bytesRead: number | undefined;
  readonly bytesWritten: number | undefined;
  readonly walBytes: number | undefined;
  readonly seconds: Duration | undefined;
}

export interface Wait {
  readonly for: 'lock' | 'old snapshots' | 'prepared transactions';
  /** For a person: `waits for every transaction that uses public.users`. */
  readonly what: string;
  readonly relation: RelationName | undefined;
}

/** How long a relation's readers or writers are kept out by one transaction (or statement outside of one). */
export interface Blocked {
  readonly relation: RelationName;
  readonly transaction: number;
  /** Index of the statement that takes the blocking lock first, and of the last one that runs under it. */
  readonly from: number;
  readonly to: number;
  readonly mode: string;
  readonly blocks: 'writes' | 'reads and writes';
  /** Undefined where a statement that runs under the lock cannot be estimated. */
  readonly time: Duration | undefined;
}

/** How long a migration takes, statement by statement. */
export interface MigrationEstimate {
  /** One for each statement of the analysis; undefined for one that does not parse or is of the down direction. */
  readonly statements: readonly (StatementEstimate | undefined)[];
  readonly blocked: readonly Blocked[];
  /** Undefined where a statement cannot be estimated. */
  readonly runs: Duration | undefined;
  readonly blocksReads: Duration | undefined;
  readonly blocksWrites: Duration | undefined;
}
