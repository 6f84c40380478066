import { above, folderOf, listed, wholeFile } from '../parts';
import type { MigrationTool, ToolFile } from '../script';

const PATH = /(?:^|\/)([^/]+)\/migration\.sql$/u;

/** Prisma Migrate: a folder a migration, no transaction; sent as one query up to 7.3, statement by statement from 7.4. */
export const prisma: MigrationTool = {
  id: 'prisma',
  title: 'Prisma Migrate',
  about: {
    files: '`migrations/*/migration.sql` beside a `migration_lock.toml`',
    transaction: 'None. Up to Prisma 7.3 the file is sent as one query, so several statements are a transaction; from 7.4 statement by statement.',
    optOut: 'One statement a migration, up to Prisma 7.3',
    understands: 'Prisma’s version in package.json',
    run: '7.3.0 from npm: its engine for other runtimes, which sends what the native one sends up to 7.3',
  },
  ordersByLetters: true,
  beside: () => ['../migration_lock.toml', '.../package.json'],
  recognise(file) {
    if (!PATH.test(file.path)) return 0;
    if (file.beside?.has(`${folderOf(folderOf(file.path).slice(0, -1))}migration_lock.toml`) === true) return 0.8;
    return /(?:^|\/)prisma\//u.test(file.path) ? 0.6 : 0.5;
  },
  read: (file) => ({ tool: 'prisma', problems: [], segments: wholeFile(file.text, { direction: 'up', wrapper: 'none', send: sendsStatements(file) ? 'statement' : 'segment' }) }),
  migration: (path, sql) => [{ path, text: sql }],
  applied: {
    table: '_prisma_migrations',
    columns: ['migration_name', 'finished_at', 'rolled_back_at'],
    at: 'finished_at',
    order: 'started_at',
    unmistakable: true,
    rows: 'each',
    noted: ({ migration_name: key, finished_at: finished, rolled_back_at: rolledBack }) => [{ key: key ?? '', state: typeof finished === 'string' && rolledBack === null ? 'applied' : 'not applied' }],
    keysOf: ({ path }) => listed(PATH.exec(path)?.[1]),
  },
  examples: [
    {
      title: 'Sent with another',
      path: 'prisma/migrations/20240102030405_age/migration.sql',
      beside: { 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n' },
      text: '-- AlterTable\nALTER TABLE "User" ADD COLUMN "age" INTEGER;\n\n-- CreateIndex\nCREATE INDEX CONCURRENTLY "User_age_idx" ON "User"("age");\n',
      fails: ['CREATE INDEX CONCURRENTLY "User_age_idx"'],
      fixed: '-- AlterTable\nALTER TABLE "User" ADD COLUMN "age" INTEGER;\n\n',
      written: { 'prisma/migrations/20240102030406_age_concurrently/migration.sql': '-- CreateIndex\nCREATE INDEX CONCURRENTLY "User_age_idx" ON "User"("age");\n' },
    },
    { title: 'Alone', path: 'prisma/migrations/20240102030405_age/migration.sql', text: 'CREATE INDEX CONCURRENTLY i ON "User"("age");\n', fails: [] },
    {
      title: 'Statement by statement',
      path: 'prisma/migrations/20240102030405_age/migration.sql',
      beside: { 'package.json': '{ "devDependencies": { "prisma": "^7.4.0" } }' },
      text: 'SELECT 1;\nVACUUM "User";\n',
      fails: [],
    },
  ],
};

function sendsStatements(file: ToolFile): boolean {
  const version = /"prisma"\s*:\s*"[^\d"]*(\d+)(?:\.(\d+))?/u.exec(above(file, 'package.json') ?? '');
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  return major > 7 || (major === 7 && minor >= 4);
}
