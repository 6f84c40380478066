import type { Table, Trigger, View } from '../../../schema/schema';
import { routineBody } from '../bodies';
import type { Claims } from '../claims';
import type { Change } from './referential';

/** The bodies of triggers that a change fires. Whether they do anything depends on the rows, so what they lock is conditional. */
export function fireTriggers(relation: Table | View, { event, columns }: Change, claims: Claims): void {
  for (const trigger of relation.triggers) {
    if (!trigger.enabled || !trigger.events.includes(event) || !concerns(trigger, event, columns)) continue;
    claims.branch(() => { routineBody(trigger.routine, claims); });
  }
}

/** UPDATE OF columns fires when one of them is assigned to. */
function concerns(trigger: Trigger, event: Change['event'], changed: ReadonlySet<string>): boolean {
  return event !== 'update' || trigger.columns === undefined || trigger.columns.length === 0 || trigger.columns.some((column) => changed.has(column));
}
