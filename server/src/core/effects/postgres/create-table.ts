import type { ColumnDef, Constraint as ConstraintNode, CreateStmt, Node, PartitionBoundSpec, TypeName } from '@pgsql/types';
import { displayName, type RelationName } from '../../schema/names';
import { newRelationName, relationName, typeReference } from '../../schema/postgres/resolve';
import type { Table } from '../../schema/schema';
import type { Claims } from './claims';
import { lockReferenced } from './foreign-keys';
import { defaultSkipsScan, touchPartitionKeys } from './partitions';
import { defaultPartitionOf, storedBelow, tableOf } from './relations';

/** CREATE TABLE (DefineRelation, src/backend/commands/tablecmds.c): new itself, but others are locked for it. */
export function createStmt(stmt: CreateStmt, claims: Claims): void {
  const { schema } = claims;
  const name = newRelationName(stmt.relation ?? {}, schema);
  const references: RelationName[] = [];
  let hasPrimaryKey = false;
  const partitionOf = stmt.partbound === undefined ? undefined : parentsOf(stmt, claims)[0];
  const exists = stmt.if_not_exists === true && schema.relation(name) !== undefined;
  if (!exists) {
    claims.creates(name);
    for (const parent of parentsOf(stmt, claims)) {
      if (stmt.partbound === undefined) claims.lock(parent, 'SHARE UPDATE EXCLUSIVE', `${displayName(name)} inherits from it`);
      else joinPartition(name, parent, stmt.partbound, claims);
    }
  }
  for (const constraint of constraintsOf(stmt)) {
    if (constraint.contype === 'CONSTR_PRIMARY') hasPrimaryKey = true;
    if (constraint.contype !== 'CONSTR_FOREIGN') continue;
    const referenced = relationName(constraint.pktable ?? {}, schema);
    references.push(referenced);
    if (!exists && referenced !== name) lockReferenced(referenced, 'SHARE ROW EXCLUSIVE', `${displayName(name)} references it`, claims);
  }
  if (!exists) {
    if (stmt.ofTypename !== undefined) lockRowType(stmt.ofTypename, claims, `${displayName(name)} is a table of that type`);
    for (const element of stmt.tableElts ?? []) {
      if ('TableLikeClause' in element) claims.lock(relationName(element.TableLikeClause.relation ?? {}, schema), 'ACCESS SHARE', `${displayName(name)} is made like it`);
    }
  }
  claims.act({ kind: 'create table', name, partitionOf, references, hasPrimaryKey, as: false }, { relation: name, work: partitionOf === undefined ? {} : { lock: 'ACCESS EXCLUSIVE' } });
}

/** A table OF a composite type opens it (transformOfType, src/backend/parser/parse_utilcmd.c). */
export function lockRowType(type: TypeName, claims: Claims, reason: string): void {
  const { name } = typeReference(type, claims.schema);
  if (claims.schema.relation(name) !== undefined) claims.lock(name, 'ACCESS SHARE', reason);
}

function parentsOf(stmt: CreateStmt, claims: Claims): readonly RelationName[] {
  return (stmt.inhRelations ?? []).flatMap((parent) => ('RangeVar' in parent ? [relationName(parent.RangeVar, claims.schema)] : []));
}

/** Constraints of the table and of its columns. */
function constraintsOf(stmt: CreateStmt): readonly ConstraintNode[] {
  const own = [...(stmt.tableElts ?? []), ...(stmt.constraints ?? [])];
  return own.flatMap((element) => ('Constraint' in element ? [element.Constraint] : 'ColumnDef' in element ? columnConstraints(element.ColumnDef) : []));
}

/** The constraints written on a column. */
export function columnConstraints(column: ColumnDef): readonly ConstraintNode[] {
  return (column.constraints ?? []).flatMap((node: Node) => ('Constraint' in node ? [node.Constraint] : []));
}

/**
 * PARTITION OF: the parent's readers wait, the default partition is searched for rows that now belong to the new one,
 * and the parent's foreign keys in either direction are made on the new table as well.
 */
function joinPartition(name: RelationName, parentName: RelationName, bound: PartitionBoundSpec, claims: Claims): void {
  const parent = tableOf(parentName, claims.schema);
  claims.lock(parentName, 'ACCESS EXCLUSIVE', `${displayName(name)} becomes its partition; CREATE TABLE and then ATTACH PARTITION would not hold up readers`);
  if (parent === undefined) return;
  const rest: Table | undefined = bound.is_default === true ? undefined : defaultPartitionOf(parent, claims.schema);
  if (rest !== undefined) {
    claims.lock(rest.name, 'ACCESS EXCLUSIVE', 'the default partition must not hold rows of the new one');
    const skips = defaultSkipsScan(rest, parent, bound, claims);
    for (const table of storedBelow(rest, claims.schema)) {
      claims.lock(table.name, 'ACCESS EXCLUSIVE', 'the default partition must not hold rows of the new one');
      if (!skips) claims.scan(table.name);
    }
  }
  touchPartitionKeys(parent, name, claims);
}
