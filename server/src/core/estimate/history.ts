import type { Analysis } from '../analysis';
import type { Ran, Running } from '../schema/speed';
import type { Duration, MigrationEstimate } from './estimate';
import type { RanStatement } from './past';

/** A statement that a session runs just now. */
export interface RunningStatement {
  readonly text: string;
  /** Since it was sent. */
  readonly seconds: number;
  readonly waitsForLock: boolean;
  readonly phase: string | undefined;
  /** What is done of the phase, 0 to 1. */
  readonly share: number | undefined;
}

/** How often a statement ran, and how many seconds that took in all. */
interface Counted {
  readonly calls: number;
  readonly seconds: number;
}

/** What was said of a statement, and how often it had run by then. */
interface Expected extends Counted {
  readonly estimate: Duration;
}

/** A statement that is being watched. */
interface Watched extends RunningStatement {
  /** How long it has waited for its locks, as far as that was seen; in seconds. */
  readonly waited: number;
}

type ByText<T> = ReadonlyMap<string, T>;

/** Estimates beside what a server counts and what runs on it: what ran since an estimate was shown is held against that estimate. */
export class History {
  static readonly NONE = new History(new Map(), new Map(), new Map(), new Map());

  private constructor(
    private readonly counted: ByText<Counted>,
    private readonly expected: ByText<Expected>,
    private readonly running: ByText<Watched>,
    /** What was watched until it was gone. */
    private readonly watched: ByText<Ran>,
  ) {}

  /** Whether an estimate was shown, so that what runs is worth a look. */
  get isExpecting(): boolean {
    return this.expected.size > 0;
  }

  /** How long what is watched has run at most, in seconds; undefined where nothing is. */
  get longestRunning(): number | undefined {
    return this.running.size === 0 ? undefined : Math.max(...[...this.running.values()].map(({ seconds }) => seconds));
  }

  /** With what the server counts now. */
  seen(statements: readonly RanStatement[]): History {
    const counted = new Map<string, Counted>();
    for (const { text, calls, seconds } of statements) {
      const key = keyOf(text);
      const { calls: others = 0, seconds: taken = 0 } = counted.get(key) ?? {};
      counted.set(key, { calls: others + calls, seconds: taken + calls * seconds });
    }
    return new History(counted, this.expected, this.running, this.watched);
  }

  /** With an estimate that is shown now. What ran since it was last estimated, or runs now, keeps that estimate. */
  expecting({ statements }: Analysis, { statements: estimates }: MigrationEstimate): History {
    const expected = new Map(this.expected);
    for (const [index, { parsed }] of statements.entries()) {
      const estimate = estimates[index]?.runs;
      if (!parsed.ok || estimate === undefined) continue;
      const key = keyOf(parsed.text);
      const now = this.counted.get(key) ?? { calls: 0, seconds: 0 };
      const before = expected.get(key);
      if (before !== undefined && (now.calls > before.calls || this.running.has(key) || this.watched.has(key))) continue;
      expected.set(key, { ...now, estimate });
    }
    return new History(this.counted, expected, this.running, this.watched);
  }

  /**
   * With what runs now, as far as it was estimated. What ran before and is gone has ended.
   * @param since how long ago the last look was, in seconds: it ended somewhere in between
   */
  watching(now: readonly RunningStatement[], since: number): History {
    const running = new Map<string, Watched>();
    for (const statement of now) {
      const key = keyOf(statement.text);
      if (!this.expected.has(key)) continue;
      const before = this.running.get(key);
      running.set(key, { ...statement, waited: statement.waitsForLock ? statement.seconds : Math.min(before?.waited ?? 0, statement.seconds) });
    }
    const watched = new Map(this.watched);
    for (const [key, { seconds, waited, waitsForLock }] of this.running) {
      // What never had its locks has done nothing.
      if (running.has(key) || waitsForLock) continue;
      watched.set(key, { seconds: seconds - waited + since / 2, calls: 1, isWatched: true, estimated: this.expected.get(key)?.estimate });
    }
    return new History(this.counted, this.expected, running, watched);
  }

  /** How far a statement of this text is; undefined where none runs. */
  runningOf(text: string): Running | undefined {
    if (this.running.size === 0) return undefined;
    const now = this.running.get(keyOf(text));
    if (now === undefined) return undefined;
    const { seconds, waited, waitsForLock, phase, share } = now;
    return { seconds: waitsForLock ? seconds : seconds - waited, waitsForLock, phase, share };
  }

  /** What a statement of this text took; undefined where the server has not seen it. */
  ranOf(text: string): Ran | undefined {
    if (this.counted.size + this.watched.size === 0) return undefined;
    const key = keyOf(text);
    const now = this.counted.get(key);
    const before = this.expected.get(key);
    const since = before === undefined || now === undefined ? 0 : now.calls - before.calls;
    if (now !== undefined && before !== undefined && since >= 1) return { seconds: Math.max(0, now.seconds - before.seconds) / since, calls: since, estimated: before.estimate };
    const watched = this.watched.get(key);
    if (watched !== undefined) return watched;
    return now === undefined || now.calls < 1 ? undefined : { seconds: now.seconds / now.calls, calls: now.calls, estimated: undefined };
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
