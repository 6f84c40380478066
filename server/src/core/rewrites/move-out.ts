import type { Fix, MendContext } from '../rules/rule';
import { tokensOf } from '../sql/postgres/scan';
import { commentsAbove, indentAt, lineEndOf } from './edits';
import { runInstead, surroundingsOf, type Surroundings } from './surroundings';

/** Takes a statement as it is out of its transaction: behind the COMMIT, or by switching the tool's transaction off. */
export function moveOut(context: MendContext): readonly Fix[] {
  const { parsed, index, statements, text } = context;
  const around = surroundingsOf(context);
  const lead = lineEndOf(text) + indentAt(text, statements[index]?.span.offset ?? 0);
  const moved = [...commentsAbove(context, index), parsed.text].join(lead);
  const edits = runInstead(context, [], [moved], namesIn(context));
  if (edits === undefined || edits.length === 0) return [];
  return [{ title: titleOf(around), safety: 'review', edits }];
}

function titleOf(around: Surroundings): string {
  if (around.kind === 'tool' || around.kind === 'call') return around.title;
  if (around.kind === 'file') return around.others.length === 0 && around.optOut !== undefined ? around.optOut.title : 'Put it into a migration of its own';
  return around.kind === 'explicit' && around.alone ? 'Remove the transaction around it' : 'Move it behind the COMMIT';
}

/** Names of the indexes that the statement makes or drops: what follows may speak of them. */
function namesIn({ parsed, effects }: MendContext): string[] {
  const names = new Set<string>();
  for (const action of effects.actions) {
    if (action.kind === 'create index' && action.index !== undefined) names.add(action.index);
    if (action.kind === 'drop index') for (const token of tokensOf(parsed.text)) if (token.kind === 'identifier') names.add(token.text.replace(/^"(.*)"$/s, '$1'));
    if (action.kind === 'add enum value') names.add(action.value);
  }
  return [...names];
}
