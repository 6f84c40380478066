import { inTransaction } from '../timeline';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { takes } from './words';

export const alterSequence = defineRule({
  meta: {
    id: 'alter-sequence',
    group: 'other',
    summary: 'ALTER SEQUENCE makes inserts wait until the transaction ends',
    severity: 'info',
    recommended: true,
    danger: 'It takes SHARE ROW EXCLUSIVE on the sequence, and nextval needs a lock that conflicts with it: every INSERT that draws from the sequence waits while it queues and until the transaction ends.',
    safeWay: 'Set a short lock_timeout and run nothing else in the transaction. To move the counter, `SELECT setval(…)` holds up nobody.',
    whenToIgnore: 'Nothing draws from the sequence while the migration runs.',
    sources: ['https://www.postgresql.org/docs/current/sql-altersequence.html#SQL-ALTERSEQUENCE-NOTES'],
    bad: [{ sql: 'ALTER SEQUENCE users_id_seq RESTART WITH 1000;\n' }, { sql: 'BEGIN;\nALTER SEQUENCE app.users_id_seq CACHE 100;\nCOMMIT;\n' }],
    good: [{ sql: "SELECT setval('users_id_seq', 1000);\n" }, { sql: "SET lock_timeout = '5s';\nALTER SEQUENCE users_id_seq CACHE 100;\n" }],
  },
  kinds: ['alter sequence'],
  find: ({ effects, moment }) =>
    actionsOf(effects, 'alter sequence').filter((action) => !action.isNew && (moment.settings.lock_timeout === undefined || (inTransaction(moment) && moment.ordinal > 1))),
  say: (action, { parsed }) => ({
    message: `ALTER SEQUENCE ${takes(action.work.lock ?? 'SHARE ROW EXCLUSIVE', action.name ?? action.relation)}, nextval and with it inserts, until the transaction ends. Set a short lock_timeout and commit at once.`,
    span: headline(parsed.text, action.span),
  }),
});
