import type { Analysis } from '../core/analysis';
import type { Duration, MigrationEstimate } from '../core/estimate/estimate';
import { together } from '../core/estimate/words';
import type { Target } from '../core/target';

/** An output format of `lockscope estimate`. Each call gives the text to print next. */
export interface EstimateReporter {
  /** Whether it tells the findings as well. */
  readonly tellsFindings: boolean;
  start(target: Target): string;
  file(analysis: Analysis, estimate: MigrationEstimate): string;
  end(totals: Totals): string;
}

/** All files together; undefined where a statement cannot be estimated. */
export interface Totals {
  readonly files: number;
  readonly statements: number;
  /** Of which nothing can be said. */
  readonly unknown: number;
  readonly runs: Duration | undefined;
  readonly blocksReads: Duration | undefined;
  readonly blocksWrites: Duration | undefined;
  /** What is known of `runs` where a size is missing somewhere. */
  readonly known: Duration;
  /** And what comes to that for each million rows of the tables of unknown size. */
  readonly perMillionRows: Duration;
}

const NONE: Duration = { low: 0, likely: 0, high: 0 };

export const NO_TOTALS: Totals = { files: 0, statements: 0, unknown: 0, runs: NONE, blocksReads: NONE, blocksWrites: NONE, known: NONE, perMillionRows: NONE };

/** The totals with one more file. */
export function withMigration(totals: Totals, estimate: MigrationEstimate): Totals {
  const { statements, runs, blocksReads, blocksWrites } = estimate;
  const { known, perMillionRows = NONE } = together(estimate, statements.keys());
  const told = statements.filter((statement) => statement !== undefined);
  return {
    files: totals.files + 1,
    statements: totals.statements + told.length,
    unknown: totals.unknown + told.filter((statement) => statement.runs === undefined).length,
    runs: added(totals.runs, runs),
    blocksReads: added(totals.blocksReads, blocksReads),
    blocksWrites: added(totals.blocksWrites, blocksWrites),
    known: plus(totals.known, known),
    perMillionRows: plus(totals.perMillionRows, perMillionRows),
  };
}

function added(a: Duration | undefined, b: Duration | undefined): Duration | undefined {
  return a === undefined || b === undefined ? undefined : plus(a, b);
}

function plus(a: Duration, b: Duration): Duration {
  return { low: a.low + b.low, likely: a.likely + b.likely, high: a.high + b.high };
}
