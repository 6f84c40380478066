import { detachConcurrently } from '../rewrites/partition';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { readForLong } from './size';
import { called } from './words';

export const detachPartitionBlocking = defineRule({
  meta: {
    id: 'detach-partition-blocking',
    group: 'partition',
    summary: 'DETACH PARTITION locks the parent against reads and writes',
    severity: 'warning',
    recommended: true,
    danger: 'It takes ACCESS EXCLUSIVE on the parent, the partition and a default partition, so everything on the partitioned table waits while it queues. A table with a foreign key to it is read whole under ACCESS EXCLUSIVE.',
    safeWay: '`DETACH PARTITION … CONCURRENTLY` (PostgreSQL 14 and later) takes SHARE UPDATE EXCLUSIVE. It cannot run inside a transaction, nor where there is a default partition.',
    versions: 'CONCURRENTLY exists from 14 on, and not for a table with a default partition. The partition itself is locked SHARE UPDATE EXCLUSIVE up to 13 and ACCESS EXCLUSIVE from 14 on.',
    whenToIgnore: 'A short lock_timeout is set and the migration is repeated when it strikes.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION'],
    bad: [
      { unproven: 'the partition keeps a CHECK that says what its bound was', sql: 'ALTER TABLE events DETACH PARTITION events_2020;\n', fixed: 'ALTER TABLE events DETACH PARTITION events_2020 CONCURRENTLY;\n' },
      { unproven: 'the partition keeps a CHECK that says what its bound was', sql: 'begin;\nalter table events detach partition app."E";\nselect 1;\ncommit;\n', fixed: 'begin;\nselect 1;\ncommit;\nalter table events detach partition app."E" concurrently;\n' },
    ],
    good: [{ sql: 'ALTER TABLE events DETACH PARTITION events_2020 CONCURRENTLY;\n' }, { sql: 'ALTER TABLE events DETACH PARTITION events_2020 FINALIZE;\n' }],
  },
  kinds: ['detach partition'],
  find: ({ effects, parsed }) =>
    actionsOf(effects, 'detach partition').filter((action) => !action.concurrently && !action.isNew && !/\bfinalize\s*$/i.test(parsed.text.slice(action.span.offset, action.span.offset + action.span.length))),
  say(action, context) {
    const read = readForLong(context);
    const scan = read.length === 0 ? '' : `, and while all of ${read.map((relation) => called(relation)).join(', ')} is read`;
    return {
      message: `DETACH PARTITION takes ACCESS EXCLUSIVE on ${called(action.relation)}: reads and writes of the whole partitioned table wait while it queues${scan}. Use DETACH PARTITION … CONCURRENTLY.`,
      span: headline(context.parsed.text, action.span),
      ...(read.length > 0 ? { severity: 'error' as const } : {}),
    };
  },
  mend: (action, context) => detachConcurrently(context, action),
});
