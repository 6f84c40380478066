/** `npm run bench:estimate`: estimates beside what a real server took. */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { readContents } from '../../../server/src/databases/database';
import { readDatabase } from '../../../server/src/databases/postgres/connection';
import { expectedRows } from '../../../server/src/databases/postgres/explain';
import { readPace } from '../../../server/src/databases/postgres/pace';
import { takeSample } from '../../../server/src/databases/postgres/sample';
import { repositoryRoot } from '../../postgres/installation';
import { withServer, type Server } from '../../postgres/servers';
import { evict, underLoad } from './circumstances';
import { createTables, estimateOf, probesFor, runsOf, time, type Run } from './measure';
import { HELD_OUT } from './held-out';
import { readOptions, USAGE, type Options } from './options';
import { page, summary } from './page';
import { knownBefore, Store, type Circumstance } from './store';
import { FITTED } from './tables';
import type { Case, CaseSet, SetName } from './case';

const { sets: chosen, rows: sizes, circumstances, around, patience, end, only, resume, judge, write } = optionsOrExit();
const sets = [FITTED, HELD_OUT].filter(({ name }) => chosen.includes(name));
const major = 17;

/** As a server comes, but for memory and a checkpoint that does not fall into a measurement by chance. */
const SETTINGS = { shared_buffers: '512MB', fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', max_wal_size: '4GB', checkpoint_timeout: '15min', max_parallel_workers: '8', max_connections: '30' };

const store = new Store();
await loadPostgresParser();
if (!judge) {
  if (!resume) store.clear(sets.map(({ name }) => name));
  await withServer(major, measureAll, SETTINGS, 'disk');
}
const runs = runsOf(store);
if (runs.length === 0) throw new Error('nothing was measured: run it without --judge first');
console.log(`\n${summary(runs)}`);
if (write) writeFileSync(path.join(repositoryRoot(), 'docs', 'estimates.md'), page(runs, major, SETTINGS, cpus().length));

async function measureAll(server: Server): Promise<void> {
  for (const set of sets) for (const rows of sizes[set.name]) await measureSize(server, set, rows);
}

async function measureSize(server: Server, set: CaseSet, rows: number): Promise<void> {
  const wanted = circumstances.filter((circumstance) => (circumstance === 'warm' || around.has(rows)) && casesFor(set, rows, circumstance).length > 0);
  if (wanted.length === 0 || Date.now() > end) return;
  const started = Date.now();
  const client = await createTables(server, 'bench', set, rows);
  await lookAt(server, set, rows);
  console.log(`${set.name}, ${String(rows)} rows: tables made in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  for (const circumstance of wanted) {
    const run = (prepare: () => Promise<void>): Promise<void> => measure(server, client, set, rows, circumstance, prepare);
    const nothing = (): Promise<void> => Promise.resolve();
    if (circumstance === 'load') await underLoad(server, 'bench', () => run(nothing));
    else await run(circumstance === 'cold' ? () => evict(client) : nothing);
  }
  await client.end();
  console.log(`${set.name}, ${String(rows)} rows: ${((Date.now() - started) / 60_000).toFixed(1)} min in all`);
}

/** What is to be run still. */
function casesFor(set: CaseSet, rows: number, circumstance: Circumstance): readonly Case[] {
  const isDone = (name: SetName, sql: string): boolean => store.records().some((record) => record.set === name && record.rows === rows && record.circumstance === circumstance && record.sql === sql);
  return set.cases(rows, circumstance).filter(({ sql }) => sql.includes(only) && !isDone(set.name, sql));
}

/** What Lockscope can know of the database: catalogue and statistics, a sample, what the server expects changes to concern. */
async function lookAt(server: Server, set: CaseSet, rows: number): Promise<void> {
  const url = server.url('bench');
  const contents = await readContents(url);
  const known = knownBefore({ contents, samples: [], expected: {} }, undefined);
  const samples = await takeSample(url, probesFor(set, known));
  const expected: Record<string, number> = {};
  await readDatabase(url, async (reading) => {
    for (const { sql, data } of set.cases(rows, 'warm')) {
      const count = data === true ? await expectedRows(reading, { text: sql, searchPath: ['public'] }) : undefined;
      if (count !== undefined) expected[sql] = count;
    }
  });
  store.remember(set.name, rows, { contents, samples, expected });
}

async function measure(server: Server, client: Awaited<ReturnType<Server['connect']>>, set: CaseSet, rows: number, circumstance: Circumstance, prepare: () => Promise<void>): Promise<void> {
  const before = store.before({ set: set.name, rows });
  if (before === undefined) return;
  for (const example of casesFor(set, rows, circumstance)) {
    if (Date.now() > end) return;
    const { sql } = example;
    const pace = await readDatabase(server.url('bench'), readPace);
    const known = knownBefore(before, pace);
    const expected = estimateOf({ sql, known })?.runs?.likely;
    if (expected !== undefined && expected > patience) continue;
    const actual = await time(client, example, prepare);
    const record = { set: set.name, rows, circumstance, sql, actual, pace, load: loadavg()[0] ?? Number.NaN };
    store.add(record);
    console.log(line({ ...record, known, samples: before.samples, samplePace: undefined }));
  }
}

function optionsOrExit(): Options {
  try {
    const options = readOptions(process.argv.slice(2), Date.now());
    if (options.help) {
      console.log(USAGE);
      process.exit(0);
    }
    return options;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

function line(run: Run): string {
  const { rows, circumstance, actual, pace, sql } = run;
  const { low, likely, high } = estimateOf(run)?.runs ?? { low: NaN, likely: NaN, high: NaN };
  const figures = [actual, likely, low, high, pace?.numbers ?? NaN, pace?.texts ?? NaN].map((seconds) => seconds.toFixed(3).padStart(8)).join('');
  return `${String(rows).padStart(8)} ${circumstance} ${figures} ${(likely / actual).toFixed(2).padStart(5)}${actual >= low && actual <= high ? ' ' : '!'} ${sql}`;
}
