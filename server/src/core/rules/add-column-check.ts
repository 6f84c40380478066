import { addThenCheck } from '../rewrites/add-column';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const addColumnCheck = defineRule({
  meta: {
    id: 'add-column-check',
    group: 'column',
    summary: 'A CHECK on a new column reads the whole table while reads and writes wait',
    severity: 'error',
    recommended: true,
    danger: 'Adding the column is brief, but its CHECK is verified for every row under the same ACCESS EXCLUSIVE lock, even where all values are NULL.',
    safeWay: 'Add the column, then its CHECK as NOT VALID, and validate it in a transaction of its own.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
    bad: [
      {
        schema: 'CREATE TABLE users (id int);',
        data: 'INSERT INTO users VALUES (1);',
        sql: 'ALTER TABLE users ADD COLUMN age int CHECK (age > 0);\n',
        fixed: 'ALTER TABLE users ADD COLUMN age int;\nALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age > 0) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT users_age_check;\n',
      },
      {
        schema: 'CREATE TABLE users (id int);',
        data: 'INSERT INTO users VALUES (1);',
        sql: "alter table users add age int constraint adult check (age > 17) default 18, add name text;\n",
        fixed: "alter table users add age int default 18, add name text;\nalter table users add constraint adult check (age > 17) not valid;\nalter table users validate constraint adult;\n",
      },
    ],
    good: [{ sql: 'ALTER TABLE users ADD COLUMN age int;\n' }, { sql: 'CREATE TABLE users (id int);\nALTER TABLE users ADD COLUMN age int CHECK (age > 0);\n' }],
  },
  kinds: ['add column'],
  find: (context) => actionsOf(context.effects, 'add column').filter((action) => action.constraints.includes('check') && !isQuiet(context, action, 'scan')),
  say: (action, { parsed }) => ({
    message: `The CHECK on the new column ${action.column} is verified for every row, so ADD COLUMN ${takes(action.work.lock, action.relation)} meanwhile. Add the column first, then the CHECK as NOT VALID, and validate it apart.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => addThenCheck(context, action),
});
