import type { Duration } from '../../core/estimate/estimate';
import { secondsInWords } from '../../core/quantities';
import type { StatementView } from './statements';

/** Times from left to right, each step of the same width ten times the one before: milliseconds and hours side by side. */
export interface RangeScale {
  /** Powers of ten of a second. */
  readonly from: number;
  readonly to: number;
}

/** A scale on which the ranges of all statements have a place. */
export function rangeScale(statements: readonly StatementView[]): RangeScale {
  const ends = statements.flatMap(({ duration }) => (duration === undefined ? [] : [Math.max(duration.low, SHORTEST), duration.high]));
  if (ends.length === 0) return { from: -2, to: 1 };
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  return { from: Math.floor(Math.log10(least)), to: Math.max(Math.floor(Math.log10(least)) + 1, Math.ceil(Math.log10(most))) };
}

/** The shortest time that is drawn, in seconds. */
const SHORTEST = 0.01;

/** A duration as a picture: a line from low to high, a dot at the likely value. Who cannot see it has the same in words beside it. */
export function rangeHtml({ low, likely, high }: Duration, { from, to }: RangeScale): string {
  const at = (seconds: number): string => `${(((Math.log10(Math.max(seconds, 10 ** from)) - from) / (to - from)) * 100).toFixed(1)}%`;
  const ticks = Array.from({ length: to - from + 1 }, (_, step) => 10 ** (from + step));
  const lines = ticks.map((seconds) => `<line class="tick" x1="${at(seconds)}" x2="${at(seconds)}" y1="2" y2="12"/>`);
  return `<span class="range" aria-hidden="true" title="from ${secondsInWords(10 ** from)} to ${secondsInWords(10 ** to)}, each line ten times the one before"><svg width="100%" height="14">${lines.join('')}<line class="span" x1="${at(low)}" x2="${at(high)}" y1="7" y2="7"/><circle cx="${at(likely)}" cy="7" r="4"/></svg></span>`;
}
