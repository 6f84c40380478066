import { refreshConcurrently } from '../rewrites/refresh';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const refreshMaterializedView = defineRule({
  meta: {
    id: 'refresh-materialized-view',
    group: 'other',
    summary: 'REFRESH MATERIALIZED VIEW keeps readers waiting until the query is done',
    severity: 'error',
    recommended: true,
    danger: 'It takes ACCESS EXCLUSIVE on the materialised view before it runs the query, so every reader waits for as long as the query takes.',
    safeWay: '`REFRESH MATERIALIZED VIEW CONCURRENTLY` takes EXCLUSIVE: readers go on. It needs a unique index on plain columns without a WHERE clause, and a view that was filled before.',
    whenToIgnore: 'The query is quick, or nobody reads the view while the migration runs.',
    sources: ['https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html'],
    bad: [
      {
        schema: 'CREATE TABLE t (id int); CREATE MATERIALIZED VIEW totals AS SELECT id FROM t; CREATE UNIQUE INDEX totals_id ON totals (id);',
        sql: 'REFRESH MATERIALIZED VIEW totals;\n',
        fixed: 'REFRESH MATERIALIZED VIEW CONCURRENTLY totals;\n',
      },
      { title: 'No unique index is known', sql: 'refresh materialized view app.totals;\n' },
    ],
    good: [{ sql: 'REFRESH MATERIALIZED VIEW CONCURRENTLY totals;\n' }, { sql: 'CREATE MATERIALIZED VIEW totals AS SELECT 1;\nREFRESH MATERIALIZED VIEW totals;\n' }],
  },
  kinds: ['refresh'],
  find: (context) => actionsOf(context.effects, 'refresh').filter((action) => !action.concurrently && action.withData && !isQuiet(context, action, 'rewrite')),
  say: (action, { parsed }) => ({
    message: `REFRESH MATERIALIZED VIEW ${takes(action.work.lock, action.relation)} until its query is done. Use REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => refreshConcurrently(context, action),
});
