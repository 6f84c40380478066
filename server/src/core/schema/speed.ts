/** What a server took for work that is the same everywhere, in µs a row: it makes rows of numbers, or of texts, and sorts them. */
export interface Pace {
  readonly numbers: number;
  readonly texts: number;
}

/** Work that is slow or fast for the same reasons. */
export type CostClass = 'scan' | 'index' | 'other index' | 'rewrite' | 'foreign key' | 'update' | 'insert' | 'delete' | 'query';

/**
 * What the timings of one server have taught, as JSON that is kept for its connection. It holds no names and no text: of
 * each kind of work only how often it was timed, and the mean and variance of the logarithm of actual over estimated.
 */
export interface Calibration {
  readonly version: 1;
  /** The server's pace when it was learned. */
  readonly pace?: Pace;
  readonly classes: Readonly<Partial<Record<CostClass, Fit>>>;
}

export interface Fit {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/** What came of running a statement on a copy of a part of its tables. */
export interface Rehearsed {
  /** What the model's time is multiplied with. */
  readonly factor: number;
  /** Rows that the tables of the copy had at most. */
  readonly rows: number;
}

/** A statement that runs on the server just now (pg_stat_activity, pg_stat_progress_*). */
export interface Running {
  /** Since it has its locks, as far as that was seen; while it waits for them, since it was sent. */
  readonly seconds: number;
  readonly waitsForLock: boolean;
  /** `building index: scanning table`; undefined where the server does not tell. */
  readonly phase: string | undefined;
  /** What is done of the phase, 0 to 1. */
  readonly share: number | undefined;
}

/** What a statement took when it ran on the server itself. */
export interface Ran {
  /** Seconds, on average. */
  readonly seconds: number;
  /** It was seen running until it was gone, and not counted by the server: whether it succeeded is not known. */
  readonly isWatched?: true;
  readonly calls: number;
  /** What was said before it ran, in seconds; undefined where nobody asked then. */
  readonly estimated: { readonly low: number; readonly likely: number; readonly high: number } | undefined;
}
