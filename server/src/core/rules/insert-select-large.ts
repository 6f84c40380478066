import type { Node, SelectStmt } from '@pgsql/types';
import type { Action } from '../effects/effects';
import { keyRows } from '../effects/postgres/queries/predicates';
import { tableOf } from '../effects/postgres/relations';
import { rowsInWords } from '../quantities';
import { insertSelectFixes, insertSelectPlan } from '../rewrites/batches/insert-select';
import { jobFixes, procedureFixes } from '../rewrites/jobs/job';
import type { RelationName } from '../schema/names';
import { relationName } from '../schema/postgres/resolve';
import { headline } from './place';
import { actionsOf, defineRule, type FindContext } from './rule';
import { endsInTime, isHarmless, rowsExpected, rowsOf } from './size';
import { called } from './words';

export const insertSelectLarge = defineRule({
  meta: {
    id: 'insert-select-large',
    group: 'data',
    summary: 'An INSERT … SELECT copies a whole table, or a large part of it, in one transaction',
    severity: 'warning',
    recommended: true,
    danger:
      'Nobody sees the new rows before the commit, but everybody meets them: who inserts the same key waits until the end, rows that they reference stay locked against deletion, VACUUM removes nothing anywhere meanwhile, and replicas receive it all at once. When it fails near the end, all of it was for nothing.',
    safeWay: 'Copy it in batches by ranges of the source’s primary key, a thousand to ten thousand rows each, and commit after each.',
    whenToIgnore: 'The source is small, or the WHERE clause finds few rows.',
    sources: ['https://www.postgresql.org/docs/current/plpgsql-transactions.html', 'https://www.postgresql.org/docs/current/index-unique-checks.html'],
    bad: [
      {
        schema: 'CREATE TABLE orders (id bigint PRIMARY KEY, total int); CREATE TABLE copies (id bigint PRIMARY KEY, total int);',
        sql: 'INSERT INTO copies SELECT id, total FROM orders;\n',
      },
      { sql: "INSERT INTO archive (id, body) SELECT id, body FROM app.messages WHERE sent_at < '2020-01-01' ON CONFLICT DO NOTHING;\n" },
    ],
    good: [
      { schema: 'CREATE TABLE orders (id bigint PRIMARY KEY); CREATE TABLE copies (id bigint);', sql: 'INSERT INTO copies SELECT id FROM orders WHERE id = 7;\n' },
      { title: 'Few rows', sql: 'INSERT INTO samples SELECT * FROM orders LIMIT 10;\nINSERT INTO totals SELECT count(*) FROM orders;\n' },
      { title: 'Not from a table', sql: "INSERT INTO days SELECT date '2024-01-01' + g FROM generate_series(0, 365) g;\nINSERT INTO roles SELECT 'admin';\n" },
      { title: 'Both are new', sql: 'CREATE TABLE a (x int);\nCREATE TABLE b (x int);\nINSERT INTO b SELECT x FROM a;\n' },
    ],
  },
  kinds: ['insert'],
  *find(context) {
    if (context.parsed.nodeKind !== 'InsertStmt') return;
    // Further inserts are those of rules and CTEs.
    const [action] = actionsOf(context.effects, 'insert');
    const source = action?.select === true ? largeSource(context, action) : undefined;
    const expected = rowsExpected(context);
    // A new row costs no more than a changed one.
    if (expected !== undefined && endsInTime(expected, 'update', context.options)) return;
    if (action !== undefined && source !== undefined) yield { action, source };
  },
  say: ({ action, source }, context) => {
    const rows = rowsOf(context, source);
    const from = rows === undefined ? called(source) : `${called(source)} (${rowsInWords(rows)})`;
    const expected = rowsExpected(context);
    const much = expected === undefined ? `what may be all of ${from}` : `about ${rowsInWords(expected)} from ${from}`;
    const plan = insertSelectPlan(context);
    const remedy = plan.possible ? 'Copy it in batches that commit.' : `Copy it in batches that commit; there is no fix for that here, since ${plan.reason}.`;
    return {
      message: `INSERT … SELECT copies ${much} into ${called(action.relation)} in one transaction: inserts of the same keys wait until it commits, VACUUM is held up and replicas lag. ${remedy}`,
      span: headline(context.parsed.text, action.span),
    };
  },
  mend: ({ action }, context) => [...insertSelectFixes(context, action), ...procedureFixes(context, action), ...jobFixes(context, action)],
});

/** The table that many rows come from; undefined where the SELECT gives few, or reads none that is old and large. */
function largeSource(context: FindContext, { node }: Action): RelationName | undefined {
  const select = 'InsertStmt' in node && node.InsertStmt.selectStmt !== undefined && 'SelectStmt' in node.InsertStmt.selectStmt ? node.InsertStmt.selectStmt.SelectStmt : undefined;
  if (select === undefined || givesFew(select)) return undefined;
  const sources = (select.fromClause ?? []).flatMap((item) => tablesOf(item, context));
  const [first, ...more] = sources;
  if (more.length === 0 && first !== undefined && keyRows(select.whereClause, tableOf(first, context.before), context.before) !== undefined) return undefined;
  return sources.find((source) => context.before.relation(source)?.origin !== context.path && !isHarmless(context, source, 'update'));
}

/** Whether a SELECT says that it gives few rows: a LIMIT, or one row for all of them. */
function givesFew({ limitCount, groupClause, targetList, op, fromClause }: SelectStmt): boolean {
  if (limitCount !== undefined || (op !== undefined && op !== 'SETOP_NONE') || (fromClause ?? []).length === 0) return true;
  const values = (targetList ?? []).flatMap((item) => ('ResTarget' in item && item.ResTarget.val !== undefined ? [item.ResTarget.val] : []));
  return (groupClause ?? []).length === 0 && values.length > 0 && values.every(isAggregate);
}

const AGGREGATES = new Set(['count', 'sum', 'min', 'max', 'avg', 'bool_and', 'bool_or']);

function isAggregate(value: Node): boolean {
  if ('A_Const' in value) return true;
  if (!('FuncCall' in value) || value.FuncCall.over !== undefined) return false;
  const name = value.FuncCall.funcname?.at(-1);
  return name !== undefined && 'String' in name && AGGREGATES.has(name.String.sval ?? '');
}

function tablesOf(item: Node, context: FindContext): readonly RelationName[] {
  if ('RangeVar' in item) {
    const name = relationName(item.RangeVar, context.before);
    const kind = context.before.relation(name)?.kind;
    return kind === undefined || kind === 'table' || kind === 'partitioned table' || kind === 'materialized view' ? [name] : [];
  }
  if (!('JoinExpr' in item)) return [];
  return [item.JoinExpr.larg, item.JoinExpr.rarg].flatMap((side) => (side === undefined ? [] : tablesOf(side, context)));
}
