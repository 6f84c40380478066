import { existsSync, writeFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Known, RanStatement } from '../core/estimate/past';
import type { Calibration } from '../core/schema/speed';
import { DatabaseError } from '../databases/database';
import { learn, probesInWords, sampleOf } from '../databases/learn';
import { urlOfEnvironment } from './database';
import { Failure, fileFailure } from './failure';
import { keptCalibration } from './kept-calibration';
import { warn } from './output';

/** The options that say what a server's own timings are to teach, and where that is kept. */
interface CalibrationOptions {
  readonly databaseUrl?: string;
  readonly calibrate?: boolean;
  readonly sample?: boolean;
  readonly calibration?: string;
}

interface Calibrated {
  /** Undefined where nothing was ever learned. */
  readonly calibration: Calibration | undefined;
  readonly past: readonly RanStatement[];
}

/** What is known of the server's speed: nothing, what a file keeps, or what was just learned. Throws a {@link Failure}. */
export async function calibration({ databaseUrl, calibrate: learns = false, sample = false, calibration: path }: CalibrationOptions, known: Known): Promise<Calibrated> {
  const before = path === undefined || ((learns || sample) && !existsSync(path)) ? undefined : keptCalibration(path);
  if (!learns && !sample) return { calibration: before, past: [] };
  const url = databaseUrl ?? urlOfEnvironment();
  if (url === undefined) throw new Failure(`${learns ? '--calibrate' : '--sample'}: which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL`);
  const probes = sample ? sampleOf(known) : [];
  // What will be read is said before it is.
  if (probes.length > 0) warn(`reading for up to 2 s: ${probesInWords(probes).join(', ')}`);
  const progress = isatty(2) ? { progress: (what: string) => { warn(what); } } : {};
  try {
    const { calibration: after, past, notes, timings } = await learn(url, known, { past: learns, probes, before, signal: cancelled(), ...progress });
    for (const note of notes) warn(note);
    if (timings > 0) warn(`learned from ${String(timings)} ${timings === 1 ? 'timing' : 'timings'}`);
    if (path !== undefined && timings > 0) keep(path, after);
    return { calibration: after, past };
  } catch (error) {
    throw error instanceof DatabaseError ? new Failure(`database: ${error.message}`) : error;
  }
}

/** Ctrl+C ends the sample, and what is known by then counts; a second one ends the program. */
function cancelled(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort();
  });
  return controller.signal;
}

function keep(path: string, value: Calibration): void {
  try {
    writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
  } catch (error) {
    throw fileFailure(path, error);
  }
}
