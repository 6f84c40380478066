import { createThenAttach } from '../rewrites/partition';
import { createThenAttachWithProof } from '../rewrites/partition-proof';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { readForLong } from './size';
import { called } from './words';

export const createPartitionOf = defineRule({
  meta: {
    id: 'create-partition-of',
    group: 'partition',
    summary: 'CREATE TABLE … PARTITION OF locks the parent against reads and writes',
    severity: 'warning',
    recommended: true,
    danger: 'It takes ACCESS EXCLUSIVE on the parent, so reads and writes of the whole partitioned table wait while it queues for the lock; a default partition is locked and read whole too.',
    safeWay: 'Create the table by itself (`LIKE parent INCLUDING ALL`), then `ATTACH PARTITION`: that takes SHARE UPDATE EXCLUSIVE on the parent and holds up nobody.',
    whenToIgnore: 'A short lock_timeout is set and there is no default partition.',
    sources: ['https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE'],
    bad: [
      {
        schema: 'CREATE TABLE events (id bigint, at date DEFAULT now(), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);',
        sql: "CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\n",
        fixed: "CREATE TABLE events_2024 (LIKE events INCLUDING ALL EXCLUDING COMMENTS EXCLUDING IDENTITY EXCLUDING STATISTICS);\nALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\n",
      },
      {
        schema: 'CREATE SCHEMA app; CREATE TABLE app.events (at date CHECK (at IS NOT NULL)) PARTITION BY RANGE (at);',
        sql: 'create table if not exists app.e partition of app.events default;\n',
        fixed: 'create table if not exists app.e (like app.events including all excluding comments excluding identity excluding statistics);\nalter table app.events attach partition app.e default;\n',
      },
    ],
    good: [
      { sql: 'CREATE TABLE events (at date) PARTITION BY LIST (at);\nCREATE TABLE e PARTITION OF events DEFAULT;\n' },
      { sql: "CREATE TABLE e (LIKE events INCLUDING ALL);\nALTER TABLE events ATTACH PARTITION e FOR VALUES IN (1);\n" },
    ],
  },
  kinds: ['create table'],
  find: ({ effects, before, path }) =>
    actionsOf(effects, 'create table').filter((action) => action.partitionOf !== undefined && before.relation(action.partitionOf)?.origin !== path),
  say(action, context) {
    const read = readForLong(context);
    const scan = read.length === 0 ? '' : `, and while all of ${read.map((relation) => called(relation)).join(', ')} is read`;
    return {
      message: `PARTITION OF takes ACCESS EXCLUSIVE on ${called(action.partitionOf)}: reads and writes of the whole partitioned table wait while it queues${scan}. Create the table by itself, then ATTACH PARTITION.`,
      span: headline(context.parsed.text, action.span),
      ...(read.length > 0 ? { severity: 'error' as const } : {}),
    };
  },
  mend(action, context) {
    const proven = createThenAttachWithProof(context, action);
    return proven.length > 0 ? proven : createThenAttach(context);
  },
});
