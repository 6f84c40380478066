/** Databases in which scripts run one after the other, each over a world made anew. */
import type pg from 'pg';
import { fingerprint, runScript } from '../proof';
import type { Server } from '../servers';

export interface Outcome {
  /** The server's message where the script did not run to its end. */
  readonly error: string | undefined;
  /** What it left behind; nothing after an error. */
  readonly lines: readonly string[];
  /** Whether it left a transaction open. */
  readonly open: boolean;
}

export interface Lanes {
  /** Runs a script over a world: as psql would, statement by statement. */
  run(world: string, script: string): Promise<Outcome>;
  /** Hands over a session in an emptied database, and takes it back when `use` has settled. */
  within<T>(use: (client: pg.Client) => Promise<T>): Promise<T>;
  /** Does something else over a world, which says what went wrong. */
  work(world: string, task: (client: pg.Client) => Promise<string | undefined>): Promise<Outcome>;
}

/** As many databases as shall be worked in at once; scripts wait for the next free one. */
export async function openLanes(server: Server, count: number): Promise<Lanes> {
  const admin = await server.connect();
  const free: pg.Client[] = [];
  for (let lane = 1; lane <= count; lane++) {
    await admin.query(`CREATE DATABASE lane_${lane}`);
    free.push(await server.connect(`lane_${lane}`));
  }
  await admin.end();
  const waiting: ((client: pg.Client) => void)[] = [];
  async function within<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = free.pop() ?? (await new Promise<pg.Client>((resolve) => waiting.push(resolve)));
    try {
      // Quicker than a copy of a template database, which is some 300 files and 8 MB.
      await client.query(`ROLLBACK; ${EMPTY}`);
      await client.query('DISCARD ALL');
      return await use(client);
    } finally {
      client.removeAllListeners('notice');
      const next = waiting.shift();
      if (next === undefined) free.push(client);
      else next(client);
    }
  }
  const work: Lanes['work'] = (world, task) => within((client) => workIn(client, world, task));
  return { within, work, run: (world, script) => work(world, (client) => runScript(client, script)) };
}

async function workIn(client: pg.Client, world: string, task: (client: pg.Client) => Promise<string | undefined>): Promise<Outcome> {
  await client.query(world);
  const error = await task(client);
  if (error !== undefined) return { error, lines: [], open: false };
  const { rows } = await client.query<{ open: boolean }>(`SELECT now() <> statement_timestamp() AS open`);
  const outcome = { error, lines: await fingerprint(client), open: rows[0]?.open === true };
  await client.query('ROLLBACK');
  return outcome;
}

const EMPTY = `
  SET client_min_messages = error;
  DO $$ DECLARE schema text; BEGIN
    FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' LOOP
      EXECUTE format('DROP SCHEMA %I CASCADE', schema);
    END LOOP;
    FOR schema IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', schema); END LOOP;
    CREATE SCHEMA public;
  END $$;`;
