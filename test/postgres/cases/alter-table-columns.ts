import type { Case } from '../case';

/** Columns that are added, dropped, renamed and changed, all but their types. */
export const alterTableColumns: readonly Case[] = [
  { title: 'no default', sql: 'ALTER TABLE users ADD COLUMN phone text' },
  { sql: 'CREATE INDEX CONCURRENTLY users_age_idx ON users (age)' },
  { sql: 'DROP INDEX CONCURRENTLY users_name_idx' },
  { sql: 'VACUUM FULL users, orders' },
  { sql: 'VACUUM' },
  { sql: 'ALTER TABLE users ALTER id TYPE int' },
  { sql: 'REINDEX TABLE CONCURRENTLY users' },
  { sql: 'REINDEX SCHEMA billing' },
  { sql: 'ALTER TABLE events DETACH PARTITION events_default CONCURRENTLY', since: 14 },
  { sql: 'ALTER TABLE sales DETACH PARTITION sales_us CONCURRENTLY', since: 14 },
  { sql: 'TRUNCATE users CASCADE' },
  { sql: 'COPY logs FROM STDIN', input: '2024-01-01\t1\thello\n' },
];
