import type { AlterTableMoveAllStmt } from '@pgsql/types';
import type { Claims } from '../claims';

/** ALTER TABLE ALL IN TABLESPACE … SET TABLESPACE (AlterTableMoveAll, src/backend/commands/tablecmds.c). */
export function alterTableMoveAll(stmt: AlterTableMoveAllStmt, claims: Claims): void {
  if (stmt.orig_tablespacename !== stmt.new_tablespacename) {
    for (const relation of claims.schema.allRelations()) {
      if (relation.kind !== 'table' || (relation.tablespace ?? 'pg_default') !== stmt.orig_tablespacename) continue;
      claims.lock(relation.name, 'ACCESS EXCLUSIVE', 'moves to another tablespace');
      claims.rewriteFile(relation.name);
    }
    if (!claims.schema.complete) claims.depend('Every table of the tablespace is locked, ACCESS EXCLUSIVE, and copied; which they are is not known.');
  }
  claims.act({ kind: 'set tablespace' }, { work: { lock: 'ACCESS EXCLUSIVE', rewrites: true } });
}
