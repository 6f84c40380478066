import type pg from 'pg';
import { analyze } from '../../../server/src/core/analyze';
import type { StatementEstimate } from '../../../server/src/core/estimate/estimate';
import { estimateMigration } from '../../../server/src/core/estimate/migration';
import type { Analysis } from '../../../server/src/core/analysis';
import { objectName } from '../../../server/src/core/schema/names';
import { planSample, type Probe, type Sampled } from '../../../server/src/databases/postgres/sample';
import { createMemo } from '../../../server/src/core/memo';
import { type KnownDatabase } from '../../../server/src/core/snapshot';
import type { Server } from '../../postgres/servers';
import type { Calibration, Pace } from '../../../server/src/core/schema/speed';
import { knownBefore, type Measured, type Store } from './store';
import type { Case, CaseSet } from './case';

/** One migration, run, with what Lockscope knew before it. */
export interface Run extends Measured {
  readonly known: KnownDatabase;
  readonly samples: readonly Sampled[];
  /** The pace while the sample was taken. */
  readonly samplePace: Pace | undefined;
}

/** Everything that was measured. */
export function runsOf(store: Store): readonly Run[] {
  return store.records().flatMap((record) => {
    const before = store.before(record);
    return before === undefined ? [] : [{ ...record, known: knownBefore(before, record.pace), samples: before.samples, samplePace: before.contents.settings.pace }];
  });
}

/** A database with the benchmark's tables of a set and size. */
export async function createTables(server: Server, database: string, set: CaseSet, rows: number): Promise<pg.Client> {
  const admin = await server.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${database}`);
  await admin.query(`CREATE DATABASE ${database}`);
  await admin.end();
  const client = await server.connect(database);
  for (const sql of set.tables(rows)) await client.query(sql);
  await client.query('VACUUM (ANALYZE)');
  await client.query('CHECKPOINT');
  return client;
}

/** A gap between two beats that no garbage collection explains, in ms. */
const STANDSTILL = 1000;

/** Runs one migration and undoes it. Gives the seconds that it took. What was timed while the machine stood still is timed again. */
export async function time(client: pg.Client, example: Case, before: () => Promise<void>): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    let [last, longest] = [Date.now(), 0];
    const beat = (): void => {
      [longest, last] = [Math.max(longest, Date.now() - last), Date.now()];
    };
    const beats = setInterval(beat, 50);
    const seconds = await timeOnce(client, example, before);
    clearInterval(beats);
    beat();
    if (longest < STANDSTILL || attempt === 5) return seconds;
  }
}

async function timeOnce(client: pg.Client, { sql, table, data, outside }: Case, before: () => Promise<void>): Promise<number> {
  await client.query(`SELECT count(*) FROM ${table}`);
  await client.query('CHECKPOINT');
  await before();
  if (outside === undefined) await client.query('BEGIN');
  const started = process.hrtime.bigint();
  try {
    await client.query(sql);
    return Number(process.hrtime.bigint() - started) / 1e9;
  } finally {
    await client.query(outside ?? 'ROLLBACK');
    if (data === true) await client.query(`VACUUM (FULL, ANALYZE) ${table}`);
  }
}

/** The estimate of a run's only statement, as Lockscope gives it. */
export function estimateOf(run: Pick<Run, 'sql' | 'known'>, calibration?: Calibration): StatementEstimate | undefined {
  return estimateMigration(analysisOf(run), { ...run.known.statistics, ...(calibration === undefined ? {} : { calibration }) }).statements[0];
}

export function analysisOf({ sql, known }: Pick<Run, 'sql' | 'known'>): Analysis {
  const { target, schema, statistics } = known;
  return analyze({ path: 'migrations/1.sql', text: sql, target, schema, statistics, options: { lockBudget: 500, batchSize: 10_000 }, severities: {}, tool: undefined }, createMemo());
}

/** What a sample of the database would read: by a number and by a text. */
export function probesFor({ probed }: CaseSet, { statistics }: KnownDatabase): readonly Probe[] {
  return planSample(
    probed.flatMap(([table, column]) => {
      const relation = objectName('public', table);
      const { rows, bytes } = statistics.sizeOf(relation) ?? {};
      return rows === undefined || bytes === undefined ? [] : [{ relation, column, rows, bytes }];
    }),
  );
}
