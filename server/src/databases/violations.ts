import { checkKey, type DataCheck, type Violations } from '../core/data-checks';
import { quoteIdentifier } from '../core/schema/names';
import { readDatabase, type Reading } from './postgres/connection';
import { isOfTheSession } from './postgres/explain';

/** How long one count may take, in ms: it reads a table whole where there is no index for it. */
const LIMIT = 10_000;
/** How long is waited for somebody's lock, in ms. */
const PATIENCE = 200;
/** What is counted at most. */
const MOST = 100_000;

/** What came of a check. */
export type Counted = Violations | { readonly problem: string };

/** Who watches a count. */
export interface Watcher {
  /** Told before each check. */
  readonly next?: (done: number, all: number) => void;
  /** Aborted when nobody wants to know any more: what the server counts then is ended at once. */
  readonly signal?: AbortSignal;
}

/**
 * Counts what violates constraints before they are made, in one read-only session; each count ends after ten seconds. Values of
 * rows are neither read nor kept. Where nobody wants to know any more it gives back what was counted until then.
 * Throws a {@link DatabaseError}.
 */
export async function countViolations(url: string, checks: readonly DataCheck[], { next, signal }: Watcher = {}): Promise<ReadonlyMap<string, Counted>> {
  const found = new Map<string, Counted>();
  const count = async (reading: Reading): Promise<void> => {
    for (const [at, check] of checks.entries()) {
      if (signal?.aborted === true) return;
      next?.(at, checks.length);
      const key = checkKey(check);
      const counted = found.get(key) ?? (await countOne(reading, check));
      // What was ended on purpose says nothing.
      if (!isStopped(signal)) found.set(key, counted);
    }
  };
  try {
    await readDatabase(url, count, LIMIT, signal);
  } catch (error) {
    if (!isStopped(signal)) throw error;
  }
  return found;
}

/** Asked again after a while: it may have been aborted meanwhile. */
function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function countOne(reading: Reading, { sql, searchPath }: DataCheck): Promise<Counted> {
  await reading.rows("SELECT pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('statement_timeout', $2, true)", [searchPath.map(quoteIdentifier).join(', '), String(LIMIT)]);
  try {
    const rows = await reading.rowsUnlessLocked(`SELECT pg_catalog.count(*)::int4 FROM (${sql} LIMIT ${String(MOST + 1)}) violations`, [], PATIENCE);
    if (rows === undefined) return { problem: 'somebody has a lock on the table' };
    const count = Number(rows[0]?.[0]);
    return { count: Math.min(count, MOST), orMore: count > MOST };
  } catch (error) {
    if (isOfTheSession(error)) throw error;
    return { problem: problemOf(error) };
  }
}

/** Why the server did not count. */
function problemOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  switch (code) {
    case '57014':
      return `it takes longer than ${String(LIMIT / 1000)} s`;
    case '42501':
      return 'the role may not read the table';
    case '42P01':
    case '42703':
    case '3F000':
      return 'what it is about is not there yet: an earlier statement makes it';
    default:
      // What the server says of a value (22P02, for example) may hold that value.
      return code.startsWith('22') ? 'the server cannot work it out for some row' : `the server does not take the question (${code})`;
  }
}
