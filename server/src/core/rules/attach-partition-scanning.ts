import { attachProven } from '../rewrites/partition';
import { attachWithProof } from '../rewrites/partition-proof';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { readForLong } from './size';
import { because, called } from './words';

export const attachPartitionScanning = defineRule({
  meta: {
    id: 'attach-partition-scanning',
    group: 'partition',
    summary: 'ATTACH PARTITION reads the whole new partition, and the default one, while they are locked',
    severity: 'warning',
    recommended: true,
    danger:
      'The parent is locked only against DDL, but the table that is attached, and the default partition if there is one, are read whole under ACCESS EXCLUSIVE to make sure that their rows belong where they are.',
    safeWay: 'Add a CHECK that says the same as the bound (and one to the default partition that rules the bound out) as NOT VALID and validate it. Then nothing is read. Drop it afterwards.',
    versions: 'The locks on parent, partition and default partition are the same on 12 to 18. Tables that reference the parent are locked ACCESS SHARE up to 14 and SHARE ROW EXCLUSIVE from 15 on.',
    whenToIgnore: 'The table is small, or nobody uses it yet and there is no default partition.',
    sources: ['https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE'],
    bad: [
      {
        schema: 'CREATE TABLE events (at date) PARTITION BY RANGE (at); CREATE TABLE events_2024 (at date);',
        sql: "ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\n",
        fixed:
          "ALTER TABLE events_2024 ADD CONSTRAINT events_2024_bound_check CHECK (at IS NOT NULL AND at >= '2024-01-01' AND at < '2025-01-01') NOT VALID;\nALTER TABLE events_2024 VALIDATE CONSTRAINT events_2024_bound_check;\nALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\nALTER TABLE events_2024 DROP CONSTRAINT events_2024_bound_check;\n",
      },
      { schema: 'CREATE TABLE events (kind text) PARTITION BY LIST (kind); CREATE TABLE a (kind text);', sql: "alter table events attach partition a for values in ('a', 'b');\n" },
    ],
    good: [
      { title: 'The partition is new', schema: 'CREATE TABLE events (at date) PARTITION BY RANGE (at);', sql: "CREATE TABLE e (at date);\nALTER TABLE events ATTACH PARTITION e FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\n" },
      { schema: 'CREATE TABLE events (at date) PARTITION BY RANGE (at); CREATE TABLE e PARTITION OF events DEFAULT;', sql: 'ALTER TABLE events DETACH PARTITION e;\n' },
    ],
  },
  kinds: ['attach partition'],
  find: (context) =>
    actionsOf(context.effects, 'attach partition').filter((action) => !action.isNew && readForLong(context).length > 0),
  say(action, context) {
    const { parsed, effects } = context;
    const others = effects.scans.filter((relation) => relation !== action.partition);
    const more = others.length > 0 ? ` and ${others.map((relation) => called(relation)).join(', ')}` : '';
    return {
      message: `ATTACH PARTITION reads all of ${called(action.partition)}${more} under ACCESS EXCLUSIVE: reads and writes of it wait. Prove the bound by a CHECK that is added NOT VALID and validated first.${because(action.work.because)}`,
      span: headline(parsed.text, action.span),
      // Nobody may use the new partition yet; the default one is in use.
      ...(readForLong(context).some((relation) => relation !== action.partition) ? { severity: 'error' as const } : {}),
    };
  },
  mend(action, context) {
    const proven = attachWithProof(context, action);
    return proven.length > 0 ? proven : attachProven(context, action);
  },
});
