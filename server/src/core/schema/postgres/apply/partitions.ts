import type { RangeVar } from '@pgsql/types';
import type { RelationName } from '../../names';
import type { PartitionBound, Table } from '../../schema';
import { relationName } from '../resolve';
import { changeTable, including, isIndex, knownOrPartial, tableNamed, without, type Applying } from './applying';
import { inheritForeignKey, mergeCheck } from './constraints';
import { detachIndex, inheritIndex } from './indexes';
import { withNotNull } from './not-null';
import { inheritTrigger } from './triggers';

/** ATTACH PARTITION (ATExecAttachPartition, src/backend/commands/tablecmds.c). */
export function attachPartition(at: Applying, parent: RelationName, mention: RangeVar, bound: PartitionBound): void {
  const partition = relationName(mention, at.editor);
  if (knownOrPartial(at, partition) === undefined) return;
  changeTable(at, partition, (own) => ({ ...own, bound }));
  inheritFrom(at, parent, partition);
  linkPartition(at, parent, partition, bound);
}

/** Makes a table a partition and gives it what its parent has: indexes, foreign keys, row triggers. */
export function linkPartition(at: Applying, parent: RelationName, partition: RelationName, bound: PartitionBound): void {
  // Of a table that nobody saw, this says that it is partitioned.
  changeTable(at, parent, (own) => ({ ...own, kind: own.partial === true ? 'partitioned table' : own.kind, children: including(own.children, partition) }));
  changeTable(at, partition, (own) => ({ ...own, parents: [parent], bound }));
  const known = tableNamed(at, parent);
  for (const name of known?.indexes ?? []) {
    const index = at.editor.relation(name);
    if (index !== undefined && isIndex(index)) inheritIndex(at, partition, index);
  }
  for (const constraint of known?.constraints ?? []) {
    if (constraint.kind === 'foreign key') inheritForeignKey(at, partition, constraint);
  }
  for (const trigger of known?.triggers ?? []) {
    if (trigger.row) inheritTrigger(at, partition, trigger);
  }
}

/** DETACH PARTITION: the table keeps what it has, as its own. */
export function detachPartition(at: Applying, parent: RelationName, mention: RangeVar): void {
  const partition = relationName(mention, at.editor);
  const table = tableNamed(at, partition);
  changeTable(at, parent, (own) => ({ ...own, children: without(own.children, partition) }));
  if (table === undefined) return;
  // Triggers that came with the parent go with it (DropClonedTriggersFromPartition).
  const cloned = new Set((tableNamed(at, parent)?.triggers ?? []).filter((trigger) => trigger.row).map((trigger) => trigger.name));
  changeTable(at, partition, (own) => ({ ...disinherited(own), parents: [], bound: undefined, triggers: own.triggers.filter((trigger) => !cloned.has(trigger.name)) }));
  for (const name of table.indexes) {
    const index = at.editor.relation(name);
    if (index !== undefined && isIndex(index) && index.parent !== undefined) detachIndex(at, index);
  }
}

/** INHERIT: columns and checks that the parent has too are inherited from now on. */
export function addInheritance(at: Applying, child: RelationName, mention: RangeVar): void {
  const parent = relationName(mention, at.editor);
  if (knownOrPartial(at, parent) === undefined) return;
  inheritFrom(at, parent, child);
  changeTable(at, parent, (own) => ({ ...own, children: including(own.children, child) }));
  changeTable(at, child, (own) => ({ ...own, parents: including(own.parents, parent) }));
}

/** NO INHERIT. */
export function dropInheritance(at: Applying, child: RelationName, mention: RangeVar): void {
  const parent = relationName(mention, at.editor);
  changeTable(at, parent, (own) => ({ ...own, children: without(own.children, child) }));
  changeTable(at, child, (own) => {
    const parents = without(own.parents, parent);
    return parents.length === 0 ? { ...disinherited(own), parents } : { ...own, parents };
  });
}

/**
 * Marks what a table shares with its new parent (MergeAttributesIntoExisting, MergeConstraintsIntoExisting). All that a
 * partition shares it has from its parent; a child by INHERIT declared it itself and keeps it.
 */
function inheritFrom(at: Applying, parent: RelationName, child: RelationName): void {
  const known = tableNamed(at, parent);
  if (known === undefined) return;
  const names = new Set(known.columns.map((column) => column.name));
  changeTable(at, child, (own) => {
    const isPartition = own.bound !== undefined;
    let table: Table = { ...own, columns: own.columns.map((column) => (isPartition && names.has(column.name) ? { ...column, inherited: true } : column)) };
    for (const constraint of known.constraints) {
      if (constraint.kind === 'check' && !constraint.noInherit) table = mergeCheck(table, { ...constraint, inherited: true });
      if (constraint.kind === 'not null' && !constraint.noInherit) table = withNotNull(table, constraint.column, { valid: constraint.valid, inherited: true }, at.version);
    }
    if (!isPartition) return table;
    const shared = new Set(known.constraints.flatMap((constraint) => (constraint.kind === 'not null' && !constraint.noInherit ? [constraint.column] : [])));
    return { ...table, constraints: table.constraints.map((constraint) => (constraint.kind === 'not null' && shared.has(constraint.column) ? { ...constraint, inherited: true } : constraint)) };
  });
}

function disinherited(table: Table): Table {
  return {
    ...table,
    columns: table.columns.map((column) => (column.inherited ? { ...column, inherited: false } : column)),
    constraints: table.constraints.map((constraint) => (constraint.inherited ? { ...constraint, inherited: false } : constraint)),
  };
}
