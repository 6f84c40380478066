import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const exclusionConstraint = defineRule({
  meta: {
    id: 'exclusion-constraint',
    group: 'constraint',
    summary: 'An exclusion constraint builds its index while reads and writes wait',
    severity: 'error',
    recommended: true,
    danger: '`ADD CONSTRAINT … EXCLUDE` takes ACCESS EXCLUSIVE and builds an index under it. It cannot be added NOT VALID, and no index can be built for it beforehand.',
    safeWay: 'Create a new table with the constraint, copy the rows in batches while a trigger keeps both in step, and swap the names in one short transaction.',
    whenToIgnore: 'The table is small, or the service is stopped for the migration.',
    sources: ['https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-EXCLUDE'],
    bad: [
      { sql: 'ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&);\n' },
      { sql: 'ALTER TABLE bookings ADD EXCLUDE USING gist (during WITH &&) WHERE (active);\n' },
    ],
    good: [
      { sql: 'CREATE TABLE bookings (during tstzrange, EXCLUDE USING gist (during WITH &&));\n' },
      { sql: 'CREATE TABLE bookings (during tstzrange);\nALTER TABLE bookings ADD EXCLUDE USING gist (during WITH &&);\n' },
    ],
  },
  kinds: ['add constraint'],
  find: (context) => actionsOf(context.effects, 'add constraint').filter((action) => action.constraint === 'exclusion' && !isQuiet(context, action, 'index')),
  say: (action, { parsed }) => ({
    message: `Adding an exclusion constraint ${takes(action.work.lock, action.relation)} until its index is built, and nothing can be built beforehand. Copy into a new table that has it, and swap the names.`,
    span: headline(parsed.text, action.span),
  }),
});
