import { blockersReport, migrationLocks } from '../core/blockers/report';
import { DatabaseError, readActivityOf } from '../databases/database';
import type { BlockersAnswer } from '../protocol';
import type { Workspace } from './workspace';

/** Who would block an open migration now. Reads the database once, in a session of its own. */
export async function blockersOf(uri: string, workspace: Workspace): Promise<BlockersAnswer> {
  const reading = workspace.read(uri);
  if (reading?.state !== 'analysed') return { state: 'unknown', reason: 'This document is not a migration that Lockscope analyses.' };
  const { data, analysis, input } = reading;
  if (data?.kind !== 'connection') return { state: 'unknown', reason: 'No database is connected. Connect one to see who would block this migration.' };
  const { name, live } = data.database;
  try {
    const activity = await readActivityOf(live.url);
    return { state: 'read', database: name, readAt: Date.now(), report: blockersReport(migrationLocks(analysis), activity, input.statistics) };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { state: 'unknown', reason: `${name} could not be read: ${error.message}` };
  }
}
