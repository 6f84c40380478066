/**
 * Watches a statement that refuses a transaction block: its locks would be gone before anyone could look.
 * Other sessions hold locks on every table; whenever the statement waits, its locks are read, and the holders make
 * way by one step: from their lock on that table to ACCESS SHARE, and from there to nothing.
 */
import type pg from 'pg';
import { type LockRow, type Relation, type Snapshot, locksOf } from './relations';
import type { Server } from './servers';

export interface Stage {
  readonly server: Server;
  /** A session elsewhere, to read pg_locks with. */
  readonly watcher: pg.Client;
  readonly database: string;
  /** Process id of the session that runs the statement. */
  readonly pid: number;
  readonly relations: Snapshot;
  /** What the holders hold. Both modes are compatible with themselves, so that one holder can relieve another. */
  readonly mode: 'SHARE' | 'ROW EXCLUSIVE';
}

/** Gives the locks seen while the statement ran, and its error. */
export async function observeOutside(stage: Stage, statement: () => Promise<void>): Promise<{ locks: LockRow[]; error: unknown }> {
  const { server, watcher, database, pid, relations } = stage;
  const locks: LockRow[] = [];
  const weakened = new Set<number>();
  const released = new Set<number>();
  let holder = await server.connect(database);
  let relief = await server.connect(database);
  await holder.query(hold(stage, weakened, released));

  const outcome: { ended: boolean; error: unknown } = { ended: false, error: undefined };
  const run = statement()
    .catch((reason: unknown) => (outcome.error = reason))
    .finally(() => (outcome.ended = true));

  const patience = Date.now() + 20_000;
  while (!outcome.ended && Date.now() < patience) {
    const { rows } = await watcher.query<LockRow>(locksOf, [pid, database]);
    locks.push(...rows);
    // One look for both: a lock that is waited for but not yet known could not be taken over by the relief.
    const waited = rows.filter(({ granted }) => !granted).map(({ relation }) => relation);
    if (waited.length > 0 || (await watcher.query(waitsForTransaction, [pid])).rowCount !== 0) {
      for (const relation of waited) {
        const table = relations.get(relation)?.table ?? relation;
        (weakened.has(table) ? released : weakened).add(table);
      }
      await relief.query(hold(stage, weakened, released));
      await holder.query('ROLLBACK');
      [holder, relief] = [relief, holder];
    }
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  await Promise.all([holder.end(), relief.end()]);
  await run;
  return { locks, error: outcome.error };
}

const waitsForTransaction = `SELECT 1 FROM pg_locks WHERE pid = $1 AND NOT granted AND locktype <> 'relation'`;

/**
 * Locks what can be locked without waiting, and keeps a snapshot, which CREATE INDEX CONCURRENTLY waits for.
 * What it reads is not counted. A SELECT locks the indexes of a table as well. LOCK TABLE refuses materialised views, CREATE INDEX does not.
 */
function hold(stage: Stage, weakened: ReadonlySet<number>, released: ReadonlySet<number>): string {
  const holder = ++holders;
  const steps = [...stage.relations.values()]
    .filter(({ oid, kind }) => HOLDABLE.has(kind) && !released.has(oid))
    .map(({ oid, name, kind }) => {
      if (weakened.has(oid)) return `SELECT 1 FROM ONLY ${name} WHERE false`;
      if (kind !== 'materialized view') return `LOCK TABLE ONLY ${name} IN ${stage.mode} MODE NOWAIT`;
      return stage.mode === 'SHARE' ? `CREATE INDEX held_${oid}_by_${holder} ON ${name} ((1))` : `SELECT 1 FROM ONLY ${name} WHERE false`;
    })
    .map((text) => `BEGIN EXECUTE $x$${text}$x$; EXCEPTION WHEN OTHERS THEN NULL; END;`);
  return `BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = '20ms'; SET LOCAL track_counts = off; DO $hold$ BEGIN ${steps.join('\n')} END $hold$`;
}

let holders = 0;
const HOLDABLE = new Set<Relation['kind']>(['table', 'partitioned table', 'materialized view']);
