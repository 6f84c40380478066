/** What a job's script says of itself. */
export interface Job {
  /** What its state is kept under: letters, digits and underscores. */
  readonly name: string;
  /** The migration's file name. */
  readonly migration: string;
  /** The statement, line by line. */
  readonly statement: readonly string[];
  /** Makes the table that keeps the state. */
  readonly setup: string;
}

/** The table in which jobs keep where they are. */
export const STATE = 'lockscope_jobs';
