import type { Duration, StatementEstimate } from './estimate';

/** What is known of the time of several statements together. */
export interface Together {
  /** What is known of it. */
  readonly known: Duration;
  /** Where sizes are missing, what comes to it for each million rows of the tables concerned. */
  readonly perMillionRows: Duration | undefined;
  /** Why something is missing; undefined where nothing is. */
  readonly unknown: string | undefined;
}

/**
 * The times of statements, added up from the first on, so that any stretch is told at once. The ends of ranges are added
 * up too, which makes the range of a sum wider than it need be, never too narrow.
 */
export class Sums {
  private readonly known: Duration[] = [NOTHING];
  private readonly perMillionRows: Duration[] = [NOTHING];
  /** Index of the next statement, from each on, that cannot be told, and why. */
  private readonly unknown: ({ readonly index: number; readonly why: string } | undefined)[];

  private constructor(estimates: readonly (StatementEstimate | undefined)[]) {
    for (const [index, estimate] of estimates.entries()) {
      this.known.push(plus(this.known[index] ?? NOTHING, estimate?.runs ?? NOTHING));
      this.perMillionRows.push(plus(this.perMillionRows[index] ?? NOTHING, (estimate?.runs === undefined ? estimate?.perMillionRows : undefined) ?? NOTHING));
    }
    this.unknown = new Array<undefined>(estimates.length).fill(undefined);
    for (let index = estimates.length - 1; index >= 0; index -= 1) {
      const estimate = estimates[index];
      this.unknown[index] = estimate !== undefined && estimate.runs === undefined ? { index, why: estimate.unknown ?? 'it cannot be told' } : this.unknown[index + 1];
    }
  }

  /** The sums of an estimate's statements; the same list gives the same object. */
  static of(estimates: readonly (StatementEstimate | undefined)[]): Sums {
    let sums = remembered.get(estimates);
    if (sums === undefined) remembered.set(estimates, (sums = new Sums(estimates)));
    return sums;
  }

  /** The statements from one to another, both included. */
  over(from: number, to: number): Together {
    const perMillionRows = between(this.perMillionRows, from, to);
    const unknown = this.unknown[from];
    return {
      known: between(this.known, from, to),
      perMillionRows: perMillionRows.high > 0 ? perMillionRows : undefined,
      unknown: unknown !== undefined && unknown.index <= to ? unknown.why : undefined,
    };
  }
}

const NOTHING: Duration = { low: 0, likely: 0, high: 0 };

const remembered = new WeakMap<readonly (StatementEstimate | undefined)[], Sums>();

function plus(a: Duration, b: Duration): Duration {
  return { low: a.low + b.low, likely: a.likely + b.likely, high: a.high + b.high };
}

/** Differences of sums are off by the last digits: what is next to nothing is nothing. */
function between(sums: readonly Duration[], from: number, to: number): Duration {
  const [a, b] = [sums[from] ?? NOTHING, sums[to + 1] ?? NOTHING];
  const part = (pick: (duration: Duration) => number): number => {
    const difference = pick(b) - pick(a);
    return difference > 1e-9 ? Number(difference.toPrecision(12)) : 0;
  };
  // Beside a sum of thousands of years nothing is left of milliseconds, and not of all three alike.
  const low = part((duration) => duration.low);
  const likely = Math.max(low, part((duration) => duration.likely));
  return { low, likely, high: Math.max(likely, part((duration) => duration.high)) };
}
