import type { Progress } from '../../core/blockers/activity';
import { objectName } from '../../core/schema/names';
import { textOrNothing } from './cells';
import type { Reading } from './connection';

/** The views that tell how far a command is (manual, "Progress Reporting"): what each calls its command, and what is done of what. */
const VIEWS: readonly { readonly view: string; readonly since: number; readonly command: string; readonly done: string; readonly total: string }[] = [
  {
    view: 'pg_stat_progress_create_index',
    since: 120000,
    command: 'v.command',
    // Waiting phases count sessions, sorting ones rows, scanning ones blocks.
    done: "CASE WHEN v.phase LIKE 'waiting%' THEN v.lockers_done WHEN v.blocks_total > 0 THEN v.blocks_done ELSE v.tuples_done END",
    total: "CASE WHEN v.phase LIKE 'waiting%' THEN v.lockers_total WHEN v.blocks_total > 0 THEN v.blocks_total ELSE v.tuples_total END",
  },
  { view: 'pg_stat_progress_vacuum', since: 120000, command: "'VACUUM'", done: 'v.heap_blks_scanned', total: 'v.heap_blks_total' },
  { view: 'pg_stat_progress_cluster', since: 120000, command: 'v.command', done: 'v.heap_blks_scanned', total: 'v.heap_blks_total' },
  { view: 'pg_stat_progress_analyze', since: 130000, command: "'ANALYZE'", done: 'v.sample_blks_scanned', total: 'v.sample_blks_total' },
  { view: 'pg_stat_progress_copy', since: 140000, command: 'v.command', done: 'v.bytes_processed', total: 'v.bytes_total' },
];

/** How far long commands in this database are. */
export async function readProgress(reading: Reading): Promise<readonly Progress[]> {
  const views = VIEWS.filter(({ since }) => reading.versionNumber >= since);
  const queries = views.map(({ view, command, done, total }) => {
    const phase = view === 'pg_stat_progress_copy' ? 'NULL' : 'v.phase';
    return `SELECT v.pid, ${command}, n.nspname, c.relname, ${phase}, (${done})::float8, (${total})::float8 FROM pg_catalog.${view} v
      LEFT JOIN pg_catalog.pg_class c ON c.oid = v.relid LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE v.datname = pg_catalog.current_database()`;
  });
  const rows = await reading.rows(`${queries.join(' UNION ALL ')} ORDER BY 1`);
  return rows.map(([pid, command, schema, name, phase, done, total]) => ({
    pid: Number(pid),
    command: textOrNothing(command) ?? 'a command',
    relation: typeof name === 'string' ? objectName(String(schema), name) : undefined,
    phase: textOrNothing(phase),
    done: done === null ? undefined : Number(done),
    total: total === null ? undefined : Number(total),
  }));
}
