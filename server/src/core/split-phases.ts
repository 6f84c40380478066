import type { AnalysisInput } from './analyze';
import { createMemo } from './memo';
import { replay } from './replay';
import { phaseFix, phaseRefusal } from './rewrites/phases/phases';
import { verified } from './rewrites/verified';
import type { FileContext, Fix } from './rules/rule';
import { toolFor } from './script/tools';

/** Each statement is held against all earlier ones: longer migrations are not looked at. */
const MOST_STATEMENTS = 500;

/**
 * The refactoring that splits a migration into a file a phase (expand, backfill, contract), numbered after it in its
 * folder; undefined where there is nothing to split. The same for editor and command line.
 */
export function splitIntoPhases(input: AnalysisInput): Fix | undefined {
  const file = fileOf(input);
  if (file === undefined) return undefined;
  const fix = phaseFix(file, input.neighbours?.paths ?? []);
  return fix === undefined ? undefined : verified([fix], file)[0];
}

/** Why a migration is not split, as the end of a sentence; undefined where it is or has one phase only. */
export function splitRefusal(input: AnalysisInput): string | undefined {
  const file = fileOf(input);
  return file === undefined ? `it has more than ${String(MOST_STATEMENTS)} statements, or is not SQL` : phaseRefusal(file);
}

function fileOf(input: AnalysisInput): FileContext | undefined {
  const { path, text, target, options, neighbours, schema } = input;
  const tool = toolFor(input, input.tool);
  const script = tool.read(input);
  if (script.embedded !== undefined) return undefined;
  const { statements } = replay(script, schema, { path, version: target.version }, createMemo());
  if (statements.length > MOST_STATEMENTS) return undefined;
  return { path, text, file: input, script, tool, statements, target, options, ...(neighbours === undefined ? {} : { neighbours }) };
}
