import { makeVirtual } from '../rewrites/add-column';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const addColumnGeneratedStored = defineRule({
  meta: {
    id: 'add-column-generated-stored',
    group: 'column',
    summary: 'A new stored generated column rewrites the table',
    severity: 'error',
    recommended: true,
    danger: 'The value of `GENERATED ALWAYS AS (…) STORED` is worked out for every row at once: the table and all its indexes are written anew under ACCESS EXCLUSIVE.',
    safeWay: 'From PostgreSQL 18 on a VIRTUAL column costs nothing to add. Before that, add a plain column, keep it current with a trigger, and fill the old rows in batches.',
    versions: 'Stored generated columns rewrite on 12 to 18. VIRTUAL ones, which do not, exist from 18 on.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/ddl-generated-columns.html'],
    bad: [
      {
        version: 18,
        unproven: 'a virtual column is of another kind',
        sql: 'ALTER TABLE users ADD COLUMN lower_email text GENERATED ALWAYS AS (lower(email)) STORED;\n',
        fixed: 'ALTER TABLE users ADD COLUMN lower_email text GENERATED ALWAYS AS (lower(email)) VIRTUAL;\n',
      },
      { version: 17, sql: 'ALTER TABLE users ADD COLUMN lower_email text GENERATED ALWAYS AS (lower(email)) STORED;\n' },
    ],
    good: [
      { version: 18, sql: 'ALTER TABLE users ADD COLUMN lower_email text GENERATED ALWAYS AS (lower(email)) VIRTUAL;\n' },
      { sql: 'CREATE TABLE users (email text);\nALTER TABLE users ADD COLUMN l text GENERATED ALWAYS AS (lower(email)) STORED;\n' },
    ],
  },
  kinds: ['add column'],
  find: (context) => actionsOf(context.effects, 'add column').filter((action) => action.generated === 'stored' && !isQuiet(context, action, 'rewrite')),
  say: (action, { parsed, target }) => ({
    message: `A stored generated column rewrites the table, so ADD COLUMN ${action.column} ${takes(action.work.lock, action.relation)} until every row is written. ${target.version >= 18 ? 'Make it VIRTUAL, or use' : 'Use'} a plain column that a trigger keeps current, filled in batches.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => makeVirtual(context, action),
});
