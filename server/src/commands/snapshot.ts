import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { DatabaseError } from '../databases/database';
import { takeSnapshot } from '../databases/snapshot';
import { garbageCollector } from '../engine';
import { urlOfEnvironment } from './database';
import { Failure } from './failure';

export interface SnapshotOptions {
  readonly databaseUrl?: string;
  readonly exclude?: readonly string[];
}

/** `lockscope snapshot`: prints catalogue and statistics of a database as JSON, to commit or to use in a pipeline. */
export async function snapshot(options: SnapshotOptions): Promise<number> {
  const url = options.databaseUrl ?? urlOfEnvironment();
  if (url === undefined) throw new Failure('which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL');
  const takenAt = `${new Date().toISOString().slice(0, 19)}Z`;
  try {
    const collect = garbageCollector();
    let since = 0;
    await takeSnapshot(url, options.exclude ?? [], takenAt, async (piece) => {
      await written(piece);
      since += piece.length;
      if (since < MUCH) return;
      since = 0;
      collect?.();
    });
  } catch (error) {
    throw error instanceof DatabaseError ? new Failure(`database: ${error.message}`) : error;
  }
  return 0;
}

/** After how much text garbage is collected, in characters. */
const MUCH = 1_000_000;

/** How long a reader of standard output may keep the database waiting, in ms: the server ends sessions that stand still for ten seconds. */
const PATIENCE = 2000;

/** Resolves when the text is out of the way, or when that takes too long: then it is kept until somebody reads it. */
async function written(text: string): Promise<void> {
  if (process.stdout.write(text)) return;
  const given = new AbortController();
  const { signal } = given;
  await Promise.race([once(process.stdout, 'drain', { signal }), after(PATIENCE, undefined, { signal })]).catch(() => undefined);
  given.abort();
}
