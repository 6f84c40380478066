import type { Trigger } from '../schema';

/** Bits of pg_trigger.tgtype and of CreateTrigStmt's timing and events, which are the same (src/include/catalog/pg_trigger.h). */
const BEFORE = 1 << 1;
const INSTEAD = 1 << 6;
const EVENTS = [
  ['insert', 1 << 2],
  ['delete', 1 << 3],
  ['update', 1 << 4],
  ['truncate', 1 << 5],
] as const;

/** When a trigger fires, from its bits. */
export function timingOf(bits: number): Trigger['timing'] {
  if ((bits & INSTEAD) !== 0) return 'instead of';
  return (bits & BEFORE) !== 0 ? 'before' : 'after';
}

/** What it fires for, from its bits. */
export function eventsOf(bits: number): Trigger['events'] {
  return EVENTS.filter(([, bit]) => (bits & bit) !== 0).map(([event]) => event);
}
