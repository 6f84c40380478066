import type { AlterPolicyStmt, CreatePolicyStmt, CreateTrigStmt, Node } from '@pgsql/types';
import { displayName } from '../../schema/names';
import { relationName } from '../../schema/postgres/resolve';
import type { Claims } from './claims';
import { analysed } from './queries/queries';
import { descendantsOf, tableOf } from './relations';

/** CREATE TRIGGER (CreateTriggerFiringOn, src/backend/commands/trigger.c): a row trigger of a partitioned table is put on its partitions. */
export function createTrigger(stmt: CreateTrigStmt, claims: Claims): void {
  const { schema } = claims;
  const name = relationName(stmt.relation ?? {}, schema);
  claims.lock(name, 'SHARE ROW EXCLUSIVE', 'gets a trigger');
  if (stmt.constrrel !== undefined) claims.lock(relationName(stmt.constrrel, schema), 'ACCESS SHARE', `the constraint trigger ${stmt.trigname ?? ''} is declared FROM it`);
  const table = tableOf(name, schema);
  if (table?.kind === 'partitioned table' && stmt.row === true) {
    for (const partition of descendantsOf(table, schema)) claims.lock(partition.name, 'SHARE ROW EXCLUSIVE', `the trigger of ${displayName(name)} is put on its partitions too`);
  }
  claims.act({ kind: 'create trigger', name: stmt.trigname }, { relation: name, work: { lock: 'SHARE ROW EXCLUSIVE' } });
}

/** CREATE POLICY, ALTER POLICY (src/backend/commands/policy.c). */
export function policyStmt(stmt: CreatePolicyStmt | AlterPolicyStmt, alters: boolean, claims: Claims): void {
  const name = relationName(stmt.table ?? {}, claims.schema);
  claims.lock(name, 'ACCESS EXCLUSIVE', alters ? `its policy ${stmt.policy_name ?? ''} changes` : 'gets a policy');
  for (const part of [stmt.qual, stmt.with_check].filter((node): node is Node => node !== undefined)) {
    analysed(part, claims, `the policy ${stmt.policy_name ?? ''} reads it`);
  }
  claims.act({ kind: alters ? 'alter policy' : 'create policy', name: stmt.policy_name ?? '' }, { relation: name, work: { lock: 'ACCESS EXCLUSIVE' } });
}
