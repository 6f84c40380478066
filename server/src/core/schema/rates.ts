import type { RelationSizes } from './statistics';

/** Rows written a second, by exact name. */
export type WriteRates = Readonly<Record<string, number>>;

/**
 * How fast relations were written between two readings of their counters. Left out: those that one reading lacks, and
 * those whose counters went back (somebody reset them, or the server crashed).
 * @param seconds between the readings
 */
export function writeRates(now: RelationSizes, before: RelationSizes, seconds: number): WriteRates {
  const rates: Record<string, number> = {};
  for (const [name, { changes }] of Object.entries(now)) {
    const earlier = before[name]?.changes;
    if (changes === undefined || earlier === undefined || seconds <= 0) continue;
    const written = changes.inserted + changes.updated + changes.deleted - (earlier.inserted + earlier.updated + earlier.deleted);
    if (written >= 0) rates[name] = written / seconds;
  }
  return rates;
}

/** Sizes with the rates that are known. */
export function withRates(sizes: RelationSizes, rates: WriteRates): RelationSizes {
  return Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => {
      const writeRate = rates[name];
      return [name, writeRate === undefined ? size : { ...size, writeRate }];
    }),
  );
}
