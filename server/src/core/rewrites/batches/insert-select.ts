import type { FuncCall, RangeVar, SelectStmt } from '@pgsql/types';
import type { Action } from '../../effects/effects';
import type { FindContext, Fix, MendContext } from '../../rules/rule';
import { relationsIn } from '../../schema/postgres/expressions';
import { relationName, routineName } from '../../schema/postgres/resolve';
import { strings, walk } from '../../schema/postgres/walk';
import { nameParts } from '../../schema/names';
import type { SchemaView } from '../../schema/view';
import { tokensOf } from '../../sql/postgres/scan';
import { inTransaction } from '../../timeline';
import { placed } from './batches';
import { batchBlock } from './block';
import { walkingKey } from './key';
import type { BatchPlan } from './plan';
import { topLevel } from './shape';

/** The fix that does an INSERT … SELECT in batches along the key of the table it reads, each committed. */
export function insertSelectFixes(context: MendContext, action: Action): readonly Fix[] {
  if (action.kind !== 'insert' || !action.select) return [];
  const plan = insertSelectPlan(context);
  if (!plan.possible || plan.walk.by !== 'key') return [];
  const newline = context.text.includes('\r\n') ? '\r\n' : '\n';
  const edits = placed(context, (indent) => batchBlock(plan, { batchSize: context.options.batchSize, newline, indent }), newline);
  if (edits === undefined) return [];
  const size = context.options.batchSize.toLocaleString('en-US');
  return [{ title: `Convert to batches of ${size} rows along ${plan.shape.targetName}.${plan.walk.key.columns.join(', ')}, each committed`, safety: 'review', edits }];
}

/** How an INSERT … SELECT is to be done in batches, or why it is not. */
export function insertSelectPlan({ parsed, before, moment, target }: FindContext): BatchPlan {
  const no = (reason: string): BatchPlan => ({ possible: false, reason });
  const { node, text } = parsed;
  if (!('InsertStmt' in node)) return no('it is part of a larger statement');
  const { relation, selectStmt, returningClause, withClause } = node.InsertStmt;
  const select: SelectStmt | undefined = selectStmt !== undefined && 'SelectStmt' in selectStmt ? selectStmt.SelectStmt : undefined;
  if (relation === undefined || select === undefined || select.valuesLists !== undefined) return no('it has no SELECT');
  if (target.version < 11) return no('PostgreSQL can commit within a DO block from version 11 only');
  if (inTransaction(moment) && moment.scope !== 'explicit') return no('the migration tool wraps the file in a transaction, and a batch must commit');
  if (returningClause !== undefined || withClause !== undefined || select.withClause !== undefined) return no('it has a WITH or RETURNING clause');
  const [source, ...more] = select.fromClause ?? [];
  if (source === undefined || more.length > 0 || !('RangeVar' in source)) return no('it reads more than one table');
  const whole = select.distinctClause ?? select.groupClause ?? select.havingClause ?? select.sortClause ?? select.limitCount ?? select.limitOffset ?? select.lockingClause ?? select.windowClause;
  if (whole !== undefined || (select.op !== undefined && select.op !== 'SETOP_NONE')) return no('its SELECT looks at all rows together');
  if (aggregates(select, before)) return no('its SELECT looks at all rows together');
  const into = relationName(relation, before);
  const from = relationName(source.RangeVar, before);
  if (relationsIn(node, before).filter((mention) => mention.relation === into).length > 1) return no(`it reads ${relation.relname ?? ''} while it fills it`);
  const known = before.relation(from);
  const key = walkingKey(from, before);
  if (key === undefined) return no(`${source.RangeVar.relname ?? ''} has no primary key and no unique NOT NULL key to walk by`);
  if (known === undefined && !key.assumed) return no('the table is not known');
  const shape = shapeOf(text, source.RangeVar, select);
  if (shape === undefined) return no('it is not written as expected');
  return { possible: true, shape, relation: from, walk: { by: 'key', key }, count: undefined };
}

/** Aggregates of pg_catalog (pg_proc.prokind = 'a'), without those for ordered sets, whose call says so. */
const AGGREGATES = new Set(
  'count sum avg min max array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg xmlagg bool_and bool_or every bit_and bit_or bit_xor stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy range_agg range_intersect_agg any_value'.split(' '),
);

/** Whether the SELECT itself aggregates; what its subqueries do is their own affair. */
function aggregates(select: SelectStmt, schema: SchemaView): boolean {
  let found = false;
  walk(select, (kind, body) => {
    if (kind === 'SubLink') return false;
    if (kind !== 'FuncCall') return true;
    const call = body as FuncCall;
    const routine = routineName(strings(call.funcname), schema);
    found ||= isOverRows(call) || AGGREGATES.has(nameParts(routine).name) || schema.routines(routine).some((own) => own.kind === 'aggregate');
    return true;
  });
  return found;
}

function isOverRows({ over, agg_star, agg_order, agg_filter, agg_distinct, agg_within_group }: FuncCall): boolean {
  return [over, agg_star, agg_order, agg_filter, agg_distinct, agg_within_group].some((part) => part !== undefined && part !== false);
}

function shapeOf(text: string, source: RangeVar, select: SelectStmt): Extract<BatchPlan, { possible: true }>['shape'] | undefined {
  const words = topLevel(tokensOf(text));
  const find = (word: string, from: number): number => words.findIndex((token, index) => index >= from && token.kind === 'keyword' && token.text.toLowerCase() === word);
  const start = find('select', 0);
  const from = words.findIndex((token, index) => index > start && token.kind === 'keyword' && token.text.toLowerCase() === 'from' && words[index - 1]?.text.toLowerCase() !== 'distinct');
  const where = select.whereClause === undefined ? -1 : find('where', from);
  const conflict = words.findIndex((token, index) => index > Math.max(from, where) && token.text.toLowerCase() === 'on' && words[index + 1]?.text.toLowerCase() === 'conflict');
  const last = words.at(-1);
  if (start < 0 || from < 0 || last === undefined || (select.whereClause !== undefined && where < 0)) return undefined;
  const end = last.offset + last.length;
  const endBefore = (index: number): number => {
    const token = words[index - 1];
    return index < 0 || token === undefined ? end : token.offset + token.length;
  };
  const bodyEnd = endBefore(conflict);
  const fromEnd = where < 0 ? bodyEnd : endBefore(where);
  const targetText = text.slice(words[from + 1]?.offset ?? end, fromEnd);
  const names = words.slice(from + 1, where < 0 ? (conflict < 0 ? undefined : conflict) : where);
  // `only app.orders as o`: the alias is the last word, the name the last of the dotted parts.
  let own = names[0]?.text.toLowerCase() === 'only' ? 1 : 0;
  while (names[own + 1]?.text === '.') own += 2;
  const name = (source.alias?.aliasname === undefined ? names[own] : names.at(-1))?.text;
  if (name === undefined || names.some(({ text: word }) => word === '(')) return undefined;
  return {
    verb: 'insert',
    tree: {},
    target: source,
    targetText,
    targetName: name,
    head: text.slice(0, fromEnd),
    others: undefined,
    where: where < 0 ? undefined : text.slice(words[where + 1]?.offset ?? end, bodyEnd),
    returning: undefined,
    withClause: undefined,
    ...(conflict < 0 ? {} : { tail: text.slice(words[conflict]?.offset ?? end, end) }),
  };
}
