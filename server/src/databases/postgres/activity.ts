import type { Activity, PreparedTransaction, RelationLock, Session } from '../../core/blockers/activity';
import { withoutLiterals } from '../../core/blockers/hide-literals';
import { LOCK_MODES, type LockMode } from '../../core/effects/postgres/lock-modes';
import { objectName, type RelationName } from '../../core/schema/names';
import { textOrNothing } from './cells';
import type { Reading } from './connection';
import { readLeftovers } from './leftovers';
import { OWN_SCHEMA } from './names';
import { readProgress } from './progress';
import { isInRecovery, readReplicas, readSubscribed } from './replication';

/** The most locks that are looked at: a session that locks 50,000 partitions needs no longer list. */
const MOST_LOCKS = 20_000;

/** Reads what goes on in the database now, by the statistics views. None of them waits for a lock. */
export async function readActivity(reading: Reading): Promise<Activity> {
  const isStandby = await isInRecovery(reading);
  return {
    isStandby,
    sessions: await readSessions(reading),
    locks: await readLocks(reading),
    prepared: await readPrepared(reading),
    replicas: await readReplicas(reading, isStandby),
    progress: await readProgress(reading),
    leftovers: await readLeftovers(reading),
    subscribed: await readSubscribed(reading),
    rows: await readRowCounts(reading),
  };
}

/** What pg_stat_activity says where the role may not see a query (src/backend/utils/adt/pgstatfuncs.c). */
const HIDDEN = '<insufficient privilege>';

async function readSessions(reading: Reading): Promise<readonly Session[]> {
  const age = (column: string): string => `pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - ${column})`;
  const waits = await reading.rows('SELECT pid, pg_catalog.pg_blocking_pids(pid) FROM (SELECT DISTINCT pid FROM pg_catalog.pg_locks WHERE NOT granted AND pid IS NOT NULL) waiting');
  const blocking = new Map(waits.map(([pid, by]) => [Number(pid), (by ?? []) as number[]]));
  // Sessions of other databases matter where somebody here waits for them, and for snapshots of shared catalogues: not at all.
  const rows = await reading.rows(
    `SELECT pid, application_name, usename, backend_type, state, query, ${age('xact_start')}, ${age('query_start')}, backend_xmin IS NOT NULL OR backend_xid IS NOT NULL
     FROM pg_catalog.pg_stat_activity WHERE pid <> pg_catalog.pg_backend_pid() AND application_name <> 'lockscope' AND datname = pg_catalog.current_database() ORDER BY pid`,
  );
  return rows.map(([pid, application, user, type, state, query, transactionAge, queryAge, hasSnapshot]): Session => {
    const hidden = query === HIDDEN;
    return {
      pid: Number(pid),
      // Workers of the server itself, of a subscription for one, have no name but what they are.
      application: application === '' && isOwnWorker(type) ? type : (textOrNothing(application) ?? ''),
      user: textOrNothing(user),
      state: hidden ? undefined : textOrNothing(state),
      isAutovacuum: type === 'autovacuum worker',
      query: hidden || typeof query !== 'string' || query === '' ? undefined : withoutLiterals(query),
      transactionAge: transactionAge === null ? undefined : Number(transactionAge),
      queryAge: queryAge === null ? undefined : Number(queryAge),
      hasSnapshot: hidden ? undefined : hasSnapshot === true,
      waitsFor: blocking.get(Number(pid)) ?? [],
    };
  });
}

function isOwnWorker(type: unknown): type is string {
  return typeof type === 'string' && type !== 'client backend' && type !== 'autovacuum worker';
}

/** `AccessExclusiveLock`, as pg_locks writes it, in SQL's words. */
const MODES: ReadonlyMap<string, LockMode> = new Map(
  LOCK_MODES.map((mode) => [`${mode.split(' ').map((word) => word.slice(0, 1) + word.slice(1).toLowerCase()).join('')}Lock`, mode]),
);

async function readLocks(reading: Reading): Promise<readonly RelationLock[]> {
  const rows = await reading.rows(
    `SELECT l.pid, n.nspname, c.relname, l.mode, l.granted, p.gid
     FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN (pg_catalog.pg_prepared_xacts p JOIN pg_catalog.pg_locks own ON own.locktype = 'transactionid' AND own.transactionid = p.transaction) ON l.pid IS NULL AND own.virtualtransaction = l.virtualtransaction
     WHERE l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AND ${OWN_SCHEMA}
       AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() LIMIT ${String(MOST_LOCKS)}`,
  );
  return rows.flatMap(([pid, schema, name, mode, granted, prepared]): RelationLock[] => {
    const known = MODES.get(String(mode));
    if (known === undefined) return [];
    const gid = textOrNothing(prepared);
    return [{ pid: pid === null ? undefined : Number(pid), ...(gid === undefined ? {} : { prepared: gid }), relation: objectName(String(schema), String(name)), mode: known, granted: granted === true }];
  });
}

async function readPrepared(reading: Reading): Promise<readonly PreparedTransaction[]> {
  const rows = await reading.rows("SELECT gid, owner, pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - prepared) FROM pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database() ORDER BY prepared");
  return rows.map(([gid, owner, age]) => ({ gid: String(gid), owner: String(owner), age: Number(age) }));
}

async function readRowCounts(reading: Reading): Promise<Readonly<Record<RelationName, number>>> {
  const rows = await reading.rows('SELECT schemaname, relname, n_live_tup::float8 FROM pg_catalog.pg_stat_user_tables WHERE n_live_tup > 0 ORDER BY n_live_tup DESC LIMIT 5000');
  return Object.fromEntries(rows.map(([schema, name, count]) => [objectName(String(schema), String(name)), Number(count)]));
}
