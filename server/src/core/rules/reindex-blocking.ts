import { reindexConcurrently } from '../rewrites/concurrently';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { called } from './words';

export const reindexBlocking = defineRule({
  meta: {
    id: 'reindex-blocking',
    group: 'index',
    summary: 'REINDEX without CONCURRENTLY stops reads and writes',
    severity: 'error',
    recommended: true,
    danger:
      'Plain `REINDEX` takes SHARE on the table, so writes wait, and ACCESS EXCLUSIVE on each index it rebuilds. The planner opens every index of a table it plans for, so every SELECT on the table waits too.',
    safeWay: '`REINDEX … CONCURRENTLY` builds a second index beside the old one under SHARE UPDATE EXCLUSIVE and swaps them. It cannot run inside a transaction.',
    versions: 'The same on 12 to 18. Partitioned tables and indexes can be reindexed from 14 on, and not inside a transaction.',
    whenToIgnore: 'The index is corrupt and the table is out of use until it is rebuilt.',
    sources: ['https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY'],
    bad: [
      { schema: 'CREATE TABLE users (id int, email text); CREATE INDEX users_email_idx ON users (email);', sql: 'REINDEX INDEX users_email_idx;\n', fixed: 'REINDEX INDEX CONCURRENTLY users_email_idx;\n' },
      { schema: 'CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY);', sql: 'REINDEX (VERBOSE) TABLE app.users;\n', fixed: 'REINDEX (VERBOSE) TABLE CONCURRENTLY app.users;\n' },
    ],
    good: [{ sql: 'REINDEX TABLE CONCURRENTLY users;\n' }, { sql: 'CREATE TABLE a (id int PRIMARY KEY);\nREINDEX TABLE a;\n' }],
  },
  kinds: ['reindex'],
  find: (context) => actionsOf(context.effects, 'reindex').filter((action) => !action.concurrently && !isQuiet(context, action, 'index')),
  say: (action, { parsed }) => ({
    message: `REINDEX takes SHARE on ${called(action.relation)} and ACCESS EXCLUSIVE on its indexes: writes wait, and so do reads, since planning opens every index. Use REINDEX CONCURRENTLY.`,
    span: headline(parsed.text, action.span),
  }),
  mend: (action, context) => reindexConcurrently(context, action),
});
