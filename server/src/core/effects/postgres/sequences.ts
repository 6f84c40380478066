import type { AlterSeqStmt, CreateSeqStmt, Node } from '@pgsql/types';
import { displayName } from '../../schema/names';
import { mentionOf, newRelationName, relationName } from '../../schema/postgres/resolve';
import { strings } from '../../schema/postgres/walk';
import type { Claims } from './claims';

/** CREATE SEQUENCE (DefineSequence, src/backend/commands/sequence.c). */
export function createSequence(stmt: CreateSeqStmt, claims: Claims): void {
  const name = newRelationName(stmt.sequence ?? {}, claims.schema);
  if (stmt.if_not_exists !== true || claims.schema.relation(name) === undefined) {
    claims.creates(name);
    lockOwner(stmt.options, displayName(name), claims);
  }
  claims.act({ kind: 'create sequence', name }, { relation: name });
}

/** ALTER SEQUENCE: nextval and with it every insert that uses it waits (AlterSequence, src/backend/commands/sequence.c). */
export function alterSequence(stmt: AlterSeqStmt, claims: Claims): void {
  const name = relationName(stmt.sequence ?? {}, claims.schema);
  claims.lock(name, 'SHARE ROW EXCLUSIVE', 'changes, so that nextval waits until the transaction ends');
  lockOwner(stmt.options, displayName(name), claims);
  claims.act({ kind: 'alter sequence', name }, { relation: name, work: { lock: 'SHARE ROW EXCLUSIVE' } });
}

/** OWNED BY opens the table (process_owned_by). */
function lockOwner(options: readonly Node[] | undefined, sequence: string, claims: Claims): void {
  for (const option of options ?? []) {
    if (!('DefElem' in option) || option.DefElem.defname !== 'owned_by') continue;
    const { arg } = option.DefElem;
    const parts = arg !== undefined && 'List' in arg ? strings(arg.List.items) : [];
    if (parts.length > 1) claims.lock(relationName(mentionOf(parts.slice(0, -1)), claims.schema), 'ACCESS SHARE', `will own ${sequence}`);
  }
}
