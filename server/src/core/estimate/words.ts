import { bytesInWords, countInWords, durationInWords, rowsInWords, secondsInWords } from '../quantities';
import type { Ran, Running } from '../schema/speed';
import { statementsUnder } from './blocked';
import type { Basis, Batches, Duration, MigrationEstimate, StatementEstimate, Work } from './estimate';
import { Sums, type Together } from './sums';

/**
 * How long something takes, in words: "about 40 s (25 to 70)"; where the size is not known "about 1.2 s (0.8 to 3) for
 * each million rows"; where nothing is known "unknown: …", with the reason.
 */
export function timeInWords({ runs, perMillionRows, unknown }: Pick<StatementEstimate, 'runs' | 'perMillionRows' | 'unknown'>): string {
  if (runs !== undefined) return durationInWords(runs);
  if (perMillionRows !== undefined) return `${durationInWords(perMillionRows)} for each million rows`;
  return unknown === undefined ? 'unknown' : `unknown: ${unknown}`;
}

/** A whole migration in a sentence: "runs about 3 min (2 to 5), keeps reads and writes waiting about 40 s (25 to 70)". */
export function summaryInWords(estimate: MigrationEstimate): string {
  const { runs, blocksReads, blocksWrites, blocked, statements } = estimate;
  const of = (time: Duration | undefined, indexes: Iterable<number>): string => {
    if (time !== undefined) return durationInWords(time);
    const { perMillionRows, unknown } = together(estimate, indexes);
    return timeInWords({ runs: undefined, perMillionRows, unknown });
  };
  const waiting = (what: 'reads' | 'writes', time: Duration | undefined): string | undefined => {
    const under = statementsUnder(estimate.blocked, what);
    return under.size === 0 ? undefined : of(time, under);
  };
  const whole = `runs ${of(runs, statements.keys())}`;
  if (blocked.length === 0) return `${whole}, keeps neither reads nor writes waiting`;
  const [reads, writes] = [waiting('reads', blocksReads), waiting('writes', blocksWrites)];
  if (reads === writes) return `${whole}, keeps reads and writes waiting ${reads ?? ''}`;
  const parts = [reads === undefined ? undefined : `reads waiting ${reads}`, writes === undefined ? undefined : `writes waiting ${writes}`];
  return `${whole}, keeps ${parts.filter((part) => part !== undefined).join(', ')}`;
}

/** What an estimate rests on, in words. */
export function basisInWords(basis: Basis): string {
  return BASES[basis];
}

const BASES: Readonly<Record<Basis, string>> = {
  default: 'typical timings',
  catalog: 'sizes from the catalogue, typical timings',
  calibrated: 'sizes from the catalogue, timings of this server',
  rehearsed: 'sizes from the catalogue, a rehearsal on a part of the rows',
};

/** A piece of work: "builds users_email_idx: 2.1 M rows, reads 1.4 GB, writes 90 MB, about 12 s (8 to 20)". */
export function workInWords({ what, rows, bytesRead, bytesWritten, walBytes, seconds }: Work): string {
  const amounts = [
    rows === undefined ? undefined : rowsInWords(rows),
    some(bytesRead) ? `reads ${bytesInWords(bytesRead)}` : undefined,
    some(bytesWritten) ? `writes ${bytesInWords(bytesWritten)}` : undefined,
    some(walBytes) ? `WAL ${bytesInWords(walBytes)}` : undefined,
    seconds === undefined ? undefined : durationInWords(seconds),
  ].filter((amount) => amount !== undefined);
  return amounts.length === 0 ? what : `${what}: ${amounts.join(', ')}`;
}

/** Rows that are changed in parts: "in 210 batches of 10,000 rows, 21 s of it pauses". */
export function batchesInWords({ count, rows, pause }: Batches): string {
  return `in ${countInWords(count)} ${count === 1 ? 'batch' : 'batches'} of ${rowsInWords(rows)}${pause > 0 ? `, ${secondsInWords(pause)} of it pauses` : ''}`;
}

interface Seen extends Pick<StatementEstimate, 'runs'> {
  readonly ran?: Ran | undefined;
  readonly running?: Running | undefined;
}

/**
 * What was seen of a statement on the server: "took 12 s when it ran; the estimate was about 10 s (7 to 15)", "has been running for 8 s:
 * building index: scanning table, 43 %; the estimate is about 10 s (7 to 15)"; undefined where nothing was.
 */
export function ranInWords({ ran, running, runs }: Seen): string | undefined {
  if (running !== undefined) return `${runningInWords(running)}; ${runs === undefined ? 'it cannot be estimated' : `the estimate is ${durationInWords(runs)}`}`;
  if (ran === undefined) return undefined;
  const often = ran.isWatched === true ? 'by what was seen of it while it ran' : ran.calls === 1 ? 'when it ran' : `on average, ${String(ran.calls)} times`;
  const estimated = ran.estimated ?? runs;
  const beside = estimated === undefined ? 'it cannot be estimated' : `the estimate ${ran.estimated === undefined ? 'is' : 'was'} ${durationInWords(estimated)}`;
  return `took ${secondsInWords(ran.seconds)} ${often}; ${beside}`;
}

function runningInWords({ seconds, waitsForLock, phase, share }: Running): string {
  if (waitsForLock) return `has been waiting for its lock for ${secondsInWords(seconds)}`;
  const done = share === undefined ? '' : ` ${String(Math.floor(100 * share))} %`;
  return `has been running for ${secondsInWords(seconds)}${phase === undefined ? '' : `: ${phase}${done === '' ? '' : `,${done}`}`}`;
}

function some(bytes: number | undefined): bytes is number {
  return bytes !== undefined && bytes > 0;
}

/**
 * The time of several statements, added up as far as it is known.
 * @param indexes of the statements, each once
 */
export function together({ statements }: MigrationEstimate, indexes: Iterable<number>): Together {
  const chosen = [...indexes].map((index) => statements[index]);
  return Sums.of(chosen).over(0, chosen.length - 1);
}
