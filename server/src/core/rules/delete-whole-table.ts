import { batchFixes } from '../rewrites/batches/batches';
import { jobFixes, procedureFixes } from '../rewrites/jobs/job';
import { dataChangeInWords, touchesMuch } from './data-change';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';

export const deleteWholeTable = defineRule({
  meta: {
    id: 'delete-whole-table',
    group: 'data',
    summary: 'A DELETE removes a whole table, or a large part of it, in one transaction',
    severity: 'error',
    recommended: true,
    danger:
      'Every row stays locked until the transaction commits, each one is looked for in the tables that reference it, cascades run row by row, and the dead rows cannot be vacuumed before the end. Replicas receive it all at once.',
    safeWay: 'Run it in batches by ranges of the primary key and commit after each. To empty a table, TRUNCATE is quicker, but takes ACCESS EXCLUSIVE on it and on the tables that reference it.',
    whenToIgnore: 'The table is small, or the WHERE clause finds few rows.',
    sources: ['https://www.postgresql.org/docs/current/sql-delete.html', 'https://www.postgresql.org/docs/current/plpgsql-transactions.html'],
    bad: [{ sql: 'DELETE FROM events;\n' }, { sql: "DELETE FROM events WHERE at < now() - interval '1 year';\n" }],
    good: [
      { schema: 'CREATE TABLE events (id bigint PRIMARY KEY);', sql: 'DELETE FROM events WHERE id IN (1, 2, 3);\n' },
      { title: 'The table is new', sql: 'CREATE TABLE events (at timestamptz);\nDELETE FROM events;\n' },
    ],
  },
  kinds: ['delete'],
  find: (context) => actionsOf(context.effects, 'delete').filter((action) => touchesMuch(context, action)),
  say: (action, context) => ({
    message: dataChangeInWords(context, action),
    span: headline(context.parsed.text, action.span),
    severity: action.wholeTable ? 'error' : 'warning',
  }),
  mend: (action, context) => [...batchFixes(context, action), ...procedureFixes(context, action), ...jobFixes(context, action)],
});
