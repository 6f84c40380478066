// Writes server/src/core/schema/postgres/extension-contents.ts: the types and functions of the extensions that come with
// PostgreSQL, read off a server that has them installed.
// Usage: node scripts/generate-extensions.mjs postgres://postgres@127.0.0.1:5432/postgres
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const OUT = fileURLToPath(new URL('../server/src/core/schema/postgres/extension-contents.ts', import.meta.url));
const EXTENSIONS = ['citext', 'cube', 'fuzzystrmatch', 'hstore', 'intarray', 'isn', 'ltree', 'pg_trgm', 'pgcrypto', 'tablefunc', 'unaccent', 'uuid-ossp'];
const url = process.argv[2];
if (url === undefined) {
  console.error('usage: node scripts/generate-extensions.mjs CONNECTION_URL');
  process.exit(2);
}
const client = new pg.Client(url);
await client.connect();
const entries = [];
try {
  // Undone at the end: the server stays as it was.
  await client.query('BEGIN');
  for (const name of EXTENSIONS) {
    await client.query(`CREATE EXTENSION "${name}"`);
    const members = `SELECT objid FROM pg_depend JOIN pg_extension e ON e.oid = refobjid WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND e.extname = $1`;
    const types = await names(`SELECT typname AS name FROM pg_type WHERE oid IN (${members} AND classid = 'pg_type'::regclass) AND typcategory <> 'A' AND typtype = 'b'`, name);
    const functions = async (volatility) =>
      names(
        `SELECT proname AS name FROM pg_proc WHERE oid IN (${members} AND classid = 'pg_proc'::regclass) AND NOT ('internal'::regtype = ANY (proargtypes::oid[]))
         GROUP BY proname HAVING max(array_position('{i,s,v}', provolatile::text)) = array_position('{i,s,v}', '${volatility}')`,
        name,
      );
    entries.push([name, { types, immutable: await functions('i'), stable: await functions('s'), volatile: await functions('v') }]);
  }
} finally {
  await client.query('ROLLBACK');
  await client.end();
}

const lines = (words) => {
  const out = [];
  let line = '';
  for (const word of words) {
    if (line.length + word.length > 125) {
      out.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...out, line].join('\n      ');
};
const field = (name, words) => (words.length === 0 ? '' : `    ${name}: \`${words.length > 8 ? `\n      ${lines(words)}` : words.join(' ')}\`,\n`);
const body = entries
  .map(([name, contents]) => `  ${/^\w+$/.test(name) ? name : `'${name}'`}: {\n${Object.entries(contents).map(([key, words]) => field(key, words)).join('')}  },\n`)
  .join('');
writeFileSync(
  OUT,
  `/** What an extension brings, as names with blanks between them. Of functions with overloads the most volatile one counts. */
export interface ExtensionContents {
  readonly types?: string;
  readonly immutable?: string;
  readonly stable?: string;
  readonly volatile?: string;
}

/**
 * Extensions that come with PostgreSQL and have functions or types that schemas use, read off a server by
 * scripts/generate-extensions.mjs. Do not edit by hand.
 */
export const EXTENSION_CONTENTS: Readonly<Record<string, ExtensionContents>> = {
${body}};
`,
);

async function names(sql, extension) {
  return (await client.query(sql, [extension])).rows.map(({ name }) => name).sort();
}
