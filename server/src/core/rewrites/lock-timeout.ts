import type { FileContext, Fix, MendContext } from '../rules/rule';
import { insertAfter, insertBefore } from './edits';
import { keyWordsLike } from './key-words';

/** How long a statement may queue for its lock: longer than most transactions, shorter than a request's patience. */
const LOCK_TIMEOUT = '5s';

/**
 * Sets lock_timeout where it holds for a statement and for as little else as possible: LOCAL to its transaction right
 * behind BEGIN, or for the session before the file's first statement.
 */
export function setLockTimeout(file: FileContext, index: number): readonly Fix[] {
  const statement = file.statements[index];
  if (statement === undefined) return [];
  const k = keyWordsLike(statement.parsed.text);
  const { scope, ordinal } = statement.moment;
  const title = `Set lock_timeout to ${LOCK_TIMEOUT}`;
  const local = `${k('SET LOCAL')} lock_timeout = '${LOCK_TIMEOUT}'`;
  if (scope === 'explicit') {
    const begin = index - ordinal;
    if (file.statements[begin]?.effects?.control?.kind !== 'begin') return [];
    return [{ title: `${title} in this transaction`, safety: 'review', edits: [insertAfter(file, begin, [local])] }];
  }
  const first = file.statements.findIndex(({ segment }) => segment === statement.segment);
  if (scope === 'file' || scope === 'run') return [{ title, safety: 'review', edits: [insertBefore(file, first, [local])] }];
  return [{ title, safety: 'review', edits: [insertBefore(file, first, [`${k('SET')} lock_timeout = '${LOCK_TIMEOUT}'`])] }];
}

/** Switches lock_timeout off for one statement that waits without holding anybody up, and back on behind it. */
export function liftLockTimeout(context: MendContext, value: string): readonly Fix[] {
  const { parsed, index } = context;
  const k = keyWordsLike(parsed.text);
  const back = /^[\d.]+$|^'/.test(value) ? value : `'${value}'`;
  const edits = [insertBefore(context, index, [`${k('SET')} lock_timeout = 0`]), insertAfter(context, index, [`${k('SET')} lock_timeout = ${back}`])];
  return [{ title: 'Set lock_timeout to 0 for this statement', safety: 'review', edits }];
}
