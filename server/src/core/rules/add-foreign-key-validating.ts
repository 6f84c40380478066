import { addNotValid } from '../rewrites/not-valid';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { called, takes } from './words';

export const addForeignKeyValidating = defineRule({
  meta: {
    id: 'add-foreign-key-validating',
    group: 'constraint',
    summary: 'A foreign key is checked against all rows while writes to both tables wait',
    severity: 'error',
    recommended: true,
    danger:
      '`ADD FOREIGN KEY` takes SHARE ROW EXCLUSIVE on both tables and keeps it while it looks up the parent of every row. Reads go on; writes to either table wait.',
    safeWay:
      'Add the key `NOT VALID`, which is brief and makes new rows obey, then `VALIDATE CONSTRAINT` in a transaction of its own: it takes SHARE UPDATE EXCLUSIVE on the child and ROW SHARE on the parent, and nobody waits.',
    versions: 'The locks are the same on 12 to 18. On a partitioned table NOT VALID is an error up to 17; `NOT ENFORCED` exists from 18 on.',
    whenToIgnore: 'Both tables are small, or one of them is not written to while the migration runs.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES', 'src/backend/commands/tablecmds.c, ATAddForeignKeyConstraint'],
    bad: [
      {
        schema: 'CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (user_id int);',
        data: 'INSERT INTO users VALUES (1); INSERT INTO orders VALUES (1), (NULL);',
        sql: 'ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;\n',
        fixed:
          'ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT orders_user_fk;\n',
      },
      {
        title: 'One of several subcommands, without a name',
        schema: 'CREATE TABLE users (id int PRIMARY KEY); CREATE SCHEMA app; CREATE TABLE app.orders (user_id int CONSTRAINT old CHECK (user_id > 0));',
        data: 'INSERT INTO users VALUES (1); INSERT INTO app.orders VALUES (1);',
        sql: 'alter table only app.orders\n  add column note text,\n  add foreign key (user_id) references users, -- the buyer\n  drop constraint old;\n',
        fixed:
          'alter table only app.orders\n  add column note text,\n  add constraint orders_user_id_fkey foreign key (user_id) references users not valid, -- the buyer\n  drop constraint old;\nalter table app.orders validate constraint orders_user_id_fkey;\n',
      },
      {
        title: 'Inside a transaction: validated behind it',
        schema: 'CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (user_id int);',
        data: 'INSERT INTO users VALUES (1); INSERT INTO orders VALUES (1), (NULL);',
        sql: 'BEGIN;\nALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id);\nCOMMIT;\n',
        fixed: 'BEGIN;\nALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\nCOMMIT;\nALTER TABLE orders VALIDATE CONSTRAINT f;\n',
      },
    ],
    good: [
      { sql: 'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT f;\n' },
      { title: 'The table is new', sql: 'CREATE TABLE orders (user_id int);\nALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);\n' },
    ],
  },
  kinds: ['add constraint'],
  find: (context) =>
    actionsOf(context.effects, 'add constraint').filter(
      (action) => action.constraint === 'foreign key' && !action.notValid && action.work.scans && !isQuiet(context, action, 'foreign key'),
    ),
  say: (action, { parsed }) => ({
    message: `Adding a foreign key ${takes(action.work.lock, action.relation)}, on ${called(action.references, 'the referenced table')} too, while every row is checked. Add it NOT VALID, then VALIDATE CONSTRAINT in its own transaction.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => addNotValid(context, action),
});
