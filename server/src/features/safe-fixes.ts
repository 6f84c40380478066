import type { Finding } from '../core/analysis';
import { fixFile, together } from '../core/fix-file';
import type { Fix } from '../core/rules/rule';
import { applyEdits, editBetween, type Edit } from '../core/text';
import type { Analysed } from './edits';

const known = new WeakMap<Finding, readonly Fix[]>();

/** A finding's fixes, worked out once. */
export function fixesOf(finding: Finding): readonly Fix[] {
  let fixes = known.get(finding);
  if (fixes === undefined) known.set(finding, (fixes = finding.fixes()));
  return fixes;
}

/** Whether there is something safe to mend; cheaper than mending it. */
export function anythingSafe({ analysis }: Analysed): boolean {
  return analysis.findings.some((finding) => safeFix(finding) !== undefined);
}

/** The edits that mend everything safe, as the command line does: until nothing more applies. */
export function allSafeEdits({ analysis, input, memo }: Analysed): readonly Edit[] {
  const { text } = fixFile(input, safeFix, memo);
  if (text === input.text) return [];
  const firstRound = together(analysis.findings, safeFix).flatMap(({ edits }) => edits);
  return applyEdits(input.text, firstRound) === text ? firstRound : [editBetween(input.text, text)];
}

/** A fix that may be applied unseen and concerns this file only. */
function safeFix(finding: Finding): Fix | undefined {
  return fixesOf(finding).find(({ safety, files }) => safety === 'safe' && (files === undefined || files.length === 0));
}
