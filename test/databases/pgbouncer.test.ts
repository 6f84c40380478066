import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installSystemPackages } from '../../scripts/lib/system-packages.mjs';
import { readActivityOf, readContents } from '../../server/src/databases/database';
import { serverUser } from '../postgres/installation';
import { startServer, type Server } from '../postgres/servers';

const PASSWORD = 'hunter2 & co';
const program = await pgbouncer();
if (program === undefined) test.skip('PgBouncer is not tried: the package pgbouncer cannot be installed here', () => undefined);

async function pgbouncer(): Promise<string | undefined> {
  const find = (): string | undefined => ['pgbouncer', '/usr/sbin/pgbouncer'].find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
  return find() ?? ((await installSystemPackages(['pgbouncer'], () => undefined)) ? find() : undefined);
}

/** A pool in transaction mode gives each transaction a session of the server that others had before and will have after. */
describe.runIf(program !== undefined)('behind PgBouncer in transaction mode', () => {
  let server: Server;
  let folder: string;
  let pooler: ChildProcess;
  let port: number;
  beforeAll(async () => {
    server = await startServer(15);
    const admin = await server.connect();
    await admin.query(`
      CREATE TABLE "Big" (n int); INSERT INTO "Big" SELECT generate_series(1, 100000); ANALYZE "Big"; CREATE VIEW seen AS SELECT n FROM "Big"; CREATE TABLE checked (n int CHECK (n > 0));
      SET password_encryption = 'scram-sha-256'; CREATE ROLE app LOGIN PASSWORD '${PASSWORD}'`);
    const { rows } = await admin.query<{ hba_file: string }>('SHOW hba_file');
    await admin.query(`COPY (VALUES ('host all app 127.0.0.1/32 scram-sha-256'), ('host all all 127.0.0.1/32 trust')) TO '${rows[0]?.hba_file ?? ''}'`);
    await admin.query('SELECT pg_reload_conf()');
    folder = mkdtempSync(path.join(tmpdir(), 'lockscope-pgbouncer-'));
    port = await freePort();
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: port,
      unix_socket_dir: '',
      auth_type: 'scram-sha-256',
      auth_file: path.join(folder, 'users'),
      pool_mode: 'transaction',
      default_pool_size: 1,
      query_wait_timeout: 1,
      server_login_retry: 1,
      logfile: path.join(folder, 'log'),
    };
    writeFileSync(path.join(folder, 'users'), `"app" "${PASSWORD}"\n`);
    const databases = `shop = host=127.0.0.1 port=${String(server.port)} dbname=postgres\ndown = host=127.0.0.1 port=1 dbname=postgres`;
    writeFileSync(path.join(folder, 'ini'), `[databases]\n${databases}\n[pgbouncer]\n${Object.entries(settings).map(([name, value]) => `${name} = ${String(value)}`).join('\n')}\n`);
    // It refuses to run as root.
    const user = serverUser();
    if (user !== undefined) for (const name of ['', 'users', 'ini']) chownSync(path.join(folder, name), user.uid, user.gid);
    pooler = spawn(program ?? '', [path.join(folder, 'ini')], { cwd: folder, stdio: 'ignore', ...user });
    for (let attempt = 0; attempt < 200 && !(existsSync(path.join(folder, 'log')) && (await answers())); attempt++) await new Promise((resolve) => setTimeout(resolve, 50));
  }, 120_000);
  afterAll(async () => {
    pooler.kill('SIGKILL');
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const url = (database = 'shop', password = PASSWORD): string => `postgresql://app:${encodeURIComponent(password)}@127.0.0.1:${String(port)}/${database}`;
  const answers = async (): Promise<boolean> => {
    try {
      const client = await connect();
      await client.end();
      return true;
    } catch {
      return false;
    }
  };
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url(), application_name: 'web' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const failure = (attempt: Promise<unknown>): Promise<string> =>
    attempt.then(
      () => 'no failure',
      (error: unknown) => (error instanceof Error ? error.message : String(error)).replaceAll(String(port), 'PORT'),
    );

  test('it reads what it reads without the pool', async () => {
    // The server's pace is timed anew each time.
    const withoutPace = ({ settings: { pace: _pace, ...settings }, ...contents }: Awaited<ReturnType<typeof readContents>>): unknown => ({ ...contents, settings });
    const direct = await readContents(server.url().replace('postgres@', `app:${encodeURIComponent(PASSWORD)}@`), new Set(['Big', 'checked']));
    expect(withoutPace(await readContents(url(), new Set(['Big', 'checked'])))).toEqual(withoutPace(direct));
    expect(direct.sizes['public."Big"']).toMatchObject({ rows: 100_000 });
    expect(await readActivityOf(url())).toMatchObject({ isStandby: false });
  });

  test('it leaves the session as it was: read-write, without our timeouts, name and search_path', async () => {
    const names = ['default_transaction_read_only', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'search_path', 'application_name'];
    const settings = async (): Promise<unknown> => {
      const client = await connect();
      const { rows } = await client.query(`SELECT pg_backend_pid(), ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`);
      await client.end();
      return rows[0];
    };
    const before = await settings();
    await readContents(url());
    // The one session of the pool, by its pid.
    expect(await settings()).toEqual(before);
    const client = await connect();
    await client.query('CREATE TEMPORARY TABLE written (n int); DROP TABLE written');
    await client.end();
  });

  test('it is read-only there, too', async () => {
    const { readDatabase } = await import('../../server/src/databases/postgres/connection');
    expect(await failure(readDatabase(url(), (reading) => reading.rows('CREATE TABLE public.mine (n int)')))).toMatch(/read-only transaction/u);
    expect(await failure(readDatabase(url(), (reading) => reading.rows('SET TRANSACTION READ WRITE')))).toMatch(/read-write mode/u);
  });

  test('a pool that is full, a server that is down, a wrong password, no such database', async () => {
    const busy = await connect();
    await busy.query('BEGIN');
    expect(await failure(readContents(url()))).toMatch(/^127\.0\.0\.1:PORT is a pool that had no connection to its server free in time/u);
    await busy.query('COMMIT');
    await busy.end();
    expect((await readContents(url(), new Set(['Big']))).version).toBe(15);
    expect(await failure(readContents(url('down')))).toMatch(/^127\.0\.0\.1:PORT is a pool that (?:had no connection to its server free in time|cannot reach its server)/u);
    expect(await failure(readContents(url('shop', 'wr0ng')))).toBe('127.0.0.1:PORT refused the user or the password');
    expect(await failure(readContents(url('nowhere')))).toBe('there is no database "nowhere" on 127.0.0.1:PORT');
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}
