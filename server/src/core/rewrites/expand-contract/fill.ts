import type { FindContext } from '../../rules/rule';
import { createParseMemo, statementsOf } from '../../sql/postgres/parse';
import { firstMoment } from '../../timeline';
import { batchBlock } from '../batches/block';
import { batchPlan } from '../batches/plan';

/**
 * The block that runs an UPDATE or DELETE in batches, each committed, with plain line feeds and no closing semicolon; or
 * the reason, as the end of a sentence, why there is none.
 */
export function inBatches(sql: string, context: FindContext): { readonly block: string } | string {
  const [statement] = statementsOf(sql, createParseMemo());
  if (statement?.parsed.ok !== true) return 'the statement that fills it does not parse';
  // Wherever the statement at hand stands, the block runs outside of any transaction.
  const moment = firstMoment({ wrapper: 'none', send: 'statement' });
  const plan = batchPlan({ ...context, parsed: statement.parsed, moment });
  if (!plan.possible) return plan.reason;
  return { block: batchBlock(plan, { batchSize: context.options.batchSize, newline: '\n', indent: '' }) };
}
