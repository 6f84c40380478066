import { addThenUnique } from '../rewrites/add-column';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const addColumnUnique = defineRule({
  meta: {
    id: 'add-column-unique',
    group: 'column',
    summary: 'UNIQUE or PRIMARY KEY on a new column builds its index while reads and writes wait',
    severity: 'error',
    recommended: true,
    danger: 'Adding the column is brief, but the index of its constraint is built over all rows under the same ACCESS EXCLUSIVE lock.',
    safeWay: 'Add the column, build a unique index concurrently, then add the constraint USING INDEX.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX'],
    bad: [
      {
        schema: 'CREATE TABLE users (id int);',
        data: 'INSERT INTO users VALUES (1), (2);',
        sql: 'ALTER TABLE users ADD COLUMN email text UNIQUE;\n',
        fixed:
          'ALTER TABLE users ADD COLUMN email text;\nCREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;\n',
      },
      {
        schema: 'CREATE SCHEMA app; CREATE TABLE app.users (id int);',
        data: 'INSERT INTO app.users VALUES (1);',
        sql: 'begin;\nalter table app.users add email text constraint u unique nulls not distinct deferrable;\ncommit;\n',
        fixed:
          'begin;\nalter table app.users add email text;\ncommit;\ncreate unique index concurrently u on app.users (email) nulls not distinct;\nalter table app.users add constraint u unique using index u deferrable;\n',
      },
    ],
    good: [{ sql: 'ALTER TABLE users ADD COLUMN email text;\n' }, { sql: 'CREATE TABLE users (id int);\nALTER TABLE users ADD COLUMN email text UNIQUE;\n' }],
  },
  kinds: ['add column'],
  find: (context) =>
    actionsOf(context.effects, 'add column').filter(
      (action) => (action.constraints.includes('unique') || action.constraints.includes('primary key')) && !isQuiet(context, action, 'index'),
    ),
  say: (action, { parsed }) => ({
    message: `The new column ${action.column} brings a unique index, so ADD COLUMN ${takes(action.work.lock, action.relation)} until it is built. Add the column first, build the index CONCURRENTLY, then add the constraint USING INDEX.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => addThenUnique(context, action),
});
