import { given, postgresUrl, substituted, type Candidate, type Variables } from './candidate';

/** The datasource of a Prisma schema: a URL, or the variable that holds it. */
export function fromPrisma(text: string, source: string, variables: Variables): readonly Candidate[] {
  const code = text.replace(/^\s*\/\/.*$/gmu, '');
  return [...code.matchAll(/\bdatasource\s+(\w+)\s*\{([^}]*)\}/gu)].flatMap(([, name = '', body = '']) => {
    if (!/\bprovider\s*=\s*"(?:postgres|postgresql|cockroachdb)"/u.test(body)) return [];
    return [...body.matchAll(/\b(url|directUrl)\s*=\s*(?:env\(\s*"(\w+)"\s*\)|"([^"]*)")/gu)].flatMap(([, , variable, literal]) => {
      const value = variable === undefined ? literal : variables[variable];
      const url = given(value) ? postgresUrl(substituted(value, variables)) : undefined;
      return url === undefined ? [] : [{ source: `${source}, ${variable ?? name}`, url }];
    });
  });
}
