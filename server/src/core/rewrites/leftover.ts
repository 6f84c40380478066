import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { tokensOf } from '../sql/postgres/scan';
import { is, written } from './alter-table';
import { insertBefore, replaceIn } from './edits';
import { keyWordsLike } from './key-words';
import { surroundingsOf } from './surroundings';

/** Drops an index that a failed run may have left, then creates it for certain. Fails, rightly, where a constraint owns it. */
export function dropLeftover(context: MendContext, action: Extract<Action, { kind: 'create index' }>): readonly Fix[] {
  const { parsed, index } = context;
  if (parsed.nodeKind !== 'IndexStmt' || action.index === undefined || surroundingsOf(context).kind !== 'none') return [];
  const tokens = tokensOf(parsed.text).filter((token) => token.kind !== 'comment');
  const at = tokens.findIndex((token, i) => is(token, 'IF') && is(tokens[i + 1], 'NOT') && is(tokens[i + 2], 'EXISTS'));
  const on = tokens.findIndex((token) => is(token, 'ON'));
  const [first, name] = [tokens[at], tokens[at + 3]];
  if (first === undefined || name === undefined || on < 0) return [];
  const k = keyWordsLike(parsed.text);
  // An index lives in its table's schema, and its own name is written without it.
  const from = is(tokens[on + 1], 'ONLY') ? on + 2 : on + 1;
  const schema = is(tokens[from + 1], '.') ? `${written(parsed.text, tokens[from], tokens[from])}.` : '';
  return [
    {
      title: 'Drop what may be left, then create it',
      safety: 'review',
      edits: [
        insertBefore(context, index, [`${k('DROP INDEX CONCURRENTLY IF EXISTS')} ${schema}${name.text}`]),
        replaceIn(context, index, { offset: first.offset, length: name.offset - first.offset }, ''),
      ],
    },
  ];
}
