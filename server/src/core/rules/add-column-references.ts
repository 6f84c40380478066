import { addThenReference } from '../rewrites/add-column';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { called, takes } from './words';

export const addColumnReferences = defineRule({
  meta: {
    id: 'add-column-references',
    group: 'column',
    summary: 'REFERENCES on a new column with a default checks every row while reads and writes wait',
    severity: 'error',
    recommended: true,
    danger: 'A new column without a default is NULL in every row, so nothing is checked and the lock on both tables is brief. With a default every row is looked up in the referenced table, under ACCESS EXCLUSIVE on the one and SHARE ROW EXCLUSIVE on the other.',
    safeWay: 'Add the column, then the foreign key as NOT VALID, and validate it in a transaction of its own.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
    bad: [
      {
        schema: 'CREATE TABLE shops (id int PRIMARY KEY); CREATE TABLE orders (id int);',
        data: 'INSERT INTO shops VALUES (1); INSERT INTO orders VALUES (7);',
        sql: 'ALTER TABLE orders ADD COLUMN shop int DEFAULT 1 REFERENCES shops (id);\n',
        fixed:
          'ALTER TABLE orders ADD COLUMN shop int DEFAULT 1;\nALTER TABLE orders ADD CONSTRAINT orders_shop_fkey FOREIGN KEY (shop) REFERENCES shops (id) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT orders_shop_fkey;\n',
      },
      {
        schema: 'CREATE TABLE shops (id int PRIMARY KEY); CREATE TABLE orders (id int);',
        data: 'INSERT INTO shops VALUES (1); INSERT INTO orders VALUES (7);',
        sql: 'alter table orders add shop int constraint f references shops on delete set default deferrable default 1;\n',
        fixed:
          'alter table orders add shop int default 1;\nalter table orders add constraint f foreign key (shop) references shops on delete set default deferrable not valid;\nalter table orders validate constraint f;\n',
      },
    ],
    good: [
      { title: 'Nothing to check', sql: 'ALTER TABLE orders ADD COLUMN shop int REFERENCES shops (id);\n' },
      { sql: 'CREATE TABLE orders (id int);\nALTER TABLE orders ADD COLUMN shop int DEFAULT 1 REFERENCES shops (id);\n' },
    ],
  },
  kinds: ['add column'],
  find: (context) =>
    actionsOf(context.effects, 'add column').filter((action) => action.constraints.includes('foreign key') && action.hasDefault && !isQuiet(context, action, 'foreign key')),
  say: (action, { parsed }) => ({
    message: `The default of ${action.column} is looked up in ${called(action.references, 'the referenced table')} for every row, so ADD COLUMN ${takes(action.work.lock, action.relation)} meanwhile. Add the column first, then the foreign key as NOT VALID, and validate it apart.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => addThenReference(context, action),
});
