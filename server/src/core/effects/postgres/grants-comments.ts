import type { CommentStmt, GrantStmt, Node, ObjectType } from '@pgsql/types';
import { mentionOf, relationName } from '../../schema/postgres/resolve';
import { strings } from '../../schema/postgres/walk';
import type { Claims } from './claims';

/** GRANT, REVOKE: from 18 on the relations that are named are locked (objectNamesToOids, src/backend/catalog/aclchk.c). */
export function grantStmt(stmt: GrantStmt, claims: Claims): void {
  const onRelations = (stmt.objtype === 'OBJECT_TABLE' || stmt.objtype === 'OBJECT_SEQUENCE') && stmt.targtype === 'ACL_TARGET_OBJECT';
  if (onRelations) {
    claims.versionNote('Up to 17, GRANT and REVOKE take no lock on the relation.');
    for (const object of claims.version >= 18 ? (stmt.objects ?? []) : []) {
      if ('RangeVar' in object) claims.lock(relationName(object.RangeVar, claims.schema), 'ACCESS SHARE', stmt.is_grant === true ? 'privileges on it are granted' : 'privileges on it are revoked');
    }
  }
  claims.act({ kind: 'grant' });
}

const RELATIONS: ReadonlySet<ObjectType> = new Set<ObjectType>(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_SEQUENCE', 'OBJECT_FOREIGN_TABLE', 'OBJECT_INDEX']);
const PARTS: ReadonlySet<ObjectType> = new Set<ObjectType>(['OBJECT_TABCONSTRAINT', 'OBJECT_TRIGGER', 'OBJECT_POLICY', 'OBJECT_RULE']);

/** COMMENT and SECURITY LABEL: SHARE UPDATE EXCLUSIVE on a relation, ACCESS SHARE where a part of one is commented on (get_object_address, src/backend/catalog/objectaddress.c). */
export function commentStmt(stmt: Pick<CommentStmt, 'objtype' | 'object'>, claims: Claims): void {
  const parts = namesOf(stmt.object);
  const type = stmt.objtype ?? 'OBJECT_TABLE';
  const [lock, name] = RELATIONS.has(type)
    ? (['SHARE UPDATE EXCLUSIVE', parts] as const)
    : type === 'OBJECT_COLUMN'
      ? (['SHARE UPDATE EXCLUSIVE', parts.slice(0, -1)] as const)
      : PARTS.has(type)
        ? (['ACCESS SHARE', parts.slice(0, -1)] as const)
        : [undefined, parts];
  const relation = lock === undefined ? undefined : relationName(mentionOf(name), claims.schema);
  if (lock !== undefined && relation !== undefined) claims.lock(relation, lock, 'gets a comment');
  claims.act({ kind: 'comment' }, { relation, work: { lock } });
}

function namesOf(object: Node | undefined): readonly string[] {
  return object !== undefined && 'List' in object ? strings(object.List.items) : [];
}
