import { EffectsMemo } from './effects/memo';
import { ReplayMemo } from './replay';
import { JudgementMemo } from './rules/judge';
import { ToolMemo } from './script/tools';
import { createParseMemo, type PostgresParseMemo } from './sql/postgres/parse';

/**
 * What an analysis remembers so that the next one of nearly the same text is cheap. It only ever changes how fast an
 * answer comes, never the answer: test/core/incremental.test.ts compares both.
 */
export interface AnalysisMemo {
  readonly tool: ToolMemo;
  readonly parse: PostgresParseMemo;
  readonly effects: EffectsMemo;
  readonly replay: ReplayMemo;
  readonly judgements: JudgementMemo;
}

/** A memo that knows nothing yet: one for each open document, or one for a whole run of the command line. */
export function createMemo(): AnalysisMemo {
  return { tool: new ToolMemo(), parse: createParseMemo(), effects: new EffectsMemo(), replay: new ReplayMemo(), judgements: new JudgementMemo() };
}
