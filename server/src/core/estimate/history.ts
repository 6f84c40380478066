import type { Analysis } from '../analysis';
import type { Ran } from '../schema/speed';
import type { Duration, MigrationEstimate } from './estimate';
import type { RanStatement } from './past';

/** How often a statement ran, and how many seconds that took in all. */
interface Counted {
  readonly calls: number;
  readonly seconds: number;
}

/** What was said of a statement, and how often it had run by then. */
interface Expected extends Counted {
  readonly estimate: Duration;
}

/** Estimates beside what a server counts: what ran since an estimate was shown is held against that estimate. */
export class History {
  static readonly NONE = new History(new Map(), new Map());

  private constructor(
    private readonly counted: ReadonlyMap<string, Counted>,
    private readonly expected: ReadonlyMap<string, Expected>,
  ) {}

  /** With what the server counts now. */
  seen(statements: readonly RanStatement[]): History {
    const counted = new Map<string, Counted>();
    for (const { text, calls, seconds } of statements) {
      const key = keyOf(text);
      const { calls: others = 0, seconds: taken = 0 } = counted.get(key) ?? {};
      counted.set(key, { calls: others + calls, seconds: taken + calls * seconds });
    }
    return new History(counted, this.expected);
  }

  /** With an estimate that is shown now. What ran since it was last estimated keeps that estimate. */
  expecting({ statements }: Analysis, { statements: estimates }: MigrationEstimate): History {
    const expected = new Map(this.expected);
    for (const [index, { parsed }] of statements.entries()) {
      const estimate = estimates[index]?.runs;
      if (!parsed.ok || estimate === undefined) continue;
      const key = keyOf(parsed.text);
      const now = this.counted.get(key) ?? { calls: 0, seconds: 0 };
      const before = expected.get(key);
      if (before !== undefined && now.calls > before.calls) continue;
      expected.set(key, { ...now, estimate });
    }
    return new History(this.counted, expected);
  }

  /** What a statement of this text took; undefined where the server has not seen it. */
  ranOf(text: string): Ran | undefined {
    if (this.counted.size === 0) return undefined;
    const key = keyOf(text);
    const now = this.counted.get(key);
    if (now === undefined || now.calls < 1) return undefined;
    const before = this.expected.get(key);
    const since = before === undefined ? 0 : now.calls - before.calls;
    if (before === undefined || since < 1) return { seconds: now.seconds / now.calls, calls: now.calls, estimated: undefined };
    return { seconds: Math.max(0, now.seconds - before.seconds) / since, calls: since, estimated: before.estimate };
  }
}

/** A text as pg_stat_statements may have it: constants are left out there (generate_normalized_query), spelling is that of whoever ran it first. */
function keyOf(text: string): string {
  return text
    .replace(/'(?:[^']|'')*'|\$\d+|(?<![\w$])\d+(?:\.\d+)?(?![\w$])/gu, '?')
    .replace(/\s+/gu, ' ')
    .replace(/;\s*$/u, '')
    .trim()
    .toLowerCase();
}
