import { userInfo } from 'node:os';
import type { Client, ClientConfig } from 'pg';
import { cancelBackend, type BackendKey } from './cancel';
import { DatabaseError, inWords } from './errors';
import { inTurn } from './turns';
import { readUrl, type Address } from './url';

/** How long a statement may run where nobody asks for something else, in ms. What there is much of is read in pages. */
const TIMEOUT = 2000;
/** Less than that: else the server would say that a statement took long where it waited for a lock. */
const LOCK_TIMEOUT = 1800;
/** How long a server may take to say goodbye, in ms. */
const GOODBYE = 1000;
/** A transaction of ours that nobody goes on with is ended by the server; in ms. */
const IDLE_TIMEOUT = 10_000;

/** What every session sets. All of it is repeated for each transaction: a pooler may take no startup options. */
const SETTINGS: readonly (readonly [string, string])[] = [
  ['default_transaction_read_only', 'on'],
  ['statement_timeout', String(TIMEOUT)],
  ['lock_timeout', String(LOCK_TIMEOUT)],
  ['idle_in_transaction_session_timeout', String(IDLE_TIMEOUT)],
];

/** Queries inside one read-only transaction. Rows are arrays, in the order of the select list; values as pg reads them. */
export interface Reading {
  /** PostgreSQL's server_version_num, e.g. 180001. */
  readonly versionNumber: number;
  /** The role's search_path in this database, which this transaction itself does without; the role's name in the place of `$user`. */
  readonly searchPath: readonly string[];
  rows(sql: string, values?: readonly unknown[]): Promise<unknown[][]>;
  /**
   * Queries whose relation locks (ACCESS SHARE) end with them, not with the transaction, and that wait for none: those that wait
   * for more than `lockTimeout` ms fail, and give undefined.
   */
  rowsUnlessLocked(sql: string, values: readonly unknown[], lockTimeout: number): Promise<unknown[][] | undefined>;
}

/**
 * Opens one session to a server, lets `use` read in one REPEATABLE READ, READ ONLY transaction, and closes it. Nothing can
 * be written through it; there are no more than two sessions to a database at a time. Throws a {@link DatabaseError} in plain words.
 * @param limit how long one statement may run, in ms: the server ends it, and where the server has stopped we hang up two
 *   seconds later
 * @param signal ends what the server does at the moment, which fails then as if it had taken too long
 */
export async function readDatabase<T>(url: string, use: (reading: Reading) => Promise<T>, limit = TIMEOUT, signal?: AbortSignal): Promise<T> {
  const address = readUrl(url);
  return inTurn(url, () => read(address, use, limit, signal));
}

/**
 * Opens one session that may write, lets `use` have it, and closes it. Only for what Lockscope made itself, on a server that
 * a person named for that; everything else is read through {@link readDatabase}. Throws a {@link DatabaseError}.
 * @param database instead of the URL's
 * @param limit how long one statement may run, in ms
 */
export async function writeDatabase<T>(url: string, database: string | undefined, limit: number, use: (client: Client) => Promise<T>): Promise<T> {
  const named = readUrl(url);
  const address = database === undefined ? named : { ...named, database };
  const client = await connect(address, limit);
  try {
    await client.query(`SET default_transaction_read_only = off; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = ${String(limit)}; SET statement_timeout = ${String(limit)}`);
    return await use(client);
  } catch (error) {
    throw inWords(error, address);
  } finally {
    await hangUp(client);
  }
}

async function read<T>(address: Address, use: (reading: Reading) => Promise<T>, limit: number, signal: AbortSignal | undefined): Promise<T> {
  const client = await connect(address, limit);
  const stop = (): void => void interrupt(client, address);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await inTransaction(client, use, limit);
  } catch (error) {
    throw inWords(error, address);
  } finally {
    signal?.removeEventListener('abort', stop);
    await hangUp(client);
  }
}

/** Has the server end what it does for a session; where it does not hear, we hang up. */
async function interrupt(client: Client, address: Address): Promise<void> {
  const key = keys.get(client);
  if (key !== undefined) await cancelBackend(key.key, address, key.secure);
  setTimeout(() => client.connection.stream.destroy(), GOODBYE).unref();
}

const keys = new WeakMap<Client, { readonly key: BackendKey; readonly secure: boolean }>();

/** Ends a session. A server that went away does not answer to goodbyes: then the connection is dropped all the same. */
async function hangUp(client: Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([client.end().catch(() => undefined), new Promise((resolve) => (timer = setTimeout(resolve, GOODBYE)))]);
  clearTimeout(timer);
  client.connection.stream.destroy();
}

async function inTransaction<T>(client: Client, use: (reading: Reading) => Promise<T>, limit: number): Promise<T> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const looked = await client.query<string[]>({ text: "SELECT pg_catalog.current_setting('search_path'), current_user::pg_catalog.text", rowMode: 'array' });
  const [path = '', role = ''] = looked.rows[0] ?? [];
  const searchPath = [...path.matchAll(/"((?:[^"]|"")*)"|([^,\s]+)/gu)].map(([, quoted, bare]) => (quoted ?? bare ?? '').replaceAll('""', '"')).map((name) => (name === '$user' ? role : name));
  // What is compiled for one reading of a catalogue takes longer than the reading.
  const settings = [...SETTINGS.slice(1), ['statement_timeout', String(limit)] as const, ['search_path', "''"] as const, ['datestyle', 'ISO'] as const, ['jit', 'off'] as const];
  await client.query(settings.map(([name, value]) => `SET LOCAL ${name} = ${value}`).join('; '));
  const rows = async (sql: string, values: readonly unknown[] = []): Promise<unknown[][]> => {
    try {
      return (await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' })).rows;
    } catch (error) {
      // What did not come from the server is that it no longer answers: nothing else is to wait for it.
      if (!isFromServer(error)) client.connection.stream.destroy();
      throw error;
    }
  };
  const [version] = await rows("SELECT pg_catalog.current_setting('server_version_num')::int");
  const versionNumber = Number(version?.[0]);
  const rowsUnlessLocked: Reading['rowsUnlessLocked'] = async (sql, values, lockTimeout) => {
    await client.query(`SAVEPOINT peek; SET LOCAL lock_timeout = ${String(lockTimeout)}`);
    try {
      const found = await rows(sql, values);
      return found;
    } catch (error) {
      if (isLockTimeout(error)) return undefined;
      throw error;
    } finally {
      // Rolling back gives the locks back that a query keeps to the end (AcquireRewriteLocks), and the setting.
      await client.query('ROLLBACK TO SAVEPOINT peek; RELEASE SAVEPOINT peek').catch(() => undefined);
    }
  };
  const result = await use({ versionNumber, searchPath, rows, rowsUnlessLocked });
  await client.query('COMMIT');
  return result;
}

function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === '55P03';
}

function isFromServer(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/u.test(sqlState(error) ?? '');
}

function sqlState(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** Whether to use TLS, in the order in which libpq tries them. */
const ATTEMPTS: Readonly<Record<Address['sslMode'], readonly boolean[]>> = {
  disable: [false],
  allow: [false, true],
  prefer: [true, false],
  require: [true],
  'verify-ca': [true],
  'verify-full': [true],
};

async function connect(address: Address, limit: number): Promise<Client> {
  const attempts = address.host.startsWith('/') ? [false] : ATTEMPTS[address.sslMode];
  const failures: unknown[] = [];
  for (const secure of attempts) {
    try {
      return await connectWith(address, secure, limit);
    } catch (error) {
      failures.push(error);
      if (!isAboutTls(error)) break;
    }
  }
  // That a server has no TLS is of interest only where nothing else was tried.
  throw inWords(failures.find((failure) => !hasNoTls(failure)) ?? failures[0], address);
}

async function connectWith(address: Address, secure: boolean, limit: number): Promise<Client> {
  try {
    return await open(configuration(address, secure, true, limit));
  } catch (error) {
    // PgBouncer refuses startup options that it does not know.
    if (error instanceof Error && error.message.includes('unsupported startup parameter')) return open(configuration(address, secure, false, limit));
    throw error;
  }
}

async function open(configured: ClientConfig): Promise<Client> {
  const { Client: PgClient } = (await import('pg')).default;
  const client = new PgClient(configured);
  client.on('error', () => {
    // The server ended the session; whoever asks it next is told.
  });
  client.connection.once('backendKeyData', (key: BackendKey) => keys.set(client, { key, secure: configured.ssl !== false }));
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

function configuration(address: Address, secure: boolean, options: boolean, limit: number): ClientConfig {
  return {
    host: address.host,
    port: address.port,
    database: address.database,
    application_name: 'lockscope',
    connectionTimeoutMillis: address.connectTimeout,
    // The server's own timeout comes first; this is for a server that has stopped.
    query_timeout: limit + TIMEOUT,
    keepAlive: true,
    ssl: secure ? address.tls : false,
    ...(address.user === undefined ? {} : { user: address.user }),
    // pg would read the file itself, and say on standard error that it will not for ever.
    password: address.password ?? (() => passwordFromFile(address)),
    ...(options ? { options: SETTINGS.map(([name, value]) => `-c ${name}=${value}`).join(' ') } : {}),
  };
}

/** What ~/.pgpass, or the file that PGPASSFILE names, has for a server; asked only where the server wants a password. */
async function passwordFromFile({ host, port, database, server, user = userInfo().username }: Address): Promise<string> {
  const { default: pgpass } = await import('pgpass');
  const found = await new Promise<string | undefined>((resolve) => {
    pgpass({ host, port, database, user }, resolve);
  });
  if (found === undefined) throw new DatabaseError(`${server} wants a password, and there is none`);
  return found;
}

/** Whether the other of TLS and no TLS may do: "no pg_hba.conf entry …, no encryption", or a server without TLS. */
function isAboutTls(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return hasNoTls(error) || code.startsWith('ERR_SSL') || code === '28000';
}

function hasNoTls(error: unknown): boolean {
  return error instanceof Error && error.message.includes('does not support SSL');
}
