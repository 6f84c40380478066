import type { Calibration, CostClass, Fit, Pace, Rehearsed } from '../schema/speed';
import type { Statistics } from '../schema/statistics';
import { COST_CLASSES, DEFAULT_CONSTANTS, PACED_FACTORS, USUAL_PACE, type CostConstants, type Factor } from './constants';

/** How long something took on a server, beside what the built-in constants say. */
export interface Timing {
  readonly cost: CostClass;
  /** Seconds, by the built-in constants. */
  readonly estimated: number;
  /** Seconds. */
  readonly actual: number;
}

export const NOT_CALIBRATED: Calibration = { version: 1, classes: {} };

/** Times below this, in seconds, say more of the machine's moods than of the work. */
const LEAST = 0.01;
/** What is estimated and what was timed cannot be the same work where they are further apart than this. */
const FURTHEST = Math.log(50);
/** Older timings count for no more than so many new ones: servers change. */
const MOST_REMEMBERED = 40;
/** The deviation of single timings (identical rewrites differed by 2.2 times from run to run), of kinds of work on one server, of servers, and of servers whose pace is known. */
const OF_TIMINGS = 0.35;
const OF_KINDS = 0.35;
const OF_SERVERS = 0.8;
const OF_PACED_SERVERS = 0.4;
/** Of a normal distribution nine in ten lie within so many deviations. */
const NINE_IN_TEN = 1.645;

/**
 * A calibration with more timings.
 * @param pace the server's pace now
 */
export function calibrate(timings: readonly Timing[], before: Calibration = NOT_CALIBRATED, pace: Pace | undefined = before.pace): Calibration {
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
  return { version: 1, ...(pace === undefined ? {} : { pace }), classes };
}

/** The constants for a server: the built-in ones, by its pace where that is known, and by what its timings have taught. */
export function constantsOf({ settings, calibration }: Pick<Statistics, 'settings' | 'calibration'>): CostConstants {
  const { pace } = settings ?? {};
  if (pace === undefined && calibration === undefined) return DEFAULT_CONSTANTS;
  const key = pace ?? UNPACED;
  let byCalibration = known.get(key);
  if (byCalibration === undefined) known.set(key, (byCalibration = new WeakMap()));
  const learned = calibration ?? NOT_CALIBRATED;
  let constants = byCalibration.get(learned);
  if (constants === undefined) byCalibration.set(learned, (constants = calibrated(learned, pace)));
  return constants;
}

const UNPACED = {};
const known = new WeakMap<object, WeakMap<Calibration, CostConstants>>();

/**
 * The constants of a calibrated server. Each kind of work has the factor that its timings show, drawn towards that of all
 * kinds together where they are few; kinds that were never timed have the common one.
 * @param pace the server's pace now
 */
export function calibrated({ classes, pace: then }: Calibration, pace?: Pace): CostConstants {
  const now = pace === undefined ? 0 : Math.log(slowness(pace));
  // What was timed when the server was slower is faster now, and the other way round.
  const since = pace === undefined || then === undefined ? 0 : now - Math.log(slowness(then));
  const fits = new Map(COST_CLASSES.flatMap((cost) => (classes[cost] === undefined ? [] : [[cost, { ...classes[cost], mean: classes[cost].mean + since }] as const])));
  const weights = [...fits.values()].map(({ count, mean }) => ({ mean, weight: 1 / (OF_KINDS ** 2 + OF_TIMINGS ** 2 / count) }));
  const own = 1 / (pace === undefined ? OF_SERVERS : OF_PACED_SERVERS) ** 2;
  const all = weights.reduce((sum, { weight }) => sum + weight, own);
  const common = weights.reduce((sum, { mean, weight }) => sum + mean * weight, now * own) / all;
  const factorFor = (cost: CostClass): Factor => {
    const builtIn = (pace === undefined ? DEFAULT_CONSTANTS.factors : PACED_FACTORS)[cost];
    return fits.size === 0 ? { ...builtIn, factor: builtIn.factor * Math.exp(now) } : factorOf(fits.get(cost), common, 1 / all, builtIn);
  };
  return { ...DEFAULT_CONSTANTS, server: Math.exp(fits.size === 0 ? now : common), factors: Object.fromEntries(COST_CLASSES.map((cost) => [cost, factorFor(cost)])) as Record<CostClass, Factor> };
}

/** How far off a rehearsed statement is still: its tables are larger than those of the copy, and runs differ. */
const REHEARSED_SPREAD = 1.8;

/** The constants for a statement that was run on a copy: all of its work is as much slower or faster than the model says as it was there. */
export function constantsAfter({ factor }: Rehearsed, constants: CostConstants): CostConstants {
  const factorFor = ({ spread, seen }: Factor): Factor => ({ factor: constants.server * factor, spread: Math.min(spread, REHEARSED_SPREAD), seen });
  return { ...constants, factors: Object.fromEntries(COST_CLASSES.map((cost) => [cost, factorFor(constants.factors[cost])])) as Record<CostClass, Factor> };
}

/** How many times as long as on the servers of the built-in constants a server takes. */
function slowness({ numbers, texts }: Pace): number {
  const ratio = Math.sqrt((numbers / USUAL_PACE.numbers) * (texts / USUAL_PACE.texts));
  return Number.isFinite(ratio) ? Math.min(MOST_APART, Math.max(1 / MOST_APART, ratio)) : 1;
}

/** A processor that has ten times as much to do is not slower than that; beyond this something else was timed. */
const MOST_APART = 10;

function factorOf(fit: Fit | undefined, common: number, uncertainty: number, builtIn: Factor): Factor {
  // What is not this server but the model being wrong about some statements stays as large as it was.
  const usual = Math.log(builtIn.spread) / NINE_IN_TEN;
  if (fit === undefined) return { factor: Math.exp(common), spread: Math.exp(NINE_IN_TEN * Math.sqrt(usual ** 2 * 0.8 + uncertainty)), seen: 0 };
  const own = OF_KINDS ** 2 / (OF_KINDS ** 2 + OF_TIMINGS ** 2 / fit.count);
  const deviation = Math.max(0.25, Math.sqrt((fit.count * fit.variance + 4 * usual ** 2) / (fit.count + 4)));
  const left = (OF_KINDS ** 2 * OF_TIMINGS ** 2) / (fit.count * OF_KINDS ** 2 + OF_TIMINGS ** 2);
  return { factor: Math.exp(common + own * (fit.mean - common)), spread: Math.exp(NINE_IN_TEN * Math.sqrt(deviation ** 2 + left)), seen: fit.count };
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
  const pace = 'pace' in value && isPace(value.pace) ? { pace: value.pace } : {};
  return { version: 1, ...pace, classes: read };
}

function isPace(value: unknown): value is Pace {
  if (typeof value !== 'object' || value === null) return false;
  const { numbers, texts } = value as Partial<Record<keyof Pace, unknown>>;
  return [numbers, texts].every((number) => typeof number === 'number' && number > 0 && number < 1e6);
}

function isFit(value: unknown): value is Fit {
  if (typeof value !== 'object' || value === null) return false;
  const { count, mean, variance } = value as Partial<Record<keyof Fit, unknown>>;
  const fits = (number: unknown, least: number, most: number): boolean => typeof number === 'number' && number >= least && number <= most;
  return fits(count, 1, 1e9) && fits(mean, -FURTHEST, FURTHEST) && fits(variance, 0, FURTHEST ** 2);
}
