import { calibrate } from '../../../server/src/core/estimate/calibration';
import type { Duration } from '../../../server/src/core/estimate/estimate';
import { timingOf, timingsOfSamples } from '../../../server/src/core/estimate/past';
import { bytesInWords, secondsInWords } from '../../../server/src/core/quantities';
import type { Calibration, Pace } from '../../../server/src/core/schema/speed';
import { analysisOf, estimateOf, type Run } from './measure';

/** What an estimate rests on in the benchmark. */
const BASES = ['catalogue', 'sample', 'past timings'] as const;
type Base = (typeof BASES)[number];

/** Below this nobody plans by the difference: such runs must only have been said to be quick. In seconds. */
const QUICK = 0.02;
const FOLDS = 4;

interface Judged {
  readonly run: Run;
  readonly base: Base;
  readonly estimated: Duration;
}

/** The figures that matter, for a terminal and for the page. */
export function summary(runs: readonly Run[]): string {
  const judged = judge(runs);
  const rows = [['warm', 'cold', 'load'] as const, BASES] as const;
  const lines = rows[0].flatMap((circumstance) =>
    rows[1].flatMap((base) => {
      const own = judged.filter(({ run, base: other }) => run.circumstance === circumstance && other === base);
      return own.length === 0 ? [] : [[CIRCUMSTANCES[circumstance], base, ...figures(own)]];
    }),
  );
  return table(['circumstances', 'the estimate rests on', 'runs', 'median factor', 'three of four', 'nine of ten', 'range held'], lines);
}

const CIRCUMSTANCES = { warm: 'in memory, idle server', cold: 'cold cache', load: 'under load' } as const;

function figures(judged: readonly Judged[]): readonly string[] {
  const slow = judged.filter(({ run }) => run.actual >= QUICK);
  const factors = slow.map(({ run: { actual }, estimated: { likely } }) => Math.max(actual / likely, likely / actual)).sort((a, b) => a - b);
  const quantile = (share: number): string => (factors[Math.min(factors.length - 1, Math.floor(share * factors.length))] ?? NaN).toFixed(2);
  const held = judged.filter(({ run: { actual }, estimated: { low, high } }) => (actual >= low || actual < QUICK) && actual <= high);
  return [String(judged.length), quantile(0.5), quantile(0.75), quantile(0.9), `${((100 * held.length) / judged.length).toFixed(0)} %`];
}

/** Every run beside its estimate on each basis. Timings teach only about others: a migration is never judged by its own. */
function judge(runs: readonly Run[]): readonly Judged[] {
  const texts = [...new Set(runs.map(({ sql }) => sql))];
  const foldOf = (run: Run): number => texts.indexOf(run.sql) % FOLDS;
  const timings = runs.map((run) => ({ fold: foldOf(run), timing: timingOf(analysisOf(run), run.known.statistics, run.actual), run }));
  const warm = timings.filter(({ run }) => run.circumstance === 'warm');
  const pace = usualPace(warm.map(({ run }) => run));
  const learned = Array.from({ length: FOLDS }, (_, fold) => calibrate(warm.flatMap(({ fold: other, timing }) => (other === fold || timing === undefined ? [] : [timing])), undefined, pace));
  const calibrationFor = (run: Run, base: Base): Calibration | undefined => {
    if (base === 'catalogue') return undefined;
    return base === 'sample' ? calibrate(timingsOfSamples(run.samples, run.known), undefined, run.samplePace) : learned[foldOf(run)];
  };
  return runs.flatMap((run) =>
    BASES.flatMap((base) => {
      const estimated = estimateOf(run, calibrationFor(run, base))?.runs;
      return estimated === undefined ? [] : [{ run, base, estimated }];
    }),
  );
}

/** The pace that the server usually has: the middle of what was timed. */
function usualPace(runs: readonly Run[]): Pace | undefined {
  const paces = runs.flatMap(({ pace }) => pace ?? []).sort((a, b) => a.numbers * a.texts - b.numbers * b.texts);
  return paces[Math.floor(paces.length / 2)];
}

/** What else the machine had to do. */
interface Machine {
  readonly processors: number;
  /** Processes that wanted to run, on average. */
  readonly load: number;
}

/** docs/estimates.md. */
export function page(runs: readonly Run[], major: number, settings: Readonly<Record<string, string>>, machine: Machine): string {
  const sizes = [...new Set(runs.map(({ rows }) => rows))].sort((a, b) => a - b);
  const texts = [...new Set(runs.map(({ sql }) => sql))];
  const cell = (sql: string, rows: number): string => {
    const run = runs.find((other) => other.sql === sql && other.rows === rows && other.circumstance === 'warm');
    const estimated = run === undefined ? undefined : estimateOf(run)?.runs;
    if (run === undefined || estimated === undefined) return '';
    const outside = run.actual < estimated.low || run.actual > estimated.high;
    return `${secondsInWords(run.actual)}; ${secondsInWords(estimated.likely)} (${secondsInWords(estimated.low)} to ${secondsInWords(estimated.high)})${outside ? ' ✗' : ''}`;
  };
  const heads = sizes.map((rows) => `${String(rows / 1e6)} M rows: took; estimate`);
  return `# How good the estimates are

This page is written by \`npm run bench:estimate -- --write\`. It creates tables of several shapes (narrow, wide, with TOAST, with many
indexes, partitioned, with a low fillfactor, with skewed keys, with triggers and foreign keys) on PostgreSQL ${String(major)}, runs ${String(texts.length)} migrations on them
and compares what each took with what Lockscope says beforehand.

The *factor* is how many times the likely value is too large or too small; 1 is exact. *Range held* says how often the time was
within the range that is shown. Runs of less than ${secondsInWords(QUICK)} count for the range only. The three bases:

- **catalogue**: what a connection knows by itself: sizes and statistics as ANALYZE left them, the rows that the planner expects, and the
  server's pace: 50 ms of sorting numbers and texts that it makes itself, timed just before.
- **sample**: the same, and two seconds of reading parts of the tables (\`--sample\`).
- **past timings**: the same, and what *other* migrations took on this server in memory (\`--calibrate\`); none is judged by its own time.

${summary(runs)}

Settings: ${Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(', ')}. The tables are ${sizes.map((rows) => bytesInWords(largest(runs, rows))).join(', ')} at most.
The machine has ${String(machine.processors)} processors, and on average ${machine.load.toFixed(0)} processes wanted to run: far more of them than processors means that all times here are
longer than on a machine of its own, which the pace sees only for the moment that it is timed.

## Every migration

In memory on an idle server, by the catalogue alone. ✗ marks what was outside of the range.

${table(['migration', ...heads], texts.map((sql) => [`\`${sql.replaceAll('|', '\\|')}\``, ...sizes.map((rows) => cell(sql, rows))]))}
`;
}

function largest(runs: readonly Run[], rows: number): number {
  const known = runs.find((run) => run.rows === rows)?.known;
  return Math.max(0, ...[...(known?.schema.relations.keys() ?? [])].map((name) => known?.statistics.sizeOf(name)?.bytes ?? 0));
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
