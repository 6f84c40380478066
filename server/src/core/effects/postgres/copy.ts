import type { CopyStmt } from '@pgsql/types';
import { relationName } from '../../schema/postgres/resolve';
import { strings } from '../../schema/postgres/walk';
import type { Claims } from './claims';
import { copied } from './queries/changes';
import { executed } from './queries/queries';

/** COPY (src/backend/commands/copy.c): FROM is an INSERT, TO a SELECT of the table itself. */
export function copyStmt(stmt: CopyStmt, claims: Claims): void {
  const into = stmt.is_from === true;
  if (stmt.relation === undefined) {
    if (stmt.query !== undefined) executed(stmt.query, claims, 'is read');
    claims.act({ kind: 'copy', into: false }); return;
  }
  const name = relationName(stmt.relation, claims.schema);
  // Up to 12 the lock of COPY … TO ends with the statement.
  if (into || claims.version > 12) claims.lock(name, into ? 'ROW EXCLUSIVE' : 'ACCESS SHARE', into ? 'inserts rows' : 'is read');
  if (into) copied(name, stmt.attlist === undefined ? undefined : strings(stmt.attlist), claims);
  claims.act({ kind: 'copy', into }, { relation: name, work: { lock: into ? 'ROW EXCLUSIVE' : 'ACCESS SHARE', scans: !into } });
}
