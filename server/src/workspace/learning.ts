import { DatabaseError } from '../databases/database';
import { probesInWords } from '../databases/learn';
import type { LearningPlan, LearnParams, LearnResult } from '../protocol';
import type { NamedDatabase } from './databases';
import type { Workspace } from './workspace';

/** What learning would read of the database that a document is judged by. Reads its catalogue. */
export async function learningPlan(uri: string, workspace: Workspace): Promise<LearningPlan | null> {
  const database = databaseOf(uri, workspace);
  if (database === undefined) return null;
  try {
    return { database: database.name, sample: probesInWords(await database.live.sample()) };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { database: database.name, sample: [] };
  }
}

/** Learns how fast the database of a document is. */
export async function learnFor({ uri, from }: LearnParams, workspace: Workspace, signal: AbortSignal, progress: (what: string, share: number) => void): Promise<LearnResult> {
  const database = databaseOf(uri, workspace);
  if (database === undefined) return { ok: false, problem: 'no database is connected for this document' };
  const { name, live } = database;
  if (from === 'forget') {
    live.forget();
    return { ok: true, calibration: null, summary: `what was learned of ${name} is forgotten` };
  }
  try {
    const probes = from === 'past' ? [] : await live.sample();
    const { calibration, timings, notes } = await live.learn({ probes, signal, progress });
    const learned = timings === 0 ? [] : [`estimates for ${name} rest on ${String(timings)} more ${timings === 1 ? 'timing' : 'timings'} of its server`];
    return { ok: true, calibration: timings === 0 ? null : calibration, summary: [...learned, ...notes].join('; ') };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { ok: false, problem: `${name} could not be read: ${error.message}` };
  }
}

function databaseOf(uri: string, workspace: Workspace): NamedDatabase | undefined {
  const data = workspace.read(uri)?.data;
  return data?.kind === 'connection' ? data.database : undefined;
}
