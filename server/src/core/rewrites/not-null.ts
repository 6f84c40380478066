import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { quoteIdentifier, type RelationName } from '../schema/names';
import type { SchemaView } from '../schema/view';
import type { Target } from '../target';
import { alterTableOf, subcommandOf } from './alter-table';
import { headOf } from './constraint';
import { replaceIn } from './edits';
import { keyWordsLike, type KeyWords } from './key-words';
import { generatedName } from './names';
import { placeInWords, runAfter, safetyHere } from './surroundings';

/** How NOT NULL is made true without a scan under a strong lock: subcommands of ALTER TABLE, each for its own transaction. */
export interface NotNullProof {
  readonly title: string;
  /** Brief: makes new rows obey. */
  readonly first: string;
  readonly then: readonly string[];
}

/** What a proof is written for. */
export interface NotNullSubject {
  readonly relation: RelationName;
  readonly column: string;
  readonly schema: SchemaView;
  readonly target: Target;
  readonly k: KeyWords;
}

/**
 * The ways to make a column NOT NULL, the preferred one first. PostgreSQL 18 has NOT NULL … NOT VALID; a CHECK proves it
 * on every version, so it comes first where nobody said which server it is.
 */
export function notNullProofs(subject: NotNullSubject): readonly NotNullProof[] {
  const check = byCheck(subject);
  if (subject.target.version < 18) return [check];
  const direct = byNotValid(subject);
  return subject.target.source === 'default' ? [check, direct] : [direct, check];
}

/** SET NOT NULL without the scan under ACCESS EXCLUSIVE. */
export function proveNotNull(context: MendContext, action: Extract<Action, { kind: 'set not null' }>): readonly Fix[] {
  const { parsed, index, before, target } = context;
  const alter = alterTableOf(parsed);
  const subcommand = alter === undefined ? undefined : subcommandOf(alter, action);
  if (alter === undefined || subcommand === undefined || action.relation === undefined) return [];
  const k = keyWordsLike(parsed.text);
  const subject = { relation: action.relation, column: action.column, schema: before, target, k };
  return notNullProofs(subject).flatMap(({ title, first, then }): Fix[] => {
    const after = runAfter(context, then.map((part) => `${headOf(alter, k)} ${part}`));
    if (after === undefined) return [];
    const edits = [replaceIn(context, index, subcommand, first), ...after];
    return [{ title: `${title}${placeInWords(context)}`, safety: safetyHere(context), edits }];
  });
}

function byCheck({ relation, column, schema, k }: NotNullSubject): NotNullProof {
  // Not `…_not_null`: from PostgreSQL 18 on that is the name of the constraint that SET NOT NULL itself makes.
  const name = quoteIdentifier(generatedName(relation, [column], 'is_not_null', schema));
  const written = quoteIdentifier(column);
  return {
    title: 'Prove it by a CHECK that is validated apart',
    first: `${k('ADD CONSTRAINT')} ${name} ${k('CHECK')} (${written} ${k('IS NOT NULL')}) ${k('NOT VALID')}`,
    then: [`${k('VALIDATE CONSTRAINT')} ${name}`, `${k('ALTER COLUMN')} ${written} ${k('SET NOT NULL')}`, `${k('DROP CONSTRAINT')} ${name}`],
  };
}

function byNotValid({ relation, column, schema, k }: NotNullSubject): NotNullProof {
  const name = quoteIdentifier(generatedName(relation, [column], 'not_null', schema));
  return {
    title: 'Add NOT NULL as NOT VALID and validate it apart',
    first: `${k('ADD CONSTRAINT')} ${name} ${k('NOT NULL')} ${quoteIdentifier(column)} ${k('NOT VALID')}`,
    then: [`${k('VALIDATE CONSTRAINT')} ${name}`],
  };
}
