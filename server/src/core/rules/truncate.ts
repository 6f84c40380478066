import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { listed } from '../lists';
import { called } from './words';

export const truncate = defineRule({
  meta: {
    id: 'truncate',
    group: 'other',
    upOnly: true,
    summary: 'TRUNCATE loses all rows and locks the table, with CASCADE every table that references it',
    severity: 'warning',
    recommended: true,
    danger: '`TRUNCATE` takes ACCESS EXCLUSIVE: reads and writes wait. With CASCADE it takes the same lock on every table that references it, directly or not, and empties those too.',
    safeWay: 'Name the tables instead of CASCADE, set a short lock_timeout, or delete in batches where others use the table meanwhile.',
    whenToIgnore: 'The data is not needed and nobody uses the table while the migration runs.',
    sources: ['https://www.postgresql.org/docs/current/sql-truncate.html'],
    bad: [{ sql: 'TRUNCATE events;\n' }, { sql: 'TRUNCATE TABLE app.events CASCADE;\n' }],
    good: [{ sql: 'CREATE TABLE scratch (x int);\nTRUNCATE scratch;\n' }, { sql: 'CREATE TEMP TABLE scratch (x int);\nTRUNCATE scratch;\n' }],
  },
  kinds: ['truncate'],
  find: ({ effects }) => actionsOf(effects, 'truncate').filter((action) => !action.isNew),
  say(action, { parsed, effects }) {
    const others = effects.locks.filter((lock) => lock.relation !== action.relation && lock.mode === 'ACCESS EXCLUSIVE').map((lock) => called(lock.relation));
    const cascade = !action.cascade ? '' : others.length > 0 ? ` CASCADE empties and locks ${listed(others)} too.` : ' CASCADE empties and locks every table that references it too.';
    return {
      message: `TRUNCATE takes ACCESS EXCLUSIVE on ${called(action.relation)}: reads and writes wait, and all its rows are gone.${cascade} Set a short lock_timeout and name every table.`,
      span: headline(parsed.text, action.span),
      ...(action.cascade ? { severity: 'error' as const } : {}),
    };
  },
});
