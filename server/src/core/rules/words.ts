import { blocks, type LockMode } from '../effects/postgres/lock-modes';
import { displayName, quoteIdentifier, type RelationName } from '../schema/names';

/** A relation as messages call it. */
export function called(relation: RelationName | undefined, otherwise = 'the table'): string {
  return relation === undefined ? otherwise : displayName(relation);
}

/** A column as messages call it: `users."firstName"`. */
export function calledColumn(relation: RelationName | undefined, column: string): string {
  return relation === undefined ? quoteIdentifier(column) : `${displayName(relation)}.${quoteIdentifier(column)}`;
}

/** What a lock keeps waiting, as the subject and verb of a sentence: "reads and writes wait". */
export function waiting(mode: LockMode): string {
  const blocked = blocks(mode);
  if (blocked.includes('read')) return 'reads and writes wait';
  if (blocked.includes('write')) return 'writes wait';
  return 'other schema changes and VACUUM wait';
}

/**
 * The lock that something takes and who waits for it, as the rest of a sentence: "takes SHARE on users: writes wait".
 * @param mode undefined where the model names no lock; then only the relation is named
 */
export function takes(mode: LockMode | undefined, relation: RelationName | undefined): string {
  if (mode === undefined) return `works on ${called(relation)}: others wait`;
  return `takes ${mode} on ${called(relation)}: ${waiting(mode)}`;
}

/** An explanation of the model as a sentence of its own, with a leading blank; empty where there is none. */
export function because(reason: string | undefined): string {
  if (reason === undefined || reason === '') return '';
  const sentence = reason.charAt(0).toUpperCase() + reason.slice(1);
  return /[.!?]$/.test(sentence) ? ` ${sentence}` : ` ${sentence}.`;
}
