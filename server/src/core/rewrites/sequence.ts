import type { FileContext, Fix } from '../rules/rule';
import { displayName, type RelationName } from '../schema/names';
import { insertAfter } from './edits';
import { keyWordsLike } from './key-words';

/** Makes a sequence a bigint right behind the ALTER TABLE that did so with its column. */
export function widenSequence(file: FileContext, index: number, sequence: RelationName): readonly Fix[] {
  const statement = file.statements[index];
  if (statement?.parsed.ok !== true || statement.parsed.nodeKind !== 'AlterTableStmt') return [];
  const k = keyWordsLike(statement.parsed.text);
  return [{ title: `Make ${displayName(sequence)} a bigint too`, safety: 'review', edits: [insertAfter(file, index, [`${k('ALTER SEQUENCE')} ${displayName(sequence)} ${k('AS')} bigint`])] }];
}
