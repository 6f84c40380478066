import type { Fix, MendContext } from '../rules/rule';
import { replaceIn } from './edits';
import { namingEdits, writtenConstraint, type AddConstraint } from './constraint';
import { placeInWords, runAfter, safetyHere, surroundingsOf } from './surroundings';

/**
 * Adds a constraint NOT VALID, which is brief, and validates it in a transaction of its own, which holds up neither
 * reads nor writes.
 */
export function addNotValid(context: MendContext, action: AddConstraint): readonly Fix[] {
  const constraint = writtenConstraint(context, action);
  if (constraint === undefined) return [];
  const { subcommand, k, head, name } = constraint;
  const end = { offset: subcommand.offset + subcommand.length, length: 0 };
  const edits = [...namingEdits(context, constraint), replaceIn(context, context.index, end, ` ${k('NOT VALID')}`)];
  const validate = `${head} ${k('VALIDATE CONSTRAINT')} ${name}`;
  const after = runAfter(context, [validate]);
  if (after !== undefined) {
    return [{ title: `Add it NOT VALID and validate it apart${placeInWords(context)}`, safety: safetyHere(context), edits: [...edits, ...after] }];
  }
  // The tool's transaction cannot be left: the next migration has to validate.
  if (surroundingsOf(context).kind !== 'stuck' || context.moment.scope === 'explicit') return [];
  return [{ title: 'Add it NOT VALID here; validate it in the next migration', safety: 'review', edits }];
}

