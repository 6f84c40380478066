import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { calledColumn } from './words';

export const alterTypeNarrowing = defineRule({
  meta: {
    id: 'alter-type-narrowing',
    group: 'compatibility',
    summary: 'A narrower type fails on old values or cuts them, and refuses what the running release writes',
    severity: 'warning',
    recommended: true,
    danger: 'A shorter varchar, a smaller integer or fewer digits make the statement fail at the first value that does not fit (or round it), after part of a rewrite under ACCESS EXCLUSIVE. The old release, which still runs, may write values that no longer fit.',
    safeWay: 'Ask first: `SELECT max(length(column))`. Let the code stop writing longer values, and state the limit as a CHECK that is added NOT VALID and validated apart.',
    whenToIgnore: 'The values were checked, and every running release keeps to the new limit.',
    sources: ['https://www.postgresql.org/docs/current/datatype-character.html'],
    bad: [
      { schema: 'CREATE TABLE users (name varchar(100));', sql: 'ALTER TABLE users ALTER COLUMN name TYPE varchar(10);\n' },
      { schema: 'CREATE TABLE users (id bigint);', sql: 'ALTER TABLE users ALTER COLUMN id TYPE int;\n' },
    ],
    good: [
      { schema: 'CREATE TABLE users (name varchar(10));', sql: 'ALTER TABLE users ALTER COLUMN name TYPE varchar(100);\n' },
      { schema: 'CREATE TABLE users (id int);', sql: 'ALTER TABLE users ALTER COLUMN id TYPE bigint;\n' },
    ],
  },
  kinds: ['alter column type'],
  find: ({ effects }) => actionsOf(effects, 'alter column type').filter((action) => action.narrows && !action.isNew),
  say: (action, { parsed }) => ({
    message: `The new type of ${calledColumn(action.relation, action.column)} is narrower: the statement fails on, or cuts, values that do not fit, and the running release may still write such. Check the values first.`,
    span: headline(parsed.text, action.span),
  }),
});
