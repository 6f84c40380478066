/** How long a migration keeps reads or writes out, measured on a server while others read and write. */
import type pg from 'pg';
import { createParseMemo, statementsOf } from '../../../server/src/core/sql/postgres/parse';
import type { Server } from '../servers';

export interface Held {
  readonly error: string | undefined;
  /** The strongest mode, as its place in MODES, that was held, or waited for, for more than an instant; -1 for none. */
  readonly strongest: number;
  /** The longest time without a pause that locks were held, or waited for, which keep readers out, in ms. */
  readonly readers: number;
  /** The same for locks that keep writers out, those that keep readers out among them. */
  readonly writers: number;
  /** The longest that one statement of the writer took, in ms: locks of rows and of keys count, too. */
  readonly waits: number;
}

/** From the weakest to the strongest (manual, Table-Level Locks). */
export const MODES = ['AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'];

/** Longer than this is not an instant, in ms. */
export const INSTANT = 50;

/** Modes that conflict with ROW EXCLUSIVE, which writers take, and those that conflict with readers' ACCESS SHARE (manual, Table-Level Locks). */
const KEEP_WRITERS_OUT = ['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'];
const KEEP_READERS_OUT = ['AccessExclusiveLock'];

/** Between two looks at pg_locks, in ms. */
const PAUSE = 7;

/** How long a query in the way reads its table, in ms. */
const QUERY = 300;

export interface Circumstances {
  /** The relations that were there before: only locks on them count. */
  readonly existing: readonly string[];
  /** A query and a change that an application might run over and over. */
  readonly traffic: readonly [read: string, write: string];
  /** A table that somebody is reading when the script comes. */
  readonly queue: string | undefined;
}

/** Runs a script in a database, with a reader and a writer beside it. */
export async function measure(server: Server, database: string, script: string, { existing, traffic, queue }: Circumstances): Promise<Held> {
  const [migrator, watcher, reader, writer, slow] = await Promise.all([1, 2, 3, 4, 5].map(() => server.connect(database)));
  if (migrator === undefined || watcher === undefined || reader === undefined || writer === undefined || slow === undefined) throw new Error('no sessions');
  let running = true;
  const isRunning = (): boolean => running;
  const { rows } = await migrator.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const samples: { readonly at: number; readonly readers: boolean; readonly writers: boolean; readonly strongest: number }[] = [];
  const watch = async (): Promise<void> => {
    const { rows: relations } = await watcher.query<{ oid: string; view: boolean }>("SELECT oid::text, relkind = 'm' AS view FROM pg_class WHERE oid = ANY ($1::regclass[]::oid[])", [existing]);
    const views = new Set(relations.flatMap(({ oid, view }) => (view ? [oid] : [])));
    const look = { name: 'watch', text: LOCKS, values: [rows[0]?.pid, relations.map(({ oid }) => oid)] };
    while (isRunning()) {
      const { rows: held } = await watcher.query<{ relation: string; mode: string }>(look);
      // Nobody writes to a materialised view: there only what keeps readers out counts.
      const modes = held.filter(({ relation, mode }) => !views.has(relation) || KEEP_READERS_OUT.includes(mode)).map(({ mode }) => mode);
      const strongest = Math.max(-1, ...held.map(({ mode }) => MODES.indexOf(mode)));
      samples.push({ at: performance.now(), strongest, readers: modes.some((mode) => KEEP_READERS_OUT.includes(mode)), writers: modes.some((mode) => KEEP_WRITERS_OUT.includes(mode)) });
      await pause(PAUSE);
    }
  };
  const repeat = async (client: pg.Client, sql: string): Promise<number> => {
    let longest = 0;
    while (isRunning()) {
      const start = performance.now();
      // A column that the migration drops or renames is the migration's business: the traffic goes on.
      await client.query(sql).catch(() => undefined);
      longest = Math.max(longest, performance.now() - start);
      await pause(10);
    }
    return longest;
  };
  const others = [watch(), repeat(reader, traffic[0])];
  const writes = repeat(writer, traffic[1]);
  await pause(30);
  if (queue !== undefined) await slow.query(`BEGIN; SELECT count(*) FROM (SELECT FROM ${queue} LIMIT 1) AS one`);
  const read = pause(queue === undefined ? 0 : QUERY).then(() => slow.query('COMMIT'));
  const error = await run(migrator, script);
  running = false;
  await Promise.all([...others, read]);
  const waits = await writes;
  await Promise.all([migrator, watcher, reader, writer, slow].map((client) => client.end()));
  const strongest = MODES.findLastIndex((_, mode) => longest(samples, (sample) => sample.strongest >= mode) > INSTANT);
  return { error, waits, strongest, readers: longest(samples, ({ readers }) => readers), writers: longest(samples, ({ writers }) => writers) };
}

// Who waits for a lock holds up others like one who has it.
const LOCKS = `SELECT relation::text, mode FROM pg_locks WHERE pid = $1 AND locktype = 'relation' AND relation = ANY ($2::oid[])`;

/** Each statement by itself, as psql sends them. */
async function run(client: pg.Client, script: string): Promise<string | undefined> {
  for (const { parsed } of statementsOf(script, createParseMemo())) {
    try {
      await client.query(parsed.text);
    } catch (error) {
      return `${String(error)} in: ${parsed.text}`;
    }
  }
  return undefined;
}

/** From the first to the last sample of the longest row of samples that show it. A lock seen once counts as no time: it was held for less than a pause. */
function longest<Sample extends { readonly at: number }>(samples: readonly Sample[], shows: (sample: Sample) => boolean): number {
  let most = 0;
  let since: number | undefined;
  for (const sample of samples) {
    since = shows(sample) ? (since ?? sample.at) : undefined;
    if (since !== undefined) most = Math.max(most, sample.at - since);
  }
  return most;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
