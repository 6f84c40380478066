import { changeTypeByExpandAndContract, typeChangeRefusal } from '../rewrites/expand-contract/type-change';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { because, takes } from './words';

export const alterTypeRewriting = defineRule({
  meta: {
    id: 'alter-type-rewriting',
    group: 'type',
    summary: 'A type change rewrites or reads the whole table while reads and writes wait',
    severity: 'error',
    recommended: true,
    danger:
      'Most type changes write the table and all its indexes anew under ACCESS EXCLUSIVE; some only read it to check constraints, or rebuild indexes. `USING` with anything but a plain cast always rewrites.',
    safeWay:
      'Expand and contract: add a column of the new type, keep both in step with a trigger, fill it in batches, build its indexes concurrently, then swap the names in one short transaction and drop the old column later. Widening needs none of that: varchar to a longer one or to text, numeric to more digits at the same scale.',
    whenToIgnore: 'The table is small and will stay so, or the service is stopped for the migration.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES', 'src/backend/commands/tablecmds.c, ATColumnChangeRequiresRewrite'],
    bad: [
      { schema: 'CREATE TABLE orders (id int PRIMARY KEY, total numeric(10,2));', sql: 'ALTER TABLE orders ALTER COLUMN id TYPE bigint;\n' },
      { schema: 'CREATE TABLE orders (id int, at timestamp);', sql: "ALTER TABLE orders ALTER COLUMN at TYPE timestamptz USING at AT TIME ZONE 'UTC';\n" },
    ],
    good: [
      { title: 'Widening', schema: 'CREATE TABLE users (name varchar(50), sum numeric(10,2));', sql: 'ALTER TABLE users ALTER COLUMN name TYPE varchar(500);\nALTER TABLE users ALTER name TYPE text, ALTER sum TYPE numeric(20,2);\n' },
      { title: 'The table is new', sql: 'CREATE TABLE users (id int);\nALTER TABLE users ALTER COLUMN id TYPE bigint;\n' },
    ],
  },
  kinds: ['alter column type'],
  find: (context) =>
    actionsOf(context.effects, 'alter column type').filter((action) => (action.work.rewrites || action.work.scans) && !isQuiet(context, action, action.work.rewrites ? 'rewrite' : 'scan')),
  say(action, context) {
    const work = action.work.rewrites ? 'rewrites the table and its indexes' : 'reads the whole table';
    const guess = action.from === undefined ? ' (unless it only widens the type, which is not known here)' : '';
    return {
      message: `Changing the type of ${action.column} ${work}${guess} and ${takes(action.work.lock, action.relation)} meanwhile. ${remedy(typeChangeRefusal(context, action))}${because(action.work.because)}`,
      span: headline(context.parsed.text, action.span),
      severity: action.from === undefined ? 'warning' : 'error',
    };
  },
  mend: (action, context) => changeTypeByExpandAndContract(context, action),
});

function remedy(refusal: string | undefined): string {
  const way = 'Add a new column, fill it in batches and swap';
  return refusal === undefined ? `${way}.` : `${way}; there is no fix for that here, since ${refusal}.`;
}
