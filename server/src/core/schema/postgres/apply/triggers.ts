import type { AlterPolicyStmt, CreatePolicyStmt, CreateTrigStmt, Node, RuleStmt } from '@pgsql/types';
import type { RelationName } from '../../names';
import type { Policy, RewriteRule, Trigger } from '../../schema';
import { relationsIn } from '../expressions';
import { relationName, userRoutineName } from '../resolve';
import { eventsOf, timingOf } from '../trigger-bits';
import { strings } from '../walk';
import { changeRelation, changeTable, isTable, isView, knownOrPartial, tableNamed, type Applying } from './applying';

/** CREATE [OR REPLACE] [CONSTRAINT] TRIGGER; row triggers of a partitioned table are made on its partitions too. */
export function createTrigger(stmt: CreateTrigStmt, at: Applying): void {
  if (stmt.relation === undefined) return;
  const owner = relationName(stmt.relation, at.editor);
  if (at.editor.relation(owner) === undefined) knownOrPartial(at, owner);
  const columns = strings(stmt.columns);
  const trigger: Trigger = {
    name: stmt.trigname ?? '',
    routine: userRoutineName(strings(stmt.funcname), at.editor),
    timing: timingOf(stmt.timing ?? 0),
    events: eventsOf(stmt.events ?? 0),
    row: stmt.row === true,
    ...(columns.length === 0 ? {} : { columns }),
    enabled: true,
    constraintFrom: stmt.constrrel === undefined ? undefined : relationName(stmt.constrrel, at.editor),
  };
  putTrigger(at, owner, trigger);
  const table = tableNamed(at, owner);
  if (table?.kind !== 'partitioned table' || !trigger.row) return;
  for (const partition of table.children) inheritTrigger(at, partition, trigger);
}

/** Gives a partition a row trigger of its parent. */
export function inheritTrigger(at: Applying, partition: RelationName, trigger: Trigger): void {
  putTrigger(at, partition, trigger);
  const table = tableNamed(at, partition);
  for (const child of table?.kind === 'partitioned table' ? table.children : []) inheritTrigger(at, child, trigger);
}

function putTrigger(at: Applying, owner: RelationName, trigger: Trigger): void {
  changeTriggers(at, owner, (triggers) => [...triggers.filter((other) => other.name !== trigger.name), trigger]);
}

/** Changes the triggers of a table or view. */
export function changeTriggers(at: Applying, owner: RelationName, change: (triggers: readonly Trigger[]) => readonly Trigger[]): void {
  changeRelation(at, owner, (known) => (isTable(known) || isView(known) ? { ...known, triggers: change(known.triggers) } : known));
}

/** DROP TRIGGER, on the partitions it was copied to as well. */
export function dropTrigger(at: Applying, owner: RelationName, name: string): void {
  const table = tableNamed(at, owner);
  const cloned = table?.kind === 'partitioned table' && table.triggers.some((trigger) => trigger.name === name && trigger.row);
  changeTriggers(at, owner, (triggers) => triggers.filter((trigger) => trigger.name !== name));
  if (cloned) for (const partition of table.children) dropTrigger(at, partition, name);
}

/** ALTER TRIGGER … RENAME, on partitions as well (renametrig, src/backend/commands/trigger.c). */
export function renameTrigger(at: Applying, owner: RelationName, from: string, to: string): void {
  const table = tableNamed(at, owner);
  const cloned = table?.kind === 'partitioned table' && table.triggers.some((trigger) => trigger.name === from && trigger.row);
  changeTriggers(at, owner, (triggers) => triggers.map((trigger) => (trigger.name === from ? { ...trigger, name: to } : trigger)));
  if (cloned) for (const partition of table.children) renameTrigger(at, partition, from, to);
}

/** CREATE POLICY. */
export function createPolicy(stmt: CreatePolicyStmt, at: Applying): void {
  if (stmt.table === undefined) return;
  const owner = relationName(stmt.table, at.editor);
  knownOrPartial(at, owner);
  putPolicy(at, owner, { name: stmt.policy_name ?? '', reads: readsOf([stmt.qual, stmt.with_check], at) });
}

/** ALTER POLICY: an expression that is not written stays, so what it reads does. */
export function alterPolicy(stmt: AlterPolicyStmt, at: Applying): void {
  if (stmt.table === undefined || (stmt.qual === undefined && stmt.with_check === undefined)) return;
  const owner = relationName(stmt.table, at.editor);
  const name = stmt.policy_name ?? '';
  const kept = stmt.qual === undefined || stmt.with_check === undefined ? (tableNamed(at, owner)?.policies.find((policy) => policy.name === name)?.reads ?? []) : [];
  putPolicy(at, owner, { name, reads: [...new Set([...kept, ...readsOf([stmt.qual, stmt.with_check], at)])] });
}

function readsOf(expressions: readonly (Node | undefined)[], at: Applying): readonly RelationName[] {
  return [...new Set(expressions.flatMap((expression) => (expression === undefined ? [] : relationsIn(expression, at.editor).map((mention) => mention.relation))))];
}

function putPolicy(at: Applying, owner: RelationName, policy: Policy): void {
  changeTable(at, owner, (table) => ({ ...table, policies: [...table.policies.filter((other) => other.name !== policy.name), policy] }));
}

const RULE_EVENTS: Readonly<Record<string, RewriteRule['event']>> = { CMD_SELECT: 'select', CMD_INSERT: 'insert', CMD_UPDATE: 'update', CMD_DELETE: 'delete' };

/** CREATE [OR REPLACE] RULE. */
export function createRule(stmt: RuleStmt, at: Applying): void {
  if (stmt.relation === undefined) return;
  const owner = relationName(stmt.relation, at.editor);
  if (at.editor.relation(owner) === undefined) knownOrPartial(at, owner);
  const rule: RewriteRule = {
    name: stmt.rulename ?? '',
    event: RULE_EVENTS[stmt.event ?? ''] ?? 'select',
    instead: stmt.instead === true,
    actions: stmt.actions ?? [],
  };
  changeRules(at, owner, (rules) => [...rules.filter((other) => other.name !== rule.name), rule]);
}

/** Changes the rewrite rules of a table or view. */
export function changeRules(at: Applying, owner: RelationName, change: (rules: readonly RewriteRule[]) => readonly RewriteRule[]): void {
  changeRelation(at, owner, (known) => (isTable(known) || isView(known) ? { ...known, rules: change(known.rules) } : known));
}
