import type { Analysis, Finding, Problem, StatementAnalysis } from './analysis';
import { effectsOf } from './effects/memo';
import type { AnalysisMemo } from './memo';
import { judge } from './rules/judge';
import type { RuleOptions, Severity } from './rules/rule';
import { applyStatement } from './schema/apply';
import type { Schema } from './schema/schema';
import type { Statistics } from './schema/statistics';
import type { Script } from './script/script';
import { toolFor } from './script/tools';
import { statementsOf } from './sql/postgres/parse';
import type { Target } from './target';
import { lineIndex } from './text';
import { firstMoment, inTransaction, step, type Moment } from './timeline';

/** What an analysis is made from. It is a pure function of this. */
export interface AnalysisInput {
  /** For messages and for recognising the tool; forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly target: Target;
  /** What exists before the file. */
  readonly schema: Schema;
  readonly statistics: Statistics;
  readonly options: RuleOptions;
  /** Rule id to its configured severity. */
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  /** Id of the migration tool where it is configured. */
  readonly tool: string | undefined;
}

/** Analyses one migration file: script, statements, effects, timeline, findings. Never throws for what a text may hold. */
export function analyze(input: AnalysisInput, memo: AnalysisMemo): Analysis {
  const tool = toolFor(input, input.tool);
  const script = tool.read(input);
  const problems: Problem[] = [...script.problems];
  const { statements, after } = replay(input, script, memo, problems);
  const findings = judge({ ...input, tool, script, statements }, memo);
  const analysis: Analysis = {
    path: input.path,
    text: input.text,
    lines: lineIndex(input.text),
    target: input.target,
    script,
    statements,
    findings,
    problems: problems.sort((a, b) => a.span.offset - b.span.offset),
    after,
  };
  memo.previous = analysis;
  return analysis;
}
