import { blocksTraffic } from '../effects/postgres/lock-modes';
import type { HeldLock } from '../timeline';
import { headline } from './place';
import { defineRule } from './rule';
import { called } from './words';

export const severalTablesLocked = defineRule({
  meta: {
    id: 'several-tables-locked',
    group: 'transaction',
    summary: 'One transaction locks several tables strongly',
    severity: 'info',
    recommended: true,
    danger: 'While the transaction waits for its second table it keeps the first, so everybody on the first waits for everybody on the second. A query that uses both in the other order deadlocks with it.',
    safeWay: 'Change one table a transaction. Where it has to be one, lock the referenced table before the one that references it, and set a short lock_timeout.',
    whenToIgnore: 'The changes belong together and lock_timeout is short.',
    sources: ['https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS'],
    bad: [
      { sql: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nALTER TABLE orders ADD COLUMN note text;\nCOMMIT;\n' },
      { sql: 'BEGIN;\nLOCK TABLE users;\nDROP TABLE app.orders;\nCOMMIT;\n' },
    ],
    good: [
      { sql: 'ALTER TABLE users ADD COLUMN age int;\nALTER TABLE orders ADD COLUMN note text;\n' },
      { sql: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCREATE TABLE orders (id bigint PRIMARY KEY);\nALTER TABLE orders ADD COLUMN note text;\nCOMMIT;\n' },
    ],
  },
  *find({ effects, moment, path }) {
    const held: HeldLock[] = [];
    for (const lock of moment.held) {
      const { claim } = lock;
      if (!blocksTraffic(claim.mode) || claim.origin === path || claim.relationKind === 'index' || claim.relationKind === 'sequence') continue;
      held.push(lock);
      // The second table says it all; a third would only repeat it. A transaction may hold thousands.
      if (lock.ordinal !== held[0]?.ordinal) return;
    }
    const [first] = held;
    if (first === undefined) return;
    const lock = effects.locks.find(
      (claim) =>
        blocksTraffic(claim.mode) && claim.origin !== path && claim.relationKind !== 'index' && claim.relationKind !== 'sequence' && !held.some((other) => other.claim.relation === claim.relation),
    );
    if (lock !== undefined) yield { lock, first };
  },
  say: ({ lock, first }, { parsed }) => ({
    message: `The transaction already holds ${first.claim.mode} on ${called(first.claim.relation)} and keeps it while this waits for ${lock.mode} on ${called(lock.relation)}: queues join, and deadlocks are possible. Change one table a transaction.`,
    span: headline(parsed.text, { offset: 0, length: parsed.text.length }),
    related: [{ message: `${called(first.claim.relation)} is locked here`, ordinal: first.ordinal }],
  }),
});
