/** Migrations in code, run by their real tools: what fails as Lockscope says, what passes when it is mended, what the tool sends for a call. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toolFor } from '../../server/src/core/script/tools';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../server/src/core/text';
import { loadLanguages } from '../grammars';
import { analyzeExample } from '../core/rules/example';
import { startServer, type Server } from '../postgres/servers';
import { CODE_CASES } from './code-cases';
import { newDatabase, provide, run, withProject } from './harness';

const SCHEMA = 'CREATE TABLE users (id bigint PRIMARY KEY, email text, name text)';

let server: Server;

beforeAll(async () => {
  await loadPostgresParser();
  await loadLanguages(...CODE_CASES.map(({ path }) => path));
  server = await startServer(17);
});

afterAll(async () => {
  await server.stop();
});

describe.each(CODE_CASES)('$tool', { timeout: 240_000 }, ({ tool, source, path, files, command, failing, fixable, calls }) => {
  async function outcome(text: string): Promise<{ readonly code: number; readonly output: string; readonly sent: readonly string[] } | { readonly missing: string }> {
    const provided = await provide(tool, source);
    if ('missing' in provided) return provided;
    const database = await newDatabase(server, SCHEMA);
    const ran = await withProject({ ...files, [path]: text }, provided.folder, (folder) => {
      const [program, args] = command(database.url);
      return run(program, args, { cwd: folder, env: { DATABASE_URL: database.url } });
    });
    return { ...ran, sent: database.sent() };
  }

  test('fails where it is said to fail, and passes when it is mended', async (context) => {
    const analysis = analyzeExample({ sql: failing, path, schema: SCHEMA });
    expect(analysis.script.tool).toBe(tool);
    expect(analysis.findings.map(({ rule }) => rule)).toContain('not-in-transaction');
    const before = await outcome(failing);
    if ('missing' in before) {
      context.skip(before.missing);
      return;
    }
    expect(before.output).toContain('cannot run inside a transaction block');
    if (!fixable) return;
    const [fix] = analysis.findings.find(({ rule }) => rule === 'not-in-transaction')?.fixes() ?? [];
    const after = await outcome(applyEdits(failing, fix?.edits ?? []));
    expect(after).toMatchObject({ code: 0 });
    expect('output' in after && after.output).not.toContain('cannot run inside');
  });

  if (calls === undefined) return;
  test('sends what its calls are taken for', async (context) => {
    const text = calls;
    const ran = await outcome(text);
    if ('missing' in ran) {
      context.skip(ran.missing);
      return;
    }
    expect(ran.code, ran.output).toBe(0);
    const { segments } = toolFor({ path, text }).read({ path, text });
    expect(segments.length).toBeGreaterThan(0);
    const sent = new Set(ran.sent.map(normal));
    for (const { text: sql } of segments) expect([...sent]).toContain(normal(sql));
  });
});

/** SQL without what says the same in another way: case, quotes, blanks, the long names of types, the default schema, the order of DEFAULT and NOT NULL, a NULL that is the default. */
function normal(sql: string): string {
  return sql
    .replace(/;\s*$/u, '')
    .replaceAll('"', '')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/\s*([(),])\s*/gu, '$1')
    .replace(/character varying/gu, 'varchar')
    .replace(/\bpublic\./gu, '')
    .replace(/\bnot null default (\S+?)(?=[ ,)]|$)/gu, 'default $1 not null')
    .replace(/\badd column\b/gu, 'add')
    .replace(/\bprimary key not null\b/gu, 'primary key')
    .replace(/(?<!\bnot|\bset|\bdefault|\bdrop not) null(?=[,)]|$)/gu, '')
    .trim();
}
