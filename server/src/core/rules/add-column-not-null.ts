import { addNullable } from '../rewrites/add-column';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { calledColumn } from './words';

export const addColumnNotNull = defineRule({
  meta: {
    id: 'add-column-not-null',
    group: 'compatibility',
    summary: 'A new NOT NULL column without a default fails on rows that exist and on inserts of the old release',
    severity: 'error',
    recommended: true,
    danger: 'If the table has a row the statement fails, after it has read the table under ACCESS EXCLUSIVE. If it has none, every INSERT of the release that is still running fails, since it does not name the column.',
    safeWay: 'Give the column a default that does not rewrite (a constant), or add it nullable, release code that fills it, fill the old rows in batches, and SET NOT NULL by way of a CHECK.',
    whenToIgnore: 'The table is empty and nothing inserts into it yet.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
    bad: [
      { unproven: 'the column stays nullable until its values are known', sql: 'ALTER TABLE users ADD COLUMN age int NOT NULL;\n', fixed: 'ALTER TABLE users ADD COLUMN age int;\n' },
      {
        unproven: 'the column stays nullable until its values are known',
        sql: 'alter table users\n  add "Age" int constraint must not null;\n',
        fixed: 'alter table users\n  add "Age" int;\n',
      },
    ],
    good: [{ sql: 'ALTER TABLE users ADD COLUMN age int NOT NULL DEFAULT 0;\n' }, { sql: 'ALTER TABLE users ADD COLUMN age int;\n' }],
  },
  kinds: ['add column'],
  find: ({ effects }) =>
    actionsOf(effects, 'add column').filter(
      (action) => action.notNull && !action.hasDefault && !action.identity && !action.serial && action.generated === undefined && !action.isNew,
    ),
  say: (action, { parsed }) => ({
    message: `${calledColumn(action.relation, action.column)} is NOT NULL without a default: the statement fails if the table has rows, and inserts of the running release fail afterwards. Give it a default, or add it nullable first.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => addNullable(context, action),
});
