import type { Analysis, Finding } from './analysis';
import { analyze, type AnalysisInput } from './analyze';
import type { AnalysisMemo } from './memo';
import { RULE_METAS } from './rules';
import type { Fix } from './rules/rule';
import { applyEdits, type Edit } from './text';

/** A file with its fixes applied. */
export interface FixedFile {
  readonly text: string;
  /** How many fixes were applied. */
  readonly count: number;
  /** New files that the fixes make, by path. */
  readonly created: ReadonlyMap<string, string>;
  /** What is to be said of the text as it is now. */
  readonly analysis: Analysis;
}

/** Fixes uncover other findings; what still changes after so many rounds goes in circles. */
const MOST_ROUNDS = 20;

/**
 * Applies fixes round by round, each round those that do not touch each other, until nothing more applies.
 * A round that would leave a statement which cannot be read, or a text that was there before, is not applied.
 * @param choose the fix of a finding to apply, if any
 */
export function fixFile(input: AnalysisInput, choose: (finding: Finding) => Fix | undefined, memo: AnalysisMemo): FixedFile {
  let analysis = analyze(input, memo);
  let count = 0;
  const created = new Map<string, string>();
  const seen = new Set([input.text]);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const fixes = nextOf(analysis.findings, choose);
    const text = applyEdits(
      analysis.text,
      fixes.flatMap((fix) => fix.edits),
    );
    const files = fixes.flatMap((fix) => fix.files ?? []);
    if (seen.has(text) && files.every((file) => created.get(file.path) === file.text)) break;
    const known = new Map([...created, ...files.map((file) => [file.path, file.text] as const)]);
    // What a fix writes beside the file counts for the next round, and its number is taken.
    const beside = new Map([...(input.beside ?? []), ...known]);
    const next = analyze({ ...input, text, beside, siblings: [...(input.siblings ?? []), ...known.keys()] }, memo);
    if (next.problems.length > analysis.problems.length) break;
    seen.add(text);
    for (const [path, content] of known) created.set(path, content);
    count += fixes.length;
    analysis = next;
  }
  return { text: analysis.text, count, created, analysis };
}

/** The fixes of a round: those that depend on the transactions that others leave wait until there are no others. */
function nextOf(findings: readonly Finding[], choose: (finding: Finding) => Fix | undefined): readonly Fix[] {
  const first = together(
    findings.filter(({ rule }) => !LAST.has(rule)),
    choose,
  );
  return first.length > 0 ? first : together(findings, choose);
}

const LAST: ReadonlySet<string> = new Set(RULE_METAS.filter(({ mendsLast }) => mendsLast === true).map(({ id }) => id));

/** The chosen fixes that can be applied at once: at most one a statement, and no two whose edits touch. */
export function together(findings: readonly Finding[], choose: (finding: Finding) => Fix | undefined): readonly Fix[] {
  const fixes: Fix[] = [];
  const edits: Edit[] = [];
  const statements = new Set<number>();
  const files = new Map<string, string>();
  for (const finding of findings) {
    if (finding.statement >= 0 && statements.has(finding.statement)) continue;
    const fix = choose(finding);
    if (fix === undefined || (fix.edits.length === 0 && fix.files === undefined) || fix.files?.some(({ path, text }) => (files.get(path) ?? text) !== text) === true) continue;
    if (fix.edits.some((edit) => edits.some((other) => touch(edit, other)))) continue;
    statements.add(finding.statement);
    fixes.push(fix);
    edits.push(...fix.edits);
    for (const { path, text } of fix.files ?? []) files.set(path, text);
  }
  return fixes;
}

function touch(a: Edit, b: Edit): boolean {
  return a.offset <= b.offset + b.length && b.offset <= a.offset + a.length;
}
