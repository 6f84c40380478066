import type { Analysis } from './analysis';
import type { PostgresParseMemo } from './sql/postgres/parse';
import type { EffectsMemo } from './effects/memo';

/**
 * What an analysis remembers so that the next one of nearly the same text is cheap. It only ever changes how fast an
 * answer comes, never the answer: test/core/incremental.test.ts compares both.
 */
export interface AnalysisMemo {
  readonly parse: PostgresParseMemo;
  readonly effects: EffectsMemo;
  /** The analysis of the same file before the edit. */
  previous: Analysis | undefined;
}
