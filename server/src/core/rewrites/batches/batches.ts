import type { Action } from '../../effects/effects';
import type { Fix, MendContext } from '../../rules/rule';

/** The ways to run an UPDATE or DELETE in batches, the preferred one first; empty where none is sound. */
export function batchFixes(context: MendContext, action: Action): readonly Fix[] {
  void context;
  void action;
  return [];
}
