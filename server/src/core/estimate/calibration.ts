import type { Analysis } from '../analysis';
import type { Statistics } from '../schema/statistics';
import { COST_CLASSES, DEFAULT_CONSTANTS, type CostClass, type CostConstants, type Factor } from './constants';
import { priced } from './costs';
import { piecesOf } from './migration';

/** How long something took on a server, beside what the built-in constants say. */
export interface Timing {
  readonly cost: CostClass;
  /** Seconds, by the built-in constants. */
  readonly estimated: number;
  /** Seconds. */
  readonly actual: number;
}

/**
 * What the timings of one server have taught, as JSON that is kept for its connection. It holds no names and no text: of
 * each kind of work only how often it was timed, and the mean and variance of the logarithm of actual over estimated.
 */
export interface Calibration {
  readonly version: 1;
  readonly classes: Readonly<Partial<Record<CostClass, Fit>>>;
}

interface Fit {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

export const NOT_CALIBRATED: Calibration = { version: 1, classes: {} };

/** Times below this, in seconds, say more of the machine's moods than of the work. */
const LEAST = 0.01;
/** What is estimated and what was timed cannot be the same work where they are further apart than this. */
const FURTHEST = Math.log(50);
/** Older timings count for no more than so many new ones: servers change. */
const MOST_REMEMBERED = 40;
/** The deviation of single timings (identical rewrites differed by 2.2 times from run to run), of kinds of work on one server, and of servers. */
const OF_TIMINGS = 0.35;
const OF_KINDS = 0.35;
const OF_SERVERS = 0.8;
/** Of a normal distribution nine in ten lie within so many deviations. */
const NINE_IN_TEN = 1.645;

/** A calibration with more timings. */
export function calibrate(timings: readonly Timing[], before: Calibration = NOT_CALIBRATED): Calibration {
  const classes: Partial<Record<CostClass, Fit>> = { ...before.classes };
  for (const { cost, estimated, actual } of timings) {
    if (!(estimated >= LEAST) || !(actual >= LEAST / 4)) continue;
    const ratio = Math.log(actual / estimated);
    if (!Number.isFinite(ratio) || Math.abs(ratio) > FURTHEST) continue;
    const { count, mean, variance } = classes[cost] ?? { count: 0, mean: 0, variance: 0 };
    const weight = Math.min(count, MOST_REMEMBERED);
    const next = mean + (ratio - mean) / (weight + 1);
    classes[cost] = { count: count + 1, mean: next, variance: (weight * variance + (ratio - mean) * (ratio - next)) / (weight + 1) };
  }
  return { version: 1, classes };
}

/**
 * The constants of a calibrated server. Each kind of work has the factor that its timings show, drawn towards that of all
 * kinds together where they are few; kinds that were never timed have the common one.
 */
export function calibrated({ classes }: Calibration): CostConstants {
  const fits = COST_CLASSES.flatMap((cost) => (classes[cost] === undefined ? [] : [classes[cost]]));
  if (fits.length === 0) return DEFAULT_CONSTANTS;
  const weights = fits.map(({ count }) => 1 / (OF_KINDS ** 2 + OF_TIMINGS ** 2 / count));
  const all = weights.reduce((sum, weight) => sum + weight, 1 / OF_SERVERS ** 2);
  const common = fits.reduce((sum, { mean }, index) => sum + mean * (weights[index] ?? 0), 0) / all;
  const factors = Object.fromEntries(COST_CLASSES.map((cost) => [cost, factorOf(classes[cost], common, 1 / all, DEFAULT_CONSTANTS.factors[cost])])) as Record<CostClass, Factor>;
  return { ...DEFAULT_CONSTANTS, factors };
}

function factorOf(fit: Fit | undefined, common: number, uncertainty: number, builtIn: Factor): Factor {
  // What is not this server but the model being wrong about some statements stays as large as it was.
  const usual = Math.log(builtIn.spread) / NINE_IN_TEN;
  if (fit === undefined) return { factor: Math.exp(common), spread: Math.exp(NINE_IN_TEN * Math.sqrt(usual ** 2 * 0.8 + uncertainty)), seen: 0 };
  const own = OF_KINDS ** 2 / (OF_KINDS ** 2 + OF_TIMINGS ** 2 / fit.count);
  const deviation = Math.max(0.25, Math.sqrt((fit.count * fit.variance + 4 * usual ** 2) / (fit.count + 4)));
  const left = (OF_KINDS ** 2 * OF_TIMINGS ** 2) / (fit.count * OF_KINDS ** 2 + OF_TIMINGS ** 2);
  return { factor: Math.exp(common + own * (fit.mean - common)), spread: Math.exp(NINE_IN_TEN * Math.sqrt(deviation ** 2 + left)), seen: fit.count };
}

/** The timing of a migration's only statement; undefined where it has nothing to do, or nothing is known of it. */
export function timingOf(analysis: Analysis, statistics: Statistics, actual: number): Timing | undefined {
  const pieces = piecesOf(analysis, statistics, DEFAULT_CONSTANTS);
  if (pieces === undefined || pieces.some(({ assumed }) => assumed)) return undefined;
  let [total, largest] = [0, 0];
  let cost: CostClass | undefined;
  for (const piece of pieces) {
    const { likely } = priced(piece, DEFAULT_CONSTANTS);
    total += likely;
    if (likely > largest) [largest, cost] = [likely, piece.cost];
  }
  return cost === undefined || largest < total / 2 ? undefined : { cost, estimated: total, actual };
}

/** Reads a calibration that was kept; undefined for what is none. */
export function readCalibration(value: unknown): Calibration | undefined {
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1 || !('classes' in value)) return undefined;
  const { classes } = value;
  if (typeof classes !== 'object' || classes === null) return undefined;
  const read: Partial<Record<CostClass, Fit>> = {};
  for (const cost of COST_CLASSES) {
    const fit = (classes as Record<string, unknown>)[cost];
    if (fit === undefined) continue;
    if (!isFit(fit)) return undefined;
    read[cost] = { count: fit.count, mean: fit.mean, variance: fit.variance };
  }
  return { version: 1, classes: read };
}

function isFit(value: unknown): value is Fit {
  if (typeof value !== 'object' || value === null) return false;
  const { count, mean, variance } = value as Partial<Record<keyof Fit, unknown>>;
  const fits = (number: unknown, least: number, most: number): boolean => typeof number === 'number' && number >= least && number <= most;
  return fits(count, 1, 1e9) && fits(mean, -FURTHEST, FURTHEST) && fits(variance, 0, FURTHEST ** 2);
}
