import type { AlterObjectSchemaStmt, Node, RenameStmt } from '@pgsql/types';
import { nameParts, objectName, type ObjectName, type RelationName } from '../../names';
import type { Constraint, Table } from '../../schema';
import { relationName, typeName, userRoutineName } from '../resolve';
import { replaceNodes, strings } from '../walk';
import { changeRelation, changeTable, isIndex, isTable, isView, knownOrPartial, tableNamed, withDescendants, type Applying } from './applying';
import { renameConstraint } from './constraints';
import { renameNamespace } from './namespaces';
import { renameRelation } from './relation-names';
import { moveRoutine } from './routines';
import { renameStatistics } from './statistics';
import { renameTrigger } from './triggers';
import { renameDomainConstraint, renameType } from './types';

/** ALTER … RENAME. */
export function rename(stmt: RenameStmt, at: Applying): void {
  const { newname = '', subname = '', relation } = stmt;
  switch (stmt.renameType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_FOREIGN_TABLE':
    case 'OBJECT_INDEX':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_SEQUENCE': {
      if (relation === undefined) return;
      const from = relationName(relation, at.editor);
      renameRelation(at, from, objectName(nameParts(from).schema, newname)); return;
    }
    case 'OBJECT_COLUMN':
    case 'OBJECT_ATTRIBUTE':
      if (relation !== undefined) renameColumn(at, relationName(relation, at.editor), subname, newname, relation.inh !== false);
      return;
    case 'OBJECT_TABCONSTRAINT':
      if (relation !== undefined) renameConstraint(at, relationName(relation, at.editor), subname, newname, relation.inh === true);
      return;
    case 'OBJECT_TRIGGER':
      if (relation !== undefined) renameTrigger(at, relationName(relation, at.editor), subname, newname);
      return;
    case 'OBJECT_POLICY':
    case 'OBJECT_RULE':
      if (relation !== undefined) renameOnTable(at, relationName(relation, at.editor), stmt.renameType, subname, newname);
      return;
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN': {
      const from = typeName(objectParts(stmt.object), at.editor);
      renameType(at, from, objectName(nameParts(from).schema, newname)); return;
    }
    case 'OBJECT_DOMCONSTRAINT':
      { renameDomainConstraint(at, typeName(objectParts(stmt.object), at.editor), subname, newname); return; }
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
    case 'OBJECT_AGGREGATE': {
      const object = stmt.object !== undefined && 'ObjectWithArgs' in stmt.object ? stmt.object.ObjectWithArgs : undefined;
      if (object === undefined) return;
      const from = userRoutineName(strings(object.objname), at.editor);
      moveRoutine(at, object, objectName(nameParts(from).schema, newname)); return;
    }
    case 'OBJECT_SCHEMA':
      { renameNamespace(at, subname, newname); return; }
    case 'OBJECT_PUBLICATION': {
      const name = stmt.object !== undefined && 'String' in stmt.object ? (stmt.object.String.sval ?? '') : '';
      const publication = at.editor.publication(name);
      if (publication === undefined) return;
      at.editor.setPublication(name, undefined);
      at.editor.setPublication(newname, { ...publication, name: newname }); return;
    }
    case 'OBJECT_STATISTIC_EXT':
      { renameStatistics(at, objectParts(stmt.object), (name) => objectName(nameParts(name).schema, newname)); return; }
    default:
      return;
  }
}

/** ALTER … SET SCHEMA: indexes and owned sequences move with their table (AlterTableNamespaceInternal). */
export function setSchema(stmt: AlterObjectSchemaStmt, at: Applying): void {
  const { newschema = '', relation, object } = stmt;
  const moved = (name: ObjectName): ObjectName => objectName(newschema, nameParts(name).name);
  switch (stmt.objectType) {
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN': {
      const name = typeName(objectParts(object), at.editor);
      renameType(at, name, moved(name)); return;
    }
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
    case 'OBJECT_AGGREGATE':
      if (object === undefined || !('ObjectWithArgs' in object)) return;
      { moveRoutine(at, object.ObjectWithArgs, moved(userRoutineName(strings(object.ObjectWithArgs.objname), at.editor))); return; }
    case 'OBJECT_STATISTIC_EXT':
      { renameStatistics(at, objectParts(object), moved); return; }
    default:
      if (relation !== undefined) moveRelation(at, relationName(relation, at.editor), moved);
  }
}

function moveRelation(at: Applying, name: RelationName, moved: (name: RelationName) => RelationName): void {
  const relation = at.editor.relation(name);
  if (relation === undefined) return;
  if (isTable(relation) || isView(relation)) for (const index of relation.indexes) renameRelation(at, index, moved(index));
  if (isTable(relation)) for (const sequence of relation.ownedSequences) renameRelation(at, sequence, moved(sequence));
  renameRelation(at, name, moved(name));
}

function objectParts(object: Node | undefined): readonly string[] {
  if (object === undefined) return [];
  if ('List' in object) return strings(object.List.items);
  return 'TypeName' in object ? strings(object.TypeName.names) : [];
}

function renameOnTable(at: Applying, table: RelationName, what: 'OBJECT_POLICY' | 'OBJECT_RULE', from: string, to: string): void {
  const renamed = <T extends { readonly name: string }>(list: readonly T[]): readonly T[] => list.map((item) => (item.name === from ? { ...item, name: to } : item));
  changeRelation(at, table, (own) => {
    if (isTable(own) && what === 'OBJECT_POLICY') return { ...own, policies: renamed(own.policies) };
    return isTable(own) || isView(own) ? { ...own, rules: renamed(own.rules) } : own;
  });
}

/** RENAME COLUMN, in children too and wherever the table, its indexes, keys and checks mention the column. */
function renameColumn(at: Applying, name: RelationName, from: string, to: string, recurse: boolean): void {
  const relation = at.editor.relation(name) ?? knownOrPartial(at, name);
  if (relation === undefined) return;
  if (isView(relation)) {
    at.editor.setRelation({ ...relation, columns: relation.columns.map((column) => (column.name === from ? { ...column, name: to } : column)) }); return;
  }
  if (relation.kind === 'composite type') {
    at.editor.setRelation({ ...relation, columns: relation.columns.map((column) => (column.name === from ? { ...column, name: to } : column)) }); return;
  }
  for (const each of withDescendants(at, name, recurse)) renameColumnOf(at, each, from, to);
}

function renameColumnOf(at: Applying, name: RelationName, from: string, to: string): void {
  const table = tableNamed(at, name);
  if (table === undefined) return;
  const inList = (columns: readonly string[]): readonly string[] => (columns.includes(from) ? columns.map((column) => (column === from ? to : column)) : columns);
  const inTree = <T extends Node | undefined>(tree: T): T => renamedInTree(tree, from, to);
  const inConstraint = (constraint: Constraint): Constraint => {
    if (constraint.kind === 'check') return { ...constraint, expression: inTree(constraint.expression) };
    if (constraint.kind === 'not null') return constraint.column === from ? { ...constraint, column: to } : constraint;
    return { ...constraint, columns: inList(constraint.columns) };
  };
  changeTable(at, name, (own): Table => ({
    ...own,
    columns: own.columns.map((column) => ({
      ...column,
      name: column.name === from ? to : column.name,
      generated: column.generated === undefined ? undefined : { ...column.generated, expression: inTree(column.generated.expression) },
    })),
    constraints: own.constraints.map(inConstraint),
    triggers: own.triggers.map((trigger) => (trigger.columns?.includes(from) === true ? { ...trigger, columns: inList(trigger.columns) } : trigger)),
    partitioning: own.partitioning === undefined ? undefined : { ...own.partitioning, columns: own.partitioning.columns.map((column) => (column === from ? to : column)) },
  }));
  for (const index of table.indexes) {
    changeRelation(at, index, (own) =>
      isIndex(own)
        ? {
            ...own,
            included: inList(own.included),
            predicate: inTree(own.predicate),
            keys: own.keys.map((key) => (key.column === undefined ? { ...key, expression: inTree(key.expression) } : key.column === from ? { ...key, column: to } : key)),
          }
        : own,
    );
  }
  for (const sequence of table.ownedSequences) {
    changeRelation(at, sequence, (own) => (own.kind === 'sequence' && own.ownedBy?.column === from ? { ...own, ownedBy: { ...own.ownedBy, column: to } } : own));
  }
  for (const reference of table.referencedBy) {
    changeTable(at, reference.table, (own) => ({
      ...own,
      constraints: own.constraints.map((key) => (key.kind === 'foreign key' && key.name === reference.constraint ? { ...key, referencedColumns: inList(key.referencedColumns) } : key)),
    }));
  }
}

function renamedInTree<T extends Node | undefined>(tree: T, from: string, to: string): T {
  return replaceNodes(tree, (kind, body) => {
    if (kind !== 'ColumnRef') return undefined;
    const fields = (body.fields ?? []) as readonly Node[];
    const last = fields[fields.length - 1];
    if (last === undefined || !('String' in last) || last.String.sval !== from) return undefined;
    return { ...body, fields: [...fields.slice(0, -1), { String: { sval: to } }] };
  });
}

