import { nameParts, quoteIdentifier, type RelationName } from '../../core/schema/names';
import { readDatabase, type Reading } from './connection';

/** A query that reads a part of a table to see how fast the server is. */
export interface Probe {
  readonly kind: 'scan' | 'sort';
  readonly relation: RelationName;
  /** The column that is looked at or sorted by. */
  readonly column: string;
  /** Rows and bytes of the table. */
  readonly rows: number;
  readonly bytes: number;
  /** The percentage of its pages that is read. */
  readonly percent: number;
}

/** What a probe found. */
export interface Sampled extends Probe {
  /** Rows that were read. */
  readonly read: number;
  readonly seconds: number;
}

/** All probes together may take no longer, in ms. */
const BUDGET = 2000;
/** A probe reads no more than about this much. */
const MOST_ROWS = 150_000;
const MOST_BYTES = 32 * 1024 * 1024;
/** Tables of fewer rows are over before anything can be timed. */
const LEAST_ROWS = 20_000;
const MOST_TABLES = 4;

/**
 * What a sample would read: the first pages' worth of the largest of some tables. For a person to see before it is read.
 * @param tables with a column of each that can be sorted
 */
export function planSample(tables: readonly { readonly relation: RelationName; readonly column: string; readonly rows: number; readonly bytes: number }[]): readonly Probe[] {
  return tables
    .filter(({ rows, bytes }) => rows >= LEAST_ROWS && bytes > 0)
    .sort((a, b) => b.rows - a.rows)
    .slice(0, MOST_TABLES)
    .flatMap((table) => {
      const percent = Math.min(100, Math.max(0.001, (100 * MOST_ROWS) / table.rows, 0), (100 * MOST_BYTES) / table.bytes);
      return [{ ...table, kind: 'scan', percent } as const, { ...table, kind: 'sort', percent } as const];
    });
}

/**
 * Reads samples in READ ONLY transactions, without workers, each within what is left of two seconds. A probe that does not
 * end in time, waits for a lock or is not allowed is left out.
 * @param signal stops it between two probes
 * @param progress is told which probe comes next
 */
export async function takeSample(url: string, probes: readonly Probe[], { signal, progress }: { readonly signal?: AbortSignal; readonly progress?: (probe: Probe, index: number) => void } = {}): Promise<readonly Sampled[]> {
  return readDatabase(url, async (reading) => {
    await reading.rows('SET LOCAL max_parallel_workers_per_gather = 0');
    await reading.rows("SET LOCAL work_mem = '64MB'");
    const found: Sampled[] = [];
    const end = Date.now() + BUDGET;
    for (const [index, probe] of probes.entries()) {
      const left = end - Date.now();
      if (signal?.aborted === true || left < 50) break;
      progress?.(probe, index);
      const sampled = await take(reading, probe, left);
      if (sampled !== undefined) found.push(sampled);
    }
    return found;
  });
}

async function take(reading: Reading, probe: Probe, left: number): Promise<Sampled | undefined> {
  const { schema, name } = nameParts(probe.relation);
  const from = `ONLY ${quoteIdentifier(schema)}.${quoteIdentifier(name)} TABLESAMPLE SYSTEM (${String(probe.percent)}) REPEATABLE (1)`;
  const column = quoteIdentifier(probe.column);
  // OFFSET keeps all but the sort away: no row is sent.
  const query = probe.kind === 'scan' ? `SELECT 1 FROM ${from} WHERE ${column} IS DISTINCT FROM ${column}` : `SELECT ${column} FROM ${from} ORDER BY ${column} OFFSET 1000000000`;
  try {
    await reading.rows(`SET LOCAL statement_timeout = ${String(Math.ceil(left))}`);
    // Twice, and the second counts: a sample of what happens to be on disk tells of the disk.
    let plan: unknown;
    for (let time = 0; time < 2; time++) {
      const rows = await reading.rowsUnlessLocked(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${query}`, [], 50);
      plan = rows?.[0]?.[0];
    }
    return readPlan(probe, plan);
  } catch {
    // Too slow, or not allowed: there is no sample of it.
    return undefined;
  }
}

interface PlanNode {
  readonly 'Node Type'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function readPlan(probe: Probe, plan: unknown): Sampled | undefined {
  const [explained] = (typeof plan === 'string' ? (JSON.parse(plan) as unknown) : plan) as readonly { readonly Plan?: PlanNode; readonly 'Execution Time'?: number }[];
  const time = explained?.['Execution Time'];
  let node = explained?.Plan;
  while (node?.Plans?.[0] !== undefined && node['Node Type'] !== 'Sample Scan') node = node.Plans[0];
  const read = (node?.['Actual Rows'] ?? 0) + (node?.['Rows Removed by Filter'] ?? 0);
  return time === undefined || read === 0 ? undefined : { ...probe, read, seconds: time / 1000 };
}
