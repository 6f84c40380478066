import type { CommonTableExpr, LockingClause, Node, RangeVar, SelectStmt, WithClause } from '@pgsql/types';
import type { RelationName } from '../names';
import type { SchemaView } from '../view';
import { relationName } from './resolve';
import { isNodeKind } from './walk';

/** A relation that a query or expression mentions, and how. */
export interface Mention {
  readonly relation: RelationName;
  /** Target of INSERT, UPDATE, DELETE or MERGE; `lock`: FOR UPDATE and its kin; `read`: everything else. */
  readonly use: 'read' | 'lock' | 'insert' | 'update' | 'delete' | 'merge';
}

/** All relations that a query mentions, in CTEs and subqueries too, each use once; names of CTEs are not relations. */
export function relationsIn(query: Node, schema: SchemaView): readonly Mention[] {
  const mentions = new Map<string, Mention>();
  const add = (range: RangeVar, use: Mention['use']): void => {
    const relation = relationName(range, schema);
    const key = `${use} ${relation}`;
    if (!mentions.has(key)) mentions.set(key, { relation, use });
  };
  for (const { range, use } of rangesIn(query)) add(range, use);
  return [...mentions.values()];
}

/** Names of CTEs that are visible at a place, innermost first. */
interface Scope {
  readonly name: string;
  readonly outer: Scope | undefined;
}

interface Pending {
  readonly part: unknown;
  readonly scope: Scope | undefined;
}

interface Range {
  readonly range: RangeVar;
  readonly use: Mention['use'];
}

const TARGETS: Readonly<Record<string, Mention['use']>> = { InsertStmt: 'insert', UpdateStmt: 'update', DeleteStmt: 'delete', MergeStmt: 'merge' };

/** Every relation as it is mentioned, but those that are CTEs. */
export function rangesIn(query: Node): readonly Range[] {
  const out: Range[] = [];
  const pending: Pending[] = [{ part: query, scope: undefined }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { part, scope } = next;
    if (typeof part !== 'object' || part === null) continue;
    if (Array.isArray(part)) {
      for (let i = part.length - 1; i >= 0; i--) pending.push({ part: part[i], scope });
      continue;
    }
    const fields = part as Record<string, unknown>;
    const inner = withScope(fields.withClause as WithClause | undefined, scope, pending);
    if (Array.isArray(fields.lockingClause)) out.push(...lockedRanges(fields, inner));
    const entries = Object.entries(fields);
    for (let i = entries.length - 1; i >= 0; i--) {
      const [key, value] = entries[i] ?? ['', undefined];
      if (typeof value !== 'object' || value === null || key === 'withClause' || key === 'lockingClause') continue;
      if (key === 'RangeVar') {
        const range = value as RangeVar;
        if (!isCte(range, inner)) out.push({ range, use: 'read' });
        continue;
      }
      const use = isNodeKind(key) ? TARGETS[key] : undefined;
      const target = use === undefined ? undefined : (value as { readonly relation?: RangeVar }).relation;
      // The target of a change is a relation even where a CTE has its name.
      if (use !== undefined && target !== undefined) out.push({ range: target, use });
      pending.push({ part: value, scope: inner });
    }
  }
  return out;
}

/** Queues the CTEs, each in the scope it sees, and gives the scope of the statement that they belong to. */
function withScope(clause: WithClause | undefined, outer: Scope | undefined, pending: Pending[]): Scope | undefined {
  const ctes = (clause?.ctes ?? []).flatMap((node) => ('CommonTableExpr' in node ? [node.CommonTableExpr] : []));
  if (ctes.length === 0) return outer;
  const nameOf = (cte: CommonTableExpr): string => cte.ctename ?? '';
  let scope = outer;
  if (clause?.recursive === true) {
    // All of them see each other (checkWellFormedRecursion comes later, src/backend/parser/parse_cte.c).
    for (const cte of ctes) scope = { name: nameOf(cte), outer: scope };
    for (const cte of ctes) pending.push({ part: cte.ctequery, scope });
    return scope;
  }
  for (const cte of ctes) {
    pending.push({ part: cte.ctequery, scope });
    scope = { name: nameOf(cte), outer: scope };
  }
  return scope;
}

function isCte(range: RangeVar, scope: Scope | undefined): boolean {
  if (range.schemaname !== undefined) return false;
  for (let at = scope; at !== undefined; at = at.outer) {
    if (at.name === range.relname) return true;
  }
  return false;
}

/** Relations that FOR UPDATE and its kin lock: those named after OF, else all of FROM (transformLockingClause, src/backend/parser/analyze.c). */
function lockedRanges(select: SelectStmt, scope: Scope | undefined): readonly Range[] {
  const out: Range[] = [];
  for (const node of select.lockingClause ?? []) {
    const clause: LockingClause | undefined = 'LockingClause' in node ? node.LockingClause : undefined;
    const named = clause?.lockedRels?.flatMap((rel) => ('RangeVar' in rel ? [rel.RangeVar.relname ?? ''] : []));
    out.push(...fromRanges(select.fromClause ?? [], scope, named).map((range) => ({ range, use: 'lock' as const })));
  }
  return out;
}

/** Relations of a FROM list, into its subqueries too; CTEs are left alone, as the server does. */
function fromRanges(from: readonly Node[], outer: Scope | undefined, named: readonly string[] | undefined): readonly RangeVar[] {
  const out: RangeVar[] = [];
  const wanted = (alias: string | undefined): boolean => named === undefined || (alias !== undefined && named.includes(alias));
  for (const item of from) {
    if ('RangeVar' in item) {
      const range = item.RangeVar;
      if (wanted(range.alias?.aliasname ?? range.relname) && !isCte(range, outer)) out.push(range);
    } else if ('RangeTableSample' in item) {
      const { relation } = item.RangeTableSample;
      if (relation !== undefined) out.push(...fromRanges([relation], outer, named));
    } else if ('JoinExpr' in item) {
      const { larg, rarg } = item.JoinExpr;
      out.push(...fromRanges([larg, rarg].filter((side) => side !== undefined), outer, named));
    } else if ('RangeSubselect' in item && wanted(item.RangeSubselect.alias?.aliasname)) {
      const { subquery } = item.RangeSubselect;
      if (subquery === undefined || !('SelectStmt' in subquery)) continue;
      out.push(...selectRanges(subquery.SelectStmt, withScope(subquery.SelectStmt.withClause, outer, [])));
    }
  }
  return out;
}

function selectRanges(select: SelectStmt, scope: Scope | undefined): readonly RangeVar[] {
  const sides = [select.larg, select.rarg].flatMap((side) => (side === undefined ? [] : selectRanges(side, withScope(side.withClause, scope, []))));
  return [...fromRanges(select.fromClause ?? [], scope, undefined), ...sides];
}
