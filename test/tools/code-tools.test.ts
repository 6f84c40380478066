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

describe.each(CODE_CASES)('$tool', { timeout: 300_000 }, ({ tool, source, path, files, command, failing, fixable, calls, index }) => {
  async function outcome(text: string): Promise<{ readonly code: number; readonly output: string; readonly sent: readonly string[] } | { readonly missing: string }> {
    const provided = await provide(tool, source, CODE_CASES.map((one) => one.source));
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
    expect(segments.map(({ text: sql }) => normal(sql)).filter((sql) => !sent.has(sql)), [...sent].join('\n')).toEqual([]);
  });

  if (index === undefined) return;
  test('builds an index without blocking writes once it is mended in its language', async (context) => {
    const [fix] = analyzeExample({ sql: index, path, schema: SCHEMA }).findings.find(({ rule }) => rule === 'create-index-blocking')?.fixes() ?? [];
    const mended = applyEdits(index, fix?.edits ?? []);
    const ran = await outcome(mended);
    if ('missing' in ran) {
      context.skip(ran.missing);
      return;
    }
    expect(ran.code, `${mended}\n${ran.output}`).toBe(0);
    expect(ran.sent.filter((sql) => /create index concurrently/iu.test(sql)), mended).toHaveLength(1);
  });
});

/**
 * SQL without what says the same in another way: case, quotes, blanks, other names of types, the default schema, the
 * order of DEFAULT and NOT NULL, a NULL that is the default. Names that tools end with a hash are left out.
 */
function normal(sql: string): string {
  return sql
    .replace(/;\s*(?:SET CONSTRAINTS \S+ IMMEDIATE)?$/u, '')
    .replaceAll('"', '')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/\s*([(),])\s*/gu, '$1')
    .replace(/character varying/gu, 'varchar')
    .replace(/\bint\b/gu, 'integer')
    .replace(/\bpublic\./gu, '')
    .replaceAll('$pga$', "'")
    .replace(/\bnot null default (\S+?)(?=[ ,)]|$)/gu, 'default $1 not null')
    .replace(/\badd column\b/gu, 'add')
    .replace(/\bnot null primary key\b|\bprimary key not null\b/gu, 'primary key')
    .replace(/ constraint (?:fk_rails_[0-9a-f]{10}|\S+_[0-9a-f]{8}_fk_\S+)/gu, '')
    .replace(/(?<=[,(])constraint fk_rails_[0-9a-f]{10} /gu, '')
    .replace(/\bindex \S+_[0-9a-f]{8} on\b/gu, 'index on')
    .replace(/(?<!\bnot|\bset|\bdefault|\bdrop not) null(?=[,) ]|$)/gu, '')
    .trim();
}
