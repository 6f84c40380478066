import { calibrate, NOT_CALIBRATED } from '../core/estimate/calibration';
import { timingsOfPast, timingsOfSamples, type Known, type RanStatement } from '../core/estimate/past';
import { rowsInWords } from '../core/quantities';
import { displayName, type RelationName } from '../core/schema/names';
import type { Calibration } from '../core/schema/speed';
import { planSample, takeSample, type Probe, type Sampled } from './postgres/sample';
import { readPastStatements } from './postgres/timings';

/** What is to be learned of a server, and how. */
export interface Lesson {
  /** From what past statements took. */
  readonly past: boolean;
  /** What a sample reads; nothing for none. */
  readonly probes: readonly Probe[];
  readonly before: Calibration | undefined;
  readonly signal?: AbortSignal;
  /** Is told what is being done, and how much of all is done, 0 to 1. */
  readonly progress?: (what: string, share: number) => void;
}

export interface Learned {
  readonly calibration: Calibration;
  /** Timings that taught something. */
  readonly timings: number;
  readonly past: readonly RanStatement[];
  /** What could not be learned, and why, as sentences without a full stop. */
  readonly notes: readonly string[];
}

/**
 * Learns how fast a server is from its past statements and from samples of its tables. Reads only, as planned. Throws a
 * `DatabaseError` where the server cannot be read.
 */
export async function learn(url: string, known: Known, { past: wantsPast, probes, before, signal, progress }: Lesson): Promise<Learned> {
  const notes: string[] = [];
  let past: readonly RanStatement[] = [];
  if (wantsPast) {
    progress?.('reading past timings', 0);
    const found = await readPastStatements(url);
    if (found.available) past = found.statements;
    else notes.push(`no past timings: ${found.why}`);
  }
  let samples: readonly Sampled[] = [];
  if (probes.length > 0 && signal?.aborted !== true) {
    samples = await takeSample(url, probes, {
      ...(signal === undefined ? {} : { signal }),
      progress: ({ kind, relation }, index) => progress?.(`${kind === 'scan' ? 'reading' : 'sorting'} a part of ${displayName(relation)}`, (index + 1) / (probes.length + 1)),
    });
  }
  const timings = [...timingsOfPast(past, known), ...timingsOfSamples(samples, known)];
  if (timings.length === 0) notes.push('nothing was learned: estimates rest on typical timings');
  return { calibration: calibrate(timings, before ?? NOT_CALIBRATED, known.statistics.settings?.pace), timings: timings.length, past, notes };
}

/** What a sample of a database would read; nothing where its tables are too small to tell anything. */
export function sampleOf({ schema, statistics }: Known): readonly Probe[] {
  const tables = [...schema.relations.values()].flatMap((relation) => {
    if (relation.kind !== 'table' || relation.partial === true) return [];
    const { rows, bytes } = statistics.sizeOf(relation.name) ?? {};
    const column = relation.columns.find(({ type }) => SORTABLE.test(type.name) && !type.array);
    return rows === undefined || bytes === undefined || column === undefined ? [] : [{ relation: relation.name, column: column.name, rows, bytes }];
  });
  return planSample(tables);
}

const SORTABLE = /^pg_catalog\.(?:int[248]|text|varchar|timestamptz?|date|uuid)$/u;

/** What probes read, for people: "about 150 k rows of orders". */
export function probesInWords(probes: readonly Probe[]): readonly string[] {
  const parts = new Map<RelationName, string>(probes.map(({ relation, rows, percent }) => [relation, `about ${rowsInWords((rows * percent) / 100)} of ${displayName(relation)}`]));
  return [...parts.values()];
}
