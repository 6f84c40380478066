import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../server/src/core/text';
import { startServer, type Server } from '../postgres/servers';
import { analyzeExample } from '../core/rules/example';
import { addFiles, installTool, newDatabase, run, withProject, type Ran } from './harness';

let server: Server;
beforeAll(async () => {
  await loadPostgresParser();
  server = await startServer(17);
});
afterAll(() => server.stop());

const SCHEMA = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);';
const CREATE = 'CREATE INDEX CONCURRENTLY users_email ON users (email);\n';
const ALTER = 'ALTER TABLE users ADD COLUMN age int;\n';

/** A tool as npm has it, a migration of its that fails, and how to run it. */
interface Case {
  readonly name: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly file: string;
  readonly text: string;
  /** What else the project holds; `URL` stands for the database's address. */
  readonly files?: Readonly<Record<string, string>>;
  readonly migrate: (folder: string, url: string) => Promise<Ran>;
}

const node = (folder: string, script: string): Promise<Ran> => run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });

const CASES: readonly Case[] = [
  {
    name: 'dbmate',
    packages: { dbmate: '2.36.0' },
    file: 'db/migrations/20240102030405_age.sql',
    text: `-- migrate:up\n${ALTER}${CREATE}\n-- migrate:down\n`,
    migrate: (folder, url) => run(path.join(folder, 'node_modules/.bin/dbmate'), ['--no-dump-schema', 'migrate'], { cwd: folder, env: { DATABASE_URL: `${url}?sslmode=disable` } }),
  },
  {
    name: 'postgrator',
    packages: { postgrator: '8.0.0', pg: '8.16.3' },
    file: 'migrations/001.do.age.sql',
    text: ALTER + CREATE,
    migrate: (folder, url) =>
      node(
        folder,
        `import Postgrator from 'postgrator'; import pg from 'pg';
         const client = new pg.Client(${JSON.stringify(url)}); await client.connect();
         try { await new Postgrator({ migrationPattern: 'migrations/*', driver: 'pg', database: new URL(${JSON.stringify(url)}).pathname.slice(1), execQuery: (sql) => client.query(sql), execSqlScript: (sql) => client.query(sql) }).migrate(); } finally { await client.end(); }`,
      ),
  },
  {
    name: 'drizzle',
    packages: { 'drizzle-orm': '0.45.4', pg: '8.16.3' },
    file: 'drizzle/0000_age.sql',
    text: `${ALTER.trimEnd()}--> statement-breakpoint\n${CREATE}`,
    files: { 'drizzle/meta/_journal.json': '{"version":"7","dialect":"postgresql","entries":[{"idx":0,"version":"7","when":1700000000000,"tag":"0000_age","breakpoints":true}]}' },
    migrate: (folder, url) =>
      node(
        folder,
        `import { drizzle } from 'drizzle-orm/node-postgres'; import { migrate } from 'drizzle-orm/node-postgres/migrator'; import pg from 'pg';
         const client = new pg.Client(${JSON.stringify(url)}); await client.connect();
         try { await migrate(drizzle(client), { migrationsFolder: 'drizzle' }); } finally { await client.end(); }`,
      ),
  },
  {
    name: 'graphile-migrate',
    packages: { 'graphile-migrate': '1.4.1' },
    file: 'migrations/current.sql',
    text: CREATE,
    files: { '.gmrc': '{"connectionString":"URL","shadowConnectionString":"URL_shadow","rootConnectionString":"URL_root"}', 'migrations/committed/.gitkeep': '' },
    migrate: (folder) => run(path.join(folder, 'node_modules/.bin/graphile-migrate'), ['watch', '--once'], { cwd: folder }),
  },
];

describe.each(CASES)('$name', ({ name, packages, file, text, files = {}, migrate }) => {
  test('fails where Lockscope says so, and passes once mended', async (context) => {
    const installed = await installTool(name, packages);
    if ('missing' in installed) {
      context.skip(installed.missing);
      return;
    }
    const beside = new Map(Object.entries(files));
    const analysis = analyzeExample({ sql: text, path: file, schema: SCHEMA }, { beside });
    expect(analysis.script.tool).toBe(name);
    const finding = analysis.findings.find(({ rule }) => rule === 'not-in-transaction');
    const [fix] = finding?.fixes() ?? [];
    if (fix === undefined) throw new Error('nothing to mend');
    const mended = { [file]: applyEdits(text, fix.edits), ...Object.fromEntries((fix.files ?? []).map((added) => [added.path, added.text])) };

    const attempt = async (migration: Readonly<Record<string, string>>): Promise<Ran & { readonly built: boolean }> => {
      const { url, name: database } = await newDatabase(server, SCHEMA);
      const project = Object.fromEntries(Object.entries({ ...files, ...migration }).map(([at, content]) => [at, content.replaceAll('URL', url)]));
      const ran = await withProject(project, installed.folder, async (folder) => {
        await addFiles(folder, { 'package.json': '{"private":true}' });
        return migrate(folder, url);
      });
      const client = await server.connect(database);
      const { rows } = await client.query<{ readonly valid: boolean }>("SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('users_email')");
      await client.end();
      return { ...ran, built: rows[0]?.valid === true };
    };
    const before = await attempt({ [file]: text });
    expect(before.output).toMatch(/cannot (?:run inside a transaction block|be executed)/u);
    expect(before.code === 0 && before.built).toBe(false);
    const after = await attempt(mended);
    expect(after).toMatchObject({ built: true });
    expect([after.code, after.output]).toEqual([0, after.output]);
  }, 300_000);
});
