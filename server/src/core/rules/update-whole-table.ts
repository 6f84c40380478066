import { batchFixes } from '../rewrites/batches/batches';
import { jobFixes, procedureFixes } from '../rewrites/jobs/job';
import { dataChangeInWords, touchesMuch } from './data-change';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';

export const updateWholeTable = defineRule({
  meta: {
    id: 'update-whole-table',
    group: 'data',
    summary: 'An UPDATE changes a whole table, or a large part of it, in one transaction',
    severity: 'error',
    recommended: true,
    danger:
      'Every changed row stays locked until the transaction commits, so writers of those rows wait; foreign key checks that need them wait too. Each row leaves a dead version behind, which VACUUM cannot remove before the end, and replicas receive it all at once.',
    safeWay: 'Run it in batches by ranges of the primary key, a thousand to ten thousand rows each, and commit after each. A procedure or DO block may COMMIT when it is called outside a transaction.',
    whenToIgnore: 'The table is small, or the WHERE clause finds few rows.',
    sources: ['https://www.postgresql.org/docs/current/plpgsql-transactions.html', 'https://www.postgresql.org/docs/current/routine-vacuuming.html'],
    bad: [{ sql: "UPDATE users SET status = 'active';\n" }, { sql: "UPDATE users SET status = 'active' WHERE status IS NULL;\n" }],
    good: [
      { schema: 'CREATE TABLE users (id bigint PRIMARY KEY, status text);', sql: "UPDATE users SET status = 'active' WHERE id = 42;\n" },
      { title: 'The table is new', sql: "CREATE TABLE users (status text);\nUPDATE users SET status = 'active';\n" },
    ],
  },
  kinds: ['update'],
  find: (context) => actionsOf(context.effects, 'update').filter((action) => touchesMuch(context, action)),
  say: (action, context) => ({
    message: dataChangeInWords(context, action),
    span: headline(context.parsed.text, action.span),
    severity: action.wholeTable ? 'error' : 'warning',
  }),
  mend: (action, context) => [...batchFixes(context, action), ...procedureFixes(context, action), ...jobFixes(context, action)],
});
