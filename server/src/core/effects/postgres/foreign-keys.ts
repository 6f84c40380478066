import { type RelationName } from '../../schema/names';
import type { Claims } from './claims';
import type { LockMode } from './lock-modes';
import { descendantsOf, tableOf } from './relations';

/** Locks a referenced table; where it is partitioned its partitions get the triggers too (addFkRecurseReferenced, src/backend/commands/tablecmds.c). */
export function lockReferenced(name: RelationName, mode: LockMode, reason: string, claims: Claims): void {
  claims.lock(name, mode, reason);
  const table = tableOf(name, claims.schema);
  if (table?.kind !== 'partitioned table') return;
  for (const partition of descendantsOf(table, claims.schema)) claims.lock(partition.name, mode, reason);
}
