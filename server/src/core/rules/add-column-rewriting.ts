import { addThenFill } from '../rewrites/add-column';
import { addThenFillInBatches } from '../rewrites/expand-contract/add-column-fill';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const addColumnRewriting = defineRule({
  meta: {
    id: 'add-column-rewriting',
    group: 'column',
    summary: 'A new column whose default is volatile rewrites the table',
    severity: 'error',
    recommended: true,
    danger:
      'A default that is the same for every row (a constant, `now()`) is stored once. A volatile one (`gen_random_uuid()`, `random()`, `clock_timestamp()`, `nextval()`) has to be worked out for each row: the table and all its indexes are written anew under ACCESS EXCLUSIVE.',
    safeWay: 'Add the column without the default, set the default for new rows, fill the old rows in batches, then make it NOT NULL by way of a CHECK.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
    bad: [
      {
        schema: 'CREATE TABLE users (id int, email text);',
        sql: 'ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();\n',
        fixed: 'ALTER TABLE users ADD COLUMN token uuid;\nALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();\nUPDATE users SET token = DEFAULT WHERE token IS NULL;\n',
      },
      {
        title: 'NOT NULL, beside other subcommands',
        version: 18,
        schema: 'CREATE TABLE "Users" (id int);',
        sql: 'alter table "Users"\n  add seen timestamptz not null default clock_timestamp(), -- last visit\n  add age int;\n',
        fixed:
          'alter table "Users"\n  add seen timestamptz, -- last visit\n  add age int;\nalter table "Users" alter column seen set default clock_timestamp();\nupdate "Users" set seen = default where seen is null;\nalter table "Users" add constraint "Users_seen_not_null" not null seen not valid;\nalter table "Users" validate constraint "Users_seen_not_null";\n',
      },
      {
        title: 'What each row gets',
        schema: 'CREATE SEQUENCE numbers; CREATE TABLE users (id int);',
        data: 'INSERT INTO users VALUES (1), (2), (3);',
        sql: "ALTER TABLE users ADD number bigint DEFAULT nextval('numbers');\n",
        fixed:
          "ALTER TABLE users ADD number bigint;\nALTER TABLE users ALTER COLUMN number SET DEFAULT nextval('numbers');\nUPDATE users SET number = DEFAULT WHERE number IS NULL;\n",
      },
    ],
    good: [
      { sql: "ALTER TABLE users ADD COLUMN created timestamptz NOT NULL DEFAULT now();\nALTER TABLE users ADD COLUMN n int DEFAULT -1;\nALTER TABLE users ADD COLUMN d date DEFAULT current_date;\n" },
      { title: 'The table is new', sql: 'CREATE TABLE users (id int);\nALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();\n' },
    ],
  },
  kinds: ['add column'],
  find: (context) =>
    actionsOf(context.effects, 'add column').filter(
      (action) => action.hasDefault && action.defaultVolatile && !action.identity && action.generated === undefined && action.work.rewrites && !isQuiet(context, action, 'rewrite'),
    ),
  say: (action, { parsed }) => ({
    message: `The default of ${action.column} differs from row to row, so ADD COLUMN rewrites the table and ${takes(action.work.lock, action.relation)} meanwhile. Add the column without it, SET DEFAULT, then fill the old rows in batches.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => [...addThenFill(context, action), ...addThenFillInBatches(context, action)],
});
