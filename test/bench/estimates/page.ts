import { calibrate } from '../../../server/src/core/estimate/calibration';
import type { Duration } from '../../../server/src/core/estimate/estimate';
import { timingOf, timingsOfSamples } from '../../../server/src/core/estimate/past';
import { bytesInWords, secondsInWords } from '../../../server/src/core/quantities';
import type { Calibration, Pace } from '../../../server/src/core/schema/speed';
import type { SetName } from './case';
import { HELD_OUT } from './held-out';
import { analysisOf, estimateOf, type Run } from './measure';
import type { Circumstance } from './store';
import { FITTED } from './tables';

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
  const lines = SETS.flatMap((set) =>
    (['warm', 'cold', 'load'] as const).flatMap((circumstance) =>
      BASES.flatMap((base) => {
        const own = judged.filter(({ run, base: other }) => run.set === set && run.circumstance === circumstance && other === base);
        return own.length === 0 ? [] : [[set, CIRCUMSTANCES[circumstance], base, ...figures(own)]];
      }),
    ),
  );
  return table(['migrations', 'circumstances', 'the estimate rests on', 'runs', 'median factor', 'three of four', 'nine of ten', 'estimate ÷ time', 'range held'], lines);
}

/** The order in which they are told: what says most first. */
const SETS: readonly SetName[] = ['held-out', 'fitted'];

const CIRCUMSTANCES = { warm: 'in memory', cold: 'cold cache', load: 'under load' } as const;

function figures(judged: readonly Judged[]): readonly string[] {
  const slow = judged.filter(({ run }) => run.actual >= QUICK);
  const factors = slow.map(({ run: { actual }, estimated: { likely } }) => Math.max(actual / likely, likely / actual)).sort((a, b) => a - b);
  const quantile = (share: number): string => (factors[Math.min(factors.length - 1, Math.floor(share * factors.length))] ?? NaN).toFixed(2);
  const ratios = slow.map(({ run: { actual }, estimated: { likely } }) => likely / actual).sort((a, b) => a - b);
  const held = judged.filter(({ run: { actual }, estimated: { low, high } }) => (actual >= low || actual < QUICK) && actual <= high);
  return [String(judged.length), quantile(0.5), quantile(0.75), quantile(0.9), (ratios[Math.floor(ratios.length / 2)] ?? NaN).toFixed(2), `${((100 * held.length) / judged.length).toFixed(0)} %`];
}

/** Every run beside its estimate on each basis. Timings teach only about others: a migration is never judged by its own. */
function judge(runs: readonly Run[]): readonly Judged[] {
  const texts = [...new Set(runs.map(({ sql }) => sql))];
  const foldOf = ({ sql }: Run): number => texts.indexOf(sql) % FOLDS;
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

/** docs/estimates.md. */
export function page(runs: readonly Run[], major: number, settings: Readonly<Record<string, string>>, processors: number): string {
  const count = (set: SetName): string => String(new Set(runs.filter((run) => run.set === set).map(({ sql }) => sql)).size);
  const loads = SETS.flatMap((set) => {
    const own = runs.filter((run) => run.set === set);
    return own.length === 0 ? [] : [`${(own.reduce((sum, { load }) => sum + load, 0) / own.length).toFixed(1)} (${set})`];
  }).join(' and ');
  const parts = SETS.filter((set) => runs.some((run) => run.set === set)).map((set) => `## Every migration, ${set}\n\n${everyMigration(runs.filter((run) => run.set === set))}`);
  return `# How good the estimates are

This page is written by \`npm run bench:estimate -- --write\`. It creates tables of several shapes on PostgreSQL ${String(major)}, with its files on a
disk, runs migrations on them and compares what each took with what Lockscope says beforehand. The migrations are of two sets:

- **held-out**: ${count('held-out')} migrations that no constant of the model was fitted to, on other tables (numeric ledgers, readings of sensors, events with
  arrays and JSON, lists of members, pages with compressed TOAST, list partitions, a queue) of other sizes than those of the second set.
  These figures are what you can expect of your own migrations.
- **fitted**: ${count('fitted')} migrations (tables that are narrow, wide, with TOAST, with many indexes, partitioned, with a low fillfactor, with skewed
  keys, with triggers and foreign keys) whose earlier runs the constants were fitted to. The runs below were not used for that.

The *factor* is how many times the likely value is too large or too small; 1 is exact. *Range held* says how often the time was
within the range that is shown, *estimate ÷ time* is in the middle of all: below 1 most estimates are too low. Runs of less than ${secondsInWords(QUICK)} count for the range only. The three bases:

- **catalogue**: what a connection knows by itself: sizes and statistics as ANALYZE left them, the rows that the planner expects, and the
  server's pace: 50 ms of sorting numbers and texts that it makes itself, timed just before.
- **sample**: the same, and two seconds of reading parts of the tables (\`--sample\`).
- **past timings**: the same, and what *other* migrations took on this server in memory (\`--calibrate\`); none is judged by its own time.

${summary(runs)}

${notRun(runs)}

Settings: ${Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(', ')}. The tables are up to ${bytesInWords(largest(runs))} large.
The machine has ${String(processors)} processors. While the migrations ran, ${loads} processes wanted to run on
average: more of them than processors means that all times here are longer, and farther apart, than on a machine of its own, which the
pace sees only for the moment that it is timed.

${parts.join('\n\n')}
`;
}

/** Which migrations of the sets were not run, so that nobody has to guess what the figures leave out. */
function notRun(runs: readonly Run[]): string {
  const lines = [HELD_OUT, FITTED].flatMap(({ name, cases }) =>
    groups(runs.filter(({ set }) => set === name)).flatMap(({ rows, circumstance, sqls }) => {
      const all = cases(rows, circumstance);
      const missing = all.filter(({ sql }) => !sqls.has(sql)).length;
      return missing === 0 ? [] : [`${name}, ${millions(rows)}, ${CIRCUMSTANCES[circumstance]}: ${String(missing)} of ${String(all.length)}`];
    }),
  );
  if (lines.length === 0) return 'Every migration was run for every line of this table.';
  return `Not run, since the estimate was longer than the benchmark has patience for, or its time was over: ${lines.join('; ')}.`;
}

/** The sizes and circumstances that were run, in memory first, and what was run there. */
function groups(runs: readonly Run[]): readonly { readonly rows: number; readonly circumstance: Circumstance; readonly sqls: ReadonlySet<string> }[] {
  const sizes = [...new Set(runs.map(({ rows }) => rows))].sort((a, b) => a - b);
  return (['warm', 'cold', 'load'] as const).flatMap((circumstance) =>
    sizes.flatMap((rows) => {
      const sqls = new Set(runs.filter((run) => run.rows === rows && run.circumstance === circumstance).map(({ sql }) => sql));
      return sqls.size === 0 ? [] : [{ rows, circumstance, sqls }];
    }),
  );
}

function millions(rows: number): string {
  return `${String(rows / 1e6)} M rows`;
}

/** What each took beside its estimate, by the size of the tables, in memory and with a cold cache. */
function everyMigration(runs: readonly Run[]): string {
  const texts = [...new Set(runs.map(({ sql }) => sql))];
  const columns = groups(runs).filter(({ circumstance }) => circumstance !== 'load');
  const cell = (sql: string, { rows, circumstance }: Pick<Run, 'rows' | 'circumstance'>): string => {
    const run = runs.find((other) => other.sql === sql && other.rows === rows && other.circumstance === circumstance);
    const estimated = run === undefined ? undefined : estimateOf(run)?.runs;
    if (run === undefined || estimated === undefined) return '';
    const outside = run.actual < estimated.low || run.actual > estimated.high;
    return `${secondsInWords(run.actual)}; ${secondsInWords(estimated.likely)} (${secondsInWords(estimated.low)} to ${secondsInWords(estimated.high)})${outside ? ' ✗' : ''}`;
  };
  const heads = columns.map(({ rows, circumstance }) => `${millions(rows)}${circumstance === 'warm' ? '' : `, ${CIRCUMSTANCES[circumstance]}`}: took; estimate`);
  const lines = texts.map((sql) => [`\`${sql.replaceAll('|', '\\|')}\``, ...columns.map((column) => cell(sql, column))]);
  return `By the catalogue alone, in memory where nothing else is said. ✗ marks what was outside of the range.\n\n${table(['migration', ...heads], lines)}`;
}

function largest(runs: readonly Run[]): number {
  const known = new Set(runs.map((run) => run.known));
  return Math.max(0, ...[...known].flatMap(({ schema, statistics }) => [...schema.relations.keys()].map((name) => statistics.sizeOf(name)?.bytes ?? 0)));
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
