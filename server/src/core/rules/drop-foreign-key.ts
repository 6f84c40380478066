import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { listed } from '../lists';
import { called } from './words';

export const dropForeignKey = defineRule({
  meta: {
    id: 'drop-foreign-key',
    group: 'constraint',
    summary: 'Dropping a foreign key locks both tables against reads and writes',
    severity: 'info',
    recommended: true,
    danger: '`DROP CONSTRAINT` of a foreign key takes ACCESS EXCLUSIVE on the referenced table too, since its triggers go. It is brief, but it queues for both tables, one after the other, and each queue holds up everything behind it.',
    safeWay: 'Set a short lock_timeout, drop one key per transaction, and repeat it when the timeout strikes.',
    whenToIgnore: 'lock_timeout is set by the role or the tool.',
    sources: ['src/backend/catalog/pg_constraint.c, RemoveConstraintById', 'https://www.postgresql.org/docs/current/explicit-locking.html'],
    bad: [
      {
        schema: 'CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE orders (user_id bigint CONSTRAINT f REFERENCES users);',
        sql: 'ALTER TABLE orders DROP CONSTRAINT f;\n',
      },
      {
        schema: 'CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE orders (user_id bigint, CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users);',
        sql: 'ALTER TABLE orders DROP CONSTRAINT IF EXISTS f;\n',
      },
    ],
    good: [
      {
        schema: 'CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE orders (user_id bigint CONSTRAINT f REFERENCES users);',
        sql: "SET lock_timeout = '5s';\nALTER TABLE orders DROP CONSTRAINT f;\n",
      },
      { schema: 'CREATE TABLE orders (total int CONSTRAINT c CHECK (total > 0));', sql: 'ALTER TABLE orders DROP CONSTRAINT c;\n' },
    ],
  },
  kinds: ['drop constraint'],
  find: ({ effects, moment }) =>
    moment.settings.lock_timeout !== undefined ? [] : actionsOf(effects, 'drop constraint').filter((action) => action.constraint === 'foreign key' && !action.isNew),
  say(action, { parsed, effects }) {
    const locked = effects.locks.filter((lock) => lock.mode === 'ACCESS EXCLUSIVE').map((lock) => called(lock.relation));
    const where = locked.length > 1 ? listed(locked) : `${called(action.relation)} and on the table it references`;
    return {
      message: `Dropping this foreign key takes ACCESS EXCLUSIVE on ${where}: reads and writes of both wait while it queues. Set a short lock_timeout.`,
      span: headline(parsed.text, action.span),
    };
  },
});
