import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lockscope } from '../cli/lockscope';
import { startServer, type Server } from '../postgres/servers';

const SCHEMA = `
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE TABLE countries (code char(2) PRIMARY KEY, name text);
  CREATE TABLE "Secret Plans" (id int PRIMARY KEY, user_id bigint REFERENCES users);
  CREATE VIEW plan_users AS SELECT u.email FROM users u JOIN "Secret Plans" p ON p.user_id = u.id;
  CREATE SCHEMA billing; CREATE TABLE billing.invoices (id int);
  INSERT INTO users SELECT n, 'user-' || n FROM generate_series(1, 300000) n;
  INSERT INTO countries SELECT chr(65 + n / 26) || chr(65 + n % 26), 'name' FROM generate_series(0, 39) n;
  CREATE TABLE events (id int, at int);
  INSERT INTO events SELECT n, n FROM generate_series(1, 2000000) n;
  CREATE EXTENSION pg_stat_statements;
  ANALYZE;
`;

/** Takes SHARE on a table while it reads all of its rows: 300,000 rows take up to 510 ms, 40 take next to nothing. */
const INDEXES = { 'users.sql': 'CREATE INDEX users_email_idx ON users (email);\n', 'countries.sql': 'CREATE INDEX countries_name_idx ON countries (name);\n' };

describe('lockscope with a database', () => {
  let server: Server;
  let lockscope: Lockscope;
  beforeAll(async () => {
    lockscope = await Lockscope.build();
    server = await startServer(15, { shared_preload_libraries: 'pg_stat_statements' });
    const client = await server.connect();
    await client.query('CREATE DATABASE shop');
    await client.end();
    const shop = await server.connect('shop');
    await shop.query(SCHEMA);
    await shop.end();
  }, 120_000);
  afterAll(async () => {
    lockscope.dispose();
    await server.stop();
  });

  const blocking = (stdout: string): string[] => {
    const report = JSON.parse(stdout) as { files: { path: string; findings: { rule: string }[] }[] };
    return report.files.filter(({ findings }) => findings.some(({ rule }) => rule === 'create-index-blocking')).map(({ path }) => path);
  };

  test('what is small falls silent, what is large does not', async () => {
    const cwd = lockscope.project(INDEXES);
    const without = await lockscope.run(['check', '--format', 'json', 'users.sql', 'countries.sql'], { cwd });
    expect(blocking(without.stdout)).toEqual(['countries.sql', 'users.sql']);
    const connected = await lockscope.run(['check', '--format', 'json', '--database-url', server.url('shop'), 'users.sql', 'countries.sql'], { cwd });
    expect(connected.stderr).toBe('');
    expect(blocking(connected.stdout)).toEqual(['users.sql']);
    expect(JSON.parse(connected.stdout)).toMatchObject({ server: { dialect: 'postgresql', version: 15, source: 'connection' } });
    const byEnvironment = await lockscope.run(['check', '--format', 'json', 'users.sql', 'countries.sql'], { cwd, env: { LOCKSCOPE_DATABASE_URL: server.url('shop') } });
    // Times follow the server's pace, which is another each time.
    expect(blocking(byEnvironment.stdout)).toEqual(['users.sql']);
    expect(JSON.parse(byEnvironment.stdout)).toMatchObject({ server: { dialect: 'postgresql', version: 15, source: 'connection' } });
  });

  test('two million rows are said with their size and for how long they are locked', async () => {
    const shop = await server.connect('shop');
    const { rows } = await shop.query<{ size: string }>("SELECT pg_size_pretty(pg_relation_size('events')) AS size");
    await shop.end();
    const cwd = lockscope.project({ 'events.sql': 'CREATE INDEX events_at_idx ON events (at);\nUPDATE events SET at = 0;\n' });
    const { stdout } = await lockscope.run(['check', '--format', 'json', '--database-url', server.url('shop'), 'events.sql'], { cwd });
    const found = (JSON.parse(stdout) as { files: { findings: { rule: string; severity: string; message: string }[] }[] }).files.flatMap(({ findings }) => findings);
    const said = (rule: string): { severity?: string; message?: string } => found.find((finding) => finding.rule === rule) ?? {};
    expect(said('create-index-blocking')).toMatchObject({ severity: 'error', message: expect.stringMatching(/\b2 M rows\b/u) as string });
    expect(said('create-index-blocking').message).toContain(`2 M rows, ${String(rows[0]?.size)}`);
    expect(said('update-whole-table').message).toMatch(/\b2 M rows\b/u);
  });

  test('names are looked up where the database is set to look, again after RESET', async () => {
    const admin = await server.connect();
    await admin.query('CREATE DATABASE paths');
    await admin.query('ALTER DATABASE paths SET search_path = app, public');
    await admin.end();
    const paths = await server.connect('paths');
    await paths.query('CREATE SCHEMA app; CREATE TABLE app.bills (app int); CREATE TABLE public.bills (public int); CREATE SCHEMA other; CREATE TABLE other.bills (other int)');
    const files = {
      'there.sql': 'SET search_path = other;\nALTER TABLE bills RENAME COLUMN other TO a;\nRESET search_path;\nALTER TABLE bills RENAME COLUMN app TO a;\n',
      'gone.sql': 'SET search_path = other;\nRESET ALL;\nALTER TABLE bills RENAME COLUMN public TO a;\n',
    };
    const cwd = lockscope.project(files);
    const answers: Record<string, string> = {};
    for (const [name, sql] of Object.entries(files)) {
      const { stdout } = await lockscope.run(['check', '--format', 'json', '--database-url', server.url('paths'), name], { cwd });
      answers[name] = (JSON.parse(stdout) as { files: { findings: { rule: string; message: string }[] }[] }).files.flatMap(({ findings }) => findings.flatMap(({ rule, message }) => (rule === 'does-not-exist' ? [message] : []))).join();
      const run = paths.query(`BEGIN; ${sql} ROLLBACK`).then(() => '', (error: unknown) => String(error));
      expect(await run, name).toMatch(name === 'there.sql' ? /^$/u : /column "public" does not exist/u);
      await paths.query('ROLLBACK');
    }
    expect(answers['there.sql']).toBe('');
    expect(answers['gone.sql']).toContain('app.bills has no column public');
    await paths.end();
  });

  test('a snapshot says the same as the database, and how old it is', async () => {
    const cwd = lockscope.project({ ...INDEXES, 'lockscope.json': '{"snapshot": "lockscope.snapshot.json"}' });
    const taken = await lockscope.run(['snapshot'], { cwd, env: { LOCKSCOPE_DATABASE_URL: server.url('shop') } });
    expect(taken).toMatchObject({ status: 0, stderr: '' });
    const file = join(cwd, 'lockscope.snapshot.json');
    const old = new Date(Date.now() - 3.5 * 24 * 3600 * 1000).toISOString();
    writeFileSync(file, taken.stdout.replace(/"takenAt": "[^"]+"/u, `"takenAt": "${old}"`));
    expect(readFileSync(file, 'utf8')).not.toContain('user-1');
    const checked = await lockscope.run(['check', '--format', 'json', 'users.sql', 'countries.sql'], { cwd });
    expect(blocking(checked.stdout)).toEqual(['users.sql']);
    expect(JSON.parse(checked.stdout)).toMatchObject({ server: { version: 15, source: 'snapshot' } });
    expect(checked.stderr).toBe('lockscope: judging by lockscope.snapshot.json, a snapshot of 3 days ago (PostgreSQL 15)\n');
  });

  interface Estimated {
    readonly files: readonly { readonly statements: readonly { readonly estimate: { readonly basis: string; readonly likely: number } | null; readonly work: readonly { readonly rows: number | null }[]; readonly ran: { readonly calls: number; readonly seconds: number } | null }[] }[];
  }
  const first = (stdout: string): Estimated['files'][number]['statements'][number] | undefined => (JSON.parse(stdout) as Estimated).files[0]?.statements[0];

  test('what past statements and a sample teach is kept in a file, which other commands use', async () => {
    const cwd = lockscope.project(INDEXES);
    const database = ['--database-url', server.url('shop')];
    const estimate = (...options: string[]): ReturnType<Lockscope['run']> => lockscope.run(['estimate', '--format', 'json', ...options, 'users.sql'], { cwd });
    expect(first((await estimate(...database)).stdout)).toMatchObject({ estimate: { basis: 'catalog' }, ran: null });
    const shop = await server.connect('shop');
    await shop.query('CREATE INDEX users_email_idx ON users (email);');
    await shop.query('DROP INDEX users_email_idx');
    await shop.end();
    const learned = await estimate(...database, '--calibrate', '--sample', '--calibration', 'speed.json');
    expect(learned.stderr).toMatch(/^lockscope: reading for up to 2 s: about 1\d\d,000 rows of users\nlockscope: learned from \d timings?\n$/u);
    expect(first(learned.stdout)).toMatchObject({ estimate: { basis: 'calibrated' }, ran: { calls: 1 } });
    expect(JSON.parse(readFileSync(join(cwd, 'speed.json'), 'utf8'))).toMatchObject({ version: 1, classes: { index: {} } });
    expect(readFileSync(join(cwd, 'speed.json'), 'utf8')).not.toMatch(/users|email/u);
    const used = await estimate(...database, '--calibration', 'speed.json');
    expect(used.stderr).toBe('');
    expect(first(used.stdout)?.estimate?.basis).toBe('calibrated');
    const checked = await lockscope.run(['check', '--format', 'json', '--fail-on', 'never', ...database, '--calibration', 'speed.json', 'users.sql'], { cwd });
    expect(first(checked.stdout)?.estimate?.basis).toBe('calibrated');
    const pretty = await lockscope.run(['estimate', ...database, '--calibrate', 'users.sql'], { cwd });
    expect(pretty.stdout).toMatch(/, by sizes from the catalogue, timings of this server\n {4}took [^\n]* when it ran; the estimate is about /u);
  }, 120_000);

  test.each([
    ['no database', ['--calibrate'], '--calibrate: which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL'],
    ['no database', ['--sample'], '--sample: which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL'],
    ['no database', ['--rehearse-on', 'postgresql://localhost:1/x'], '--rehearse-on: a copy of which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL'],
    ['no such file', ['--calibration', 'missing.json'], 'missing.json'],
    ['another file', ['--calibration', 'users.sql'], 'users.sql: not JSON'],
    ['other JSON', ['--calibration', 'other.json'], 'other.json: not a calibration'],
  ])('what cannot be learned from ends the command with a word about it: %s', async (_, options, message) => {
    const cwd = lockscope.project({ ...INDEXES, 'other.json': '{"version": 1, "classes": {"index": {"count": -1}}}' });
    const { status, stderr, stdout } = await lockscope.run(['estimate', ...options, 'users.sql'], { cwd });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`lockscope: ${message}`);
  });

  test('how many rows a change concerns is asked of the planner', async () => {
    const cwd = lockscope.project({ '1.sql': "UPDATE users SET email = 'x' WHERE id BETWEEN 1 AND 3000;\n" });
    const { stdout } = await lockscope.run(['estimate', '--format', 'json', '--database-url', server.url('shop'), '1.sql'], { cwd });
    const rows = first(stdout)?.work[0]?.rows ?? 0;
    expect(rows).toBeGreaterThan(2000);
    expect(rows).toBeLessThan(4000);
  });

  test('a rehearsal is announced, run and told, and leaves nothing behind', async () => {
    const cwd = lockscope.project({ '1.sql': 'CREATE INDEX countries_name_idx ON countries (name);\nALTER TABLE countries ADD CHECK (length(code) > 5);\n' });
    const { status, stdout, stderr } = await lockscope.run(['estimate', '--database-url', server.url('shop'), '--rehearse-on', server.url(), '1.sql'], { cwd });
    expect(stderr).toContain('lockscope: rehearsing: copies all 40 rows of countries to a new database, runs the migration there, and removes it\n');
    expect(stderr).toMatch(/lockscope: 1\.sql: failed in the rehearsal: ALTER TABLE countries [^:]*: check constraint [^\n]* is violated by some row/u);
    expect(stdout).toContain('CREATE INDEX countries_name_idx');
    expect(status).toBe(0);
    const admin = await server.connect();
    expect((await admin.query("SELECT datname FROM pg_database WHERE datname LIKE 'lockscope%'")).rows).toEqual([]);
    await admin.end();
  });

  test('names are left out by pattern, and nothing mentions them', async () => {
    const { stdout } = await lockscope.run(['snapshot', '--database-url', server.url('shop'), '--exclude', 'Secret*', '--exclude', 'billing.*']);
    expect(JSON.parse(stdout)).toMatchObject({ excluded: ['Secret*', 'billing.*'], catalog: { schemas: ['public'] } });
    expect(stdout.replace('"Secret*"', '').replace('"billing.*"', '')).not.toMatch(/Secret|billing|invoices/u);
    expect(stdout).toContain('"name":"public.plan_users"');
  });

  test.each([
    ['{', /snapshot\.json: not JSON/u],
    ['{}', /"version" is missing/u],
    ['{"version": 2}', /version 2 of the snapshot format is not known/u],
    ['{"version": 1, "server": {"dialect": "postgresql", "version": 15}, "takenAt": "soon"}', /takenAt: expected a time/u],
    [
      '{"version": 1, "server": {"dialect": "postgresql", "version": 15}, "takenAt": "2026-01-01T00:00:00Z", "catalog": {"schemas": [], "relations": [{"kind": "table", "name": "public.a", "columns": [{"name": 1}]}]}}',
      /catalog\.relations\[0\]\.columns\[0\]\.name: expected a string/u,
    ],
  ])('a file that is no snapshot: %s', async (text, problem) => {
    const cwd = lockscope.project({ 'a.sql': 'SELECT 1;', 'snapshot.json': text });
    const { status, stderr } = await lockscope.run(['check', '--snapshot', 'snapshot.json', 'a.sql'], { cwd });
    expect(stderr).toMatch(problem);
    expect(status).toBe(2);
  });

  test('a database that cannot be reached ends the command with a word about it', async () => {
    const { status, stderr } = await lockscope.run(['snapshot', '--database-url', 'postgresql://app:hunter2@127.0.0.1:1/shop']);
    expect(stderr).toBe('lockscope: database: 127.0.0.1:1 refused the connection: is PostgreSQL running there, and is that its port?\n');
    expect(status).toBe(2);
    expect(await lockscope.run(['snapshot'])).toMatchObject({ status: 2, stderr: 'lockscope: which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL\n' });
  });
});
