import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { called } from './words';

export const uniqueIndexDuplicates = defineRule({
  meta: {
    id: 'unique-index-duplicates',
    group: 'index',
    summary: 'A unique index fails late when there are duplicates',
    severity: 'hint',
    recommended: false,
    danger: 'The build reads and sorts all rows before it finds the first duplicate and fails. Built concurrently, it leaves an invalid index that already refuses duplicates.',
    safeWay: 'Ask first: `SELECT columns FROM table GROUP BY columns HAVING count(*) > 1`.',
    whenToIgnore: 'The values are known to be unique.',
    sources: ['https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],
    bad: [{ sql: 'CREATE UNIQUE INDEX CONCURRENTLY u ON users (email);\n' }, { sql: 'CREATE UNIQUE INDEX CONCURRENTLY u ON app.users (lower(email));\n' }],
    good: [{ sql: 'CREATE INDEX CONCURRENTLY i ON users (email);\n' }, { sql: 'CREATE TABLE users (email text);\nCREATE UNIQUE INDEX u ON users (email);\n' }],
  },
  kinds: ['create index'],
  find: ({ effects }) => actionsOf(effects, 'create index').filter((action) => action.unique && !action.isNew),
  say: (action, { parsed }) => ({ message: `A duplicate in ${called(action.relation)} makes this fail only after all rows were sorted. Look for duplicates first.`, span: headline(parsed.text, action.span) }),
});
