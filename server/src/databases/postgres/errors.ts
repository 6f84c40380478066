/** Why a database could not be reached or read, in words for people. Never holds a password or the name of a user. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}

/** What is said about a server, a database and nobody's secrets. */
export interface Place {
  /** `host:port`, or the socket's path. */
  readonly server: string;
  readonly database: string;
  /** Texts that must not appear in a message, whoever wrote it. */
  readonly secrets: readonly string[];
}

/** Makes plain words of what went wrong with a connection or a query. */
export function inWords(error: unknown, place: Place): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const { code, message } = facts(error);
  const { server, database } = place;
  const known = code === undefined ? undefined : WORDS[code];
  const text = known?.(server, database) ?? byMessage(message, server, database) ?? `${server} answered: ${message}${code === undefined ? '' : ` (${code})`}`;
  return new DatabaseError(withoutSecrets(text, place.secrets));
}

const unverified =
  (why: string, remedy = 'Name the authority in sslrootcert, or use sslmode=require to encrypt without verifying.') =>
  (server: string): string =>
    `${server}: the server’s certificate cannot be verified: ${why}. ${remedy}`;
const terminated = (server: string): string => `${server}: the server ended the connection`;
const refused = (server: string): string => `${server} refused the user or the password`;

const noDatabase = (server: string, database: string): string => `there is no database "${database}" on ${server}`;

/** By SQLSTATE (src/backend/utils/errcodes.txt), or the system's or TLS library's code. */
const WORDS: Readonly<Record<string, (server: string, database: string) => string>> = {
  ECONNREFUSED: (server) => `${server} refused the connection: is PostgreSQL running there, and is that its port?`,
  ENOENT: (server) => `there is no PostgreSQL socket at ${server}`,
  ENOTFOUND: (server) => `no such host: the name of ${server} does not resolve`,
  EAI_AGAIN: (server) => `the name of ${server} cannot be looked up at the moment (DNS)`,
  ETIMEDOUT: (server) => `${server} does not answer (timed out)`,
  EHOSTUNREACH: (server) => `${server} cannot be reached from here`,
  ENETUNREACH: (server) => `${server} cannot be reached from here`,
  ECONNRESET: terminated,
  EPIPE: terminated,
  DEPTH_ZERO_SELF_SIGNED_CERT: unverified('it is self-signed'),
  SELF_SIGNED_CERT_IN_CHAIN: unverified('it comes from an authority that is not known here'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unverified('it comes from an authority that is not known here'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unverified('it comes from an authority that is not known here'),
  CERT_HAS_EXPIRED: unverified('it has expired'),
  ERR_TLS_CERT_ALTNAME_INVALID: unverified('it is for another host', 'Connect by the name that it is for, or use sslmode=verify-ca to check only who signed it.'),
  '28P01': refused,
  '28000': (server) => `${server} does not let this user in from here (pg_hba.conf), or wants TLS`,
  '3D000': noDatabase,
  '42501': (server, database) => `the user may not read that in the database "${database}" on ${server}`,
  '53300': (server) => `${server} has no free connections (too many clients)`,
  '57P01': terminated,
  '57P02': terminated,
  '57P03': (server) => `${server} is starting up or shutting down`,
  '57014': (server) => `${server} took too long to answer (statement timeout)`,
  '25P03': terminated,
  '55P03': (server) => `${server}: the catalogue is locked by somebody (lock timeout); try again`,
};

function byMessage(message: string, server: string, database: string): string | undefined {
  // PgBouncer's own words (janitor.c, client.c, objects.c); all of them have the SQLSTATE 08P01.
  if (message.includes('query_wait_timeout')) return `${server} is a pool that had no connection to its server free in time (query_wait_timeout): is the server there, and is the pool large enough?`;
  if (/server_login_retry|cannot connect to server/u.test(message)) return `${server} is a pool that cannot reach its server`;
  if (message.startsWith('no such database')) return noDatabase(server, database);
  if (/\b(?:SASL|password) authentication failed/u.test(message)) return refused(server);
  if (message.includes('does not support SSL')) return `${server} does not offer TLS, which sslmode demands`;
  if (/timeout expired|timed? ?out/iu.test(message)) return `${server} does not answer (timed out)`;
  if (/Connection terminated|server closed the connection|is not queryable/u.test(message)) return terminated(server);
  if (/password must be a (?:non-empty )?string/u.test(message)) return `${server} wants a password, and there is none`;
  return undefined;
}

function facts(error: unknown): { readonly code: string | undefined; readonly message: string } {
  // Several addresses of one name were tried (net.connect, autoSelectFamily).
  const first: unknown = error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
  const code = typeof first === 'object' && first !== null && 'code' in first ? String(first.code) : undefined;
  return { code, message: first instanceof Error ? first.message : String(first) };
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== '').reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}
