import type { Action } from '../../effects/effects';
import type { FindContext } from '../../rules/rule';
import { columnsIn } from '../../schema/postgres/expressions';
import { some, strings } from '../../schema/postgres/walk';
import type { Column, Table } from '../../schema/schema';
import { attachedTo, type Attached } from './attached';

/** A column of a table that another can take the place of while the table is in use. */
export type Replaceable = Attached & { readonly possible: true };

/**
 * Whether a column can be replaced by a new one that is filled while others work; else why not, as the end of a
 * sentence.
 */
export function replaceable(context: FindContext, action: Pick<Action, 'relation'>, name: string): Replaceable | { readonly possible: false; readonly reason: string } {
  const { before } = context;
  const table = action.relation === undefined ? undefined : before.relation(action.relation);
  const no = (reason: string): { possible: false; reason: string } => ({ possible: false, reason });
  if (context.parsed.nodeKind !== 'AlterTableStmt') return no('it is part of a larger statement');
  if (table === undefined) return no('the table is not known here, so that its indexes and constraints could not be carried over');
  if (table.kind !== 'table' || !('constraints' in table)) return no(table.kind === 'partitioned table' ? 'the table is partitioned' : `it is a ${table.kind}`);
  const column = table.columns.find((candidate) => candidate.name === name);
  if (table.partial === true || column === undefined) return no('the table is not known whole here, so that its indexes and constraints could not be carried over');
  const reason = refusalOfTable(table, column, context);
  if (reason !== undefined) return no(reason);
  const attached = attachedTo(table, column, before);
  return typeof attached === 'string' ? no(attached) : { ...attached, possible: true };
}

function refusalOfTable(table: Table, column: Column, { before }: FindContext): string | undefined {
  if (table.temporary) return 'the table is temporary: nobody else waits for it';
  if (table.bound !== undefined) return 'the table is a partition, whose columns are those of its parent';
  if (table.parents.length > 0 || table.children.length > 0) return 'the table is part of an inheritance tree';
  if (column.generated !== undefined) return 'its values are generated';
  const dependent = table.columns.find(({ generated }) => generated !== undefined && columnsIn(generated.expression).has(column.name));
  if (dependent !== undefined) return `the column ${dependent.name} is generated from it`;
  if (table.policies.length > 0) return 'the table has policies, which may read it';
  if (table.rules.length > 0) return 'the table has rules, which may read it';
  if (table.statistics.length > 0) return 'the table has extended statistics, which may concern it';
  const trigger = table.triggers.find(({ enabled, events, constraintFrom }) => enabled && events.includes('update') && constraintFrom === undefined);
  if (trigger !== undefined) return `the trigger ${trigger.name} would fire for every row that is filled`;
  for (const publication of before.allPublications()) {
    const { allTables, tables, schemas } = publication;
    if (allTables || tables.includes(table.name) || schemas.some((schema) => table.name.startsWith(`${schema}.`))) {
      return `the table is published by ${publication.name}, and its subscribers have no column for it`;
    }
  }
  const reader = table.readBy.find((view) => readsColumn(before.relation(view), column.name));
  return reader === undefined ? undefined : `the view ${reader} reads it`;
}

/** Whether a view's query mentions a column by name, or every column. Nothing known: it may. */
function readsColumn(view: unknown, column: string): boolean {
  const query = (view as { readonly query?: unknown } | undefined)?.query;
  if (query === undefined) return true;
  return some(query, (kind, body) => {
    if (kind === 'A_Star') return true;
    if (kind === 'JoinExpr' && body.isNatural === true) return true;
    if (kind === 'JoinExpr') return strings(body.usingClause as never).includes(column);
    if (kind !== 'ColumnRef') return false;
    const fields = (body.fields ?? []) as readonly object[];
    return fields.some((field) => 'A_Star' in field) || strings(fields as never).includes(column);
  });
}
