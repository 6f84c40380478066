import type { StatementAnalysis } from '../analysis';
import type { Fix, MendContext } from '../rules/rule';
import type { ToolFile } from '../script/script';
import { besides, createParseMemo, statementsOf, type PostgresParseMemo } from '../sql/postgres/parse';
import { applyEdits } from '../text';

/** What is needed to try a fix. */
export type FixedFile = Pick<MendContext, 'file' | 'tool' | 'statements'>;

/**
 * Only those fixes whose result parses: each changed file is split and parsed again, and no statement may be broken
 * that was not broken before.
 */
export function verified(fixes: readonly Fix[], { file, tool, statements }: FixedFile): readonly Fix[] {
  if (fixes.length === 0) return fixes;
  const { memo, broken } = knownOf({ file, tool, statements });
  const holds = (changed: ToolFile): boolean =>
    tool.read(changed).segments.every((segment) => statementsOf(segment.text, besides(memo)).every(({ parsed }) => parsed.ok || broken.has(parsed.text)));
  return fixes.filter((fix) => {
    if (!doOverlap(fix) && holds({ ...file, text: applyEdits(file.text, fix.edits) })) return (fix.files ?? []).every((added) => !added.path.endsWith('.sql') || holds({ ...file, ...added }));
    return false;
  });
}

/** What is there before any fix: that need not be parsed again for each of thousands. */
interface Known {
  readonly memo: PostgresParseMemo;
  /** The texts of statements that do not parse. */
  readonly broken: ReadonlySet<string>;
}

const known = new WeakMap<readonly StatementAnalysis[], Known>();

function knownOf({ file, tool, statements }: FixedFile): Known {
  let found = known.get(statements);
  if (found === undefined) {
    const memo = createParseMemo();
    for (const { parsed } of statements) memo.byText.set(parsed.text, parsed);
    for (const { text } of tool.read(file).segments) statementsOf(text, memo);
    const broken = new Set(statements.filter(({ parsed }) => !parsed.ok).map(({ parsed }) => parsed.text));
    known.set(statements, (found = { memo, broken }));
  }
  return found;
}

/** Whether two edits of a fix are about the same text: then it is no use to anybody. */
function doOverlap(fix: Fix): boolean {
  const edits = [...fix.edits].sort((a, b) => a.offset - b.offset);
  return edits.some((edit, at) => {
    const next = edits[at + 1];
    return next !== undefined && edit.offset + edit.length > next.offset;
  });
}
