import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { listed } from '../lists';
import { called } from './words';

export const createTableForeignKey = defineRule({
  meta: {
    id: 'create-table-foreign-key',
    group: 'constraint',
    summary: 'A foreign key of a new table locks the referenced table against writes',
    severity: 'hint',
    recommended: true,
    danger: '`CREATE TABLE … REFERENCES` takes SHARE ROW EXCLUSIVE on the referenced table. Nothing is scanned, so it is brief, but writes wait while it queues for the lock and until the transaction ends.',
    safeWay: 'Set a short lock_timeout, and do not run longer work in the same transaction.',
    whenToIgnore: 'The transaction is short and lock_timeout is set.',
    sources: ['https://www.postgresql.org/docs/current/explicit-locking.html'],
    bad: [
      { sql: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));\n' },
      { sql: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, FOREIGN KEY (user_id) REFERENCES app.users (id));\n' },
    ],
    good: [
      { sql: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));\n' },
      { sql: "SET lock_timeout = '5s';\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));\n" },
    ],
  },
  kinds: ['create table'],
  *find({ effects, moment, path }) {
    if (moment.settings.lock_timeout !== undefined) return;
    for (const action of actionsOf(effects, 'create table')) {
      const old = action.references.filter((relation) => effects.locks.some((lock) => lock.relation === relation && lock.origin !== path));
      if (old.length > 0) yield { action, old };
    }
  },
  say: ({ action, old }, { parsed }) => ({
    message: `The foreign keys of ${called(action.name)} take SHARE ROW EXCLUSIVE on ${listed(old.map((relation) => called(relation)))}: writes wait until the transaction ends. Set a short lock_timeout.`,
    span: headline(parsed.text, action.span),
  }),
});
