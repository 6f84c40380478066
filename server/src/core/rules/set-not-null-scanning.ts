import { proveNotNull } from '../rewrites/not-null';
import { quoteIdentifier } from '../schema/names';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const setNotNullScanning = defineRule({
  meta: {
    id: 'set-not-null-scanning',
    group: 'constraint',
    summary: 'SET NOT NULL reads the whole table while reads and writes wait',
    severity: 'error',
    recommended: true,
    danger: '`SET NOT NULL` takes ACCESS EXCLUSIVE and reads every row under it, unless a valid CHECK constraint already proves that there is no NULL.',
    safeWay:
      'Add `CHECK (column IS NOT NULL) NOT VALID`, validate it in a transaction of its own, then SET NOT NULL, which now reads nothing, and drop the CHECK (in a statement of its own: together they scan). From PostgreSQL 18 on, `ADD CONSTRAINT … NOT NULL column NOT VALID` and `VALIDATE CONSTRAINT` do it directly.',
    versions: 'A valid CHECK spares the scan on all of 12 to 18. `NOT NULL … NOT VALID` exists from 18 on; up to 17 the fix goes by way of a CHECK.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL', 'src/backend/commands/tablecmds.c, NotNullImpliedByRelConstraints'],
    bad: [
      {
        title: 'By way of a CHECK',
        schema: 'CREATE TABLE users (email text);',
        version: 15,
        sql: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n',
        fixed:
          'ALTER TABLE users ADD CONSTRAINT users_email_is_not_null CHECK (email IS NOT NULL) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT users_email_is_not_null;\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\nALTER TABLE users DROP CONSTRAINT users_email_is_not_null;\n',
      },
      {
        title: 'NOT NULL … NOT VALID',
        schema: 'CREATE TABLE users (email text);',
        version: 18,
        sql: 'BEGIN;\nALTER TABLE users ALTER email SET NOT NULL, ADD COLUMN age int;\nCOMMIT;\n',
        fixed:
          'BEGIN;\nALTER TABLE users ADD CONSTRAINT users_email_not_null NOT NULL email NOT VALID, ADD COLUMN age int;\nCOMMIT;\nALTER TABLE users VALIDATE CONSTRAINT users_email_not_null;\n',
      },
    ],
    good: [
      {
        title: 'Proven by a CHECK',
        schema: 'CREATE TABLE users (email text, CONSTRAINT c CHECK (email IS NOT NULL));',
        sql: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n',
      },
      { title: 'The table is new', sql: 'CREATE TABLE users (email text);\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\n' },
    ],
  },
  kinds: ['set not null'],
  find: (context) =>
    actionsOf(context.effects, 'set not null').filter((action) => action.provenBy === undefined && action.work.scans && !isQuiet(context, action, 'scan')),
  say: (action, { parsed }) => ({
    message: `SET NOT NULL ${takes(action.work.lock, action.relation)} while every row is checked. Prove it first by CHECK (${quoteIdentifier(action.column)} IS NOT NULL) NOT VALID and VALIDATE CONSTRAINT in its own transaction.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => proveNotNull(context, action),
});
