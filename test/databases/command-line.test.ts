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
  ANALYZE;
`;

/** Takes SHARE on a table while it reads all of its rows: 300,000 rows take up to 510 ms, 40 take next to nothing. */
const INDEXES = { 'users.sql': 'CREATE INDEX users_email_idx ON users (email);\n', 'countries.sql': 'CREATE INDEX countries_name_idx ON countries (name);\n' };

describe('lockscope with a database', () => {
  let server: Server;
  let lockscope: Lockscope;
  beforeAll(async () => {
    lockscope = await Lockscope.build();
    server = await startServer(15);
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
