import type { Analysis } from '../../core/analysis';
import type { MigrationEstimate } from '../../core/estimate/estimate';

/** A migration and how long it takes: what a report is made of. */
export interface ReportedMigration {
  readonly analysis: Analysis;
  readonly estimate: MigrationEstimate;
  /** How long reads or writes may be blocked, in ms. */
  readonly lockBudget: number;
}
