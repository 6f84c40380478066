import type { Action } from '../../effects/effects';
import type { FindContext, Fix, MendContext } from '../../rules/rule';
import { inTransaction } from '../../timeline';
import type { Edit } from '../../text';
import { batchBlock } from './block';
import { batchObstacle, batchPlan } from './plan';

/**
 * The fix that does an UPDATE or DELETE in batches, each committed; empty where none is sound
 * ({@link batchRefusal} says why). `loadRewriter` must have been awaited.
 */
export function batchFixes(context: MendContext, action: Action): readonly Fix[] {
  if ((action.kind !== 'update' && action.kind !== 'delete') || action.nested) return [];
  const plan = batchPlan(context);
  if (!plan.possible) return [];
  const newline = context.text.includes('\r\n') ? '\r\n' : '\n';
  const edits = placed(context, (indent) => batchBlock(plan, { batchSize: context.options.batchSize, newline, indent }), newline);
  if (edits === undefined) return [];
  const size = context.options.batchSize.toLocaleString('en-US');
  const walk = plan.walk.by === 'key' ? ` along ${plan.walk.key.columns.join(', ')}${plan.walk.key.assumed ? ' (taken to be the primary key)' : ''}` : '';
  // RETURNING is lost and other sessions see the change in parts: a person should look.
  return [{ title: `Convert to batches of ${size} rows${walk}, each committed`, safety: 'review', edits }];
}

/** Why the statement is not converted to batches, as the end of a sentence; undefined where it is, or may be. */
export function batchRefusal(context: FindContext, action: Action): string | undefined {
  if (action.kind !== 'update' && action.kind !== 'delete') return undefined;
  return action.nested ? 'it is part of a larger statement' : batchObstacle(context);
}

/**
 * Where the block goes: in the statement's place outside of a transaction; behind the COMMIT (or before the BEGIN)
 * where the statement is the last (or first) of an explicit one, since nothing then changes its order; else nowhere.
 */
export function placed(context: MendContext, block: (indent: string) => string, newline: string): readonly Edit[] | undefined {
  const { statements, index, moment, text } = context;
  const own = statements[index];
  if (own === undefined) return undefined;
  const indent = indentAt(text, own.span.offset);
  if (!inTransaction(moment)) {
    const timeout = moment.settings.statement_timeout;
    const limited = timeout !== undefined && !/^'?0/u.test(timeout);
    // The block is one statement to statement_timeout, however short its batches are.
    if (limited && own.segment.send === 'segment') return undefined;
    const before = limited ? `SET statement_timeout = 0;${newline}${indent}` : '';
    const after = limited ? `;${newline}${indent}SET statement_timeout = ${timeout}` : '';
    return [{ ...own.span, text: before + block(indent) + after }];
  }
  const [previous, next] = [statements[index - 1], statements[index + 1]];
  const removal = wholeStatement(text, own.span.offset, own.span.length);
  if (next?.effects?.control?.kind === 'commit' && !next.effects.control.chain) {
    const end = statementEnd(text, next.span.offset + next.span.length);
    return [removal, { offset: end, length: 0, text: newline + newline + indentAt(text, next.span.offset) + block(indentAt(text, next.span.offset)) + ';' }];
  }
  if (previous?.effects?.control?.kind === 'begin') {
    return [{ offset: previous.span.offset, length: 0, text: `${block('')};${newline}${newline}` }, removal];
  }
  return undefined;
}

function indentAt(text: string, offset: number): string {
  const line = text.slice(Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1, offset);
  return /^[ \t]*$/u.test(line) ? line : '';
}

/** Just behind the semicolon that follows. */
function statementEnd(text: string, end: number): number {
  const semicolon = /^\s*;/u.exec(text.slice(end));
  return end + (semicolon?.[0].length ?? 0);
}

/** The edit that takes a statement out with its semicolon and, where it has lines of its own, those lines. */
function wholeStatement(text: string, offset: number, length: number): Edit {
  const start = offset - indentAt(text, offset).length;
  const end = statementEnd(text, offset + length);
  const rest = /^[ \t]*\r?\n/u.exec(text.slice(end));
  return { offset: start, length: end + (rest?.[0].length ?? 0) - start, text: '' };
}
