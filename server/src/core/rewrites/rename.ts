import type { Action } from '../effects/effects';
import type { FileContext, Fix } from '../rules/rule';
import { nameParts, quoteIdentifier } from '../schema/names';
import { inTransaction } from '../timeline';
import { alterTableName } from './alter-table';
import { insertAfter, insertBefore } from './edits';
import { keyWordsLike } from './key-words';

/**
 * Puts an updatable view in the place of a renamed or moved table, in the same transaction: releases that use the old
 * name go on working.
 */
export function viewInItsPlace(file: FileContext, index: number, action: Extract<Action, { kind: 'rename relation' | 'set schema' }>): readonly Fix[] {
  const statement = file.statements[index];
  if (statement === undefined || !statement.parsed.ok || action.relation === undefined) return [];
  const written = alterTableName(statement.parsed.text);
  if (written === undefined) return [];
  const k = keyWordsLike(statement.parsed.text);
  const { schema, name } = nameParts(action.relation);
  const prefix = written.includes('.') ? `${quoteIdentifier(schema)}.` : '';
  const now = action.kind === 'set schema' ? `${quoteIdentifier(action.to)}.${quoteIdentifier(name)}` : prefix + quoteIdentifier(action.to);
  const view = `${k('CREATE VIEW')} ${written} ${k('AS SELECT')} * ${k('FROM')} ${now}`;
  const title = 'Put a view in its place, under the old name';
  if (inTransaction(statement.moment)) return [{ title, safety: 'review', edits: [insertAfter(file, index, [view])] }];
  const edits = [insertBefore(file, index, [k('BEGIN')]), insertAfter(file, index, [view, k('COMMIT')])];
  return [{ title, safety: 'review', edits }];
}
