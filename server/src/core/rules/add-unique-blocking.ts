import { addUsingIndex } from '../rewrites/using-index';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const addUniqueBlocking = defineRule({
  meta: {
    id: 'add-unique-blocking',
    group: 'constraint',
    summary: 'A UNIQUE constraint builds its index while reads and writes wait',
    severity: 'error',
    recommended: true,
    danger: '`ADD CONSTRAINT … UNIQUE` takes ACCESS EXCLUSIVE and builds a unique index under it. Reads and writes wait until it is built, and duplicates make it fail at the end.',
    safeWay: 'Look for duplicates first. Then `CREATE UNIQUE INDEX CONCURRENTLY` and turn it into the constraint with `ADD CONSTRAINT … UNIQUE USING INDEX`, which is brief.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX'],
    bad: [
      {
        schema: 'CREATE TABLE users (id int, email text);',
        data: "INSERT INTO users VALUES (1, 'a'), (2, NULL);",
        sql: 'ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);\n',
        fixed: 'CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;\n',
      },
      {
        title: 'In a transaction, unnamed, with options',
        schema: 'CREATE SCHEMA app; CREATE TABLE app.users (email text, "orgId" int, name text);',
        data: "INSERT INTO app.users VALUES ('a', 1, 'b');",
        sql: 'begin;\nalter table app.users add column age int, add unique nulls not distinct (email, "orgId") include (name) deferrable;\ncommit;\n',
        fixed:
          'create unique index concurrently "users_email_orgId_name_key" on app.users (email, "orgId") include (name) nulls not distinct;\nbegin;\nalter table app.users add column age int, add constraint "users_email_orgId_name_key" unique using index "users_email_orgId_name_key" deferrable;\ncommit;\n',
      },
    ],
    good: [
      { sql: 'CREATE UNIQUE INDEX CONCURRENTLY u ON users (email);\nALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX u;\n' },
      { title: 'The table is new', sql: 'CREATE TABLE users (email text);\nALTER TABLE users ADD UNIQUE (email);\n' },
    ],
  },
  kinds: ['add constraint'],
  find: (context) =>
    actionsOf(context.effects, 'add constraint').filter((action) => action.constraint === 'unique' && action.usingIndex === undefined && !isQuiet(context, action, 'index')),
  say: (action, { parsed }) => ({
    message: `Adding a UNIQUE constraint ${takes(action.work.lock, action.relation)} until its index is built. Build the index with CREATE UNIQUE INDEX CONCURRENTLY, then add the constraint USING INDEX.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => addUsingIndex(context, action),
});
