import type { Constraint as ConstraintNode, Node } from '@pgsql/types';
import { nameParts, objectName, type RelationName } from '../../names';
import type { CheckConstraint, Constraint, ForeignKey, ReferentialAction, Table } from '../../schema';
import { columnsIn } from '../expressions';
import { relationName } from '../resolve';
import { strings } from '../walk';
import { changeTable, isIndex, knownOrPartial, tableNamed, withDescendants, type Applying } from './applying';
import { chooseConstraintName, nameAddition } from './generated-names';
import { addIndex, addKeyConstraint, indexPlace, indexShape, isKey, keyColumns, removeIndex, type IndexPlan } from './indexes';
import { addNotNull, withNotNull, withoutNotNull } from './not-null';
import { renameRelation } from './relation-names';

/** A constraint as a statement has it. */
export interface ConstraintPlan {
  readonly node: ConstraintNode;
  /** The column it is written on; undefined for one of the table. */
  readonly column: string | undefined;
  /** What DEFERRABLE and NOT ENFORCED after a column's constraint say. */
  readonly deferrable: boolean;
  readonly enforced: boolean;
}

/** A table constraint, which says everything itself. */
export function tableConstraint(node: ConstraintNode): ConstraintPlan {
  const enforceable = node.contype === 'CONSTR_CHECK' || node.contype === 'CONSTR_FOREIGN';
  return { node, column: undefined, deferrable: node.deferrable === true, enforced: !enforceable || node.is_enforced === true };
}

/**
 * Adds a constraint to a table and, as the server does, to its children.
 * @param recurse false for ALTER TABLE ONLY
 */
export function addConstraint(at: Applying, table: RelationName, plan: ConstraintPlan, recurse: boolean): void {
  const { node } = plan;
  switch (node.contype) {
    case 'CONSTR_CHECK':
      { addCheck(at, table, plan, recurse); return; }
    case 'CONSTR_NOTNULL': {
      const column = plan.column ?? strings(node.keys)[0] ?? '';
      const valid = node.skip_validation !== true;
      addNotNullEverywhere(at, table, column, { name: node.conname, valid, noInherit: node.is_no_inherit === true }, recurse); return;
    }
    case 'CONSTR_FOREIGN':
      { addForeignKey(at, table, plan, recurse); return; }
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
    case 'CONSTR_EXCLUSION':
      { addKey(at, table, plan, recurse); return; }
    default:
      return;
  }
}

/** NOT NULL on a table's column and on that of its children. */
export function addNotNullEverywhere(
  at: Applying,
  table: RelationName,
  column: string,
  plan: { readonly name?: string | undefined; readonly valid: boolean; readonly noInherit?: boolean },
  recurse: boolean,
): void {
  addNotNull(at, table, column, { ...plan, inherited: false });
  const constraint = tableNamed(at, table)?.constraints.find((own) => own.kind === 'not null' && own.column === column);
  for (const child of withDescendants(at, table, recurse && plan.noInherit !== true).slice(1)) {
    addNotNull(at, child, column, { name: constraint?.name, valid: plan.valid, inherited: true });
  }
}

/** A CHECK is named after its column where it mentions just one (AddRelationNewConstraints, src/backend/catalog/heap.c). */
function addCheck(at: Applying, table: RelationName, plan: ConstraintPlan, recurse: boolean): void {
  const { node, enforced } = plan;
  const known = tableNamed(at, table);
  if (known === undefined || node.raw_expr === undefined) return;
  const columns = [...columnsIn(node.raw_expr)];
  const only = columns.length === 1 ? columns[0] : undefined;
  const name = node.conname ?? chooseConstraintName(known.constraints, nameParts(table).name, only, 'check');
  const noInherit = node.is_no_inherit === true;
  const valid = node.skip_validation !== true && enforced;
  const check: CheckConstraint = { kind: 'check', name, expression: node.raw_expr, valid, enforced, deferrable: false, inherited: false, noInherit };
  withDescendants(at, table, recurse && !noInherit).forEach((descendant, i) => {
    changeTable(at, descendant, (each) => mergeCheck(each, { ...check, inherited: i > 0 }));
  });
}

/** A child that has a CHECK of the same name keeps its own, which a partition then has from its parent (MergeWithExistingConstraint). */
export function mergeCheck(table: Table, check: CheckConstraint): Table {
  const existing = table.constraints.find((constraint) => constraint.kind === 'check' && constraint.name === check.name);
  if (existing === undefined) return { ...table, constraints: [...table.constraints, check] };
  if (!check.inherited || table.bound === undefined) return table;
  return { ...table, constraints: table.constraints.map((constraint) => (constraint === existing ? { ...constraint, inherited: true } : constraint)) };
}

function addKey(at: Applying, table: RelationName, plan: ConstraintPlan, recurse: boolean): void {
  const { node, deferrable } = plan;
  const kind = node.contype === 'CONSTR_PRIMARY' ? 'primary key' : node.contype === 'CONSTR_UNIQUE' ? 'unique' : 'exclusion';
  if (node.indexname !== undefined) { addKeyUsingIndex(at, table, kind, node, deferrable); return; }
  const names = plan.column === undefined ? strings(node.keys) : [plan.column];
  const elements: Node[] =
    kind === 'exclusion'
      ? (node.exclusions ?? []).flatMap((item) => ('List' in item ? (item.List.items ?? []).slice(0, 1) : []))
      : names.map((name) => ({ IndexElem: { name } }));
  const including = strings(node.including).map((name) => ({ IndexElem: { name } }));
  const index: IndexPlan = {
    name: node.conname,
    ...indexShape(elements, including),
    method: kind === 'exclusion' ? (node.access_method ?? 'btree') : node.without_overlaps === true ? 'gist' : 'btree',
    unique: kind !== 'exclusion',
    nullsNotDistinct: node.nulls_not_distinct === true,
    predicate: node.where_clause,
    constraint: undefined,
    purpose: kind,
    deferrable,
    ...(node.initdeferred === true ? { initiallyDeferred: true } : {}),
    ...indexPlace(node.options, node.indexspace),
  };
  addIndex(at, table, index, { recurse, parent: undefined });
}

/** ADD CONSTRAINT … USING INDEX: the index takes the constraint's name (ATExecAddIndexConstraint). */
function addKeyUsingIndex(at: Applying, table: RelationName, kind: 'primary key' | 'unique' | 'exclusion', node: ConstraintNode, deferrable: boolean): void {
  const old = objectName(nameParts(table).schema, node.indexname ?? '');
  const name = node.conname ?? node.indexname ?? '';
  const index = objectName(nameParts(table).schema, name);
  if (index !== old) renameRelation(at, old, index);
  const known = at.editor.relation(index);
  const columns = known !== undefined && isIndex(known) ? keyColumns(known) : [];
  if (known !== undefined && isIndex(known)) at.editor.setRelation({ ...known, constraint: name });
  addKeyConstraint(at, table, { kind, name, columns, index, deferrable, inherited: false, ...(node.initdeferred === true ? { initiallyDeferred: true } : {}) });
}

const ACTIONS: Readonly<Record<string, ReferentialAction>> = { a: 'no action', r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' };

function addForeignKey(at: Applying, table: RelationName, plan: ConstraintPlan, recurse: boolean): void {
  const { node, deferrable, enforced } = plan;
  const known = tableNamed(at, table);
  if (known === undefined || node.pktable === undefined) return;
  const columns = plan.column === undefined ? strings(node.fk_attrs) : [plan.column];
  const references = relationName(node.pktable, at.editor);
  const referenced = knownOrPartial(at, references);
  const named = strings(node.pk_attrs);
  const key: ForeignKey = {
    kind: 'foreign key',
    name: node.conname ?? chooseConstraintName(tableNamed(at, table)?.constraints ?? [], nameParts(table).name, nameAddition(columns), 'fkey'),
    columns,
    references,
    referencedColumns: named.length > 0 ? named : primaryKeyColumns(referenced),
    onDelete: ACTIONS[node.fk_del_action ?? 'a'] ?? 'no action',
    onUpdate: ACTIONS[node.fk_upd_action ?? 'a'] ?? 'no action',
    valid: node.skip_validation !== true && enforced,
    enforced,
    deferrable,
    inherited: false,
    ...(node.fk_del_set_cols === undefined ? {} : { onDeleteColumns: strings(node.fk_del_set_cols) }),
    ...(node.fk_matchtype === 'f' ? { matchFull: true } : {}),
    ...(node.initdeferred === true ? { initiallyDeferred: true } : {}),
  };
  putForeignKey(at, table, key);
  if (recurse && known.kind === 'partitioned table') {
    for (const partition of known.children) inheritForeignKey(at, partition, key);
  }
}

export function primaryKeyColumns(table: Table | undefined): readonly string[] {
  const key = table?.constraints.find((constraint) => constraint.kind === 'primary key');
  return key !== undefined && isKey(key) ? key.columns : [];
}

/** Notes a foreign key at both of its ends. */
export function putForeignKey(at: Applying, table: RelationName, key: ForeignKey): void {
  changeTable(at, table, (known) => ({ ...known, constraints: [...known.constraints, key] }));
  changeTable(at, key.references, (known) => ({ ...known, referencedBy: [...known.referencedBy, { table, constraint: key.name }] }));
}

/** Gives a partition a foreign key of its parent, unless it has one like it (CloneFkReferencing). */
export function inheritForeignKey(at: Applying, partition: RelationName, key: ForeignKey): void {
  const table = tableNamed(at, partition);
  if (table === undefined) return;
  const same = table.constraints.find(
    (own) => own.kind === 'foreign key' && !own.inherited && own.references === key.references && own.columns.join() === key.columns.join() && own.onDelete === key.onDelete && own.onUpdate === key.onUpdate,
  );
  if (same !== undefined) {
    changeTable(at, partition, (known) => ({ ...known, constraints: known.constraints.map((own) => (own === same ? { ...own, inherited: true, valid: own.valid || key.valid } : own)) }));
  } else {
    const taken = table.constraints.some((own) => own.name === key.name);
    const name = taken ? chooseConstraintName(table.constraints, nameParts(partition).name, nameAddition(key.columns), 'fkey') : key.name;
    putForeignKey(at, partition, { ...key, name, inherited: true });
  }
  for (const child of table.kind === 'partitioned table' ? table.children : []) inheritForeignKey(at, child, key);
}

/** Takes a foreign key away at both of its ends. */
function removeForeignKey(at: Applying, table: RelationName, key: ForeignKey): void {
  changeTable(at, table, (known) => ({ ...known, constraints: known.constraints.filter((own) => own.name !== key.name) }));
  changeTable(at, key.references, (known) => ({
    ...known,
    referencedBy: known.referencedBy.filter((reference) => reference.table !== table || reference.constraint !== key.name),
  }));
}

/** DROP CONSTRAINT, in the children that inherited it too. */
export function dropConstraint(at: Applying, table: RelationName, name: string, recurse: boolean): void {
  const known = tableNamed(at, table);
  const constraint = known?.constraints.find((own) => own.name === name);
  if (known === undefined || constraint === undefined) return;
  const children = recurse || known.kind === 'partitioned table' ? known.children : [];
  switch (constraint.kind) {
    case 'foreign key':
      removeForeignKey(at, table, constraint);
      for (const child of children) {
        const inherited = tableNamed(at, child)?.constraints.find((own) => own.kind === 'foreign key' && own.inherited && sameKey(own, constraint));
        if (inherited !== undefined) dropConstraint(at, child, inherited.name, true);
      }
      return;
    case 'not null':
      changeTable(at, table, (each) => withoutNotNull(each, constraint.column));
      for (const child of children) {
        const inherited = tableNamed(at, child)?.constraints.find((own) => own.kind === 'not null' && own.column === constraint.column && own.inherited);
        if (inherited !== undefined) dropConstraint(at, child, inherited.name, true);
      }
      return;
    case 'check':
      changeTable(at, table, (each) => ({ ...each, constraints: each.constraints.filter((own) => own !== constraint) }));
      for (const child of children) {
        const inherited = tableNamed(at, child)?.constraints.find((own) => own.kind === 'check' && own.name === name && own.inherited);
        if (inherited !== undefined) dropConstraint(at, child, name, true);
      }
      return;
    default:
      dropForeignKeysTo(at, table, constraint.columns);
      removeIndex(at, constraint.index);
      // The index may be unknown; the constraint goes all the same.
      changeTable(at, table, (each) => ({ ...each, constraints: each.constraints.filter((own) => own.name !== name) }));
  }
}

/** Foreign keys that need a key that is going away; the server wants CASCADE for that. */
export function dropForeignKeysTo(at: Applying, table: RelationName, columns: readonly string[]): void {
  const wanted = [...columns].sort().join();
  for (const reference of tableNamed(at, table)?.referencedBy ?? []) {
    const key = tableNamed(at, reference.table)?.constraints.find((own) => own.name === reference.constraint);
    if (key?.kind === 'foreign key' && [...key.referencedColumns].sort().join() === wanted) removeForeignKey(at, reference.table, key);
  }
}

function sameKey(a: ForeignKey, b: ForeignKey): boolean {
  return a.references === b.references && a.columns.join() === b.columns.join();
}

/** VALIDATE CONSTRAINT, in the children that inherited it too (ATExecValidateConstraint). */
export function validateConstraint(at: Applying, table: RelationName, name: string, recurse: boolean): void {
  const known = tableNamed(at, table);
  const constraint = known?.constraints.find((own) => own.name === name);
  if (known === undefined || constraint === undefined || isKey(constraint)) return;
  if (constraint.kind === 'not null') {
    for (const each of withDescendants(at, table, recurse)) {
      changeTable(at, each, (own) => validNotNull(own, constraint.column, at.version));
    }
    return;
  }
  const matches = (own: Constraint): boolean =>
    own === constraint || (own.kind === constraint.kind && own.inherited && (own.kind === 'foreign key' && constraint.kind === 'foreign key' ? sameKey(own, constraint) : own.name === name));
  const children = constraint.kind === 'foreign key' ? known.kind === 'partitioned table' : recurse;
  for (const each of withDescendants(at, table, children)) {
    changeTable(at, each, (own) => ({ ...own, constraints: own.constraints.map((candidate) => (matches(candidate) ? { ...candidate, valid: true } : candidate)) }));
  }
}

function validNotNull(table: Table, column: string, version: number): Table {
  if (!table.constraints.some((own) => own.kind === 'not null' && own.column === column)) return table;
  const valid = withNotNull(table, column, { valid: true, inherited: true }, version);
  return { ...valid, columns: valid.columns.map((own) => (own.name === column ? { ...own, notNull: true as const } : own)) };
}

/** ALTER CONSTRAINT: deferrability, enforcement (18), NO INHERIT (18). */
export function alterConstraint(at: Applying, table: RelationName, name: string, change: { readonly deferrable?: boolean; readonly enforced?: boolean }): void {
  for (const each of withDescendants(at, table, true)) {
    changeTable(at, each, (own) => ({
      ...own,
      constraints: own.constraints.map((constraint) => {
        if (constraint.name !== name || (each !== table && !constraint.inherited)) return constraint;
        const enforced = change.enforced ?? constraint.enforced;
        // Enforcing a key checks the rows there are; one that is not enforced proves nothing.
        return { ...constraint, deferrable: change.deferrable ?? constraint.deferrable, enforced, valid: change.enforced ?? constraint.valid };
      }),
    }));
  }
}

/** RENAME CONSTRAINT: an index takes the new name as well, and children that inherited a CHECK. */
export function renameConstraint(at: Applying, table: RelationName, from: string, to: string, recurse: boolean): void {
  const known = tableNamed(at, table);
  const constraint = known?.constraints.find((own) => own.name === from);
  if (known === undefined || constraint === undefined) return;
  if (isKey(constraint)) { renameRelation(at, constraint.index, objectName(nameParts(constraint.index).schema, to)); return; }
  changeTable(at, table, (own) => ({ ...own, constraints: own.constraints.map((each) => (each === constraint ? { ...each, name: to } : each)) }));
  if (constraint.kind === 'foreign key') {
    changeTable(at, constraint.references, (own) => ({
      ...own,
      referencedBy: own.referencedBy.map((reference) => (reference.table === table && reference.constraint === from ? { table, constraint: to } : reference)),
    }));
    return;
  }
  for (const child of recurse ? known.children : []) {
    if (tableNamed(at, child)?.constraints.some((own) => own.name === from && own.inherited) === true) renameConstraint(at, child, from, to, true);
  }
}

