/** Databases in which scripts run one after the other, each over a world made anew. */
import type pg from 'pg';
import { fingerprint, PREPARED, runScript } from '../proof';
import type { Server } from '../servers';
import { openTraffic, unmarked, type Dependence, type Traffic } from './traffic';

export interface Outcome {
  /** The server's message where the script did not run to its end. */
  readonly error: string | undefined;
  /** What it left behind; nothing after an error. */
  readonly lines: readonly string[];
  /** Whether it left a transaction open. */
  readonly open: boolean;
}

export interface Lanes {
  /**
   * Runs a script over a world: as psql would, statement by statement, with a reader and a writer beside it.
   * @param original the migration that it comes from, where it is a fix
   */
  run(world: string, script: string, original?: string): Promise<Outcome>;
  /** Hands over a session in an emptied database, with those who may be at work beside it, and takes it back when `use` has settled. */
  within<T>(use: (client: pg.Client, traffic: Traffic) => Promise<T>): Promise<T>;
  /**
   * Does something else over a world, beside them.
   * @param original what it comes from, as SQL
   * @param task says what went wrong
   */
  work(world: string, original: string, task: (client: pg.Client) => Promise<string | undefined>): Promise<Outcome>;
  /**
   * The same for what a fix is compared with. Migrations may have deadlocks with others, fixes may not: one that has them
   * time and again runs with nobody beside it.
   */
  originally: Lanes['work'];
}

interface Lane {
  readonly client: pg.Client;
  readonly traffic: Traffic;
  /** How many worlds it has seen. */
  worlds: number;
}

/** After so many worlds the catalogues are rid of the rows of those that are gone: what a query reads of them would grow from world to world. */
const WORLDS = 10;

/** As many databases as shall be worked in at once; scripts wait for the next free one. */
export async function openLanes(server: Server, count: number): Promise<Lanes> {
  const admin = await server.connect();
  const free: Lane[] = [];
  for (let lane = 1; lane <= count; lane++) {
    await admin.query(`CREATE DATABASE lane_${lane}`);
    // Ten seconds in these servers, which is long where somebody really waits for it.
    await admin.query(`ALTER DATABASE lane_${lane} SET deadlock_timeout = '200ms'`);
    const client = await server.connect(`lane_${lane}`);
    free.push({ client, traffic: await openTraffic(server, `lane_${lane}`, client), worlds: 0 });
  }
  await admin.end();
  const waiting: ((lane: Lane) => void)[] = [];
  async function within<T>(use: (client: pg.Client, traffic: Traffic) => Promise<T>): Promise<T> {
    const lane = free.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
    const { client, traffic } = lane;
    try {
      // Quicker than a copy of a template database, which is some 300 files and 8 MB.
      await client.query(`ROLLBACK; ${EMPTY}`);
      lane.worlds += 1;
      if (lane.worlds % WORLDS === 0) await client.query('VACUUM (TRUNCATE false) pg_attribute, pg_class, pg_type, pg_index, pg_depend, pg_constraint, pg_rewrite, pg_attrdef, pg_proc, pg_description');
      return await use(client, traffic);
    } finally {
      client.removeAllListeners('notice');
      const next = waiting.shift();
      if (next === undefined) free.push(lane);
      else next(lane);
    }
  }
  const work: Lanes['work'] = (world, original, task) => within((client, traffic) => workIn(client, traffic, world, original, task));
  const originally: Lanes['originally'] = async (world, original, task) => {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const outcome = await work(world, original, task);
      if (outcome.error?.includes('deadlock') !== true) return outcome;
    }
    return within((client) => workIn(client, undefined, world, original, task));
  };
  const run: Lanes['run'] = (world, script, original = script) => (script === original ? originally : work)(world, original, (client) => runScript(client, script));
  return { within, work, originally, run };
}

async function workIn(client: pg.Client, traffic: Traffic | undefined, world: string, original: string, task: (client: pg.Client) => Promise<string | undefined>): Promise<Outcome> {
  await client.query(world);
  const { value, settled, deadlock } = (await traffic?.beside(original, dependenceOf(original), () => task(client))) ?? { value: await task(client), settled: true, deadlock: false };
  const error = value ?? (deadlock ? 'a deadlock with it stopped a reader or a writer' : undefined);
  if (error !== undefined) return { error, lines: [], open: false };
  const { rows } = await client.query<{ open: boolean }>(`SELECT now() <> statement_timestamp() AS open`);
  const lines = await fingerprint(client);
  await client.query('ROLLBACK');
  return { error, lines: settled ? lines : unmarked(lines), open: rows[0]?.open === true };
}

/** What the outcome of a migration depends on. */
export const dependenceOf = (sql: string): Dependence => (COUNTS.test(sql) ? 'order' : CHOOSES.test(sql) ? 'rows' : 'nothing');

/** What gives rows numbers. */
const COUNTS = /\b(?:nextval|(?:small|big)?serial|identity)\b/iu;
/** What copies rows, or chooses them by what they hold. */
const CHOOSES = /\b(?:update\s(?!cascade)|delete\s+from|insert\s+into[^;]*\bselect\b|merge\s+into|refresh|create\s[^;]*\sas\s)/isu;

// What DISCARD ALL does, but for what the fingerprint keeps.
const EMPTY = `
  CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; DISCARD TEMP; DISCARD SEQUENCES;
  SELECT pg_advisory_unlock_all();
  SET client_min_messages = error;
  DO $$ DECLARE schema text; prepared text; BEGIN
    FOR prepared IN SELECT name FROM pg_prepared_statements WHERE name NOT LIKE '${PREPARED}%' LOOP EXECUTE format('DEALLOCATE %I', prepared); END LOOP;
    FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' LOOP
      EXECUTE format('DROP SCHEMA %I CASCADE', schema);
    END LOOP;
    FOR schema IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', schema); END LOOP;
    CREATE SCHEMA public;
  END $$;
  RESET client_min_messages;`;
