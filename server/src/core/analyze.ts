import type { Analysis } from './analysis';
import type { Applied } from './applied';
import type { AnalysisMemo } from './memo';
import type { Neighbours } from './neighbours';
import { placedInFile } from './placed';
import { replay } from './replay';
import { judge } from './rules/judge';
import type { RuleOptions, Severity } from './rules/rule';
import type { Schema } from './schema/schema';
import type { Statistics } from './schema/statistics';
import type { Target } from './target';
import { lineIndex } from './text';

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
  /** Id of the migration tool, where it is configured. */
  readonly tool: string | undefined;
  /** Texts of files near it that tell which tool's it is and how that runs it, by path. */
  readonly beside?: ReadonlyMap<string, string>;
  /** The other files of its history; absent where only the file itself is looked at. */
  readonly neighbours?: Neighbours;
  /** The paths of the other files of its history. */
  readonly siblings?: readonly string[];
  /** That it has been applied: then nothing is to be said against it. Absent too where it is to be judged all the same. */
  readonly applied?: Applied;
  /** That nobody asks for findings: they are most of the work. */
  readonly unjudged?: boolean;
}

/**
 * Analyses one migration file: script, statements, effects, timeline, findings. Never throws for anything that a text
 * may hold. The parser must have been loaded.
 */
export function analyze(input: AnalysisInput, memo: AnalysisMemo): Analysis {
  const { path, text, target, schema, applied, unjudged = false } = input;
  const tool = memo.tool.toolFor(input, input.tool);
  const script = tool.read(input);
  const { statements, problems, after } = replay(script, schema, { path, version: target.version }, memo);
  const findings = applied !== undefined || unjudged ? [] : judge({ ...input, text: script.embedded?.text ?? text, file: input, tool, script, statements }, memo.judgements);
  return {
    path,
    text,
    lines: lineIndex(text),
    target,
    script,
    ...(applied === undefined ? {} : { applied }),
    ...placedInFile(script, path, { statements, findings, problems }),
    after,
  };
}
