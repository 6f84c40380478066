import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const addColumnIdentity = defineRule({
  meta: {
    id: 'add-column-identity',
    group: 'column',
    summary: 'A new serial or identity column rewrites the table',
    severity: 'error',
    recommended: true,
    danger: '`serial` and `GENERATED … AS IDENTITY` number the rows that exist: the table and all its indexes are written anew under ACCESS EXCLUSIVE.',
    safeWay: 'Add a plain bigint column, create a sequence, set `nextval` as the default for new rows, and number the old rows in batches.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
    bad: [{ sql: 'ALTER TABLE users ADD COLUMN number bigserial;\n' }, { sql: 'ALTER TABLE users ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;\n' }],
    good: [{ sql: 'ALTER TABLE users ADD COLUMN number bigint;\n' }, { sql: 'CREATE TABLE users (email text);\nALTER TABLE users ADD COLUMN id bigserial;\n' }],
  },
  kinds: ['add column'],
  find: (context) => actionsOf(context.effects, 'add column').filter((action) => (action.identity || action.serial) && !isQuiet(context, action, 'rewrite')),
  say: (action, { parsed }) => ({
    message: `${action.serial ? 'A serial' : 'An identity'} column numbers every row that exists: ADD COLUMN ${action.column} rewrites the table and ${takes(action.work.lock, action.relation)} meanwhile. Add a plain column, a sequence and its default, and number the old rows in batches.`,
    span: headline(parsed.text, action.span),
  }),
});
