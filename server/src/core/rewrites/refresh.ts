import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { tokensOf } from '../sql/postgres/scan';
import { is } from './alter-table';
import { replaceIn } from './edits';
import { keyWordsLike } from './key-words';

/** REFRESH … CONCURRENTLY, where a unique index is known that it can work with (matview.c, is_usable_unique_index). */
export function refreshConcurrently(context: MendContext, action: Extract<Action, { kind: 'refresh' }>): readonly Fix[] {
  const { parsed, index, before } = context;
  const view = action.relation === undefined ? undefined : before.relation(action.relation);
  if (parsed.nodeKind !== 'RefreshMatViewStmt' || view?.kind !== 'materialized view' || !view.populated) return [];
  const usable = view.indexes.some((name) => {
    const candidate = before.relation(name);
    return candidate?.kind === 'index' && candidate.unique && candidate.valid && candidate.predicate === undefined && candidate.keys.every((key) => key.column !== undefined);
  });
  const word = tokensOf(parsed.text).filter((token) => token.kind !== 'comment')[2];
  if (!usable || word === undefined || !is(word, 'VIEW')) return [];
  const edit = replaceIn(context, index, { offset: word.offset + word.length, length: 0 }, ` ${keyWordsLike(parsed.text)('CONCURRENTLY')}`);
  return [{ title: 'Refresh it concurrently', safety: 'safe', edits: [edit] }];
}
