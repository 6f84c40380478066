import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { replaceIn } from './edits';
import { keyWordsLike } from './key-words';

/** ALTER DOMAIN … ADD CHECK … NOT VALID. Validating it reads under SHARE too, so when to do that is for people to say. */
export function domainNotValid(context: MendContext, action: Extract<Action, { kind: 'alter domain' }>): readonly Fix[] {
  const { parsed, index } = context;
  if (parsed.nodeKind !== 'AlterDomainStmt' || action.adds !== 'check') return [];
  const edit = replaceIn(context, index, { offset: parsed.text.length, length: 0 }, ` ${keyWordsLike(parsed.text)('NOT VALID')}`);
  return [{ title: 'Add it NOT VALID; validate it when writes are few', safety: 'review', edits: [edit] }];
}
