import type { RelationName } from '../../names';
import type { Relation, Table, View } from '../../schema';
import { sequencesIn } from '../expressions';
import { changeRelation, changeTable, isIndex, isTable, isView, without, type Applying } from './applying';
import { dropConstraint } from './constraints';
import { removeIndex } from './indexes';

/**
 * Takes a relation away with all that cannot be without it, as DROP … CASCADE does: indexes, owned sequences,
 * partitions, views on it, foreign keys to it. A DROP without CASCADE that the server carries out has nothing of the
 * latter, so that one way does for both.
 */
export function dropRelation(at: Applying, name: RelationName): void {
  const relation = at.editor.relation(name);
  if (relation === undefined) return;
  if (isIndex(relation)) { dropIndex(at, relation); return; }
  // Removed first: what hangs on it in a circle must find it gone.
  at.editor.removeRelation(name);
  for (const reader of relation.readBy) dropRelation(at, reader);
  if (isTable(relation)) dropTable(at, relation);
  else if (isView(relation)) dropView(at, relation);
  else if (relation.kind === 'sequence') dropSequence(at, relation);
}

/** An index that serves a constraint goes with it and with the foreign keys that need it. */
function dropIndex(at: Applying, index: Extract<Relation, { kind: 'index' | 'partitioned index' }>): void {
  if (index.constraint !== undefined) dropConstraint(at, index.table, index.constraint, true);
  removeIndex(at, index.name);
}

function dropTable(at: Applying, table: Table): void {
  const { name } = table;
  for (const child of table.children) dropRelation(at, child);
  for (const parent of table.parents) changeTable(at, parent, (own) => ({ ...own, children: without(own.children, name) }));
  for (const index of table.indexes) at.editor.removeRelation(index);
  for (const sequence of table.ownedSequences) at.editor.removeRelation(sequence);
  for (const reference of table.referencedBy) {
    changeTable(at, reference.table, (own) => ({ ...own, constraints: own.constraints.filter((key) => key.name !== reference.constraint) }));
  }
  for (const key of table.constraints) {
    if (key.kind !== 'foreign key') continue;
    changeTable(at, key.references, (own) => ({ ...own, referencedBy: own.referencedBy.filter((reference) => reference.table !== name) }));
  }
  leavePublications(at, name);
}

function dropView(at: Applying, view: View): void {
  for (const index of view.indexes) at.editor.removeRelation(index);
  for (const read of view.reads) changeRelation(at, read, (own) => ({ ...own, readBy: without(own.readBy, view.name) }));
}

/** Defaults that take their value from the sequence go with it. */
function dropSequence(at: Applying, sequence: Extract<Relation, { kind: 'sequence' }>): void {
  const { ownedBy, name } = sequence;
  if (ownedBy === undefined) return;
  changeTable(at, ownedBy.table, (table) => ({
    ...table,
    ownedSequences: without(table.ownedSequences, name),
    columns: table.columns.map((column) => (column.default !== undefined && sequencesIn(column.default, at.editor).has(name) ? { ...column, default: undefined } : column)),
  }));
}

function leavePublications(at: Applying, name: RelationName): void {
  for (const publication of [...at.editor.allPublications()]) {
    if (publication.tables.includes(name)) at.editor.setPublication(publication.name, { ...publication, tables: without(publication.tables, name) });
  }
}
