/** Background jobs on real servers: started, stopped in the middle and started again beside others' work, they leave what the statement would have. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type pg from 'pg';
import ts from 'typescript';
import { jobFixes, jobRefusal } from '../../server/src/core/rewrites/jobs/job';
import { loadRewriter } from '../../server/src/core/rewrites/batches/typed-tree';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { subjectOf } from '../core/rewrites/support';
import { systemProgram, type Probe } from '../system-programs';
import { PROVEN_ON } from './fixes/corpus';
import { openTraffic } from './fixes/traffic';
import { fingerprint } from './proof';
import { startServer, type Server } from './servers';

const SCHEMA = `
  CREATE SCHEMA "App";
  CREATE TABLE users (id bigint PRIMARY KEY, name text, seen timestamptz, score int NOT NULL DEFAULT 0);
  CREATE TABLE "App"."Order Lines" ("order %" integer NOT NULL, "Line" text NOT NULL, total numeric, PRIMARY KEY ("order %", "Line"));
  CREATE TABLE copies (id bigint PRIMARY KEY, name text);`;
const DATA = `
  INSERT INTO users SELECT g * 3, CASE WHEN g % 4 > 0 THEN 'User ' || g END, NULL, g % 50 FROM generate_series(1, 333) g;
  INSERT INTO "App"."Order Lines" SELECT g / 4, 'l''' || g % 4, g * 1.5 FROM generate_series(1, 205) g;
  INSERT INTO copies SELECT g * 6, 'was there' FROM generate_series(1, 40) g;`;

const STATEMENTS = [
  ['update', "UPDATE users SET score = score + 1, name = 'a\\b % ${x} `y` \"\"\" z' WHERE name IS NULL OR name LIKE '%1%';"],
  ['update', 'UPDATE "App"."Order Lines" AS l SET total = l.total * 2 WHERE l."Line" <> \'l\'\'2\''],
  ['delete', "DELETE FROM users\nWHERE score % 7 = 3 -- some"],
  ['insert', 'INSERT INTO copies SELECT id, name FROM users WHERE score > 9 ON CONFLICT DO NOTHING;'],
  ['merge', "MERGE INTO copies AS c USING users AS u ON c.id = u.id WHEN MATCHED THEN UPDATE SET name = 'there %' WHEN NOT MATCHED AND u.score > 3 THEN INSERT (id, name) VALUES (u.id, u.name);"],
] as const;

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

describe('what is refused', () => {
  test.each([
    ['update', 'UPDATE t SET a = 1', /no primary key/],
    ['insert', 'INSERT INTO copies SELECT id FROM users GROUP BY id', /all rows together/],
    ['insert', 'INSERT INTO copies SELECT max(id) FROM users', /all rows together/],
    ['insert', 'INSERT INTO copies SELECT u.id FROM users u JOIN copies c ON c.id = u.id', /more than one table/],
    ['insert', 'INSERT INTO copies SELECT id + 1 FROM copies', /while it fills it/],
    ['insert', 'INSERT INTO copies SELECT id FROM users ORDER BY id LIMIT 3', /all rows together/],
  ] as const)('%s: %s', (kind, sql, reason) => {
    const { context, action } = subjectOf(sql, kind, { schema: `${SCHEMA} CREATE TABLE t (a int);` });
    expect(jobRefusal(context, action)).toMatch(reason);
    expect(jobFixes(context, action)).toEqual([]);
  });
});

test('the files are beside the migrations and the statement is gone', () => {
  const { context, action } = subjectOf('UPDATE users SET score = 1;\n', 'update', { schema: SCHEMA, path: 'db/migrations/007_scores.sql' });
  const fixes = jobFixes(context, action);
  expect(fixes.map(({ files }) => files?.[0]?.path)).toEqual(['db/jobs/007_scores_users.py', 'db/jobs/007_scores_users.rb', 'db/jobs/007_scores_users.ts']);
});

/** Interpreters to try: the one that is asked for or found first, then the system's own, which has the driver of the system's packages. */
const LANGUAGES: Readonly<Record<string, readonly Probe[]>> = {
  py: [process.env.LOCKSCOPE_PYTHON ?? 'python3', '/usr/bin/python3'].map((program) => ({ program, args: ['-c', 'import psycopg'] })),
  rb: ['ruby', '/usr/bin/ruby'].map((program) => ({ program, args: ['-e', 'require "pg"'] })),
};

/** What runs the jobs of each language here; a language whose interpreter or driver cannot be installed is left out, and named. */
const PROGRAMS = new Map([['ts', process.execPath]]);
for (const [name, probes] of Object.entries(LANGUAGES)) {
  const program = await systemProgram(probes);
  if (program !== undefined) PROGRAMS.set(name, program);
  else test.skip(`jobs in ${name} are not run: their interpreter and driver cannot be installed here`, () => undefined);
}

describe.each(PROVEN_ON)('PostgreSQL %i', (major) => {
  let server: Server;
  let admin: pg.Client;
  let folder: string;
  beforeAll(async () => {
    server = await startServer(major, { max_connections: '40' });
    admin = await server.connect();
    // Inside of the project, so that the script finds its packages.
    folder = mkdtempSync(path.join(import.meta.dirname, '../../node_modules/.jobs-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  });

  let databases = 0;
  async function database(): Promise<string> {
    const name = `job_${(databases += 1)}`;
    await admin.query(`CREATE DATABASE ${name}`);
    const client = await server.connect(name);
    await client.query(SCHEMA + DATA);
    await client.end();
    return name;
  }
  async function linesOf(name: string, sql?: string): Promise<readonly string[]> {
    const client = await server.connect(name);
    if (sql !== undefined) await client.query(sql);
    else await client.query('DROP TABLE lockscope_jobs');
    const lines = await fingerprint(client);
    await client.end();
    return lines;
  }

  test.concurrent.each([...PROGRAMS.keys()].flatMap((language) => STATEMENTS.map(([kind, sql]) => ({ language, kind, sql }))))('$language: $sql', async ({ language, kind, sql }) => {
    const { context, action } = subjectOf(sql, kind, { schema: SCHEMA, batchSize: 20, version: major });
    const file = jobFixes(context, action).flatMap(({ files = [] }) => files).find((candidate) => candidate.path.endsWith(language));
    if (file === undefined) throw new Error(jobRefusal(context, action) ?? 'no job');
    const name = await database();
    const script = path.join(folder, `${name}.${language === 'ts' ? 'mjs' : language}`);
    writeFileSync(script, language === 'ts' ? ts.transpileModule(file.text, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } }).outputText : file.text);
    const program = PROGRAMS.get(language) ?? process.execPath;
    const env = { ...process.env, DATABASE_URL: server.url(name) };
    const session = await server.connect(name);
    const traffic = await openTraffic(server, name, session);
    const { value: outputs } = await traffic.beside(sql, 'rows', async () => {
      await stoppedAfterFirstBatch(program, script, env);
      // Once more behind the end: it knows that it is through.
      return [await outputOf(program, script, env), await outputOf(program, script, env)];
    });
    await Promise.all([session.end(), traffic.close()]);
    expect(outputs).toEqual([expect.stringMatching(/finished\n$/u), 'finished\n']);
    expect(await linesOf(name), file.text).toEqual(await linesOf(await database(), sql));
  });
});

/** What a job prints from its start to its end. */
async function outputOf(program: string, script: string, env: NodeJS.ProcessEnv): Promise<string> {
  return (await promisify(execFile)(program, [script], { env, encoding: 'utf8' })).stdout;
}

/** Starts a job and asks it to stop when it has done something. */
function stoppedAfterFirstBatch(program: string, script: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [script], { env });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('rows done')) child.kill('SIGTERM');
    });
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('close', (code) => {
      if (code !== 0 && output.includes('stopped; start it again')) resolve();
      else reject(new Error(`ended with ${String(code)}: ${output}`));
    });
  });
}
