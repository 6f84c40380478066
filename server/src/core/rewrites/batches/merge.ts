import type { MergeStmt, MergeWhenClause, Node } from '@pgsql/types';
import type { Action } from '../../effects/effects';
import type { FindContext, Fix, MendContext } from '../../rules/rule';
import { quoteIdentifier } from '../../schema/names';
import { relationsIn } from '../../schema/postgres/expressions';
import { relationName } from '../../schema/postgres/resolve';
import { strings } from '../../schema/postgres/walk';
import type { SchemaView } from '../../schema/view';
import type { Token } from '../../sql/statement';
import { tokensOf } from '../../sql/postgres/scan';
import { inTransaction } from '../../timeline';
import { placed } from './batches';
import { batchBlock } from './block';
import { walkingKey } from './key';
import type { BatchPlan } from './plan';
import { topLevel } from './shape';

/** The fix that does a MERGE in batches along the key of its source, each committed. */
export function mergeFixes(context: MendContext, action: Action): readonly Fix[] {
  if (action.kind !== 'merge') return [];
  const plan = mergePlan(context);
  if (!plan.possible || plan.walk.by !== 'key') return [];
  const newline = context.text.includes('\r\n') ? '\r\n' : '\n';
  const edits = placed(context, (indent) => batchBlock(plan, { batchSize: context.options.batchSize, newline, indent }), newline);
  if (edits === undefined) return [];
  const size = context.options.batchSize.toLocaleString('en-US');
  return [{ title: `Convert to batches of ${size} rows along ${plan.shape.targetName}.${plan.walk.key.columns.join(', ')}, each committed`, safety: 'review', edits }];
}

/**
 * How a MERGE is to be done in batches, or why it is not. Batches by the source's key do what the whole does where that
 * key decides which row of the target is meant: then no row of the target is the business of two batches.
 */
export function mergePlan({ parsed, before, moment, target }: FindContext): BatchPlan {
  const no = (reason: string): BatchPlan => ({ possible: false, reason });
  if (!('MergeStmt' in parsed.node)) return no('it is part of a larger statement');
  const { relation, sourceRelation, withClause, returningClause } = parsed.node.MergeStmt;
  const clauses = clausesOf(parsed.node.MergeStmt);
  if (target.version < 11) return no('PostgreSQL can commit within a DO block from version 11 only');
  if (inTransaction(moment) && moment.scope !== 'explicit') return no('the migration tool wraps the file in a transaction, and a batch must commit');
  if (withClause !== undefined || returningClause !== undefined) return no('it has a WITH or RETURNING clause');
  if (clauses.some(({ matchKind }) => matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE')) return no('WHEN NOT MATCHED BY SOURCE looks at all rows of the source together');
  if (relation === undefined || sourceRelation === undefined || !('RangeVar' in sourceRelation)) return no('its source is not a table by itself');
  const source = sourceRelation.RangeVar;
  const into = relationName(relation, before);
  const from = relationName(source, before);
  if (relationsIn(parsed.node, before).filter((mention) => mention.relation === into).length > 1) return no(`it reads ${relation.relname ?? ''} while it changes it`);
  const key = walkingKey(from, before);
  const [column, ...more] = key?.columns ?? [];
  if (key === undefined || column === undefined || more.length > 0) return no(`${source.relname ?? ''} has no key of one column to walk by`);
  const names = { target: relation.alias?.aliasname ?? relation.relname ?? '', source: source.alias?.aliasname ?? source.relname ?? '', key: column };
  const matched = matchedColumn(parsed.node.MergeStmt.joinCondition, names);
  if (matched === undefined || !keepsApart(clauses, matched, names, columnsOf(into, before))) {
    return no(`${source.relname ?? ''}.${column} does not decide which row of ${relation.relname ?? ''} is meant, so that a batch could meet what an earlier one did`);
  }
  const shape = shapeOf(parsed.text, source);
  return shape === undefined ? no('it is not written as expected') : { possible: true, shape, relation: from, walk: { by: 'key', key }, count: undefined };
}

interface Names {
  readonly target: string;
  readonly source: string;
  /** The source's key, as SQL needs it. */
  readonly key: string;
}

function clausesOf({ mergeWhenClauses = [] }: MergeStmt): readonly MergeWhenClause[] {
  return mergeWhenClauses.flatMap((clause) => ('MergeWhenClause' in clause ? [clause.MergeWhenClause] : []));
}

/** The target's column that must equal the source's key for rows to match. */
function matchedColumn(condition: Node | undefined, names: Names): string | undefined {
  if (condition === undefined) return undefined;
  if ('BoolExpr' in condition) return condition.BoolExpr.boolop === 'AND_EXPR' ? (condition.BoolExpr.args ?? []).map((arg) => matchedColumn(arg, names)).find((column) => column !== undefined) : undefined;
  if (!('A_Expr' in condition) || condition.A_Expr.kind !== 'AEXPR_OP' || strings(condition.A_Expr.name).join('.') !== '=') return undefined;
  const sides = [condition.A_Expr.lexpr, condition.A_Expr.rexpr].map(columnOf);
  const own = sides.find((side) => side?.length === 2 && side[0] === names.target);
  return sides.some((side) => isKey(side, names)) ? own?.[1] : undefined;
}

/** Whether rows that it makes or changes stay those of their key. */
function keepsApart(clauses: readonly MergeWhenClause[], matched: string, names: Names, columns: readonly string[]): boolean {
  return clauses.every(({ commandType, targetList = [], values = [] }) => {
    const targets = targetList.flatMap((item) => ('ResTarget' in item ? [item.ResTarget] : []));
    if (commandType === 'CMD_UPDATE') return targets.length === targetList.length && targets.every(({ name }) => name !== matched);
    if (commandType !== 'CMD_INSERT') return true;
    const at = targets.length > 0 ? targets.findIndex(({ name }) => name === matched) : columns.indexOf(matched);
    const given = columnOf(values[at]);
    return given !== undefined && (isKey(given, names) || (given.length === 1 && quoteIdentifier(given[0] ?? '') === names.key));
  });
}

function isKey(reference: readonly string[] | undefined, { source, key }: Names): boolean {
  return reference?.length === 2 && reference[0] === source && quoteIdentifier(reference[1] ?? '') === key;
}

/** The parts of a column's name; undefined for any other expression. */
function columnOf(node: Node | undefined): readonly string[] | undefined {
  return node !== undefined && 'ColumnRef' in node ? strings(node.ColumnRef.fields) : undefined;
}

function columnsOf(relation: ReturnType<typeof relationName>, schema: SchemaView): readonly string[] {
  const known = schema.relation(relation);
  return known !== undefined && 'columns' in known ? known.columns.map(({ name }) => name) : [];
}

/** `MERGE INTO t USING s AS x ON …` with the source in a sub-select, whose condition a batch completes. */
function shapeOf(text: string, source: NonNullable<Extract<BatchPlan, { possible: true }>['shape']['target']>): Extract<BatchPlan, { possible: true }>['shape'] | undefined {
  const words = topLevel(tokensOf(text));
  const is = (token: Token | undefined, word: string): boolean => token?.kind === 'keyword' && token.text.toLowerCase() === word;
  const using = words.findIndex((token) => is(token, 'using'));
  const on = words.findIndex((token, at) => at > using && is(token, 'on'));
  const last = words.at(-1);
  if (using < 0 || on < 0 || last === undefined || source.alias?.colnames !== undefined) return undefined;
  const written = words.slice(using + 1, on).filter(({ text: word }) => word !== '*');
  let own = is(written[0], 'only') ? 1 : 0;
  while (written[own + 1]?.text === '.') own += 2;
  const [first, name] = [written[0], written[own]];
  if (first === undefined || name === undefined || written.some(({ text: word }) => word === '(')) return undefined;
  const table = text.slice(first.offset, name.offset + name.length);
  const alias = source.alias?.aliasname === undefined ? name.text : (written.at(-1)?.text ?? name.text);
  return {
    verb: 'merge',
    tree: {},
    target: source,
    targetText: table,
    targetName: name.text,
    head: `${text.slice(0, first.offset)}(SELECT * FROM ${table}`,
    others: undefined,
    where: undefined,
    returning: undefined,
    withClause: undefined,
    tail: `) AS ${alias} ${text.slice(words[on]?.offset ?? 0, last.offset + last.length)}`,
  };
}
