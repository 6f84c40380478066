import type { Finding } from '../core/analysis';
import type { Fix } from '../core/rules/rule';
import type { Edit } from '../core/text';

const known = new WeakMap<Finding, readonly Fix[]>();

/** A finding's fixes, worked out once. */
export function fixesOf(finding: Finding): readonly Fix[] {
  let fixes = known.get(finding);
  if (fixes === undefined) known.set(finding, (fixes = finding.fixes()));
  return fixes;
}

/**
 * The edits of all safe fixes that fit together: the first safe one of each finding, as a whole or not at all. Of
 * equal fixes one counts; what is left out is found again once these are applied.
 */
export function allSafeEdits(findings: readonly Finding[]): Edit[] {
  const taken: Edit[] = [];
  for (const finding of findings) {
    const fix = fixesOf(finding).find(({ safety, files }) => safety === 'safe' && (files === undefined || files.length === 0));
    if (fix !== undefined && fix.edits.every((edit) => taken.every((other) => !collide(edit, other)))) taken.push(...fix.edits);
  }
  return taken.sort((a, b) => a.offset - b.offset);
}

/** Whether two edits cannot both be applied, or might not mean the same any more: they overlap, or insert at one place. */
function collide(a: Edit, b: Edit): boolean {
  if (a.length === 0 && b.length === 0) return a.offset === b.offset;
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
