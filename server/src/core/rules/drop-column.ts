import { codeName } from '../code-name';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { calledColumn } from './words';

export const dropColumn = defineRule({
  meta: {
    id: 'drop-column',
    group: 'compatibility',
    upOnly: true,
    summary: 'Dropping a column breaks the release that still reads it and loses its data',
    severity: 'warning',
    recommended: true,
    danger:
      'While the migration runs, the previous release is still up: its queries that name the column fail, and some ORMs name every column. The data cannot be brought back. Indexes and constraints on the column go with it, under ACCESS EXCLUSIVE; with a foreign key the referenced table is locked too.',
    safeWay: 'First release code that ignores the column. Drop its indexes concurrently. Then drop the column, with a short lock_timeout.',
    whenToIgnore: 'No release that is still running mentions the column.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN'],
    bad: [{ sql: 'ALTER TABLE users DROP COLUMN email;\n' }, { sql: 'ALTER TABLE app."Users" DROP IF EXISTS "firstName" CASCADE, ADD COLUMN age int;\n' }],
    good: [{ sql: 'ALTER TABLE users DROP CONSTRAINT users_check;\n' }, { title: 'The table is new', sql: 'CREATE TABLE a (x int, y int);\nALTER TABLE a DROP COLUMN y;\n' }],
  },
  kinds: ['drop column'],
  find: ({ effects }) => actionsOf(effects, 'drop column').filter((action) => !action.isNew),
  say: (action, { parsed }) => ({
    message: `Dropping ${calledColumn(action.relation, action.column)} breaks every running release that names it, and its data is gone${action.cascade ? ', with all that depends on it' : ''}. Release code that ignores it first.`,
    span: headline(parsed.text, action.span),
    ...(action.relation === undefined ? {} : { about: codeName(action.relation, action.column) }),
  }),
});
