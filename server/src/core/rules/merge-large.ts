import type { MergeStmt } from '@pgsql/types';
import { rowsInWords } from '../quantities';
import { mergeFixes, mergePlan } from '../rewrites/batches/merge';
import { jobFixes, procedureFixes } from '../rewrites/jobs/job';
import type { RelationName } from '../schema/names';
import { relationName } from '../schema/postgres/resolve';
import { headline } from './place';
import { actionsOf, defineRule, type FindContext } from './rule';
import { endsInTime, isHarmless, rowsExpected, rowsOf } from './size';
import { called } from './words';

export const mergeLarge = defineRule({
  meta: {
    id: 'merge-large',
    group: 'data',
    summary: 'A MERGE changes what may be a large part of a table in one transaction',
    severity: 'warning',
    recommended: true,
    danger:
      'MERGE takes ROW EXCLUSIVE, which lets others read and write; but each row that it changes stays locked until the end, so that their writers wait for all of it, as do inserts of the same keys. VACUUM removes nothing anywhere meanwhile, dead rows pile up, and replicas receive it all at once.',
    safeWay: 'Merge in batches by ranges of the source’s primary key, a thousand to ten thousand rows each, and commit after each. That is sound where the key of the source decides which row of the target is meant.',
    versions: 'MERGE exists from 15 on.',
    whenToIgnore: 'The source is small, or few of its rows differ from the target.',
    sources: ['https://www.postgresql.org/docs/current/sql-merge.html', 'https://www.postgresql.org/docs/current/plpgsql-transactions.html'],
    bad: [
      {
        schema: 'CREATE TABLE stock (id bigint PRIMARY KEY, n int); CREATE TABLE deliveries (id bigint PRIMARY KEY, n int);',
        sql: 'MERGE INTO stock USING deliveries AS d ON stock.id = d.id WHEN MATCHED THEN UPDATE SET n = stock.n + d.n WHEN NOT MATCHED THEN INSERT (id, n) VALUES (d.id, d.n);\n',
      },
      { sql: 'MERGE INTO users u USING imported i ON u.email = i.email WHEN MATCHED THEN DELETE;\n' },
    ],
    good: [
      { title: 'A few rows', sql: "MERGE INTO roles r USING (VALUES (1, 'admin'), (2, 'user')) AS v (id, name) ON r.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.name);\n" },
      { title: 'Nothing is done', sql: 'MERGE INTO users u USING imported i ON u.id = i.id WHEN MATCHED THEN DO NOTHING;\n' },
      { title: 'The table is new', sql: 'CREATE TABLE a (id bigint PRIMARY KEY);\nMERGE INTO a USING b ON a.id = b.id WHEN NOT MATCHED THEN INSERT VALUES (b.id);\n' },
    ],
  },
  kinds: ['merge'],
  *find(context) {
    const { node } = context.parsed;
    const [action] = actionsOf(context.effects, 'merge');
    if (action === undefined || action.isNew || !('MergeStmt' in node) || !changes(node.MergeStmt)) return;
    const source = sourceOf(node.MergeStmt, context);
    if (source.few) return;
    const expected = rowsExpected(context);
    if (expected !== undefined && endsInTime(expected, 'update', context.options)) return;
    // A row of the source concerns one of the target at most.
    const harmless = !bySource(node.MergeStmt) && source.table !== undefined && isHarmless(context, source.table, 'update');
    if (!harmless) yield { action, source: source.table };
  },
  say: ({ action, source }, context) => {
    const expected = rowsExpected(context);
    const rows = action.relation === undefined ? undefined : rowsOf(context, action.relation);
    const table = rows === undefined ? called(action.relation) : `${called(action.relation)} (${rowsInWords(rows)})`;
    const reach = expected === undefined ? `what may be a large part of ${table}` : `about ${rowsInWords(expected)} of ${table}`;
    const from = source === undefined ? '' : ` from ${called(source)}`;
    const plan = mergePlan(context);
    const remedy = plan.possible ? 'Run it in batches that commit.' : `Run it in batches that commit; there is no fix for that here, since ${plan.reason}.`;
    return {
      message: `MERGE changes ${reach}${from} in one transaction: under ROW EXCLUSIVE the changed rows stay locked and other writers of them wait until it commits, and dead rows and replica lag pile up. ${remedy}`,
      span: headline(context.parsed.text, action.span),
    };
  },
  mend: ({ action }, context) => [...mergeFixes(context, action), ...procedureFixes(context, action), ...jobFixes(context, action)],
});

function changes({ mergeWhenClauses = [] }: MergeStmt): boolean {
  return mergeWhenClauses.some((clause) => 'MergeWhenClause' in clause && clause.MergeWhenClause.commandType !== 'CMD_NOTHING');
}

function bySource({ mergeWhenClauses = [] }: MergeStmt): boolean {
  return mergeWhenClauses.some((clause) => 'MergeWhenClause' in clause && clause.MergeWhenClause.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE');
}

/** Where the rows come from: a table, a few rows that the statement itself has, or something else. */
function sourceOf(merge: MergeStmt, { before }: FindContext): { readonly table: RelationName | undefined; readonly few: boolean } {
  const { sourceRelation: source } = merge;
  if (source === undefined) return { table: undefined, few: false };
  if ('RangeVar' in source) return { table: relationName(source.RangeVar, before), few: false };
  const select = 'RangeSubselect' in source && source.RangeSubselect.subquery !== undefined && 'SelectStmt' in source.RangeSubselect.subquery ? source.RangeSubselect.subquery.SelectStmt : undefined;
  const own = select !== undefined && (select.valuesLists !== undefined || select.fromClause === undefined || select.limitCount !== undefined);
  return { table: undefined, few: own && !bySource(merge) };
}
