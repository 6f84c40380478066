/** How wide a stretch of time is drawn. */
export interface Share {
  /** Of the whole width; all together are 1. */
  readonly share: number;
  /** `scale` where it says the time, `short` where it is wider than the time, `unknown` where there is none to say. */
  readonly drawn: 'scale' | 'short' | 'unknown';
}

/** The least that can be seen, pointed at and told from its neighbours: about 20 of 700 pixels. */
const LEAST = 0.03;

/** How much of an even share a stretch of unknown length gets, beside others that are drawn to scale. */
const OF_UNKNOWN = 0.6;

/**
 * The widths of stretches of time, to scale as far as that can be seen: what would be narrower than can be seen gets
 * the least width that can, and the others share what is left in proportion to their time.
 * @param weights times in any unit; undefined where not known
 */
export function sharesOf(weights: readonly (number | undefined)[]): readonly Share[] {
  const count = weights.length;
  const least = Math.min(LEAST, 0.5 / count);
  const known = weights.filter((weight) => weight !== undefined);
  const total = known.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return weights.map((weight) => ({ share: 1 / count, drawn: weight === undefined ? 'unknown' : 'short' }));
  const ofUnknown = OF_UNKNOWN / count;
  let left = 1 - (count - known.length) * ofUnknown;
  let weight = total;
  // From the lightest up: each that comes out too narrow takes its least width from the rest.
  let lightest = -1;
  for (const one of [...known].sort((a, b) => a - b)) {
    if ((one / weight) * left >= least) break;
    lightest = one;
    left -= least;
    weight -= one;
  }
  return weights.map((one) => {
    if (one === undefined) return { share: ofUnknown, drawn: 'unknown' };
    return one <= lightest ? { share: least, drawn: 'short' } : { share: (one / weight) * left, drawn: 'scale' };
  });
}
