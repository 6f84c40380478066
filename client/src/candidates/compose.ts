import { parse } from 'yaml';
import { substituted, urlOf, type Candidate, type Variables } from './candidate';
import { member, textOf } from './values';

const IMAGES = /(?:^|\/)(?:postgres|postgresql|postgis|pgvector|timescaledb|timescaledb-ha|supabase)(?=[/:@]|$)/u;

/** The PostgreSQL services of a docker-compose file whose port the host can reach. */
export function fromCompose(text: string, source: string, variables: Variables): readonly Candidate[] {
  let file: unknown;
  try {
    // Anchors are common in these files; a bomb of them is not read.
    file = parse(text, { merge: true, maxAliasCount: 100, logLevel: 'silent' });
  } catch {
    return [];
  }
  const services = member(file, 'services');
  if (typeof services !== 'object' || services === null) return [];
  return Object.entries(services as Readonly<Record<string, unknown>>).flatMap(([name, service]) => {
    const image = textOf(member(service, 'image'));
    if (image === undefined || !IMAGES.test(substituted(image, variables))) return [];
    const port = publishedPort(member(service, 'ports'), variables);
    if (port === undefined) return [];
    const environment = environmentOf(member(service, 'environment'), variables);
    const user = environment.get('POSTGRES_USER') ?? environment.get('POSTGRESQL_USERNAME') ?? 'postgres';
    const password = environment.get('POSTGRES_PASSWORD') ?? environment.get('POSTGRESQL_PASSWORD');
    const database = environment.get('POSTGRES_DB') ?? environment.get('POSTGRESQL_DATABASE') ?? user;
    return [{ source: `${source}, ${name}`, url: urlOf({ host: 'localhost', port, user, password, database }) }];
  });
}

/** `environment` as a mapping or as a list of `NAME=value`; a name alone has the value of the outside. */
function environmentOf(value: unknown, variables: Variables): ReadonlyMap<string, string> {
  const entries: readonly (readonly [string, string | undefined])[] = Array.isArray(value)
    ? value.map((item: unknown) => {
        const [name = '', ...rest] = String(item).split('=');
        return [name, rest.length === 0 ? undefined : rest.join('=')] as const;
      })
    : typeof value === 'object' && value !== null
      ? Object.entries(value as Readonly<Record<string, unknown>>).map(([name, item]) => [name, textOf(item)] as const)
      : [];
  return new Map(
    entries.flatMap(([name, item]): [string, string][] => {
      const known = item === undefined ? variables[name] : substituted(item, variables);
      return known === undefined ? [] : [[name, known]];
    }),
  );
}

/** The port of the host that leads to 5432: `5433:5432`, `127.0.0.1:5433:5432`, or the long form. */
function publishedPort(ports: unknown, variables: Variables): string | undefined {
  if (!Array.isArray(ports)) return undefined;
  for (const port of ports as readonly unknown[]) {
    if (typeof port === 'object' && port !== null) {
      if (textOf(member(port, 'target')) === '5432') return textOf(member(port, 'published'));
      continue;
    }
    const match = /^(?:.*:)?(\d+):5432(?:\/tcp)?$/u.exec(substituted(String(port), variables));
    if (match?.[1] !== undefined) return match[1];
  }
  return undefined;
}
