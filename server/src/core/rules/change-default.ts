import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { calledColumn } from './words';

export const changeDefault = defineRule({
  meta: {
    id: 'change-default',
    group: 'compatibility',
    upOnly: true,
    summary: 'Dropping the default of a NOT NULL column breaks inserts of the running release',
    severity: 'warning',
    recommended: true,
    danger:
      'The release that is still running does not name a column that it does not know. Without the default its INSERTs fail. Some tools (Django) add a column with a default and drop that in the next statement.',
    safeWay: 'Keep the default until no release that leaves the column out is running, and drop it in a later migration.',
    whenToIgnore: 'Every running release writes the column.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html'],
    bad: [
      { schema: 'CREATE TABLE users (age int NOT NULL DEFAULT 0);', sql: 'ALTER TABLE users ALTER COLUMN age DROP DEFAULT;\n' },
      { schema: 'CREATE TABLE users (id int);', sql: 'ALTER TABLE users ADD COLUMN age int NOT NULL DEFAULT 0;\nALTER TABLE users ALTER COLUMN age DROP DEFAULT;\n' },
    ],
    good: [
      { schema: 'CREATE TABLE users (age int DEFAULT 0);', sql: 'ALTER TABLE users ALTER COLUMN age DROP DEFAULT;\n' },
      { schema: 'CREATE TABLE users (age int NOT NULL DEFAULT 0);', sql: 'ALTER TABLE users ALTER COLUMN age SET DEFAULT 18;\n' },
    ],
  },
  kinds: ['drop default'],
  find: ({ effects, before }) =>
    actionsOf(effects, 'drop default').filter((action) => {
      const table = action.relation === undefined ? undefined : before.relation(action.relation);
      if (action.isNew || table === undefined || !('constraints' in table)) return false;
      return table.columns.some((column) => column.name === action.column && column.notNull !== false);
    }),
  say: (action, { parsed }) => ({
    message: `${calledColumn(action.relation, action.column)} is NOT NULL: without its default, inserts of a running release that does not name it fail. Drop the default in a later migration.`,
    span: headline(parsed.text, action.span),
  }),
});
