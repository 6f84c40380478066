import type { Node, RangeVar, SelectStmt } from '@pgsql/types';
import { displayName, type RelationName } from '../../../schema/names';
import { rangesIn } from '../../../schema/postgres/relations-in';
import { relationName } from '../../../schema/postgres/resolve';
import { walk } from '../../../schema/postgres/walk';
import type { Table } from '../../../schema/schema';
import type { Claims } from '../claims';
import type { LockMode } from '../lock-modes';
import { asTable, childrenOf, withChildren } from '../relations';
import { followCalls } from './calls';
import { conditionsOf, partitionsFor, type Conditions } from './pruning';

/**
 * How far the server goes with a query, which decides what it locks: parse analysis opens what is named, the rewriter
 * what views and rules are made of, the planner children and partitions; running it fires triggers and calls functions.
 */
export type Depth = 'analysed' | 'rewritten' | 'planned' | 'executed';

/** The mode that each use of a relation takes. */
export const MODES = {
  read: 'ACCESS SHARE',
  lock: 'ROW SHARE',
  insert: 'ROW EXCLUSIVE',
  update: 'ROW EXCLUSIVE',
  delete: 'ROW EXCLUSIVE',
  merge: 'ROW EXCLUSIVE',
} as const satisfies Record<string, LockMode>;

/** Nothing said. */
export const NO_CONDITION: Conditions = new Map();
/** No relation with anything said of it. */
export const NO_CONDITIONS: ReadonlyMap<RangeVar, Conditions> = new Map();

/** Opens a relation as a query does: with the children it has, and what a view is made of. */
export function open(name: RelationName, inherited: boolean, mode: LockMode, conditions: Conditions, depth: Depth, claims: Claims, reason: string): void {
  const relation = claims.lock(name, mode, reason);
  if (relation === undefined || depth === 'analysed') return;
  if (relation.kind === 'view') {
    if (relation.query !== undefined) expandView(relation.name, relation.query, mode, depth, claims);
    return;
  }
  const table = asTable(relation);
  if (table === undefined || !inherited || depth === 'rewritten') return;
  openChildren(table, mode, conditions, claims);
}

function openChildren(table: Table, mode: LockMode, conditions: Conditions, claims: Claims): void {
  if (table.children.length === 0) return;
  const partitioned = table.kind === 'partitioned table';
  const children = partitioned ? partitionsFor(table, conditions, claims.schema) : childrenOf(table, claims.schema);
  for (const child of children) {
    claims.lock(child.name, mode, partitioned ? `it is a partition of ${displayName(table.name)}` : `it inherits from ${displayName(table.name)}`);
    openChildren(child, mode, conditions, claims);
  }
}

/** A view that is read or changed passes on to what it is made of; FOR UPDATE to what is in its FROM (markQueryForLocking, src/backend/rewrite/rewriteHandler.c). */
function expandView(view: RelationName, query: Node, mode: LockMode, depth: Depth, claims: Claims): void {
  const reason = `the view ${displayName(view)} reads it`;
  const direct = mode === 'ACCESS SHARE' ? [] : fromOf(query);
  const conditions = depth === 'rewritten' ? NO_CONDITIONS : conditionsIn(query);
  for (const { range, use } of rangesIn(query)) {
    const passes = mode !== 'ACCESS SHARE' && direct.includes(range);
    open(relationName(range, claims.schema), withChildren(range), passes ? mode : MODES[use], conditions.get(range) ?? NO_CONDITION, depth, claims, reason);
  }
  if (depth === 'executed') followCalls(query, claims);
}

/** The relations of a query's own FROM. */
export function fromOf(query: Node): readonly RangeVar[] {
  const select = 'SelectStmt' in query ? query.SelectStmt : undefined;
  const out: RangeVar[] = [];
  const add = (item: Node | undefined): void => {
    if (item === undefined) return;
    if ('RangeVar' in item) out.push(item.RangeVar);
    else if ('JoinExpr' in item) {
      add(item.JoinExpr.larg);
      add(item.JoinExpr.rarg);
    } else if ('RangeSubselect' in item && item.RangeSubselect.subquery !== undefined) out.push(...fromOf(item.RangeSubselect.subquery));
  };
  for (const item of select?.fromClause ?? []) add(item);
  for (const side of [select?.larg, select?.rarg]) if (side !== undefined) out.push(...fromOf({ SelectStmt: side }));
  return out;
}

/** The conditions that the WHERE next to each relation sets. Only a lone relation's: columns of several are not told apart. */
export function conditionsIn(query: Node): ReadonlyMap<RangeVar, Conditions> {
  const found = new Map<RangeVar, Conditions>();
  const note = (from: readonly (Node | undefined)[], where: Node | undefined): void => {
    if (where === undefined) return;
    const ranges = from.flatMap((item) => (item !== undefined && 'RangeVar' in item ? [item.RangeVar] : []));
    const [only] = ranges;
    if (only !== undefined && from.length === 1) found.set(only, conditionsOf(where));
  };
  walk(query, (kind, body) => {
    if (kind === 'SelectStmt') {
      const select = body as SelectStmt;
      note(select.fromClause ?? [], select.whereClause);
    } else if (kind === 'UpdateStmt' || kind === 'DeleteStmt') {
      const { relation, whereClause, fromClause, usingClause } = body as { relation?: RangeVar; whereClause?: Node; fromClause?: Node[]; usingClause?: Node[] };
      if (relation !== undefined && whereClause !== undefined && fromClause === undefined && usingClause === undefined) found.set(relation, conditionsOf(whereClause));
    }
  });
  return found;
}

