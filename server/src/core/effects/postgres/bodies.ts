import type { ObjectName } from '../../schema/names';
import type { Routine } from '../../schema/schema';
import { createParseMemo, statementsOf } from '../../sql/postgres/parse';
import type { ParsedStatement } from '../../sql/statement';
import type { Claims } from './claims';
import { claim } from './effects';

/** What the body of a routine does that is called. Routines that nobody declared are passed over. */
export function routineBody(name: ObjectName, claims: Claims, reason: string): void {
  void reason;
  for (const routine of claims.schema.routines(name)) {
    if (routine.body === undefined || claims.isFollowing(routine.name)) continue;
    claims.following(routine.name, () => {
      if (routine.language === 'sql') for (const parsed of statementsIn(routine)) claims.nested(parsed, undefined, false, () => claim(parsed.node, claims));
    });
  }
}

const bodies = new WeakMap<Routine, readonly ParsedStatement[]>();

function statementsIn(routine: Routine): readonly ParsedStatement[] {
  let parsed = bodies.get(routine);
  if (parsed === undefined) bodies.set(routine, (parsed = sqlStatements(routine.body ?? '')));
  return parsed;
}

/** The statements of a body in SQL, those that parse. */
export function sqlStatements(body: string): readonly ParsedStatement[] {
  return statementsOf(body, createParseMemo()).flatMap(({ parsed }) => (parsed.ok ? [parsed] : []));
}

export function doBlock(claims: Claims): void {
  claims.depend('What the block does is not known.');
}
