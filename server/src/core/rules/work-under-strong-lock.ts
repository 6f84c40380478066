import { blocksTraffic, strength } from '../effects/postgres/lock-modes';
import type { Effects } from '../effects/effects';
import type { RelationName } from '../schema/names';
import type { HeldLock } from '../timeline';
import { headline } from './place';
import { defineRule, type FindContext } from './rule';
import { isHarmless } from './size';
import { called, waiting } from './words';

export const workUnderStrongLock = defineRule({
  meta: {
    id: 'work-under-strong-lock',
    group: 'transaction',
    summary: 'Long work runs while the transaction holds a strong lock',
    severity: 'error',
    recommended: true,
    danger: 'Locks are kept until the transaction ends. A lock that was taken for an instant, to add a column say, holds up reads or writes for as long as everything after it takes: an index build, a scan, a backfill.',
    safeWay: 'Do one thing a transaction: commit after the statement that takes the lock, or do the long work first.',
    whenToIgnore: 'What follows is quick because the tables are small.',
    sources: ['https://www.postgresql.org/docs/current/explicit-locking.html'],
    bad: [
      { sql: "BEGIN;\nALTER TABLE users ADD COLUMN status text;\nUPDATE users SET status = 'new';\nCOMMIT;\n" },
      { sql: 'BEGIN;\nALTER TABLE users ADD COLUMN status text;\nCREATE INDEX orders_at ON orders (at);\nCOMMIT;\n' },
    ],
    good: [
      { sql: "BEGIN;\nALTER TABLE users ADD COLUMN status text;\nCOMMIT;\nUPDATE users SET status = 'new';\n" },
      { sql: 'BEGIN;\nCREATE TABLE users (id int);\nCREATE INDEX orders_at ON orders (at);\nCOMMIT;\n' },
    ],
  },
  *find(context) {
    const { effects, moment } = context;
    if (moment.held.length === 0 || isValidation(effects)) return;
    const work = longWork(context);
    // The locks may be thousands: they are looked at last.
    const held = work === undefined ? undefined : strongest(moment.held.filter(({ claim }) => blocksTraffic(claim.mode) && claim.origin !== context.path && claim.relationKind !== 'index'));
    if (work !== undefined && held !== undefined) yield { held, work };
  },
  say: ({ held, work }, { parsed, effects }) => ({
    message: `${effects.kind} ${work} while the transaction holds ${held.claim.mode} on ${called(held.claim.relation)}: ${waiting(held.claim.mode)} for it meanwhile. Commit before it.`,
    span: headline(parsed.text, { offset: 0, length: parsed.text.length }),
    related: [{ message: `${held.claim.mode} on ${called(held.claim.relation)} is taken here`, ordinal: held.ordinal }],
  }),
});

/** What takes long in a statement, in words; undefined where nothing does. */
function longWork(context: FindContext): string | undefined {
  const { effects } = context;
  const counts = (relations: readonly RelationName[], effort: 'rewrite' | 'scan'): RelationName[] =>
    relations.filter((relation) => !isNew(context, relation) && !isHarmless(context, relation, effort));
  const [rewritten] = counts(effects.rewrites, 'rewrite');
  if (rewritten !== undefined) return `rewrites ${called(rewritten)}`;
  for (const action of effects.actions) {
    if (action.isNew) continue;
    if ((action.kind === 'update' || action.kind === 'delete') && !action.byKey && !isHarmless(context, action.relation, action.kind)) {
      return `changes ${action.wholeTable ? 'all' : 'many'} rows of ${called(action.relation)}`;
    }
    if (action.kind === 'create index' && !action.concurrently && !action.only && !isHarmless(context, action.relation, 'index')) return `builds an index on ${called(action.relation)}`;
  }
  const [scanned] = counts(effects.scans, 'scan');
  return scanned === undefined ? undefined : `reads all of ${called(scanned)}`;
}

function isNew({ before, path, effects }: FindContext, relation: RelationName): boolean {
  return before.relation(relation)?.origin === path || effects.creates.includes(relation);
}

/** Validation under a lock has a rule of its own. */
function isValidation({ actions }: Effects): boolean {
  return actions.length > 0 && actions.every((action) => action.kind === 'validate constraint');
}

function strongest(held: readonly HeldLock[]): HeldLock | undefined {
  return held.reduce<HeldLock | undefined>((best, lock) => (best === undefined || strength(lock.claim.mode) > strength(best.claim.mode) ? lock : best), undefined);
}
