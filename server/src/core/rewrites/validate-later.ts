import type { FileContext, Fix } from '../rules/rule';
import { displayName, nameParts, quoteIdentifier, type RelationName } from '../schema/names';
import { lineEndOf } from './edits';
import { keyWordsLike } from './key-words';
import { pathsAfter } from './phases/numbering';

/** A migration behind this one that validates a constraint: a transaction of its own, whatever the tool. */
export function validateLater(file: FileContext, index: number, relation: RelationName, constraint: string): readonly Fix[] {
  const statement = file.statements[index];
  if (statement === undefined || file.script.embedded !== undefined) return [];
  const k = keyWordsLike(statement.parsed.text);
  const name = `validate_${constraint}`.replace(/[^\p{L}\p{N}_]+/gu, '_').toLowerCase();
  const [path] = pathsAfter(file.path, [name], file.neighbours?.paths ?? []);
  if (path === undefined) return [];
  const text = `${k('ALTER TABLE')} ${displayName(relation)} ${k('VALIDATE CONSTRAINT')} ${quoteIdentifier(constraint)};${lineEndOf(file.text)}`;
  return [{ title: `Validate ${quoteIdentifier(constraint)} of ${nameParts(relation).name} in a migration of its own`, safety: 'review', edits: [], files: [{ path, text }] }];
}
