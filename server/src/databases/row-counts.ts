import { keyOf, type DataStatement } from '../core/data-statements';
import type { Statistics } from '../core/schema/statistics';
import { readDatabase } from './postgres/connection';
import { expectedRows, PLANNING } from './postgres/explain';

/** How many statements are remembered. */
const MOST = 2000;
/** After an attempt that failed, nothing is asked for so long, in ms. */
const REST = 30_000;

/** How many rows a server expects statements to change, by {@link keyOf}. Throws a `DatabaseError`. */
export async function countRows(url: string, statements: Iterable<DataStatement>): Promise<ReadonlyMap<string, number | undefined>> {
  const found = new Map<string, number | undefined>();
  await readDatabase(url, async (reading) => {
    for (const statement of statements) found.set(keyOf(statement), await expectedRows(reading, statement));
  }, PLANNING);
  return found;
}

/** How many rows the server expects statements to change: asked once for each text, in the background, and remembered. */
export class RowCounts {
  private known: ReadonlyMap<string, number | undefined> = new Map();
  /** What was asked since the database was read last. */
  private readonly asked = new Set<string>();
  private waiting = new Map<string, DataStatement>();
  private isAsking = false;
  private restUntil = 0;

  /** @param changed is told when there is more to know */
  constructor(
    private readonly url: string,
    private readonly changed: () => void,
  ) {}

  /** Has the server asked about statements that it was not asked about. Returns at once. */
  want(statements: readonly DataStatement[]): void {
    for (const statement of statements) if (!this.asked.has(keyOf(statement))) this.waiting.set(keyOf(statement), statement);
    if (this.waiting.size > 0 && !this.isAsking && Date.now() >= this.restUntil) void this.ask();
  }

  /** The database was read anew: numbers hold until they are asked for again. */
  age(): void {
    this.asked.clear();
  }

  /** Statistics that also know what is known now. */
  with(statistics: Statistics): Statistics {
    const { known } = this;
    return known.size === 0 ? statistics : { ...statistics, changedBy: (statement) => known.get(keyOf(statement)) };
  }

  private async ask(): Promise<void> {
    this.isAsking = true;
    const { waiting } = this;
    this.waiting = new Map();
    const found = new Map(this.known);
    try {
      for (const [key, rows] of await countRows(this.url, waiting.values())) {
        this.asked.add(key);
        found.delete(key);
        found.set(key, rows);
      }
    } catch {
      // It is the same server that cannot be read either, and that is said.
      this.restUntil = Date.now() + REST;
    } finally {
      this.isAsking = false;
    }
    for (const key of found.keys()) if (found.size > MOST) found.delete(key);
    const isNews = [...found].some(([key, rows]) => this.known.get(key) !== rows);
    this.known = found;
    if (isNews) this.changed();
    this.want([]);
  }
}
