import { addNotValid } from '../rewrites/not-valid';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const addCheckValidating = defineRule({
  meta: {
    id: 'add-check-validating',
    group: 'constraint',
    summary: 'A CHECK or NOT NULL constraint is checked against all rows while reads and writes wait',
    severity: 'error',
    recommended: true,
    danger: '`ADD CONSTRAINT … CHECK` takes ACCESS EXCLUSIVE and reads the whole table under it. Reads and writes wait until every row is checked.',
    safeWay: 'Add it `NOT VALID`, which is brief, then `VALIDATE CONSTRAINT` in a transaction of its own: it reads the table under SHARE UPDATE EXCLUSIVE, and nobody waits.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
    bad: [
      {
        schema: 'CREATE TABLE orders (total int);',
        data: 'INSERT INTO orders VALUES (1), (NULL);',
        sql: 'ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total > 0);\n',
        fixed: 'ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total > 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT orders_total_positive;\n',
      },
      {
        title: 'Without a name: the one the server would give',
        schema: 'CREATE TABLE orders (total int);',
        data: 'INSERT INTO orders VALUES (1), (NULL);',
        sql: 'ALTER TABLE orders ADD CHECK (total > 0), ADD COLUMN note text;\n',
        fixed: 'ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0) NOT VALID, ADD COLUMN note text;\nALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;\n',
      },
    ],
    good: [
      { sql: 'ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT c;\n' },
      { title: 'The table is new', sql: 'CREATE TABLE orders (total int);\nALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0);\n' },
    ],
  },
  kinds: ['add constraint'],
  find: (context) =>
    actionsOf(context.effects, 'add constraint').filter(
      (action) => (action.constraint === 'check' || action.constraint === 'not null') && !action.notValid && action.work.scans && !isQuiet(context, action, 'scan'),
    ),
  say: (action, { parsed }) => ({
    message: `Adding a ${action.constraint === 'check' ? 'CHECK' : 'NOT NULL'} constraint ${takes(action.work.lock, action.relation)} while every row is checked. Add it NOT VALID, then VALIDATE CONSTRAINT in its own transaction.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => (action.constraint === 'not null' && context.target.version < 18 ? [] : addNotValid(context, action)),
});
