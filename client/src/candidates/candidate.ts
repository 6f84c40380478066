/** A database that a project or the environment mentions. Only ever offered: nobody connects to it unasked. */
export interface Candidate {
  /** Where it was found, for people: `.env, DATABASE_URL`. */
  readonly source: string;
  /** postgresql://…, with the password where there is one. Never shown. */
  readonly url: string;
}

/** Names and values, such as an environment's. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What makes up the address of a database; empty texts count as not given. */
export interface Fields {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: string | undefined;
  readonly sslMode?: string | undefined;
}

/** The URL of a database given by fields. A host that is a folder is that of a socket. */
export function urlOf({ host, port, user, password, database, sslMode }: Fields): string {
  const isSocket = host?.startsWith('/') === true;
  const login = given(user) ? `${encodeURIComponent(user)}${given(password) ? `:${encodeURIComponent(password)}` : ''}@` : '';
  const place = isSocket || !given(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const parameters = new URLSearchParams({
    ...(isSocket ? { host } : {}),
    ...(given(sslMode) ? { sslmode: sslMode } : {}),
    ...(given(password) && !given(user) ? { password } : {}),
  }).toString();
  return `postgresql://${login}${place}${given(port) ? `:${port}` : ''}/${encodeURIComponent(database ?? '')}${parameters === '' ? '' : `?${parameters}`}`;
}

/**
 * A connection string as libraries write it, as a URL that PostgreSQL's own programs would take: JDBC's
 * (`jdbc:postgresql://…?user=…`), SQLAlchemy's and Django's (`postgresql+psycopg2://`, `postgis://`). Undefined for one that
 * is not of a PostgreSQL server, or no URL at all.
 */
export function postgresUrl(text: string): string | undefined {
  const match = /^(?:jdbc:)?(?:postgres(?:ql)?|postgis|pgsql|psql)(?:\+\w+)?:\/\/(.*)$/su.exec(text.trim());
  const rest = match?.[1];
  if (rest === undefined) return undefined;
  try {
    const url = new URL(`postgresql://${rest.replace(/^(?=[/?]|$)/u, 'localhost').replace(/^([^/?#@]*@)(?=[/?]|$)/u, '$1localhost')}`);
    return url.toString();
  } catch {
    return undefined;
  }
}

/** A database for people: `shop on localhost:5433`. Names nobody's password. */
export function placeOf(text: string): string {
  try {
    const url = new URL(text);
    const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
    const port = url.searchParams.get('port') ?? url.port;
    const database = url.searchParams.get('dbname') ?? decodeURIComponent(url.pathname.slice(1));
    const server = port === '' || port === '5432' ? host : `${host}:${port}`;
    return database === '' ? server : `${database} on ${server}`;
  } catch {
    return 'the database';
  }
}

/** The same URL with another password; an empty one takes it out. */
export function withPassword(text: string, password: string): string {
  const url = new URL(text);
  url.searchParams.delete('password');
  if (url.username === '' && password !== '') url.searchParams.set('password', password);
  else url.password = encodeURIComponent(password);
  return url.toString();
}

/** Replaces `$NAME`, `${NAME}`, `${NAME:-otherwise}` and `${NAME-otherwise}` by what the variables hold, as shells and docker-compose do. */
export function substituted(text: string, variables: Variables): string {
  return text.replace(/\$\$|\$\{(\w+)(?:(:?-)([^}]*))?\}|\$(\w+)/gu, (whole: string, braced: string | undefined, operator: string | undefined, otherwise: string | undefined, bare: string | undefined) => {
    if (whole === '$$') return '$';
    const value = variables[braced ?? bare ?? ''];
    const isMissing = operator === ':-' ? !given(value) : value === undefined;
    return isMissing ? (otherwise ?? '') : (value ?? '');
  });
}

export function given(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
