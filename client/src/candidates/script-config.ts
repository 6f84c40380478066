import { given, postgresUrl, urlOf, type Candidate, type Variables } from './candidate';

/** Names of fields as Knex (`connection: { … }`) and TypeORM (`new DataSource({ … })`) have them. */
const FIELDS = { host: ['host', 'socketPath'], port: ['port'], user: ['user', 'username'], password: ['password'], database: ['database'] } as const;

/**
 * The databases of a configuration that is a program (knexfile.js, data-source.ts) or its data (ormconfig.json). It is
 * never run: literals, and variables of the environment with what is written behind `||` and `??`, are read where they stand.
 */
export function fromScript(text: string, source: string, variables: Variables): readonly Candidate[] {
  const code = withoutComments(text);
  if (!/['"`](?:pg|postgres|postgresql|pg-native|cockroachdb)['"`]|postgres(?:ql)?:\/\//u.test(code)) return [];
  const found = objects(code).flatMap((object) => candidateFrom(object, source, variables) ?? []);
  const direct = [...code.matchAll(/\b(?:connection|connectionString|url)['"]?\s*:\s*([^,}\n]+)/gu)].flatMap(([, value = '']) => {
    const url = postgresUrl(valueOf(value, variables) ?? '');
    return url === undefined ? [] : [{ source, url }];
  });
  return [...direct, ...found];
}

function candidateFrom(object: string, source: string, variables: Variables): Candidate | undefined {
  const field = (names: readonly string[]): string | undefined => {
    for (const name of names) {
      const written = new RegExp(String.raw`(?:^|[{,\s])['"]?${name}['"]?\s*:\s*([^,}\n]+)`, 'u').exec(object)?.[1];
      const value = written === undefined ? undefined : valueOf(written, variables);
      if (given(value)) return value;
    }
    return undefined;
  };
  const database = field(FIELDS.database);
  if (!given(database) || /\btype['"]?\s*:\s*['"](?!postgres|cockroachdb)/u.test(object)) return undefined;
  return { source, url: urlOf({ host: field(FIELDS.host), port: field(FIELDS.port), user: field(FIELDS.user), password: field(FIELDS.password), database }) };
}

/** The innermost objects in braces that have a field `database`. */
function objects(code: string): readonly string[] {
  return [...code.matchAll(/\{[^{}]*\bdatabase['"]?\s*:(?:[^{}]|\{[^{}]*\})*\}/gu)].map(([object]) => object);
}

/** What an expression is: a literal, or the first of `process.env.X || …` that is known. */
function valueOf(expression: string, variables: Variables): string | undefined {
  for (const part of expression.split(/\|\||\?\?/u)) {
    const text = part.trim().replace(/^(?:Number|parseInt|String)\(|^\+|(?:\s+as\s+\w+|!|\)|,\s*10\))+$/gu, '').trim();
    const literal = /^(['"`])([^'"`]*)\1$/u.exec(text)?.[2] ?? /^\d+$/u.exec(text)?.[0];
    if (literal !== undefined) return literal;
    const variable = /^process\.env(?:\.(\w+)|\[\s*['"](\w+)['"]\s*\])$/u.exec(text);
    const value = variables[variable?.[1] ?? variable?.[2] ?? ''];
    if (given(value)) return value;
  }
  return undefined;
}

/** A program without its comments; `//` in a text, as in a URL, is none. */
function withoutComments(text: string): string {
  return text.replace(/(['"`])(?:\\.|(?!\1)[^\\\n])*\1|\/\/[^\n]*|\/\*[^]*?\*\//gu, (whole) => (whole.startsWith('/') ? ' ' : whole));
}
