import { existsSync, writeFileSync } from 'node:fs';
import type { Analysis } from '../core/analysis';
import { calibrate, NOT_CALIBRATED, readCalibration } from '../core/estimate/calibration';
import type { MigrationEstimate } from '../core/estimate/estimate';
import { compare, timingsOfPast, timingsOfSamples, type Known, type RanStatement } from '../core/estimate/past';
import { durationInWords, rowsInWords, secondsInWords } from '../core/quantities';
import { displayName, type RelationName } from '../core/schema/names';
import type { Calibration } from '../core/schema/speed';
import { DatabaseError } from '../databases/database';
import { planSample, takeSample } from '../databases/postgres/sample';
import { readPastStatements } from '../databases/postgres/timings';
import { urlOfEnvironment } from './database';
import { Failure, fileFailure } from './failure';
import { warn } from './output';
import { readTextFile } from './text-file';

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
  const before = path === undefined || ((learns || sample) && !existsSync(path)) ? undefined : kept(path);
  if (!learns && !sample) return { calibration: before, past: [] };
  const url = databaseUrl ?? urlOfEnvironment();
  if (url === undefined) throw new Failure(`${learns ? '--calibrate' : '--sample'}: which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL`);
  try {
    const past = learns ? await pastOf(url) : [];
    const samples = sample ? await samplesOf(url, known) : [];
    const timings = [...timingsOfPast(past, known), ...timingsOfSamples(samples, known)];
    if (timings.length === 0) warn('nothing was learned: estimates rest on typical timings');
    const after = calibrate(timings, before ?? NOT_CALIBRATED, known.statistics.settings?.pace);
    if (path !== undefined) keep(path, after);
    return { calibration: after, past };
  } catch (error) {
    throw error instanceof DatabaseError ? new Failure(`database: ${error.message}`) : error;
  }
}

async function pastOf(url: string): Promise<readonly RanStatement[]> {
  const found = await readPastStatements(url);
  if (found.available) return found.statements;
  warn(`no past timings: ${found.why}`);
  return [];
}

/** Says what will be read before it is. */
async function samplesOf(url: string, { schema, statistics }: Known): Promise<Awaited<ReturnType<typeof takeSample>>> {
  const tables = [...schema.relations.values()].flatMap((relation) => {
    if (relation.kind !== 'table' || relation.partial === true) return [];
    const { rows, bytes } = statistics.sizeOf(relation.name) ?? {};
    const column = relation.columns.find(({ type }) => SORTABLE.test(type.name) && !type.array);
    return rows === undefined || bytes === undefined || column === undefined ? [] : [{ relation: relation.name, column: column.name, rows, bytes }];
  });
  const probes = planSample(tables);
  const parts = new Map<RelationName, string>(probes.map(({ relation, rows, percent }) => [relation, `about ${rowsInWords((rows * percent) / 100)} of ${displayName(relation)}`]));
  if (probes.length === 0) return [];
  warn(`reading for up to 2 s: ${[...parts.values()].join(', ')}`);
  return takeSample(url, probes);
}

const SORTABLE = /^pg_catalog\.(?:int[248]|text|varchar|timestamptz?|date|uuid)$/u;

function kept(path: string): Calibration {
  let value: unknown;
  try {
    value = JSON.parse(readTextFile(path).text);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${path}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const read = readCalibration(value);
  if (read === undefined) throw new Failure(`${path}: not a calibration, as --calibrate writes it`);
  return read;
}

function keep(path: string, value: Calibration): void {
  try {
    writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** Statements of the migration that ran already, beside what is estimated. */
export function sayWhatRan(analysis: Analysis, estimate: MigrationEstimate, past: readonly RanStatement[]): void {
  if (past.length === 0) return;
  for (const { index, estimated, actual, calls } of compare(analysis, estimate, past)) {
    const line = analysis.lines.positionAt(analysis.statements[index]?.span.offset ?? 0).line + 1;
    const beside = estimated === undefined ? 'it cannot be estimated' : `the estimate is ${durationInWords(estimated)}`;
    warn(`${analysis.path}:${String(line)} ran ${calls === 1 ? 'once' : `${String(calls)} times`} already and took ${secondsInWords(actual)}; ${beside}`);
  }
}
