import { nameParts, type RelationName } from '../../names';
import type { Relation, Table, View } from '../../schema';
import { changeRelation, changeTable, isIndex, isTable, isView, replacing, tableNamed, type Applying } from './applying';
import { indexOfPartition } from './indexes';

/**
 * Gives a relation another name, or another schema, everywhere it is mentioned. Queries of views keep their text;
 * what they read is told by `reads`.
 */
export function renameRelation(at: Applying, from: RelationName, to: RelationName): void {
  const relation = at.editor.relation(from);
  if (relation === undefined || from === to) return;
  at.editor.removeRelation(from);
  at.editor.setRelation(selfReferencesRenamed({ ...relation, name: to }, from, to));
  for (const reader of relation.readBy) {
    changeRelation(at, reader, (view) => (isView(view) ? { ...view, reads: replacing(view.reads, from, to) } : view));
  }
  if (isTable(relation)) renameTable(at, relation, from, to);
  else if (isView(relation)) renameView(at, relation, from, to);
  else if (isIndex(relation)) renameIndex(at, relation.table, from, to);
  else if (relation.kind === 'sequence' && relation.ownedBy !== undefined) {
    changeTable(at, relation.ownedBy.table, (table) => ({ ...table, ownedSequences: replacing(table.ownedSequences, from, to) }));
  }
}

/** Links of a table to itself: a foreign key to its own key. */
function selfReferencesRenamed(relation: Relation, from: RelationName, to: RelationName): Relation {
  if (!isTable(relation)) return relation;
  return {
    ...relation,
    referencedBy: relation.referencedBy.map((reference) => (reference.table === from ? { ...reference, table: to } : reference)),
    constraints: relation.constraints.map((own) => (own.kind === 'foreign key' && own.references === from ? { ...own, references: to } : own)),
  };
}

function renameTable(at: Applying, table: Table, from: RelationName, to: RelationName): void {
  renameOwner(at, table, to);
  for (const sequence of table.ownedSequences) {
    changeRelation(at, sequence, (own) => (own.kind === 'sequence' && own.ownedBy !== undefined ? { ...own, ownedBy: { ...own.ownedBy, table: to } } : own));
  }
  for (const parent of table.parents) changeTable(at, parent, (own) => ({ ...own, children: replacing(own.children, from, to) }));
  for (const child of table.children) changeTable(at, child, (own) => ({ ...own, parents: replacing(own.parents, from, to) }));
  for (const { table: referencing } of table.referencedBy) {
    changeTable(at, referencing, (own) => ({
      ...own,
      constraints: own.constraints.map((key) => (key.kind === 'foreign key' && key.references === from ? { ...key, references: to } : key)),
    }));
  }
  for (const key of table.constraints) {
    if (key.kind !== 'foreign key' || key.references === from) continue;
    changeTable(at, key.references, (own) => ({
      ...own,
      referencedBy: own.referencedBy.map((reference) => (reference.table === from ? { ...reference, table: to } : reference)),
    }));
  }
  for (const publication of [...at.editor.allPublications()]) {
    if (publication.tables.includes(from)) at.editor.setPublication(publication.name, { ...publication, tables: replacing(publication.tables, from, to) });
  }
}

function renameView(at: Applying, view: View, from: RelationName, to: RelationName): void {
  renameOwner(at, view, to);
  for (const read of view.reads) changeRelation(at, read, (own) => ({ ...own, readBy: replacing(own.readBy, from, to) }));
}

/** Tells the indexes of a table or materialised view its new name. */
function renameOwner(at: Applying, owner: Table | View, to: RelationName): void {
  for (const index of owner.indexes) changeRelation(at, index, (own) => (isIndex(own) ? { ...own, table: to } : own));
}

/** An index that serves a constraint gives it its name (RenameConstraintById, called by RenameRelationInternal). */
function renameIndex(at: Applying, owner: RelationName, from: RelationName, to: RelationName): void {
  const newName = nameParts(to).name;
  const oldName = nameParts(from).name;
  for (const partition of tableNamed(at, owner)?.children ?? []) {
    const child = indexOfPartition(at, partition, from);
    if (child !== undefined) at.editor.setRelation({ ...child, parent: to });
  }
  changeRelation(at, owner, (own) => {
    if (isView(own)) return { ...own, indexes: replacing(own.indexes, from, to) };
    if (!isTable(own)) return own;
    return {
      ...own,
      indexes: replacing(own.indexes, from, to),
      constraints: own.constraints.map((constraint) => ('index' in constraint && constraint.index === from ? { ...constraint, name: newName, index: to } : constraint)),
      replicaIdentity: own.replicaIdentity === `index ${oldName}` ? `index ${newName}` : own.replicaIdentity,
    };
  });
  changeRelation(at, to, (own) => (isIndex(own) && own.constraint !== undefined ? { ...own, constraint: newName } : own));
}
