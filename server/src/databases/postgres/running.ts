import type { RunningStatement } from '../../core/estimate/history';
import { readDatabase } from './connection';
import { readProgress } from './progress';

/** How long a look may take, in ms: it is repeated while something runs. */
const PATIENCE = 2000;
/** The most sessions that are looked at. */
const MOST = 500;

/**
 * What other sessions of a database run just now, with how far they are where the server tells that (pg_stat_progress_*).
 * Statements of other users that are hidden from the role are left out, and those whose text the server has cut short do not match.
 */
export async function readRunning(url: string): Promise<readonly RunningStatement[]> {
  return readDatabase(url, async (reading) => {
    const rows = await reading.rows(
      `SELECT pid, query, pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - query_start), wait_event_type = 'Lock' AND wait_event = 'relation'
       FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid() AND state = 'active'
         AND backend_type = 'client backend' AND application_name <> 'lockscope' LIMIT ${String(MOST)}`,
    );
    if (rows.length === 0) return [];
    const progress = new Map((await readProgress(reading)).map((one) => [one.pid, one]));
    return rows.map(([pid, query, seconds, waits]): RunningStatement => {
      const { phase, done, total } = progress.get(Number(pid)) ?? {};
      return { text: String(query), seconds: Number(seconds), waitsForLock: waits === true, phase, share: done === undefined || total === undefined || total <= 0 ? undefined : Math.min(1, done / total) };
    });
  }, PATIENCE);
}
