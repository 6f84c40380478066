import { given, postgresUrl, urlOf, type Candidate, type Variables } from './candidate';

/** Names under which frameworks and hosts keep a connection URL, the usual ones first. */
const URL_NAME = /^(?:LOCKSCOPE_DATABASE_URL|DATABASE_URL|(?:\w+_)?(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG|PRISMA|JDBC|DATASOURCE)_?(?:URL|URI|DSN|CONNECTION_STRING)(?:_\w+)?|SPRING_DATASOURCE_URL|DIRECT_URL)$/iu;

/** Families of variables that give an address in parts. Each needs more than a user to count. */
const FAMILIES = [
  { host: 'PGHOST', port: 'PGPORT', user: 'PGUSER', password: 'PGPASSWORD', database: 'PGDATABASE', sslMode: 'PGSSLMODE' },
  { host: 'POSTGRES_HOST', port: 'POSTGRES_PORT', user: 'POSTGRES_USER', password: 'POSTGRES_PASSWORD', database: 'POSTGRES_DB', sslMode: 'POSTGRES_SSLMODE' },
  { host: 'DB_HOST', port: 'DB_PORT', user: 'DB_USER', password: 'DB_PASSWORD', database: 'DB_NAME', sslMode: 'DB_SSLMODE' },
  { host: 'DB_HOST', port: 'DB_PORT', user: 'DB_USERNAME', password: 'DB_PASSWORD', database: 'DB_DATABASE', sslMode: 'DB_SSLMODE' },
] as const;

/**
 * The databases that variables name: connection URLs under the usual names, and addresses in parts.
 * @param source what the variables are, for people
 */
export function fromVariables(variables: Variables, source: string): readonly Candidate[] {
  const names = Object.keys(variables).sort((a, b) => Number(b.toUpperCase() === 'DATABASE_URL') - Number(a.toUpperCase() === 'DATABASE_URL'));
  const urls = names.flatMap((name) => {
    const value = variables[name];
    const url = value === undefined || !URL_NAME.test(name) ? undefined : postgresUrl(value);
    return url === undefined ? [] : [{ source: `${source}, ${name}`, url }];
  });
  const parts = FAMILIES.flatMap((family) => {
    const { host, port, user, password, database, sslMode } = family;
    const isOther = given(variables.DB_CONNECTION) && host === 'DB_HOST' && !/^p(?:ost)?g/iu.test(variables.DB_CONNECTION);
    if (isOther || !(given(variables[host]) || given(variables[database])) || (host === 'DB_HOST' && !given(variables[database]))) return [];
    const fields = { host: variables[host], port: variables[port], user: variables[user], password: variables[password], database: variables[database] ?? variables[user], sslMode: variables[sslMode] };
    return [{ source: `${source}, ${given(variables[host]) ? host : database}`, url: urlOf(fields) }];
  });
  return [...urls, ...parts];
}
