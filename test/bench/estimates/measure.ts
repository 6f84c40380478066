import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { analyze } from '../../../server/src/core/analyze';
import type { CostConstants } from '../../../server/src/core/estimate/constants';
import type { StatementEstimate } from '../../../server/src/core/estimate/estimate';
import { estimateMigration } from '../../../server/src/core/estimate/migration';
import type { Analysis } from '../../../server/src/core/analysis';
import { objectName } from '../../../server/src/core/schema/names';
import { planSample, type Probe, type Sampled } from '../../../server/src/databases/postgres/sample';
import { createMemo } from '../../../server/src/core/memo';
import { knownDatabase, type KnownDatabase } from '../../../server/src/core/snapshot';
import { readContents } from '../../../server/src/databases/database';
import type { Server } from '../../postgres/servers';
import { CASES, tables, type Case } from './tables';

/** One migration, run. */
export interface Run {
  readonly rows: number;
  readonly circumstance: 'warm' | 'cold' | 'load';
  readonly sql: string;
  /** Seconds. */
  readonly actual: number;
  /** Seconds of a processor that the session used. */
  readonly processor: number | undefined;
  /** The database just before it. */
  readonly known: KnownDatabase;
  readonly samples: readonly Sampled[];
}

/** A database with the benchmark's tables of a size. */
export async function createTables(server: Server, database: string, rows: number): Promise<pg.Client> {
  const admin = await server.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${database}`);
  await admin.query(`CREATE DATABASE ${database}`);
  await admin.end();
  const client = await server.connect(database);
  for (const sql of tables(rows)) await client.query(sql);
  await client.query('VACUUM (ANALYZE)');
  await client.query('CHECKPOINT');
  return client;
}

/** What is known of a database: catalogue and statistics. */
export async function lookAt(server: Server, database: string): Promise<KnownDatabase> {
  const { version, ...contents } = await readContents(server.url(database));
  return knownDatabase({ ...contents, server: { dialect: 'postgresql', version } }, 'connection');
}

/** How long a statement took, in seconds: by the clock, and of a processor's time, which others on the machine change less. */
export interface Took {
  readonly clock: number;
  readonly processor: number | undefined;
}

/** Runs one migration and undoes it. */
export async function time(client: pg.Client, { sql, table, data, outside }: Case, before: () => Promise<void>): Promise<Took> {
  await client.query(`SELECT count(*) FROM ${table}`);
  await client.query('CHECKPOINT');
  await before();
  if (outside === undefined) await client.query('BEGIN');
  const pid = Number((await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid);
  const spent = processorTime(pid);
  const started = process.hrtime.bigint();
  try {
    await client.query(sql);
    const clock = Number(process.hrtime.bigint() - started) / 1e9;
    const after = processorTime(pid);
    return { clock, processor: spent === undefined || after === undefined ? undefined : after - spent };
  } finally {
    await client.query(outside ?? 'ROLLBACK');
    if (data === true) await client.query(`VACUUM (FULL, ANALYZE) ${table}`);
  }
}

/** Seconds that a process has used of a processor, where Linux tells (proc(5): utime and stime in hundredths). */
function processorTime(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

export function casesFor(filter: string | undefined): readonly Case[] {
  return filter === undefined ? CASES : CASES.filter(({ sql }) => sql.includes(filter));
}

/** The estimate of a run's only statement, as Lockscope gives it. */
export function estimateOf(run: Pick<Run, 'sql' | 'known'>, constants: CostConstants): StatementEstimate | undefined {
  return estimateMigration(analysisOf(run), run.known.statistics, constants).statements[0];
}

export function analysisOf({ sql, known }: Pick<Run, 'sql' | 'known'>): Analysis {
  const { target, schema, statistics } = known;
  return analyze({ path: 'migrations/1.sql', text: sql, target, schema, statistics, options: { lockBudget: 500, batchSize: 10_000 }, severities: {}, tool: undefined }, createMemo());
}

/** What a sample of the database would read: by a number and by a text. */
export function probesFor({ statistics }: KnownDatabase): readonly Probe[] {
  const columns = [['narrow', 'random'], ['narrow', 'word'], ['wide', 'g'], ['skewed', 'weight']] as const;
  return planSample(
    columns.flatMap(([table, column]) => {
      const relation = objectName('public', table);
      const { rows, bytes } = statistics.sizeOf(relation) ?? {};
      return rows === undefined || bytes === undefined ? [] : [{ relation, column, rows, bytes }];
    }),
  );
}
