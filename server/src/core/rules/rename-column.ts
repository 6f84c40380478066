import { quoteIdentifier } from '../schema/names';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { calledColumn } from './words';

export const renameColumn = defineRule({
  meta: {
    id: 'rename-column',
    group: 'compatibility',
    upOnly: true,
    summary: 'Renaming a column breaks the release that still uses the old name',
    severity: 'warning',
    recommended: true,
    danger: 'The rename is brief (ACCESS EXCLUSIVE), but from its commit on every query with the old name fails, and before it every query with the new one. No release can run on both sides.',
    safeWay: 'Add a column with the new name and keep both in step by a trigger while releases change over, or rename the table and put an updatable view with both names in its place.',
    whenToIgnore: 'No release that is still running mentions the column.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html'],
    bad: [{ sql: 'ALTER TABLE users RENAME COLUMN email TO mail;\n' }, { sql: 'ALTER TABLE users RENAME email TO mail;\n' }],
    good: [{ sql: 'ALTER TABLE users RENAME CONSTRAINT a TO b;\n' }, { title: 'The table is new', sql: 'CREATE TABLE a (x int);\nALTER TABLE a RENAME x TO y;\n' }],
  },
  kinds: ['rename column'],
  find: ({ effects }) => actionsOf(effects, 'rename column').filter((action) => !action.isNew),
  say: (action, { parsed }) => ({
    message: `Renaming ${calledColumn(action.relation, action.column)} to ${quoteIdentifier(action.to)} breaks every running release that uses the old name. Add a new column and keep both in step until nothing uses the old one.`,
    span: headline(parsed.text, action.span),
  }),
});
