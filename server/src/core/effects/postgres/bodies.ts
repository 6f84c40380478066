import { displayName, type ObjectName } from '../../schema/names';
import type { Routine } from '../../schema/schema';
import { createParseMemo, statementsOf } from '../../sql/postgres/parse';
import { bodyOf, type RoutineBody } from '../../sql/postgres/plpgsql';
import type { ParsedStatement } from '../../sql/statement';
import type { Claims } from './claims';

/** What a DO block does: its static SQL is followed, what is put together at run time is said to be unknown. */
export function doBlock(claims: Claims): void {
  const body = bodyOf(claims.statement);
  if (body === undefined) {
    claims.depend('What the block does is not known.');
    claims.act({ kind: 'dynamic sql', text: undefined }); return;
  }
  follow(body, true, claims);
}

/** What the body of a routine does that is called. Routines that nobody declared are passed over. */
export function routineBody(name: ObjectName, claims: Claims): void {
  for (const routine of claims.schema.routines(name)) {
    if (routine.kind === 'aggregate' || claims.isFollowing(name)) continue;
    const body = bodyOfRoutine(routine);
    if (body === undefined) continue;
    claims.following(name, displayName(name), () => { follow(body, false, claims); });
  }
}

const bodies = new WeakMap<Routine, RoutineBody | undefined>();

/** What the body of a declared routine does, as far as it can be read; the same routine gives the same object. */
export function bodyOfRoutine(routine: Routine): RoutineBody | undefined {
  if (!bodies.has(routine)) {
    const [definition] = routine.definition === undefined ? [] : sqlStatements(routine.definition);
    bodies.set(routine, definition === undefined ? undefined : bodyOf(definition));
  }
  return bodies.get(routine);
}

function follow(body: RoutineBody, inText: boolean, claims: Claims): void {
  if (body.problem !== undefined) claims.depend(`The body could not be read: ${body.problem}.`);
  for (const step of body.steps) {
    if (step.kind === 'static') {
      const { parsed } = step;
      const elsewhere = inText ? step.place : undefined;
      claims.nested(parsed, inText ? step.offset : undefined, step.conditional, () => { claims.claim(parsed.node); }, elsewhere);
    } else if (step.kind === 'dynamic') {
      const { place } = step;
      claims.depend(`SQL that is put together when it runs is not known beforehand: ${step.text.trim()}`);
      const say = (): void => { claims.act({ kind: 'dynamic sql', text: step.text }, inText && place !== undefined ? { span: () => place } : {}); };
      if (step.conditional) claims.branch(say);
      else say();
    } else claims.refuse('invalid transaction termination');
  }
}

/** The statements of a body in SQL, those that parse. */
export function sqlStatements(body: string): readonly ParsedStatement[] {
  return statementsOf(body, createParseMemo()).flatMap(({ parsed }) => (parsed.ok ? [parsed] : []));
}
