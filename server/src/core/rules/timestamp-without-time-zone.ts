import { declaredColumns } from './column-types';
import { defineRule } from './rule';

export const timestampWithoutTimeZone = defineRule({
  meta: {
    id: 'timestamp-without-time-zone',
    group: 'type',
    summary: 'timestamp without time zone does not say which moment it is',
    severity: 'hint',
    recommended: false,
    danger: 'Clients in different time zones read and write different moments as the same value, and changing the type later rewrites the table.',
    safeWay: 'Use `timestamptz`: it stores the moment and shows it in the zone of the session.',
    whenToIgnore: 'The value is a wall-clock time on purpose, such as opening hours.',
    sources: ['https://www.postgresql.org/docs/current/datatype-datetime.html'],
    bad: [{ sql: 'ALTER TABLE users ADD COLUMN seen timestamp;\n' }, { sql: 'CREATE TABLE a (id bigint PRIMARY KEY, seen timestamp(3) without time zone);\n' }],
    good: [{ sql: 'ALTER TABLE users ADD COLUMN seen timestamptz;\n' }, { sql: 'ALTER TABLE users ADD COLUMN seen timestamp with time zone;\n' }],
  },
  find: (context) => [...declaredColumns(context)].filter(({ type }) => type === 'timestamp'),
  say: ({ column, span }) => ({ message: `${column} does not say which moment it is, since it has no time zone. Use timestamptz.`, span }),
});
