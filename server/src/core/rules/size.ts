import type { Action } from '../effects/effects';
import { microsecondsARow, type Effort } from '../estimate/rates';
import type { RelationName } from '../schema/names';
import type { FindContext } from './rule';

/** The smallest heap row: 24 bytes of header and 4 of line pointer (storage/htup_details.h). */
const SMALLEST_ROW = 28;

/** How deep partitions are followed when their sizes are summed. */
const DEPTH = 8;

/**
 * Whether the work on a relation ends within the lock budget, going by its known size. Without statistics a relation
 * is taken to be large.
 */
export function isHarmless(context: FindContext, relation: RelationName | undefined, effort: Effort): boolean {
  if (relation === undefined) return false;
  const rows = rowsOf(context, relation);
  return rows !== undefined && endsInTime(rows, effort, context.options);
}

/** Whether work on so many rows ends within the lock budget. */
export function endsInTime(rows: number, effort: Effort, { lockBudget }: FindContext['options']): boolean {
  return rows * microsecondsARow(effort) <= lockBudget * 1000;
}

/** The relations that a statement reads whole and that were there before the migration, those left out that are read in no time. */
export function readForLong(context: FindContext): readonly RelationName[] {
  return context.effects.scans.filter((relation) => context.before.relation(relation)?.origin !== context.path && !isHarmless(context, relation, 'scan'));
}

/** How many rows the server expects the statement to change, where it was asked. */
export function rowsExpected({ statistics, parsed, before }: FindContext): number | undefined {
  return statistics.changedBy?.({ text: parsed.text, searchPath: before.searchPath });
}

/** Whether what an action does is nothing to speak of: its relation is new, or small enough. */
export function isQuiet(context: FindContext, action: Action, effort: Effort): boolean {
  return action.isNew || isHarmless(context, action.relation, effort);
}

/** The rows of a relation as far as they are known; a partitioned table's are those of its partitions. */
export function rowsOf(context: FindContext, relation: RelationName, depth = 0): number | undefined {
  const known = context.before.relation(relation);
  if (known?.kind === 'partitioned table' && depth < DEPTH) {
    let sum = 0;
    for (const child of known.children) {
      const rows = rowsOf(context, child, depth + 1);
      if (rows === undefined) return undefined;
      sum += rows;
    }
    return known.children.length === 0 ? undefined : sum;
  }
  const size = context.statistics.sizeOf(relation);
  return size?.rows ?? (size?.bytes === undefined ? undefined : size.bytes / SMALLEST_ROW);
}
