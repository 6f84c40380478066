import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { called, takes } from './words';

export const addColumnDomain = defineRule({
  meta: {
    id: 'add-column-domain',
    group: 'column',
    summary: 'A new column of a domain with a constraint rewrites the table',
    severity: 'error',
    recommended: true,
    danger: 'The value of the new column, NULL too, has to be checked against the domain for every row, so the table and all its indexes are written anew under ACCESS EXCLUSIVE. A domain without constraints costs nothing.',
    safeWay: 'Use the base type, and add the condition as a CHECK that is NOT VALID and validated apart.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['src/backend/commands/tablecmds.c, ATExecAddColumn (DomainHasConstraints)'],
    bad: [
      { schema: 'CREATE DOMAIN email AS text CHECK (VALUE LIKE \'%@%\');', sql: 'ALTER TABLE users ADD COLUMN mail email;\n' },
      { schema: 'CREATE DOMAIN app.positive AS int CHECK (VALUE > 0);', sql: 'ALTER TABLE users ADD COLUMN age app.positive DEFAULT 1;\n' },
    ],
    good: [
      { schema: 'CREATE DOMAIN email AS text;', sql: 'ALTER TABLE users ADD COLUMN mail email;\n' },
      { schema: 'CREATE DOMAIN email AS text CHECK (VALUE LIKE \'%@%\');', sql: 'CREATE TABLE users (id int);\nALTER TABLE users ADD COLUMN mail email;\n' },
    ],
  },
  kinds: ['add column'],
  find: (context) =>
    actionsOf(context.effects, 'add column').filter(
      (action) => action.work.rewrites && !action.defaultVolatile && action.type !== undefined && context.before.type(action.type.name)?.kind === 'domain' && !isQuiet(context, action, 'rewrite'),
    ),
  say: (action, { parsed }) => ({
    message: `${called(action.type?.name, 'The type')} is a domain with a constraint, so ADD COLUMN ${action.column} rewrites the table and ${takes(action.work.lock, action.relation)} meanwhile. Use the base type, and add the condition as a CHECK that is NOT VALID.`,
    span: headline(parsed.text, action.span),
  }),
});
