import type { Activity, Replica } from '../../core/blockers/activity';
import type { Replication } from '../../core/replication';
import { objectName } from '../../core/schema/names';
import { textOrNothing } from './cells';
import type { Reading } from './connection';

/** Reads who gets the database's changes and whose it gets, by the statistics views. */
export async function readReplication(reading: Reading): Promise<Replication> {
  const isStandby = await isInRecovery(reading);
  const tables = new Map<string, string[]>();
  for (const { relation, subscription } of await readSubscribed(reading)) tables.set(subscription, [...(tables.get(subscription) ?? []), relation]);
  return { isStandby, replicas: await readReplicas(reading, isStandby), subscriptions: [...tables].map(([name, all]) => ({ name, tables: all })) };
}

export async function isInRecovery(reading: Reading): Promise<boolean> {
  const [standby] = await reading.rows('SELECT pg_catalog.pg_is_in_recovery()');
  return standby?.[0] === true;
}

export async function readReplicas(reading: Reading, isStandby: boolean): Promise<readonly Replica[]> {
  const written = isStandby ? 'pg_catalog.pg_last_wal_receive_lsn()' : 'pg_catalog.pg_current_wal_lsn()';
  const rows = await reading.rows(
    `SELECT application_name, state, sync_state, pg_catalog.date_part('epoch', replay_lag), pg_catalog.pg_wal_lsn_diff(${written}, replay_lsn)::float8 FROM pg_catalog.pg_stat_replication ORDER BY application_name, pid`,
  );
  return rows.map(([name, state, synchronous, lag, behind]) => ({
    name: String(name),
    state: textOrNothing(state),
    isSynchronous: typeof synchronous === 'string' ? synchronous === 'sync' || synchronous === 'quorum' : undefined,
    // Replicas that have caught up and are idle tell no lag.
    lag: lag === null ? undefined : Number(lag),
    behind: behind === null ? undefined : Number(behind),
  }));
}

export async function readSubscribed(reading: Reading): Promise<Activity['subscribed']> {
  // Before PostgreSQL 14 only superusers may read which subscription is which.
  const [allowed] = await reading.rows("SELECT pg_catalog.has_column_privilege('pg_catalog.pg_subscription', 'oid', 'SELECT')");
  if (allowed?.[0] !== true) return [];
  const rows = await reading.rows(
    `SELECT n.nspname, c.relname, s.subname FROM pg_catalog.pg_subscription_rel r JOIN pg_catalog.pg_subscription s ON s.oid = r.srsubid
       JOIN pg_catalog.pg_class c ON c.oid = r.srrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY 1, 2, 3`,
  );
  return rows.map(([schema, name, subscription]) => ({ relation: objectName(String(schema), String(name)), subscription: String(subscription) }));
}
