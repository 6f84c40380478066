import type { Analysis } from '../core/analysis';
import type { Blocked, MigrationEstimate, StatementEstimate } from '../core/estimate/estimate';
import { estimateMigration } from '../core/estimate/migration';
import { Sums } from '../core/estimate/sums';
import { durationInWords, isNotable } from '../core/quantities';
import type { Analysed } from './edits';

/** How long a document's migration takes, worked out once for each analysis. */
export function estimateOf({ analysis, input: { statistics } }: Pick<Analysed, 'analysis' | 'input'>): MigrationEstimate {
  let estimate = estimates.get(analysis);
  if (estimate === undefined) estimates.set(analysis, (estimate = estimateMigration(analysis, statistics)));
  return estimate;
}

const estimates = new WeakMap<Analysis, MigrationEstimate>();

/** What an estimate says of one statement: how long it runs, and whom it starts to keep waiting. */
export interface StatementTime {
  readonly estimate: StatementEstimate;
  /** Relations whose readers or writers it keeps out, until it or its transaction ends. */
  readonly blocked: readonly Blocked[];
  readonly migration: MigrationEstimate;
}

/** The times of all statements of a document, by their position. */
export function timesOf(analysed: Pick<Analysed, 'analysis' | 'input'>): readonly (StatementTime | undefined)[] {
  const migration = estimateOf(analysed);
  const byStatement = new Map<number, Blocked[]>();
  for (const blocked of migration.blocked) {
    const known = byStatement.get(blocked.from);
    if (known === undefined) byStatement.set(blocked.from, [blocked]);
    else known.push(blocked);
  }
  return migration.statements.map((estimate, index) => estimate && { estimate, blocked: byStatement.get(index) ?? [], migration });
}

/** How long somebody waits: "about 40 s (25 to 70)", or as far as it is known; undefined where nothing is. */
export function waitInWords({ time, from, to }: Blocked, migration: MigrationEstimate): string | undefined {
  const until = to > from ? ' until the transaction ends' : '';
  if (time !== undefined) return durationInWords(time) + until;
  const { known, perMillionRows } = Sums.of(migration.statements).over(from, to);
  if (perMillionRows === undefined) return undefined;
  const base = isNotable(known) ? `${durationInWords(known)} and ` : '';
  return `${base}${durationInWords(perMillionRows)} for each million rows${until}`;
}
