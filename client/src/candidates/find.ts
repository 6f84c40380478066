import { parse as parseDotenv } from 'dotenv';
import type { Candidate, Variables } from './candidate';
import { fromCompose } from './compose';
import { fromDatabaseYml } from './database-yml';
import { fromVariables } from './environment';
import { fromPrisma } from './prisma';
import { fromScript } from './script-config';
import { fromServiceFile } from './service-file';

type Reader = (text: string, source: string, variables: Variables) => readonly Candidate[];

/** Where projects keep what they connect to, by path from the folder. */
const FILES: readonly (readonly [read: Reader, paths: readonly string[]])[] = [
  [fromPrisma, ['prisma/schema.prisma', 'schema.prisma']],
  [fromDatabaseYml, ['config/database.yml', 'config/database.yaml']],
  [fromScript, ['knexfile.js', 'knexfile.ts', 'knexfile.cjs', 'knexfile.mjs', 'ormconfig.json', 'ormconfig.js', 'ormconfig.ts', 'data-source.ts', 'src/data-source.ts', 'src/ormconfig.ts']],
  [fromCompose, ['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml', 'docker-compose.override.yml', 'docker-compose.dev.yml']],
];

/** Files of variables; later ones override earlier ones. */
const DOTENV = ['.env', '.env.development', '.env.local', '.env.development.local'];

/**
 * The databases that a folder, the environment and the user's service file mention, each URL once, the likeliest first.
 * @param read gives the text of a file of the folder, undefined where there is none
 * @param services the text of the user's pg_service.conf, where there is one
 */
export async function findCandidates(read: (path: string) => Promise<string | undefined>, environment: Variables, services: string | undefined): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  let fromFiles: Variables = {};
  for (const path of DOTENV) {
    const text = await read(path);
    if (text === undefined) continue;
    const own = expanded(parseDotenv(text), environment);
    fromFiles = { ...fromFiles, ...own };
    found.push(...fromVariables(own, path));
  }
  // What is set outside wins over these files, as with the tools that read them.
  const variables = { ...fromFiles, ...environment };
  found.push(...fromVariables(environment, 'environment'));
  for (const [reader, paths] of FILES) {
    for (const path of paths) {
      const text = await read(path);
      if (text !== undefined) found.push(...reader(text, path, variables));
    }
  }
  if (services !== undefined) found.push(...fromServiceFile(services, 'service file'));
  const byUrl = new Map<string, Candidate>();
  for (const candidate of found) if (!byUrl.has(candidate.url)) byUrl.set(candidate.url, candidate);
  return [...byUrl.values()];
}

/** Values may refer to others as `${NAME}` (dotenv-expand); a bare `$` is more likely a part of a password. */
function expanded(own: Readonly<Record<string, string>>, environment: Variables): Variables {
  const known: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) known[name] = value.replace(/\$\{(\w+)\}/gu, (whole, other: string) => environment[other] ?? known[other] ?? own[other] ?? whole);
  return known;
}
