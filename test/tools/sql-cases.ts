/** Migrations in SQL for the real tools: how each is run, and a migration that fails or runs. */
import path from 'node:path';
import { run, type Ran, type Source } from './harness';

export interface SqlCase {
  /** The tool's id in Lockscope. */
  readonly tool: string;
  /** What sets this case apart from others of the tool. */
  readonly title?: string;
  readonly source: Source;
  readonly file: string;
  readonly text: string;
  /** Whether it runs as it is, so that nothing is to be said of it. */
  readonly runs?: true;
  /** Whether there is no way to mend it. */
  readonly stuck?: true;
  /** What else the project holds; `URL` stands for the database's address. */
  readonly files?: Readonly<Record<string, string>>;
  readonly migrate: (folder: string, url: string) => Promise<Ran>;
}

const CREATE = 'CREATE INDEX CONCURRENTLY users_email ON users (email);\n';
const ALTER = 'ALTER TABLE users ADD COLUMN age int;\n';

const node = (folder: string, script: string): Promise<Ran> => run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
const bin = (folder: string, name: string): string => path.join(folder, 'node_modules/.bin', name);

const SUPABASE = {
  tool: 'supabase',
  source: { npm: { supabase: '3.1.0' } },
  file: 'supabase/migrations/20240102030405_age.sql',
  files: { 'supabase/config.toml': 'project_id = "x"\n' },
  migrate: (folder, url) =>
    run(bin(folder, 'supabase'), ['migration', 'up', '--yes', '--agent', 'no', `--remote=${url}?sslmode=disable`], { cwd: folder, env: { SUPABASE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' } }),
} as const satisfies Partial<SqlCase>;

/**
 * Prisma's engine as its packages for other runtimes have it, without a download. That build leaves it to the adapter
 * to split a script, which the native one does from 7.4 on: only what was sent before that can be shown.
 */
const PRISMA = {
  tool: 'prisma',
  source: { npm: { '@prisma/schema-engine-wasm': '7.3.0-16.9d6ad21cbbceab97458517b147a6a09ff43aa735', '@prisma/adapter-pg': '7.3.0', '@prisma/driver-adapter-utils': '7.3.0' } },
  file: 'prisma/migrations/20240102030405_age/migration.sql',
  migrate: (folder, url) =>
    node(
      folder,
      `import { existsSync, readdirSync, readFileSync } from 'node:fs';
       import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
       import { PrismaPg } from '@prisma/adapter-pg';
       import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
       const bytes = readFileSync('node_modules/@prisma/schema-engine-wasm/schema_engine_bg.wasm');
       const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engine });
       engine.__wbg_set_wasm(instance.exports);
       instance.exports.__wbindgen_start();
       const baseDir = 'prisma/migrations';
       const migrationDirectories = readdirSync(baseDir).filter((name) => existsSync(baseDir + '/' + name + '/migration.sql')).sort().map((name) => ({ path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: readFileSync(baseDir + '/' + name + '/migration.sql', 'utf8') } } }));
       // The adapter's own executeScript splits at every semicolon; the server is to get what the engine hands over.
       const factory = new PrismaPg({ connectionString: ${JSON.stringify(url)} });
       const connect = factory.connect.bind(factory);
       factory.connect = async () => { const one = await connect(); one.executeScript = async (sql) => { await one.client.query(sql).catch((error) => { console.error(String(error)); throw error; }); }; return one; };
       const adapter = bindMigrationAwareSqlAdapterFactory(factory);
       const schema = await engine.SchemaEngine.new({ datamodels: [['schema.prisma', 'datasource db { provider = "postgresql" }']] }, () => {}, adapter);
       // As the command line does: a database with tables of others is taken as it is.
       await schema.applyMigrations({ migrationsList: { baseDir, lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"' }, shadowDbInitScript: '', migrationDirectories }, filters: { externalTables: ['public.users', 'public.parts', 'public.parts_1'], externalEnums: [] } });
       process.exit(0);`,
    ),
} as const satisfies Partial<SqlCase>;

const LIQUIBASE = 'node_modules/liquibase/dist/liquibase/internal/lib';

export const SQL_CASES: readonly SqlCase[] = [
  {
    tool: 'plain',
    source: { system: { program: 'psql', args: ['--version'] } },
    file: 'migrations/001_age.sql',
    text: `\\set QUIET on\nBEGIN;\n${ALTER}${CREATE}COMMIT;\n`,
    migrate: (folder, url) => run('psql', ['-X', '-v', 'ON_ERROR_STOP=1', '-f', 'migrations/001_age.sql', url], { cwd: folder }),
  },
  {
    tool: 'dbmate',
    source: { npm: { dbmate: '2.36.0' } },
    file: 'db/migrations/20240102030405_age.sql',
    text: `-- migrate:up\n${ALTER}${CREATE}\n-- migrate:down\n`,
    migrate: (folder, url) => run(bin(folder, 'dbmate'), ['--no-dump-schema', 'migrate'], { cwd: folder, env: { DATABASE_URL: `${url}?sslmode=disable` } }),
  },
  {
    tool: 'postgrator',
    source: { npm: { postgrator: '8.0.0', pg: '8.23.1' } },
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
    tool: 'drizzle',
    source: { npm: { 'drizzle-orm': '0.45.4', pg: '8.23.1' } },
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
    tool: 'graphile-migrate',
    source: { npm: { 'graphile-migrate': '1.4.1' } },
    file: 'migrations/current.sql',
    text: CREATE,
    files: { '.gmrc': '{"connectionString":"URL","shadowConnectionString":"URL_shadow","rootConnectionString":"URL_root"}', 'migrations/committed/.gitkeep': '' },
    migrate: (folder) => run(bin(folder, 'graphile-migrate'), ['watch', '--once'], { cwd: folder }),
  },
  {
    tool: 'node-pg-migrate-sql',
    source: { npm: { 'node-pg-migrate': '8.0.3', pg: '8.23.1' } },
    file: 'migrations/1700000000000_age.sql',
    text: `-- Up Migration\n${ALTER}${CREATE}\n-- Down Migration\nDROP INDEX users_email;\n`,
    stuck: true,
    migrate: (folder, url) => run(bin(folder, 'node-pg-migrate'), ['up', '--migration-file-language', 'sql'], { cwd: folder, env: { DATABASE_URL: url } }),
  },
  {
    ...PRISMA,
    title: 'up to 7.3',
    text: ALTER + CREATE,
    files: { 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n', 'package.json': '{"private":true,"devDependencies":{"prisma":"7.3.0"}}' },
  },
  { ...SUPABASE, title: 'what it runs apart', text: ALTER + CREATE, runs: true },
  { ...SUPABASE, title: 'what it does not run apart', text: `${ALTER}${CREATE}${ALTER.replace('age', 'old')}ALTER TABLE parts DETACH PARTITION parts_1 CONCURRENTLY;\n` },
  { ...SUPABASE, title: 'a transaction of the file', text: `BEGIN;\n${ALTER}${CREATE}COMMIT;\n` },
  {
    tool: 'liquibase',
    source: { npm: { liquibase: '4.28.1' }, system: { program: 'java', args: ['-version'] } },
    file: 'changelog/002.sql',
    text: `--liquibase formatted sql\n\n--changeset ann:1\n${ALTER}${CREATE}`,
    migrate: (folder, url) => {
      const { port, pathname } = new URL(url);
      const target = [`--url=jdbc:postgresql://127.0.0.1:${port}${pathname}`, '--username=postgres', '--changelog-file=changelog/002.sql', '--show-banner=false'];
      const java = ['-XX:TieredStopAtLevel=1', '-cp', ['liquibase-core', 'picocli', 'snakeyaml', 'opencsv', 'commons-io', 'commons-lang3', 'commons-collections4', 'commons-text', 'postgresql'].map((jar) => path.join(folder, LIQUIBASE, `${jar}.jar`)).join(path.delimiter)];
      return run('java', [...java, 'liquibase.integration.commandline.LiquibaseCommandLine', ...target, 'update'], { cwd: folder, env: { LIQUIBASE_ANALYTICS_ENABLED: 'false' } });
    },
  },
  {
    tool: 'sqitch',
    source: { system: { program: 'perl', args: ['-MApp::Sqitch', '-MDBD::Pg', '-e', 'exit system("psql --version > /dev/null")'] } },
    file: 'deploy/age.sql',
    text: `-- Deploy app:age to pg\n\nBEGIN;\n\n${ALTER}${CREATE}\nCOMMIT;\n`,
    files: {
      'sqitch.conf': '[core]\n\tengine = pg\n',
      'sqitch.plan': '%syntax-version=1.0.0\n%project=app\n\nage 2024-01-03T03:04:05Z A <a@example.com> # age\n',
      'revert/age.sql': '-- Revert app:age from pg\n\nDROP INDEX users_email;\n',
    },
    migrate: (folder, url) => run('sqitch', ['deploy', '--no-verify', url.replace('postgresql://', 'db:pg://')], { cwd: folder, env: { SQITCH_FULLNAME: 'A', SQITCH_EMAIL: 'a@example.com' } }),
  },
  {
    tool: 'sql-migrate',
    source: { system: { program: 'sql-migrate', args: ['--version'] } },
    file: 'migrations/2_age.sql',
    text: `-- +migrate Up\n${ALTER}${CREATE}\n-- +migrate Down\nDROP INDEX users_email;\n`,
    files: { 'dbconfig.yml': 'development:\n  dialect: postgres\n  datasource: URL?sslmode=disable\n  dir: migrations\n' },
    migrate: (folder) => run('sql-migrate', ['up'], { cwd: folder }),
  },
  {
    tool: 'yoyo',
    source: { system: { program: '/usr/bin/python3', args: ['-c', 'import yoyo, psycopg2'] } },
    file: 'migrations/0002.age.sql',
    text: `-- depends:\n\n${ALTER}${CREATE}`,
    migrate: (folder, url) => run('/usr/bin/python3', ['-m', 'yoyo', 'apply', '--batch', '--no-config-file', '--database', url, 'migrations'], { cwd: folder }),
  },
];
