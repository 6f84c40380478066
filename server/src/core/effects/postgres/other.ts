import type { AlterSubscriptionStmt, CreateSubscriptionStmt, Node } from '@pgsql/types';
import { relationName, typeName } from '../../schema/postgres/resolve';
import type { Claims } from './claims';

/** Statements that lock no relation that a schema knows of, and the words with which the server refuses some of them in a transaction block. */
export function otherStmt(node: Node, claims: Claims): void {
  const [kind = ''] = Object.keys(node);
  const refused = REFUSED[kind];
  if (refused !== undefined) claims.refuse(`${refused} cannot run inside a transaction block`);
  if ('CreateSubscriptionStmt' in node) createSubscription(node.CreateSubscriptionStmt, claims);
  if ('AlterSubscriptionStmt' in node) alterSubscription(node.AlterSubscriptionStmt, claims);
  if ('DiscardStmt' in node && node.DiscardStmt.target === 'DISCARD_ALL') claims.refuse('DISCARD ALL cannot run inside a transaction block');
  if ('AlterDatabaseStmt' in node && (node.AlterDatabaseStmt.options ?? []).some((option) => 'DefElem' in option && option.DefElem.defname === 'tablespace')) claims.refuse('ALTER DATABASE SET TABLESPACE cannot run inside a transaction block');
  if ('DropSubscriptionStmt' in node) claims.refuse('DROP SUBSCRIPTION cannot run inside a transaction block');
  if ('CreateSchemaStmt' in node) for (const element of node.CreateSchemaStmt.schemaElts ?? []) claims.claim(element);
  if ('AlterObjectDependsStmt' in node) {
    const { relation, objectType } = node.AlterObjectDependsStmt;
    const mode = objectType === 'OBJECT_TRIGGER' ? 'ACCESS SHARE' : 'ACCESS EXCLUSIVE';
    if (relation !== undefined) claims.lock(relationName(relation, claims.schema), mode, 'it or a part of it comes to depend on an extension');
  }
  if ('CompositeTypeStmt' in node && node.CompositeTypeStmt.typevar !== undefined) claims.creates(typeName(partsOf(node.CompositeTypeStmt.typevar), claims.schema));
  if ('DropOwnedStmt' in node || 'ReassignOwnedStmt' in node) {
    claims.depend('Every relation that the role owns is locked, ACCESS EXCLUSIVE; which they are is not known.');
  }
  if ('ExecuteStmt' in node) claims.depend('What the prepared statement does is not known here.');
  claims.act({ kind: ACTIONS[kind] ?? 'other' });
}

function partsOf({ schemaname, relname }: { readonly schemaname?: string; readonly relname?: string }): readonly string[] {
  return schemaname === undefined ? [relname ?? ''] : [schemaname, relname ?? ''];
}

const REFUSED: Readonly<Record<string, string>> = {
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  AlterSystemStmt: 'ALTER SYSTEM',
};

const ACTIONS: Readonly<Record<string, 'type' | 'extension' | 'routine' | 'publication' | 'subscription' | 'statistics' | 'grant'>> = {
  CreateEnumStmt: 'type',
  CreateDomainStmt: 'type',
  CreateRangeStmt: 'type',
  CompositeTypeStmt: 'type',
  AlterTypeStmt: 'type',
  CreateExtensionStmt: 'extension',
  AlterExtensionStmt: 'extension',
  AlterExtensionContentsStmt: 'extension',
  AlterFunctionStmt: 'routine',
  AlterStatsStmt: 'statistics',
  GrantRoleStmt: 'grant',
  AlterDefaultPrivilegesStmt: 'grant',
  CreateSubscriptionStmt: 'subscription',
  AlterSubscriptionStmt: 'subscription',
  DropSubscriptionStmt: 'subscription',
};

/** A replication slot on the publisher cannot be rolled back (CreateSubscription, src/backend/commands/subscriptioncmds.c). */
function createSubscription(stmt: CreateSubscriptionStmt, claims: Claims): void {
  const off = (name: string): boolean => (stmt.options ?? []).some((option) => 'DefElem' in option && option.DefElem.defname === name && isFalse(option.DefElem.arg));
  if (!off('create_slot') && !off('connect')) claims.refuse('CREATE SUBSCRIPTION ... WITH (create_slot = true) cannot run inside a transaction block');
}

function alterSubscription(stmt: AlterSubscriptionStmt, claims: Claims): void {
  const refreshes = stmt.kind === 'ALTER_SUBSCRIPTION_REFRESH';
  const publication = stmt.kind === 'ALTER_SUBSCRIPTION_SET_PUBLICATION' || stmt.kind === 'ALTER_SUBSCRIPTION_ADD_PUBLICATION' || stmt.kind === 'ALTER_SUBSCRIPTION_DROP_PUBLICATION';
  const kept = (stmt.options ?? []).some((option) => 'DefElem' in option && option.DefElem.defname === 'refresh' && isFalse(option.DefElem.arg));
  if (refreshes) claims.refuse('ALTER SUBSCRIPTION ... REFRESH cannot run inside a transaction block');
  else if (publication && !kept) claims.refuse('ALTER SUBSCRIPTION with refresh cannot run inside a transaction block');
}

function isFalse(arg: Node | undefined): boolean {
  if (arg === undefined) return false;
  if ('String' in arg) return /^(false|off|0)$/i.test(arg.String.sval ?? '');
  if ('Integer' in arg) return (arg.Integer.ival ?? 0) === 0;
  return 'Boolean' in arg && arg.Boolean.boolval !== true;
}

