// Writes server/src/core/schema/postgres/builtins.ts: what every database has in pg_catalog, read off a server.
// Usage: node scripts/generate-builtins.mjs postgres://postgres@127.0.0.1:5432/postgres
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const OUT = fileURLToPath(new URL('../server/src/core/schema/postgres/builtins.ts', import.meta.url));
const url = process.argv[2];
if (url === undefined) {
  console.error('usage: node scripts/generate-builtins.mjs CONNECTION_URL');
  process.exit(2);
}
const client = new pg.Client(url);
await client.connect();
const { major } = await one("SELECT current_setting('server_version_num')::int / 10000 AS major");

// Functions with an argument of type internal cannot be called from SQL.
const functions = await rows(`
  SELECT proname AS name, provolatile AS volatility, pronargs AS most, pronargs - pronargdefaults AS least, provariadic <> 0 AS variadic
  FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND NOT ('internal'::regtype = ANY (proargtypes::oid[]))
  ORDER BY proname COLLATE "C", pronargs, provolatile`);
const types = await names(`
  SELECT typname AS name FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typrelid = 0 AND typcategory <> 'A'
  UNION SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'p'`);
const relations = await names("SELECT relname AS name FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')");
const operators = await names('SELECT DISTINCT oprname AS name FROM pg_operator');
// Casts that relabel: pg_cast says that the bytes are the same (castmethod b), by assignment or implicitly.
const relabels = await rows(`
  SELECT s.typname AS source, t.typname AS target FROM pg_cast JOIN pg_type s ON s.oid = castsource JOIN pg_type t ON t.oid = casttarget
  WHERE castmethod = 'b' ORDER BY 1, 2`);
await client.end();

const byName = new Map();
for (const { name, ...overload } of functions) byName.set(name, [...(byName.get(name) ?? []), overload]);
const uniform = { i: [], s: [], v: [] };
const mixed = [];
for (const [name, overloads] of byName) {
  const volatilities = new Set(overloads.map((overload) => overload.volatility));
  if (volatilities.size === 1) uniform[overloads[0].volatility].push(name);
  else mixed.push(`${name} ${byArguments(overloads)}`);
}

const text = `/**
 * What every database has in pg_catalog, read off PostgreSQL ${major} by scripts/generate-builtins.mjs. Do not edit by hand.
 */

/** Built-in functions all of whose overloads are immutable, stable or volatile (pg_proc.provolatile). */
export const IMMUTABLE_FUNCTIONS = ${list(uniform.i)};

export const STABLE_FUNCTIONS = ${list(uniform.s)};

export const VOLATILE_FUNCTIONS = ${list(uniform.v)};

/** Functions whose overloads differ: for each number of arguments the most volatile overload that takes as many. */
export const MIXED_FUNCTIONS = \`
${mixed.map((line) => `  ${line}`).join('\n')}\`;

/** Built-in types by internal name, without arrays. */
export const TYPES = ${list(types)};

/** Catalogue tables and views. */
export const RELATIONS = ${list(relations)};

/** Operators. */
export const OPERATORS = ${list(operators.map((name) => name.replaceAll('`', '\\`')))};

/** Casts that leave the bytes as they are (pg_cast.castmethod = b), as source>target. */
export const BINARY_CASTS = ${list(relabels.map(({ source, target }) => `${source}>${target}`))};
`;
writeFileSync(OUT, text);

function byArguments(overloads) {
  const most = Math.max(...overloads.map((overload) => overload.most));
  const order = 'isv';
  const out = [];
  for (let count = 0; count <= most; count++) {
    const fitting = overloads.filter((overload) => count >= overload.least && (count <= overload.most || overload.variadic));
    if (fitting.length === 0) continue;
    out.push(`${count}${fitting.map((overload) => overload.volatility).sort((a, b) => order.indexOf(b) - order.indexOf(a))[0]}`);
  }
  return out.join(' ');
}

function list(words) {
  const lines = [];
  let line = ' ';
  for (const word of words) {
    if (line.length + word.length > 140) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${word}`;
  }
  return `\`\n${[...lines, line].join('\n')}\``;
}

async function rows(sql) {
  return (await client.query(sql)).rows;
}
async function one(sql) {
  return (await rows(sql))[0];
}
async function names(sql) {
  return (await rows(sql)).map(({ name }) => name).sort();
}
