import type { Node } from '@pgsql/types';
import type { CatalogRule, CatalogTrigger } from '../../catalog';
import type { ObjectName, RelationName } from '../../names';
import type { RewriteRule, Trigger } from '../../schema';
import { eventsOf, timingOf } from '../trigger-bits';
import type { Expressions } from './expressions';

/** A bit of pg_trigger.tgtype (src/include/catalog/pg_trigger.h). */
const ROW = 1 << 0;

const NO_TRIGGERS: readonly Trigger[] = [];
const NO_RULES: readonly RewriteRule[] = [];

export function triggersFrom(triggers: readonly CatalogTrigger[] | undefined): readonly Trigger[] {
  if (triggers === undefined) return NO_TRIGGERS;
  return triggers.map(({ name, routine, type, columns, disabled, constraintFrom }) => ({
    name,
    routine: routine as ObjectName,
    timing: timingOf(type),
    events: eventsOf(type),
    row: (type & ROW) !== 0,
    ...(columns === undefined ? {} : { columns }),
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
