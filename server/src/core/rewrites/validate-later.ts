import type { FileContext, Fix } from '../rules/rule';
import { displayName, nameParts, quoteIdentifier, type RelationName } from '../schema/names';
import { keyWordsLike } from './key-words';
import { laterMigration } from './own-file';

/** A migration behind this one that validates a constraint: a transaction of its own, whatever the tool. */
export function validateLater(file: FileContext, index: number, relation: RelationName, constraint: string): readonly Fix[] {
  const statement = file.statements[index];
  if (statement === undefined) return [];
  const k = keyWordsLike(statement.parsed.text);
  const name = `validate_${constraint}`.replace(/[^\p{L}\p{N}_]+/gu, '_').toLowerCase();
  const siblings = file.file.siblings ?? file.neighbours?.paths ?? [];
  const files = laterMigration({ ...file, file: { ...file.file, siblings } }, name, [`${k('ALTER TABLE')} ${displayName(relation)} ${k('VALIDATE CONSTRAINT')} ${quoteIdentifier(constraint)}`], {});
  if (files === undefined) return [];
  return [{ title: `Validate ${quoteIdentifier(constraint)} of ${nameParts(relation).name} in a migration of its own`, safety: 'review', edits: [], files }];
}
