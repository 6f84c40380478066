import type { Analysis } from '../core/analysis';
import type { Duration, MigrationEstimate } from '../core/estimate/estimate';
import type { Target } from '../core/target';

/** An output format of `lockscope estimate`. Each call gives the text to print next. */
export interface EstimateReporter {
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
}

const NONE: Duration = { low: 0, likely: 0, high: 0 };

export const NO_TOTALS: Totals = { files: 0, statements: 0, unknown: 0, runs: NONE, blocksReads: NONE, blocksWrites: NONE };

/** The totals with one more file. */
export function withMigration(totals: Totals, { statements, runs, blocksReads, blocksWrites }: MigrationEstimate): Totals {
  const told = statements.filter((statement) => statement !== undefined);
  return {
    files: totals.files + 1,
    statements: totals.statements + told.length,
    unknown: totals.unknown + told.filter((statement) => statement.runs === undefined).length,
    runs: added(totals.runs, runs),
    blocksReads: added(totals.blocksReads, blocksReads),
    blocksWrites: added(totals.blocksWrites, blocksWrites),
  };
}

function added(a: Duration | undefined, b: Duration | undefined): Duration | undefined {
  return a === undefined || b === undefined ? undefined : { low: a.low + b.low, likely: a.likely + b.likely, high: a.high + b.high };
}
