import { parseArgs } from 'node:util';
import type { SetName } from './case';
import { CIRCUMSTANCES, type Circumstance } from './store';

/** What the benchmark is asked to do. */
export interface Options {
  readonly help: boolean;
  readonly sets: readonly SetName[];
  /** Rows of the tables of each set, in the order in which they are made. */
  readonly rows: Readonly<Record<SetName, readonly number[]>>;
  readonly circumstances: readonly Circumstance[];
  /** Sizes that are also run with cold caches and under load. */
  readonly around: ReadonlySet<number>;
  /** Seconds: what is estimated to take longer is left to smaller tables. */
  readonly patience: number;
  /** When to stop, in ms since 1970. */
  readonly end: number;
  /** Only migrations that hold this text. */
  readonly only: string;
  readonly resume: boolean;
  readonly judge: boolean;
  readonly write: boolean;
}

export const USAGE = `Usage: npm run bench:estimate -- [OPTION…]

Creates tables on a real PostgreSQL, runs migrations on them and compares what each took with what Lockscope says beforehand.
What was measured is kept in .cache/bench/estimates.

  --set fitted|held-out     only the migrations that the constants were fitted to, or only those that are held out
  --rows N,N                rows of the tables of the fitted ones (100000,5000000,1000000)
  --held-out N,N            rows of the tables of the held-out ones (200000,1500000)
  --circumstances C,C       of warm, cold and load (all)
  --around N,N              the sizes that are also run with cold caches and under load (1000000 and the largest held-out one)
  --patience SECONDS        what is estimated to take longer is left to smaller tables (12)
  --minutes N               what is not run by then is left out; a statement that runs is waited for
  --only TEXT               only migrations that hold this text
  --resume                  go on with what was measured before: without it, what was measured of the chosen sets is forgotten
  --judge                   measure nothing: judge what was measured before, after a change of the model
  --write                   write docs/estimates.md
  --help                    print this
`;

/** Reads the arguments. @throws TypeError, for a person, where they make no sense */
export function readOptions(args: readonly string[], now: number): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      set: { type: 'string' },
      rows: { type: 'string', default: '100000,5000000,1000000' },
      'held-out': { type: 'string', default: '200000,1500000' },
      circumstances: { type: 'string', default: CIRCUMSTANCES.join(',') },
      around: { type: 'string' },
      patience: { type: 'string', default: '12' },
      minutes: { type: 'string' },
      only: { type: 'string', default: '' },
      resume: { type: 'boolean', default: false },
      judge: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const sets: readonly SetName[] = values.set === undefined ? ['fitted', 'held-out'] : [oneOf(values.set, ['fitted', 'held-out'], 'set')];
  const rows = { fitted: numbers(values.rows, 'rows'), 'held-out': numbers(values['held-out'], 'held-out') };
  return {
    help: values.help,
    sets,
    rows,
    circumstances: values.circumstances.split(',').map((name) => oneOf(name, CIRCUMSTANCES, 'circumstances')),
    around: new Set(values.around === undefined ? [1_000_000, Math.max(...rows['held-out'])] : numbers(values.around, 'around')),
    patience: positive(values.patience, 'patience'),
    end: values.minutes === undefined ? Infinity : now + positive(values.minutes, 'minutes') * 60_000,
    only: values.only,
    resume: values.resume,
    judge: values.judge,
    write: values.write,
  };
}

function oneOf<T extends string>(value: string, all: readonly T[], name: string): T {
  const found = all.find((one) => one === value);
  if (found === undefined) throw new TypeError(`--${name}: '${value}' is none of ${all.join(', ')}`);
  return found;
}

function numbers(value: string, name: string): readonly number[] {
  return value.split(',').map((part) => positive(part, name));
}

function positive(value: string, name: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number > 0)) throw new TypeError(`--${name}: '${value}' is no number above 0`);
  return number;
}
