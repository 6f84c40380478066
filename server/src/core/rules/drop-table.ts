import { codeName } from '../code-name';
import { archiveInstead } from '../rewrites/archive';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { called } from './words';

export const dropTable = defineRule({
  meta: {
    id: 'drop-table',
    group: 'compatibility',
    upOnly: true,
    summary: 'Dropping a table loses its data and breaks the release that still uses it',
    severity: 'warning',
    recommended: true,
    danger: 'The data cannot be brought back, and the previous release, which is still up, fails on every query of the table. `DROP TABLE` takes ACCESS EXCLUSIVE on it and on every table that its foreign keys reference.',
    safeWay: 'Release code that does not use the table. Drop its foreign keys one by one, rename it to an archive name, and drop it once nobody has missed it.',
    whenToIgnore: 'Nothing uses the table any more and its data is kept elsewhere or not needed.',
    sources: ['https://www.postgresql.org/docs/current/sql-droptable.html'],
    bad: [{ sql: 'DROP TABLE users;\n' }, { sql: 'DROP TABLE IF EXISTS app."Users", app.orders CASCADE;\n' }],
    good: [
      { sql: 'DROP VIEW active_users;\n' },
      { title: 'The table is new', sql: 'CREATE TABLE scratch (x int);\nDROP TABLE scratch;\n' },
      { title: 'Temporary', sql: 'CREATE TEMP TABLE scratch (x int);\nDROP TABLE scratch;\n' },
    ],
  },
  kinds: ['drop relation'],
  find: ({ effects }) => actionsOf(effects, 'drop relation').filter((action) => action.what.endsWith('table') && !action.isNew),
  say: (action, { parsed }) => ({
    message: `DROP TABLE takes ACCESS EXCLUSIVE on ${called(action.name)} and on every table it references; its data is gone and a running release that uses it fails. Rename it first, and drop it when nobody has missed it.`,
    span: headline(parsed.text, action.span),
    about: codeName(action.name),
  }),
  mend: (action, context) => archiveInstead(context, action),
});
