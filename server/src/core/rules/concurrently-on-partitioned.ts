import { createIndexConcurrently } from '../rewrites/concurrently';
import { indexPartitionByPartition } from '../rewrites/partitioned-index';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { called } from './words';

export const concurrentlyOnPartitioned = defineRule({
  meta: {
    id: 'concurrently-on-partitioned',
    group: 'index',
    summary: 'CREATE INDEX CONCURRENTLY fails on a partitioned table',
    severity: 'error',
    recommended: true,
    danger: 'The server refuses CONCURRENTLY on a partitioned table, with or without ONLY. Without it every partition is locked against writes at once.',
    safeWay: 'Create the index ON ONLY the parent, which is brief and leaves it invalid; build it CONCURRENTLY on each partition; attach each to the parent\'s. With the last one the parent\'s index becomes valid.',
    whenToIgnore: 'Never: the statement fails.',
    sources: ['https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE'],
    bad: [
      {
        schema: 'CREATE TABLE events (id int, at date) PARTITION BY RANGE (at); CREATE TABLE events_1 PARTITION OF events DEFAULT;',
        sql: 'CREATE INDEX CONCURRENTLY events_at ON events (at);\n',
        fixed:
          'CREATE INDEX events_at ON ONLY events (at);\nCREATE INDEX CONCURRENTLY events_1_at_idx ON events_1 (at);\nALTER INDEX events_at ATTACH PARTITION events_1_at_idx;\n',
      },
      { schema: 'CREATE TABLE events (at date) PARTITION BY LIST (at);', sql: 'CREATE UNIQUE INDEX CONCURRENTLY ON events (at);\n' },
    ],
    good: [
      { schema: 'CREATE TABLE events (at date) PARTITION BY LIST (at);', sql: 'CREATE INDEX events_at ON ONLY events (at);\n' },
      { schema: 'CREATE TABLE events (at date);', sql: 'CREATE INDEX CONCURRENTLY events_at ON events (at);\n' },
    ],
  },
  kinds: ['create index'],
  find: ({ effects, before }) =>
    actionsOf(effects, 'create index').filter(
      (action) => action.concurrently && (action.partitioned || (action.relation !== undefined && before.relation(action.relation)?.kind === 'partitioned table')),
    ),
  say: (action, { parsed }) => ({
    message: `${called(action.relation)} is partitioned, and CREATE INDEX CONCURRENTLY fails on it. Create the index ON ONLY the parent, then CONCURRENTLY on each partition, and attach those.`,
    span: headline(parsed.text, action.span),
  }),
  mend(action, context) {
    const byPartition = indexPartitionByPartition(context, action);
    return byPartition.length > 0 ? byPartition : createIndexConcurrently(context, action);
  },
});
