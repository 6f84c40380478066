import type { IndexElem, IndexStmt, Node } from '@pgsql/types';
import { nameParts, objectName, type RelationName } from '../../names';
import type { Index, IndexKey, IndexOrder, KeyConstraint, Table } from '../../schema';
import { relationName } from '../resolve';
import { sameTree, strings } from '../walk';
import { changeRelation, changeTable, isIndex, isTable, isView, knownOrPartial, tableNamed, without, including, type Applying } from './applying';
import { chooseIndexName, indexColumnNames } from './generated-names';
import { addNotNull } from './not-null';

/** What an index is to be; its name is chosen where none is given. */
export interface IndexPlan extends Omit<Index, 'name' | 'origin' | 'temporary' | 'readBy' | 'kind' | 'table' | 'parent' | 'valid'> {
  readonly name: string | undefined;
  /** Names that the index's own is made of. */
  readonly columnNames: readonly string[];
  /** The constraint that the index is made for; `constraint` is then its name, or undefined where the index gives it. */
  readonly purpose: KeyConstraint['kind'] | undefined;
  readonly deferrable: boolean;
  readonly initiallyDeferred?: true;
}

/** CREATE INDEX. */
export function createIndex(stmt: IndexStmt, at: Applying): void {
  if (stmt.relation === undefined) return;
  const name = relationName(stmt.relation, at.editor);
  if (stmt.idxname !== undefined && stmt.if_not_exists === true && at.editor.relation(objectName(nameParts(name).schema, stmt.idxname)) !== undefined) return;
  const relation = at.editor.relation(name) ?? knownOrPartial(at, name);
  if (relation === undefined || !(isTable(relation) || isView(relation))) return;
  const plan: IndexPlan = {
    name: stmt.idxname,
    ...indexShape(stmt.indexParams, stmt.indexIncludingParams),
    method: stmt.accessMethod ?? 'btree',
    unique: stmt.unique === true,
    nullsNotDistinct: stmt.nulls_not_distinct === true,
    predicate: stmt.whereClause,
    constraint: undefined,
    purpose: undefined,
    deferrable: false,
    ...indexPlace(stmt.options, stmt.tableSpace),
  };
  addIndex(at, name, plan, { recurse: stmt.relation.inh === true, parent: undefined });
}

/** Keys, included columns and the names of both, of IndexElem lists. */
export function indexShape(params: readonly Node[] | undefined, including: readonly Node[] | undefined): Pick<IndexPlan, 'keys' | 'included' | 'columnNames'> {
  const elements = (nodes: readonly Node[] | undefined): IndexElem[] => (nodes ?? []).flatMap((node) => ('IndexElem' in node ? [node.IndexElem] : []));
  const keys = elements(params);
  const included = elements(including);
  return { keys: keys.map(indexKey), included: included.map((element) => element.name ?? ''), columnNames: indexColumnNames([...keys, ...included]) };
}

/** Storage parameters and tablespace, where an index has its own. */
export function indexPlace(options: readonly Node[] | undefined, tablespace: string | undefined): Pick<IndexPlan, 'storage' | 'tablespace'> {
  return { ...(options === undefined || options.length === 0 ? {} : { storage: options }), ...(tablespace === undefined ? {} : { tablespace }) };
}

function indexKey(element: IndexElem): IndexKey {
  const collation = strings(element.collation).join('.') || undefined;
  const operatorClass = strings(element.opclass).join('.') || undefined;
  const order: IndexOrder = {
    ...(element.ordering === 'SORTBY_DESC' ? { descending: true } : {}),
    ...(element.nulls_ordering === 'SORTBY_NULLS_FIRST' ? { nulls: 'first' } : element.nulls_ordering === 'SORTBY_NULLS_LAST' ? { nulls: 'last' } : {}),
    ...(element.opclassopts === undefined ? {} : { operatorClassOptions: element.opclassopts }),
  };
  return element.expr === undefined ? { column: element.name ?? '', collation, operatorClass, ...order } : { expression: element.expr, collation, operatorClass, ...order };
}

/**
 * Puts an index, and the constraint it serves, on a table, a materialised view or a partitioned table with all its
 * partitions (DefineIndex, src/backend/commands/indexcmds.c). Gives its name.
 */
export function addIndex(at: Applying, owner: RelationName, plan: IndexPlan, how: { readonly recurse: boolean; readonly parent: RelationName | undefined }): RelationName | undefined {
  const relation = at.editor.relation(owner);
  if (relation === undefined || !(isTable(relation) || isView(relation))) return undefined;
  const name = plan.name === undefined ? chooseIndexName(at.editor, relation, plan.columnNames, plan.purpose) : objectName(nameParts(owner).schema, plan.name);
  const partitioned = relation.kind === 'partitioned table';
  const { columnNames: _names, purpose, deferrable, initiallyDeferred, ...shape } = plan;
  const constraint = purpose === undefined ? undefined : nameParts(name).name;
  const index: Index = {
    ...shape,
    name,
    origin: at.origin,
    temporary: relation.temporary,
    readBy: [],
    kind: partitioned ? 'partitioned index' : 'index',
    table: owner,
    constraint,
    parent: how.parent,
    valid: !partitioned || how.recurse || relation.children.length === 0,
  };
  at.editor.setRelation(index);
  changeRelation(at, owner, (known) => (isTable(known) || isView(known) ? { ...known, indexes: including(known.indexes, name) } : known));
  if (purpose !== undefined && constraint !== undefined) {
    addKeyConstraint(at, owner, { kind: purpose, name: constraint, columns: keyColumns(index), index: name, deferrable, inherited: how.parent !== undefined, ...(initiallyDeferred === true ? { initiallyDeferred } : {}) });
  }
  if (partitioned && how.recurse) {
    for (const partition of relation.children) inheritIndex(at, partition, index);
  }
  return name;
}

/** Notes a constraint that an index serves. A primary key makes its columns NOT NULL. */
export function addKeyConstraint(at: Applying, table: RelationName, constraint: Omit<KeyConstraint, 'valid' | 'enforced'>): void {
  if (constraint.kind === 'primary key') {
    const known = tableNamed(at, table)?.constraints ?? [];
    for (const column of constraint.columns) {
      // A NOT NULL that is there stays what it is, the table's own or its parent's.
      const existing = known.find((own) => own.kind === 'not null' && own.column === column);
      addNotNull(at, table, column, { valid: true, inherited: existing?.inherited ?? constraint.inherited });
    }
  }
  changeTable(at, table, (known) => ({ ...known, constraints: [...known.constraints, { ...constraint, valid: true, enforced: true }] }));
}

/** Columns of an index's key, expressions left out. */
export function keyColumns(index: Pick<Index, 'keys'>): readonly string[] {
  return index.keys.flatMap((key) => (key.column === undefined ? [] : [key.column]));
}

/** Gives a partition the index of its parent: one that it has already and that is like it, or a new one. */
export function inheritIndex(at: Applying, partition: RelationName, parent: Index): void {
  const table = tableNamed(at, partition);
  if (table === undefined) return;
  const constraint = constraintOf(at, parent);
  for (const name of table.indexes) {
    const own = at.editor.relation(name);
    if (own === undefined || !isIndex(own) || own.parent !== undefined || !sameIndex(own, parent)) continue;
    if (constraint !== undefined && constraintOf(at, own)?.kind !== constraint.kind) continue;
    attachIndex(at, own.name, parent.name);
    return;
  }
  const { keys, included, method, unique, nullsNotDistinct, predicate } = parent;
  const columnNames = indexColumnNames([
    ...keys.map((key) => (key.column === undefined ? { expr: key.expression } : { name: key.column })),
    ...included.map((name) => ({ name })),
  ]);
  const plan = { name: undefined, keys, included, columnNames, method, unique, nullsNotDistinct, predicate, constraint: undefined, purpose: constraint?.kind, deferrable: constraint?.deferrable ?? false };
  addIndex(at, partition, plan, { recurse: true, parent: parent.name });
}

/** ALTER INDEX … ATTACH PARTITION. The parent becomes valid with the index of the last partition (validatePartitionedIndex). */
export function attachIndex(at: Applying, child: RelationName, parent: RelationName): void {
  const index = at.editor.relation(child);
  const partitioned = at.editor.relation(parent);
  if (index === undefined || !isIndex(index) || partitioned === undefined || !isIndex(partitioned)) return;
  at.editor.setRelation({ ...index, parent });
  setInherited(at, index, true);
  const table = tableNamed(at, partitioned.table);
  if (partitioned.valid || !table?.children.every((partition) => indexOfPartition(at, partition, parent) !== undefined)) return;
  at.editor.setRelation({ ...partitioned, valid: true });
}

/** Makes the index of a partition one of its own again. */
export function detachIndex(at: Applying, index: Index): void {
  at.editor.setRelation({ ...index, parent: undefined });
  setInherited(at, index, false);
}

function setInherited(at: Applying, index: Index, inherited: boolean): void {
  if (index.constraint === undefined) return;
  changeTable(at, index.table, (table) => ({
    ...table,
    constraints: table.constraints.map((constraint) => (constraint.name === index.constraint ? { ...constraint, inherited } : constraint)),
  }));
}

/** The index of a partition that belongs to a partitioned index. */
export function indexOfPartition(at: Applying, partition: RelationName, parent: RelationName): Index | undefined {
  for (const name of tableNamed(at, partition)?.indexes ?? []) {
    const index = at.editor.relation(name);
    if (index !== undefined && isIndex(index) && index.parent === parent) return index;
  }
  return undefined;
}

/** The constraint that an index serves. */
export function constraintOf(at: Applying, index: Index): KeyConstraint | undefined {
  if (index.constraint === undefined) return undefined;
  const found = tableNamed(at, index.table)?.constraints.find((constraint) => constraint.name === index.constraint);
  return found !== undefined && isKey(found) ? found : undefined;
}

export function isKey(constraint: Table['constraints'][number]): constraint is KeyConstraint {
  return constraint.kind === 'primary key' || constraint.kind === 'unique' || constraint.kind === 'exclusion';
}

/** Whether two indexes are the same but for their tables (CompareIndexInfo, src/backend/catalog/index.c). */
function sameIndex(a: Index, b: Index): boolean {
  return (
    a.unique === b.unique &&
    a.nullsNotDistinct === b.nullsNotDistinct &&
    a.method === b.method &&
    sameTree(a.keys, b.keys) &&
    sameTree(a.included, b.included) &&
    sameTree(a.predicate, b.predicate)
  );
}

/** Takes an index away, with those of the partitions that belong to it and with the constraint it serves. */
export function removeIndex(at: Applying, name: RelationName): void {
  const index = at.editor.relation(name);
  if (index === undefined || !isIndex(index)) return;
  for (const partition of index.kind === 'partitioned index' ? (tableNamed(at, index.table)?.children ?? []) : []) {
    const child = indexOfPartition(at, partition, name);
    if (child !== undefined) removeIndex(at, child.name);
  }
  at.editor.removeRelation(name);
  changeRelation(at, index.table, (owner) => {
    if (isView(owner)) return { ...owner, indexes: without(owner.indexes, name) };
    if (!isTable(owner)) return owner;
    const constraints = index.constraint === undefined ? owner.constraints : owner.constraints.filter((constraint) => constraint.name !== index.constraint);
    const replicaIdentity = owner.replicaIdentity === `index ${nameParts(name).name}` ? 'nothing' : owner.replicaIdentity;
    return { ...owner, indexes: without(owner.indexes, name), constraints, replicaIdentity };
  });
}
