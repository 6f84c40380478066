import type { Pace } from '../../core/schema/speed';
import type { Reading } from './connection';

/** What is timed: a few milliseconds of the work that index builds and scans are made of, without touching a table of anybody's. */
const NUMBERS = 20_000;
const TEXTS = 6_000;
const QUERIES = {
  numbers: { rows: NUMBERS, sql: `SELECT pg_catalog.hashint4(n) AS key FROM pg_catalog.generate_series(1, ${String(NUMBERS)}) n ORDER BY key OFFSET ${String(NUMBERS)}` },
  texts: { rows: TEXTS, sql: `SELECT pg_catalog.md5(n::pg_catalog.text) COLLATE "C" AS key FROM pg_catalog.generate_series(1, ${String(TEXTS)}) n ORDER BY key OFFSET ${String(TEXTS)}` },
} as const;

/** Each is timed so often; the mean without the quickest and the slowest counts. */
const TIMES = 5;

/**
 * How fast the server's processor is just now: sorts numbers and texts that it makes itself, for 50 ms or so in all. Undefined
 * where that is refused or takes too long.
 */
export async function readPace(reading: Reading): Promise<Pace | undefined> {
  const seen: Record<keyof typeof QUERIES, number[]> = { numbers: [], texts: [] };
  try {
    for (let time = 0; time < TIMES; time++) {
      for (const kind of ['numbers', 'texts'] as const) seen[kind].push(await microsecondsARow(reading, kind));
    }
  } catch {
    // A session that is gone fails again with the next query; whatever else is refused is no reason to know nothing.
    return undefined;
  }
  return { numbers: rounded(typical(seen.numbers)), texts: rounded(typical(seen.texts)) };
}

async function microsecondsARow(reading: Reading, kind: keyof typeof QUERIES): Promise<number> {
  const { rows, sql } = QUERIES[kind];
  // What fails is rolled back to before it.
  const [explained] = (await reading.rowsUnlessLocked(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`, [], 50)) ?? [];
  const [plan] = (explained?.[0] ?? []) as readonly { readonly 'Execution Time': number }[];
  if (plan === undefined) throw new Error('EXPLAIN says nothing');
  return (plan['Execution Time'] * 1000) / rows;
}

function typical(values: readonly number[]): number {
  const inner = [...values].sort((a, b) => a - b).slice(1, -1);
  return inner.reduce((sum, value) => sum + value, 0) / inner.length;
}

/** No finer than it can be told, so that estimates stand still while the server does. */
function rounded(value: number): number {
  return Number((2 ** (Math.round(Math.log2(value) * STEPS) / STEPS)).toPrecision(3));
}

const STEPS = 6;
