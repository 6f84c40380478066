import type { DeleteStmt, InsertStmt, MergeStmt, Node, RangeVar, SelectStmt, UpdateStmt } from '@pgsql/types';
import { displayName, type RelationName } from '../../../schema/names';
import { sequencesIn } from '../../../schema/postgres/expressions';
import { relationName } from '../../../schema/postgres/resolve';
import type { Column, Table, View } from '../../../schema/schema';
import type { ActionKind } from '../../effects';
import type { Claims } from '../claims';
import { lockAncestors } from '../partitions';
import { asTable, ownedSequences, storedBelow, withChildren } from '../relations';
import { keyRows, wholeTable } from './predicates';
import { conditionsOfRow, constant, partitionsFor, routesExactly } from './pruning';
import { fromOf, NO_CONDITION, open, type Depth } from './open';
import { rowsChange, type Change } from './referential';
import { fireTriggers } from './triggers-fire';

/**
 * What INSERT, UPDATE, DELETE and MERGE do beyond what their text names: views and rules pass the change on, foreign keys
 * look at and change other tables, defaults take numbers from sequences, rows go to partitions, triggers fire.
 */
export function change(node: Node, depth: Depth, claims: Claims, run: How['run']): void {
  const how = { depth, run };
  if ('InsertStmt' in node) { insert(node.InsertStmt, node, how, claims); return; }
  if ('UpdateStmt' in node) { update(node.UpdateStmt, node, how, claims); return; }
  if ('DeleteStmt' in node) { remove(node.DeleteStmt, node, how, claims); return; }
  if ('MergeStmt' in node) { merge(node.MergeStmt, node, how, claims); return; }
}

/** How far the server goes with the statement, and what follows the actions of rules equally far. */
interface How {
  readonly depth: Depth;
  run(action: Node, reason: string): void;
}

const NO_COLUMNS: ReadonlySet<string> = new Set();
const DELETED: Change = { event: 'delete', columns: NO_COLUMNS, nulls: NO_COLUMNS };

function insert(stmt: InsertStmt, node: Node, how: How, claims: Claims): void {
  const { name, target, base } = resolve(stmt.relation, 'insert', how, claims);
  const select = stmt.selectStmt !== undefined && 'SelectStmt' in stmt.selectStmt ? stmt.selectStmt.SelectStmt : undefined;
  const rows = select?.valuesLists;
  say({ kind: 'insert', select: select !== undefined && rows === undefined, rows: rows?.length ?? (select === undefined ? 1 : undefined) }, node, name, how, claims);
  if (how.depth !== 'executed') return;
  if (base === undefined) return;
  const given = givenColumns(stmt, select, target ?? base);
  takeNumbers(base, given, claims);
  route(base, given, rows, claims);
  const changes: Change[] = [{ event: 'insert', columns: new Set(nonNull(base, given)), nulls: NO_COLUMNS }];
  if (stmt.onConflictClause?.action === 'ONCONFLICT_UPDATE') changes.push(updated(stmt.onConflictClause.targetList));
  perhaps(select !== undefined && rows === undefined, claims, () => {
    for (const each of changes) after(base, each, claims, how);
  });
}

function update(stmt: UpdateStmt, node: Node, how: How, claims: Claims): void {
  const { name, base } = resolve(stmt.relation, 'update', how, claims);
  const whole = wholeTable(stmt.whereClause) && (stmt.fromClause ?? []).length === 0;
  const rows = keyRows(stmt.whereClause, base, claims.schema);
  say({ kind: 'update', wholeTable: whole, byKey: rows !== undefined, keyRows: rows, nested: isNested(node, claims) }, node, name, how, claims, whole);
  if (how.depth !== 'executed') return;
  if (whole) scanAll(stmt.relation, base, claims);
  if (base !== undefined && !isNever(stmt.whereClause)) perhaps(!whole, claims, () => { after(base, updated(stmt.targetList), claims, how); });
}

function remove(stmt: DeleteStmt, node: Node, how: How, claims: Claims): void {
  const { name, base } = resolve(stmt.relation, 'delete', how, claims);
  const whole = wholeTable(stmt.whereClause) && (stmt.usingClause ?? []).length === 0;
  const rows = keyRows(stmt.whereClause, base, claims.schema);
  say({ kind: 'delete', wholeTable: whole, byKey: rows !== undefined, keyRows: rows, nested: isNested(node, claims) }, node, name, how, claims, whole);
  if (how.depth !== 'executed') return;
  if (whole) scanAll(stmt.relation, base, claims);
  if (base !== undefined && !isNever(stmt.whereClause)) perhaps(!whole, claims, () => { after(base, DELETED, claims, how); });
}

function merge(stmt: MergeStmt, node: Node, how: How, claims: Claims): void {
  const { name, base } = resolve(stmt.relation, 'merge', how, claims);
  say({ kind: 'merge' }, node, name, how, claims);
  if (how.depth !== 'executed' || base === undefined) return;
  for (const clause of stmt.mergeWhenClauses ?? []) {
    if (!('MergeWhenClause' in clause)) continue;
    const { commandType, targetList } = clause.MergeWhenClause;
    if (commandType === 'CMD_DELETE') claims.branch(() => { after(base, DELETED, claims, how); });
    else if (commandType === 'CMD_UPDATE') claims.branch(() => { after(base, updated(targetList), claims, how); });
    else if (commandType === 'CMD_INSERT') {
      // Whether a row is missing from the target is not known.
      claims.branch(() => {
        takeNumbers(base, new Map((targetList ?? []).flatMap((target) => ('ResTarget' in target ? [[target.ResTarget.name ?? '', target.ResTarget.val] as const] : []))), claims);
        after(base, { ...updated(targetList), event: 'insert' }, claims, how);
      });
    }
  }
}

/** The rows that COPY … FROM adds; rules do not see them. */
export function copied(name: RelationName, columns: readonly string[] | undefined, claims: Claims): void {
  const table = asTable(claims.schema.relation(name));
  if (table === undefined) return;
  const given = new Map<string, Node | undefined>((columns ?? table.columns.map((column) => column.name)).map((column) => [column, undefined]));
  takeNumbers(table, given, claims);
  route(table, given, undefined, claims);
  claims.branch(() => { after(table, { event: 'insert', columns: new Set(nonNull(table, given)), nulls: NO_COLUMNS }, claims, undefined); });
}

/** Whether any row is concerned is not known where a query or a WHERE decides: then what follows from rows is conditional. */
function perhaps(unsure: boolean, claims: Claims, follow: () => void): void {
  if (unsure) claims.branch(follow);
  else follow();
}

function after(base: Table, what: Change, claims: Claims, how: How | undefined): void {
  // From 14 on only rows that are put into a partition by its own name are checked against its bound.
  if (what.event !== 'delete' || claims.version < 14) lockAncestors(base, claims);
  const instead = base.rules.filter((rule) => rule.event === what.event);
  for (const action of instead.flatMap((rule) => rule.actions)) how?.run(action, `a rule of ${displayName(base.name)} uses it`);
  if (how !== undefined && instead.some((rule) => rule.instead)) return;
  rowsChange(base, what, claims);
  fireTriggers(base, what, claims);
}

interface Target {
  readonly name: RelationName;
  readonly target: Table | View | undefined;
  /** The table whose rows change in the end. */
  readonly base: Table | undefined;
}

/** The target of a change: where it is a view, the table under it (rewriteTargetView) unless a trigger or rule stands in. */
function resolve(mention: RangeVar | undefined, event: 'insert' | 'update' | 'delete' | 'merge', how: How, claims: Claims): Target {
  const name = relationName(mention ?? {}, claims.schema);
  const relation = claims.schema.relation(name);
  if (relation?.kind === 'view') return { name, target: relation, base: throughView(relation, event, how, claims) };
  const table = asTable(relation);
  return { name, target: table, base: table };
}

function throughView(view: View, event: 'insert' | 'update' | 'delete' | 'merge', how: How, claims: Claims): Table | undefined {
  const instead = view.triggers.some((trigger) => trigger.timing === 'instead of' && (event === 'merge' || trigger.events.includes(event)));
  if (instead) {
    if (event !== 'merge' && how.depth === 'executed') fireTriggers(view, { event, columns: NO_COLUMNS, nulls: NO_COLUMNS }, claims);
    return undefined;
  }
  const rules = view.rules.filter((rule) => rule.event === event);
  if (rules.length > 0) {
    for (const action of rules.flatMap((rule) => rule.actions)) how.run(action, `a rule of ${displayName(view.name)} uses it`);
    return undefined;
  }
  const [range] = view.query === undefined ? [] : fromOf(view.query);
  if (range === undefined) return undefined;
  const name = relationName(range, claims.schema);
  if (event === 'insert') claims.lock(name, 'ROW EXCLUSIVE', `the view ${displayName(view.name)} passes the rows on to it`);
  const below = claims.schema.relation(name);
  if (below?.kind === 'view') return throughView(below, event, how, claims);
  if (event !== 'insert') open(name, withChildren(range), 'ROW EXCLUSIVE', NO_CONDITION, how.depth, claims, `the view ${displayName(view.name)} passes the change on to it`);
  return asTable(below);
}

function say(kind: ActionKind, node: Node, relation: RelationName, how: How, claims: Claims, scans = false): void {
  if (how.depth !== 'executed') return;
  claims.act(kind, { node, relation, work: { lock: 'ROW EXCLUSIVE', scans, because: scans ? 'Every row is read.' : undefined } });
}

/** In a CTE, a DO block or a function. */
function isNested(node: Node, claims: Claims): boolean {
  return claims.isNested || Object.values(node)[0] !== Object.values(claims.statement.node)[0];
}

/** WHERE false. */
function isNever(where: Node | undefined): boolean {
  return where !== undefined && 'A_Const' in where && where.A_Const.boolval !== undefined && where.A_Const.boolval.boolval !== true;
}

function scanAll(mention: RangeVar | undefined, base: Table | undefined, claims: Claims): void {
  if (base === undefined) return;
  for (const table of mention !== undefined && withChildren(mention) ? storedBelow(base, claims.schema) : [base]) claims.scan(table.name);
}

/** What an INSERT gives values for, by column; the value where it is the same expression in its only row. */
function givenColumns(stmt: InsertStmt, select: SelectStmt | undefined, table: Table | View): ReadonlyMap<string, Node | undefined> {
  const rows = select?.valuesLists?.map((row) => ('List' in row ? (row.List.items ?? []) : [])) ?? [];
  const named = stmt.cols?.flatMap((column) => ('ResTarget' in column ? [column.ResTarget.name ?? ''] : []));
  const width = rows[0]?.length ?? select?.targetList?.length ?? 0;
  const star = select?.targetList?.some((target) => 'ResTarget' in target && isStar(target.ResTarget.val)) === true;
  const columns = named ?? (select === undefined ? [] : table.columns.slice(0, star ? table.columns.length : width).map((column) => column.name));
  const given = new Map<string, Node | undefined>();
  columns.forEach((column, i) => {
    const values = rows.map((row) => row[i]);
    if (values.length > 0 && values.every((value) => value !== undefined && 'SetToDefault' in value)) return;
    const targets = select?.targetList;
    const target = targets?.[i];
    const single = rows.length === 1 ? values[0] : rows.length === 0 && !star && target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
    given.set(column, rows.length > 1 && values.every(isNull) ? values[0] : single);
  });
  return given;
}

function isStar(node: Node | undefined): boolean {
  return node !== undefined && 'ColumnRef' in node && (node.ColumnRef.fields ?? []).some((field) => 'A_Star' in field);
}

function isNull(node: Node | undefined): boolean {
  let at = node;
  while (at !== undefined && 'TypeCast' in at) at = at.TypeCast.arg;
  return at !== undefined && 'A_Const' in at && at.A_Const.isnull === true;
}

/** Columns that get a value other than NULL, given or by default. */
function nonNull(table: Table, given: ReadonlyMap<string, Node | undefined>): readonly string[] {
  return table.columns.filter((column) => (given.has(column.name) ? !isNull(given.get(column.name)) : column.default !== undefined && !isNull(column.default))).map(({ name }) => name);
}

/** nextval of defaults and identity columns that no value was given for. */
function takeNumbers(table: Table, given: ReadonlyMap<string, Node | undefined>, claims: Claims): void {
  for (const column of table.columns) {
    if (given.has(column.name)) continue;
    for (const sequence of sequencesOf(table, column, claims)) claims.lock(sequence, 'ROW EXCLUSIVE', `${displayName(table.name)}.${column.name} takes its default from it`);
  }
}

function sequencesOf(table: Table, column: Column, claims: Claims): Iterable<RelationName> {
  if (column.identity !== undefined) return ownedSequences(table, claims.schema, column.name).map(({ name }) => name);
  return column.default === undefined ? [] : sequencesIn(column.default, claims.schema);
}

/** The partitions that the rows go to: those of constant keys exactly, otherwise any. */
function route(table: Table, given: ReadonlyMap<string, Node | undefined>, rows: readonly Node[] | undefined, claims: Claims): void {
  if (table.kind !== 'partitioned table') return;
  const lists = rows?.map((row) => ('List' in row ? (row.List.items ?? []) : []));
  const names = [...given.keys()];
  const tuples: ReadonlyMap<string, string>[] = (lists ?? [[]]).map((items) => {
    const known = new Map<string, string>();
    for (const column of table.columns) {
      const at = names.indexOf(column.name);
      const node = at < 0 ? column.default : lists === undefined ? given.get(column.name) : items[at];
      const value = constant(node);
      if (value !== undefined) known.set(column.name, value);
    }
    return known;
  });
  for (const tuple of tuples) routeRow(table, tuple, claims);
}

function routeRow(table: Table, tuple: ReadonlyMap<string, string>, claims: Claims): void {
  const conditions = conditionsOfRow(tuple);
  const partitions = partitionsFor(table, conditions, claims.schema);
  const follow = (): void => {
    for (const partition of partitions) {
      claims.lock(partition.name, 'ROW EXCLUSIVE', `rows of ${displayName(table.name)} go to it`);
      if (partition.kind === 'partitioned table') routeRow(partition, tuple, claims);
    }
  };
  if (routesExactly(table, conditions) && partitions.length === 1) { follow(); return; }
  claims.depend(`Which partitions of ${displayName(table.name)} are locked depends on the rows.`);
  claims.branch(follow);
}

/** Columns that a SET list changes; `c = c` changes nothing. */
function updated(targets: readonly Node[] | undefined): Change {
  const columns = new Set<string>();
  const nulls = new Set<string>();
  for (const target of targets ?? []) {
    if (!('ResTarget' in target)) continue;
    const { name, val } = target.ResTarget;
    if (name === undefined || (val !== undefined && columnIs(val, name))) continue;
    columns.add(name);
    if (isNull(val)) nulls.add(name);
  }
  return { event: 'update', columns, nulls };
}

function columnIs(node: Node, name: string): boolean {
  if (!('ColumnRef' in node)) return false;
  const [field] = node.ColumnRef.fields ?? [];
  return field !== undefined && 'String' in field && field.String.sval === name;
}
