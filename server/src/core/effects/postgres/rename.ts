import type { AlterObjectSchemaStmt, AlterOwnerStmt, Node, ObjectType, RenameStmt } from '@pgsql/types';
import { displayName, type RelationName } from '../../schema/names';
import { relationName, typeName } from '../../schema/postgres/resolve';
import { strings } from '../../schema/postgres/walk';
import type { Relation } from '../../schema/schema';
import type { Claims } from './claims';
import { asTable, descendantsOf, indexOf, ownedSequences, withChildren } from './relations';

/** ALTER … RENAME of anything (ExecRenameStmt, src/backend/commands/alter.c). */
export function renameStmt(stmt: RenameStmt, claims: Claims): void {
  const { relation } = stmt;
  switch (stmt.renameType) {
    case 'OBJECT_COLUMN':
    case 'OBJECT_ATTRIBUTE':
      { renameColumn(stmt, claims); return; }
    case 'OBJECT_TABCONSTRAINT':
      { renameConstraint(stmt, claims); return; }
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_SEQUENCE':
    case 'OBJECT_FOREIGN_TABLE':
    case 'OBJECT_INDEX':
      { renameRelation(stmt, claims); return; }
    case 'OBJECT_TRIGGER':
    case 'OBJECT_RULE':
    case 'OBJECT_POLICY':
      { renamePart(stmt, claims); return; }
    case 'OBJECT_TYPE': {
      lockCompositeType(stmt.object, claims, 'is renamed');
      claims.act({ kind: 'type' }); return;
    }
    default:
      if (relation !== undefined) claims.lock(relationName(relation, claims.schema), 'ACCESS EXCLUSIVE', 'is renamed');
      { claims.act({ kind: 'other' }); return; }
  }
}

function renameRelation(stmt: RenameStmt, claims: Claims): void {
  const name = relationName(stmt.relation ?? {}, claims.schema);
  const index = indexOf(name, claims.schema);
  // Whether it is an index decides, not how the statement names it; ALTER INDEX asks for less only when it is one (RenameRelation, tablecmds.c).
  const mode = stmt.renameType === 'OBJECT_INDEX' && (index !== undefined || claims.schema.relation(name) === undefined) ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  const relation = claims.lock(name, mode, 'is renamed');
  claims.act({ kind: 'rename relation', to: stmt.newname ?? '', what: relation?.kind ?? kindOf(stmt.renameType) }, { relation: name, work: { lock: mode } });
}

/** renameatt: all descendants have the column too. */
function renameColumn(stmt: RenameStmt, claims: Claims): void {
  const mention = stmt.relation ?? {};
  const name = relationName(mention, claims.schema);
  const relation = claims.lock(name, 'ACCESS EXCLUSIVE', `its column ${stmt.subname ?? ''} is renamed`);
  if (relation?.kind === 'composite type' || stmt.renameType === 'OBJECT_ATTRIBUTE') { claims.act({ kind: 'type' }, { relation: name }); return; }
  const table = asTable(relation);
  if (table !== undefined && withChildren(mention)) {
    for (const child of descendantsOf(table, claims.schema)) claims.lock(child.name, 'ACCESS EXCLUSIVE', `it inherits the column from ${displayName(name)}`);
  }
  claims.act({ kind: 'rename column', column: stmt.subname ?? '', to: stmt.newname ?? '' }, { relation: name, work: { lock: 'ACCESS EXCLUSIVE' } });
}

/** rename_constraint_internal: children have checks too, and since 18 NOT NULL. */
function renameConstraint(stmt: RenameStmt, claims: Claims): void {
  const mention = stmt.relation ?? {};
  const name = relationName(mention, claims.schema);
  const table = asTable(claims.lock(name, 'ACCESS EXCLUSIVE', `its constraint ${stmt.subname ?? ''} is renamed`));
  const constraint = table?.constraints.find((candidate) => candidate.name === stmt.subname);
  const inherits = constraint !== undefined && (constraint.kind === 'check' || constraint.kind === 'not null') && !constraint.noInherit;
  if (table !== undefined && inherits && withChildren(mention)) {
    for (const child of descendantsOf(table, claims.schema)) claims.lock(child.name, 'ACCESS EXCLUSIVE', `it inherits the constraint from ${displayName(name)}`);
  }
  claims.act({ kind: 'other alter' }, { relation: name, work: { lock: 'ACCESS EXCLUSIVE' } });
}

function renamePart(stmt: RenameStmt, claims: Claims): void {
  const word = stmt.renameType === 'OBJECT_TRIGGER' ? 'trigger' : stmt.renameType === 'OBJECT_RULE' ? 'rule' : 'policy';
  const name = relationName(stmt.relation ?? {}, claims.schema);
  const table = asTable(claims.lock(name, 'ACCESS EXCLUSIVE', `its ${word} ${stmt.subname ?? ''} is renamed`));
  // From 15 on the copies on partitions are renamed too (renametrig, src/backend/commands/trigger.c).
  if (word === 'trigger' && claims.version >= 15 && table?.kind === 'partitioned table' && table.triggers.find((trigger) => trigger.name === stmt.subname)?.row === true) {
    for (const partition of descendantsOf(table, claims.schema)) claims.lock(partition.name, 'ACCESS EXCLUSIVE', `it has the trigger too`);
  }
  if (word === 'policy') claims.act({ kind: 'alter policy', name: stmt.subname ?? '' }, { relation: name, work: { lock: 'ACCESS EXCLUSIVE' } });
  else claims.act({ kind: 'other alter' }, { relation: name, work: { lock: 'ACCESS EXCLUSIVE' } });
}

/** ALTER … SET SCHEMA (AlterTableNamespace, tablecmds.c): indexes and owned sequences move along. */
export function alterObjectSchema(stmt: AlterObjectSchemaStmt, claims: Claims): void {
  const to = stmt.newschema ?? '';
  if (stmt.relation === undefined) { claims.act(stmt.objectType === 'OBJECT_TYPE' || stmt.objectType === 'OBJECT_DOMAIN' ? { kind: 'type' } : { kind: 'other' }); return; }
  const name = relationName(stmt.relation, claims.schema);
  const relation = claims.lock(name, 'ACCESS EXCLUSIVE', `moves to the schema ${to}`);
  lockOwnedSequences(relation, claims, 'moves along');
  claims.act({ kind: 'set schema', to, what: relation?.kind ?? kindOf(stmt.objectType) }, { relation: name, work: { lock: 'ACCESS EXCLUSIVE' } });
}

/** ALTER … OWNER of what is not altered by ALTER TABLE: types, functions, schemas … */
export function alterOwner(stmt: AlterOwnerStmt, claims: Claims): void {
  if (stmt.objectType === 'OBJECT_TYPE') lockCompositeType(stmt.object, claims, 'changes its owner');
  claims.act(stmt.objectType === 'OBJECT_TYPE' || stmt.objectType === 'OBJECT_DOMAIN' ? { kind: 'type' } : { kind: 'other' });
}

/** Sequences of serial and identity columns and those OWNED BY a column. */
export function lockOwnedSequences(relation: Relation | undefined, claims: Claims, why: string): void {
  const table = asTable(relation);
  if (table === undefined) return;
  for (const sequence of ownedSequences(table, claims.schema)) {
    claims.lock(sequence.name, 'ACCESS EXCLUSIVE', `${displayName(table.name)}.${sequence.ownedBy?.column ?? ''} owns it and it ${why}`);
  }
}

function lockCompositeType(object: Node | undefined, claims: Claims, reason: string): void {
  const parts = object === undefined ? [] : 'List' in object ? strings(object.List.items) : 'TypeName' in object ? strings(object.TypeName.names) : [];
  const name: RelationName = typeName(parts, claims.schema);
  if (claims.schema.relation(name)?.kind === 'composite type') claims.lock(name, 'ACCESS EXCLUSIVE', reason);
}

/** What kind of relation the statement says it is about. */
function kindOf(type: ObjectType | undefined): Relation['kind'] {
  switch (type) {
    case 'OBJECT_VIEW':
      return 'view';
    case 'OBJECT_MATVIEW':
      return 'materialized view';
    case 'OBJECT_SEQUENCE':
      return 'sequence';
    case 'OBJECT_INDEX':
      return 'index';
    case 'OBJECT_FOREIGN_TABLE':
      return 'foreign table';
    default:
      return 'table';
  }
}

