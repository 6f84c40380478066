import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { knownDatabase, type KnownDatabase } from '../../../server/src/core/snapshot';
import type { Pace } from '../../../server/src/core/schema/speed';
import type { DatabaseContents } from '../../../server/src/databases/database';
import type { Sampled } from '../../../server/src/databases/postgres/sample';
import { repositoryRoot } from '../../postgres/installation';
import type { SetName } from './case';

export const CIRCUMSTANCES = ['warm', 'cold', 'load'] as const;
export type Circumstance = (typeof CIRCUMSTANCES)[number];

/** What Lockscope knew of the benchmark's database of a size, before its migrations. */
interface Before {
  readonly contents: DatabaseContents;
  readonly samples: readonly Sampled[];
  /** How many rows the server expects the statements to change. */
  readonly expected: Readonly<Record<string, number>>;
}

/** What one run of a migration took. */
export interface Measured {
  readonly set: SetName;
  readonly rows: number;
  readonly circumstance: Circumstance;
  readonly sql: string;
  /** Seconds. */
  readonly actual: number;
  /** The server's pace just before it. */
  readonly pace: Pace | undefined;
  /** Processes that wanted to run, on average over the last minute. */
  readonly load: number;
}

/** What the benchmark has measured so far, in files: an interrupted one goes on, and a new model is judged by old timings. */
export class Store {
  constructor(private readonly folder = path.join(repositoryRoot(), '.cache', 'bench', 'estimates')) {
    mkdirSync(folder, { recursive: true });
  }

  /** Forgets what was measured of some sets. */
  clear(sets: readonly SetName[]): void {
    const kept = this.records().filter(({ set }) => !sets.includes(set));
    writeFileSync(this.runs, kept.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }

  add(record: Measured): void {
    appendFileSync(this.runs, `${JSON.stringify(record)}\n`);
  }

  records(): readonly Measured[] {
    if (!existsSync(this.runs)) return [];
    const lines = readFileSync(this.runs, 'utf8').split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Measured);
  }

  remember(set: SetName, rows: number, before: Before): void {
    writeFileSync(this.fileOf(set, rows), JSON.stringify(before));
  }

  before({ set, rows }: Pick<Measured, 'set' | 'rows'>): Before | undefined {
    const file = this.fileOf(set, rows);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Before) : undefined;
  }

  private get runs(): string {
    return path.join(this.folder, 'runs.jsonl');
  }

  private fileOf(set: SetName, rows: number): string {
    return path.join(this.folder, `${set}-${String(rows)}.json`);
  }
}

/** What Lockscope knows of the database for one run: as it was, with the pace of the moment. */
export function knownBefore({ contents, expected }: Before, pace: Pace | undefined): KnownDatabase {
  const { catalog, sizes, settings, version } = contents;
  const known = knownDatabase({ catalog, sizes, settings: { ...settings, ...(pace === undefined ? {} : { pace }) }, server: { dialect: 'postgresql', version } }, 'connection');
  return { ...known, statistics: { ...known.statistics, changedBy: ({ text }) => expected[text] } };
}
