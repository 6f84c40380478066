import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { DatabaseError, type Place } from './errors';

/** sslmode, as libpq has it (PostgreSQL manual, "SSL Support"). */
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** Where to connect to, read from a connection URL. */
export interface Address extends Place {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly sslMode: SslMode;
  readonly tls: ConnectionOptions;
  /** In ms. */
  readonly connectTimeout: number;
}

/** How long connecting may take where the URL does not say, in ms. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Reads a connection URL: `postgresql://user:password@host:port/database?sslmode=…`, with libpq's parameters and the
 * environment's PGUSER, PGPASSWORD, PGSSLMODE, PGSSLROOTCERT where it says nothing. Throws a {@link DatabaseError}.
 */
export function readUrl(text: string, environment: NodeJS.ProcessEnv = process.env): Address {
  const url = parse(text.trim());
  const parameter = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
  // Without it the URL would lead somewhere else.
  if (parameter('service') !== undefined) throw new DatabaseError('service names an entry of a service file, which is not looked up in URLs: write its host, port and dbname instead');
  const host = parameter('host') ?? (decoded(url.hostname.replace(/^\[|\]$/gu, '')) || environment.PGHOST) ?? 'localhost';
  const port = Number(parameter('port') ?? (url.port || environment.PGPORT) ?? 5432);
  const user = parameter('user') ?? (decoded(url.username) || environment.PGUSER);
  const password = parameter('password') ?? (decoded(url.password) || environment.PGPASSWORD);
  const database = parameter('dbname') ?? ((decoded(url.pathname.slice(1)) || environment.PGDATABASE) ?? user ?? 'postgres');
  const seconds = Number(parameter('connect_timeout') ?? environment.PGCONNECT_TIMEOUT ?? 0);
  const rootFile = parameter('sslrootcert') ?? environment.PGSSLROOTCERT;
  const sslMode = readMode(parameter('sslmode') ?? environment.PGSSLMODE ?? (rootFile === 'system' ? 'verify-full' : 'prefer'));
  return {
    host,
    port,
    user,
    password,
    database,
    server: host.startsWith('/') ? `${host}/.s.PGSQL.${String(port)}` : `${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
    secrets: [password ?? '', url.password].filter((secret) => secret !== ''),
    sslMode,
    tls: tlsOptions(sslMode, rootFile, parameter('sslcert') ?? environment.PGSSLCERT, parameter('sslkey') ?? environment.PGSSLKEY, host),
    connectTimeout: seconds > 0 ? seconds * 1000 : CONNECT_TIMEOUT,
  };
}

function parse(text: string): URL {
  let url: URL;
  try {
    // A URL without a host is one of a socket or of the environment's host.
    url = new URL(text.replace(/^(postgres(?:ql)?):\/\/(?=[/?]|$)/u, '$1://localhost').replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/?]|$)/u, '$1localhost'));
  } catch {
    // The text may hold a password, so that it is not repeated.
    throw new DatabaseError('that is not a connection URL; expected postgresql://user@host:port/database (special characters in a password as %XX)');
  }
  if (url.protocol !== 'postgresql:' && url.protocol !== 'postgres:') throw new DatabaseError('the connection URL must begin with postgresql://');
  return url;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function readMode(text: string): SslMode {
  const mode = SSL_MODES.find((known) => known === text);
  if (mode === undefined) throw new DatabaseError(`unknown sslmode; expected one of ${SSL_MODES.join(', ')}`);
  return mode;
}

function tlsOptions(mode: SslMode, rootFile: string | undefined, certificate: string | undefined, key: string | undefined, host: string): ConnectionOptions {
  const usual = join(homedir(), '.postgresql', 'root.crt');
  const root = rootFile === 'system' ? undefined : (rootFile ?? (existsSync(usual) ? usual : undefined));
  // With a root certificate, require verifies like verify-ca, "for backwards compatibility" (libpq).
  if (rootFile === 'system' && mode !== 'verify-full') throw new DatabaseError('sslrootcert=system goes with sslmode=verify-full only: else any certificate of anybody would do');
  const verifies = mode === 'verify-ca' || mode === 'verify-full' || (mode === 'require' && rootFile !== undefined);
  if (mode === 'verify-ca' && root === undefined) throw new DatabaseError('sslmode=verify-ca needs the certificate of the authority: name its file in sslrootcert');
  return {
    rejectUnauthorized: verifies,
    ...(verifies && root !== undefined ? { ca: contents(root) } : {}),
    ...(certificate === undefined ? {} : { cert: contents(certificate) }),
    ...(key === undefined ? {} : { key: contents(key) }),
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(/^[\d.]+$|:/u.test(host) ? {} : { servername: host }),
  };
}

function contents(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new DatabaseError(`cannot read the certificate or key file ${file}`);
  }
}
