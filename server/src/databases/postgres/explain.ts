import type { DataStatement } from '../../core/data-statements';
import { quoteIdentifier } from '../../core/schema/names';
import type { Reading } from './connection';

/** How long planning one statement may take, in ms. */
export const PLANNING = 2000;
/** How long it may wait for a lock, in ms. */
const PATIENCE = 50;

/**
 * How many rows the planner expects a statement to change (EXPLAIN, which plans and does not run). Its lock on the table,
 * ROW EXCLUSIVE, is given back at once. Undefined where the server cannot say: the statement may depend on earlier ones
 * of its file, the role may lack the privilege, or somebody's lock is in the way.
 */
export async function expectedRows(reading: Reading, { text, searchPath }: DataStatement): Promise<number | undefined> {
  await reading.rows("SELECT pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('statement_timeout', $2, true)", [searchPath.map(quoteIdentifier).join(', '), String(PLANNING)]);
  try {
    const plan = await reading.rowsUnlessLocked(`EXPLAIN (FORMAT JSON) ${text}`, [], PATIENCE);
    return rowsOf(plan?.[0]?.[0]);
  } catch (error) {
    if (isOfTheSession(error)) throw error;
    return undefined;
  }
}

interface Plan {
  readonly 'Plan Rows'?: number;
  readonly 'Parent Relationship'?: string;
  readonly Plans?: readonly Plan[];
}

/** The rows that reach ModifyTable, whose own number is that of RETURNING. Before PostgreSQL 14 each partition has a plan of its own. */
function rowsOf(explained: unknown): number | undefined {
  const [top] = Array.isArray(explained) ? (explained as readonly { readonly Plan?: Plan }[]) : [];
  const sources = top?.Plan?.Plans?.filter(({ 'Parent Relationship': role }) => role === 'Outer' || role === 'Member') ?? [];
  return sources.length === 0 ? undefined : sources.reduce((sum, source) => sum + (source['Plan Rows'] ?? 0), 0);
}

/** Whether what failed is the session and not the statement: an error without an SQLSTATE of five letters, or one of the classes 08, 53, 57. */
export function isOfTheSession(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return !/^[0-9A-Z]{5}$/u.test(code) || /^(?:08|53|57P)/u.test(code);
}
