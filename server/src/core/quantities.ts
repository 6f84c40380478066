import type { Duration } from './estimate/estimate';
import type { RelationSize } from './schema/statistics';

/**
 * A duration for people, the likely value with its range: "about 40 s (25 to 70)", "about 800 ms (300 ms to 2.5 s)".
 * What surely ends within a tenth of a second is "milliseconds": nobody plans by more.
 * @param duration in seconds; what is unknown is not for this function to say
 */
export function durationInWords(duration: Duration): string {
  const { likely, range } = durationParts(duration);
  if (!isNotable(duration)) return likely;
  if (duration.likely < MILLISECOND) return `${likely} (${range ?? ''})`;
  return range === undefined ? `about ${likely}` : `about ${likely} (${range})`;
}

/** Whether a duration is longer than what ends at once. */
export function isNotable({ high }: Duration): boolean {
  return high >= INSTANT;
}

/**
 * The two parts of {@link durationInWords}, for where they stand apart: "40 s" and "25 to 70".
 * The range is undefined where it would say no more than the likely value.
 */
export function durationParts(duration: Duration): { readonly likely: string; readonly range: string | undefined } {
  const { low, likely, high } = duration;
  if (high === 0) return { likely: 'no time', range: undefined };
  if (!isNotable(duration)) return { likely: 'milliseconds', range: undefined };
  // Likely over at once, but nobody can promise it.
  if (likely < MILLISECOND) return { likely: secondsInWords(likely), range: `up to ${secondsInWords(high)}` };
  const unit = unitOf(likely);
  const about = inUnit(likely, unit);
  if (!readsWell(low, unit) || !readsWell(high, unit)) return { likely: about, range: `${secondsInWords(low)} to ${secondsInWords(high)}` };
  const [from, to] = [twoFigures(low / unit.seconds), twoFigures(high / unit.seconds)];
  return { likely: about, range: from === to ? undefined : `${from} to ${to}` };
}

/** A single time for people, to two figures: "40 s", "1.7 min", "350 ms". Times below a millisecond are "under 1 ms". */
export function secondsInWords(seconds: number): string {
  return seconds < MILLISECOND ? 'under 1 ms' : inUnit(seconds, unitOf(seconds));
}

/** A number of rows for people, estimates being no more exact than this: "1 row", "4,812 rows", "347,000 rows", "2.1 M rows". */
export function rowsInWords(rows: number): string {
  const rounded = rows < EXACT ? Math.round(rows) : Number(rows.toPrecision(3));
  if (rounded >= 1e9) return `${figures(rounded / 1e9)} bn rows`;
  if (rounded >= 1e6) return `${figures(rounded / 1e6)} M rows`;
  return `${countInWords(rounded)} ${rounded === 1 ? 'row' : 'rows'}`;
}

/** A number of bytes for people: "512 bytes", "8.2 kB", "1.4 GB". The units are the server's (pg_size_pretty): 1 kB is 1,024 bytes. */
export function bytesInWords(bytes: number): string {
  let value = bytes;
  let unit = -1;
  // 999.5 of a unit would be written as 1000: that is one of the next.
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const name = BYTE_UNITS[unit];
  if (name === undefined) return `${countInWords(Math.round(bytes))} ${Math.round(bytes) === 1 ? 'byte' : 'bytes'}`;
  return `${value >= 9999.5 ? countInWords(Math.round(value)) : figures(value)} ${name}`;
}

/**
 * How large and how busy a relation is, for people: "2.1 M rows, 1.4 GB, about 300 writes/s"; undefined where nothing is
 * known. Bytes are those of the rows, wherever they are stored, without indexes.
 */
export function sizeInWords({ rows, bytes, toastBytes = 0, writeRate = 0 }: RelationSize): string | undefined {
  const parts = [
    rows === undefined ? undefined : rowsInWords(rows),
    bytes === undefined ? undefined : bytesInWords(bytes + toastBytes),
    writeRate < 1 ? undefined : `about ${figures(writeRate)} writes/s`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** How long ago something was, for people: "3 days ago", "just now". */
export function ageInWords(seconds: number): string {
  for (const [unit, length] of AGES) {
    const count = Math.floor(seconds / length);
    if (count > 0) return `${String(count)} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

const AGES = [
  ['day', 24 * 60 * 60],
  ['hour', 60 * 60],
  ['minute', 60],
] as const;

/** Seconds in which something ends at once, for people. */
const INSTANT = 0.1;
const MILLISECOND = 0.001;

/** Up to here rows are told to the last one. */
const EXACT = 10_000;

const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB'];

interface TimeUnit {
  readonly name: string;
  readonly seconds: number;
  /** Values below this, in seconds, are told in this unit. */
  readonly below: number;
  /** Between which numbers of it the ends of a range read well without a unit of their own. */
  readonly least: number;
  readonly most: number;
}

const DAYS: TimeUnit = { name: 'days', seconds: 86_400, below: Infinity, least: 0.5, most: Infinity };
const TIME_UNITS: readonly TimeUnit[] = [
  { name: 'ms', seconds: MILLISECOND, below: 0.995, least: 1, most: 999 },
  { name: 's', seconds: 1, below: 99.5, least: 0.1, most: 200 },
  { name: 'min', seconds: 60, below: 99.5 * 60, least: 1, most: 200 },
  { name: 'h', seconds: 3600, below: 48 * 3600, least: 1, most: 100 },
  DAYS,
];

function unitOf(seconds: number): TimeUnit {
  return TIME_UNITS.find(({ below }) => seconds < below) ?? DAYS;
}

function inUnit(seconds: number, { name, seconds: one }: TimeUnit): string {
  return `${twoFigures(seconds / one)} ${name}`;
}

function readsWell(seconds: number, { seconds: one, least, most }: TimeUnit): boolean {
  return seconds >= least * one && seconds <= most * one;
}

/** A number to two figures, or to its last whole digit: 0.42, 1.7, 25, 312. */
function figures(value: number): string {
  return value < 99.5 ? twoFigures(value) : countInWords(Math.round(value));
}

/** 0.42, 1.7, 25, 310: times are known no better. */
function twoFigures(value: number): string {
  // By way of a number: not 2.0, and not the exponent that small and large ones are given.
  return countInWords(Number(value.toPrecision(2)));
}

/** Made once: toLocaleString makes one each time, and a file may have thousands of lenses. */
const NUMBERS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3, signDisplay: 'negative' });

/** A count for people: "1,234"; a negative zero, which shares of nothing come to, is 0. */
export function countInWords(value: number): string {
  return NUMBERS.format(value);
}
