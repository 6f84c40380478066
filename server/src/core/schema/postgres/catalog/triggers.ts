import type { Node } from '@pgsql/types';
import type { CatalogRule, CatalogTrigger } from '../../catalog';
import type { ObjectName, RelationName } from '../../names';
import type { RewriteRule, Trigger } from '../../schema';
import type { Expressions } from './expressions';

/** Bits of pg_trigger.tgtype (src/include/catalog/pg_trigger.h). */
const ROW = 1 << 0;
const BEFORE = 1 << 1;
const INSTEAD = 1 << 6;
const EVENTS = [
  ['insert', 1 << 2],
  ['delete', 1 << 3],
  ['update', 1 << 4],
  ['truncate', 1 << 5],
] as const;

const NO_TRIGGERS: readonly Trigger[] = [];
const NO_RULES: readonly RewriteRule[] = [];

export function triggersFrom(triggers: readonly CatalogTrigger[] | undefined): readonly Trigger[] {
  if (triggers === undefined) return NO_TRIGGERS;
  return triggers.map(({ name, routine, type, disabled, constraintFrom }) => ({
    name,
    routine: routine as ObjectName,
    timing: (type & INSTEAD) !== 0 ? 'instead of' : (type & BEFORE) !== 0 ? 'before' : 'after',
    events: EVENTS.filter(([, bit]) => (type & bit) !== 0).map(([event]) => event),
    row: (type & ROW) !== 0,
    enabled: disabled !== true,
    constraintFrom: constraintFrom as RelationName | undefined,
  }));
}

/** pg_rewrite.ev_type is a CmdType (src/include/nodes/nodes.h). */
const RULE_EVENTS: Readonly<Record<string, RewriteRule['event']>> = { '1': 'select', '2': 'update', '3': 'insert', '4': 'delete' };

export function rulesFrom(rules: readonly CatalogRule[] | undefined, texts: Expressions): readonly RewriteRule[] {
  if (rules === undefined) return NO_RULES;
  return rules.map(({ name, event, instead, definition }) => ({
    name,
    event: RULE_EVENTS[event] ?? 'select',
    instead: instead === true,
    get actions() {
      return actionsOf(definition === null ? undefined : texts.statement(definition));
    },
  }));
}

function actionsOf(node: Node | undefined): readonly Node[] {
  return node !== undefined && 'RuleStmt' in node ? (node.RuleStmt.actions ?? []) : [];
}
