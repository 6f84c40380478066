/** Migrations in SQL, run by their real tools: what fails as Lockscope says, what passes when it is mended. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../server/src/core/analysis';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../server/src/core/text';
import { startServer, type Server } from '../postgres/servers';
import { analyzeExample } from '../core/rules/example';
import { addFiles, newDatabase, provide, withProject, type Ran } from './harness';
import { SQL_CASES, type SqlCase } from './sql-cases';

let server: Server;
beforeAll(async () => {
  await loadPostgresParser();
  server = await startServer(17);
});
afterAll(() => server.stop());

const SCHEMA = 'CREATE TABLE users (id bigint PRIMARY KEY, email text); CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (2);';
const RULE = 'not-in-transaction';

describe.each(SQL_CASES)('$tool $title', { timeout: 300_000 }, (one) => {
  test(one.runs === true ? 'runs as it is, and nothing is said of it' : 'fails where Lockscope says so, and passes once mended', async (context) => {
    const provided = await provide(one.tool, one.source, SQL_CASES.map(({ source }) => source));
    if ('missing' in provided) {
      context.skip(provided.missing);
      return;
    }
    const analysis = analysed(one);
    expect(analysis.script.tool).toBe(one.tool);
    const findings = analysis.findings.filter(({ rule }) => rule === RULE);
    const before = await attempt(one, { [one.file]: one.text }, provided.folder);
    if (one.runs === true) {
      expect(findings.map(({ message }) => message)).toEqual([]);
      expect(before).toMatchObject({ code: 0, output: before.output, built: true });
      return;
    }
    expect(before.output).toMatch(/cannot (?:run inside a transaction block|be executed)/u);
    expect(before.code === 0 && before.built).toBe(false);
    expect(findings.length).toBe(1);
    const [fix] = findings[0]?.fixes() ?? [];
    if (one.stuck === true) {
      expect(fix).toBeUndefined();
      return;
    }
    const mended = { [one.file]: applyEdits(one.text, fix?.edits ?? []), ...Object.fromEntries((fix?.files ?? []).map((added) => [added.path, added.text])) };
    const after = await attempt(one, mended, provided.folder);
    expect(after).toMatchObject({ code: 0, output: after.output, built: true });
  });
});

function analysed({ file, text, files = {} }: SqlCase): Analysis {
  return analyzeExample({ sql: text, path: file, schema: SCHEMA }, { beside: new Map(Object.entries(files)) });
}

/** Runs the tool on a new database. */
async function attempt({ files = {}, migrate }: SqlCase, migration: Readonly<Record<string, string>>, modules: string): Promise<Ran & { readonly built: boolean }> {
  const { url, name } = await newDatabase(server, SCHEMA);
  const project = Object.fromEntries(Object.entries({ 'package.json': '{"private":true}', ...files, ...migration }).map(([at, content]) => [at, content.replaceAll('URL', url)]));
  const ran = await withProject({}, modules, async (folder) => {
    await addFiles(folder, project);
    return migrate(folder, url);
  });
  const client = await server.connect(name);
  const { rows } = await client.query<{ readonly valid: boolean }>("SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('users_email')");
  await client.end();
  return { ...ran, built: rows[0]?.valid === true };
}
