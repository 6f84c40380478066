import { parse } from 'yaml';
import { given, postgresUrl, urlOf, type Candidate, type Variables } from './candidate';
import { member, textOf } from './values';

/** The databases of Rails' config/database.yml: by environment, and by name where an environment has several. */
export function fromDatabaseYml(text: string, source: string, variables: Variables): readonly Candidate[] {
  let file: unknown;
  try {
    file = parse(withoutErb(text, variables), { merge: true, maxAliasCount: 100, logLevel: 'silent' });
  } catch {
    return [];
  }
  if (typeof file !== 'object' || file === null) return [];
  return Object.entries(file as Readonly<Record<string, unknown>>)
    .filter(([name]) => name !== 'default')
    .flatMap(([name, value]) => {
      const own = candidateFrom(value, `${source}, ${name}`);
      if (own !== undefined) return [own];
      if (typeof value !== 'object' || value === null) return [];
      return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([inner, one]) => candidateFrom(one, `${source}, ${name}.${inner}`) ?? []);
    });
}

function candidateFrom(value: unknown, source: string): Candidate | undefined {
  const field = (name: string): string | undefined => textOf(member(value, name));
  const written = field('url');
  const url = given(written) ? postgresUrl(written) : undefined;
  if (url !== undefined) return { source, url };
  const adapter = field('adapter');
  const database = field('database');
  if (adapter === undefined || !/^post(?:gresql|gis)/u.test(adapter) || !given(database)) return undefined;
  return { source, url: urlOf({ host: field('host'), port: field('port'), user: field('username'), password: field('password'), database, sslMode: field('sslmode') }) };
}

/** What ERB makes of a text, as far as it asks for variables: `<%= ENV['X'] %>`, `<%= ENV.fetch("X") { "otherwise" } %>`, `<%= ENV["X"] || 'otherwise' %>`. */
function withoutErb(text: string, variables: Variables): string {
  return text
    .replace(/<%=(.*?)-?%>/gsu, (_, code: string) => {
      const match = /^\s*ENV(?:\.fetch\(|\[)\s*(['"])(\w+)\1\s*(?:,\s*(['"]?)([^'")]*)\3\s*)?[\])]\s*(?:(?:\{|\|\|)\s*(['"]?)([^'"}]*?)\5\s*\}?)?\s*$/u.exec(code);
      if (match === null) return '';
      return variables[match[2] ?? ''] ?? match[4] ?? match[6] ?? '';
    })
    .replace(/<%.*?%>/gsu, '');
}
