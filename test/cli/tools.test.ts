import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOOLS } from '../../server/src/core/script/tools';
import { Lockscope } from './lockscope';

let lockscope: Lockscope;
beforeAll(async () => {
  lockscope = await Lockscope.build();
});
afterAll(() => {
  lockscope.dispose();
});

interface Report {
  readonly files: readonly {
    readonly path: string;
    readonly tool: string;
    readonly problems: readonly unknown[];
    readonly statements: readonly { readonly direction: string; readonly transaction: { readonly scope: string } }[];
    readonly findings: readonly { readonly rule: string }[];
  }[];
}

const failing = ({ findings }: Report['files'][number]): number => findings.filter(({ rule }) => rule === 'not-in-transaction').length;

test('a repository with the migrations of every tool: each by itself, mended as that tool has it', async () => {
  // A folder for each example, so that what is beside one is not beside another.
  const samples = TOOLS.flatMap(({ id, examples }) =>
    examples.map((example, index) => ({ ...example, id, folder: `${id}-${String(index)}` })),
  );
  const files: Record<string, string> = {};
  for (const { folder, path, text, beside = {} } of samples) {
    files[`${folder}/${path}`] = text;
    for (const [name, content] of Object.entries(beside)) files[`${folder}/${name}`] = content;
  }
  const cwd = lockscope.project(files);
  const check = async (): Promise<Report> => JSON.parse((await lockscope.run(['check', '.', '--format', 'json'], { cwd })).stdout) as Report;
  const report = await check();
  for (const { id, folder, path, fails, title } of samples) {
    const file = report.files.find((candidate) => candidate.path === `${folder}/${path}`);
    expect({ title, tool: file?.tool, problems: file?.problems, failing: file && failing(file) }).toEqual({ title, tool: id, problems: [], failing: fails.length });
  }
  const fixed = await lockscope.run(['fix', '.', '--review', '--rule', 'not-in-transaction'], { cwd });
  expect(fixed.stderr).not.toContain('exists');
  for (const { folder, path, text, fails, fixed: wanted, written = {} } of samples) {
    if (fails.length !== 1 || (wanted === undefined && Object.keys(written).length === 0)) continue;
    for (const [name, content] of Object.entries({ [path]: wanted ?? text, ...written })) expect(readFileSync(join(cwd, folder, name), 'utf8'), `${folder}/${name}`).toBe(content);
  }
  // Nothing fails any more that its tool can be told not to wrap.
  const after = await check();
  for (const { folder, path, fails, fixed: wanted, written } of samples) {
    if (fails.length > 0 && wanted === undefined && written === undefined) continue;
    for (const file of after.files.filter((candidate) => candidate.path.startsWith(`${folder}/`))) expect([file.path, failing(file)]).toEqual([file.path, 0]);
    expect(after.files.some((file) => file.path === `${folder}/${path}`)).toBe(true);
  }
}, 120_000);

describe('the order of a folder', () => {
  const problemsOf = (stdout: string): readonly string[] => (JSON.parse(stdout) as Report).files.map(({ path }) => path);

  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'sqitch: the plan',
      {
        'sqitch.plan': '%syntax-version=1.0.0\n%project=app\n%uri=https://example.com\n\nzebra 2024-01-02T03:04:05Z A <a@example.com>\n@v1 2024-01-02T03:04:06Z A <a@example.com>\napple [zebra] 2024-01-02T03:04:07Z A <a@example.com> # [x]\n',
        'deploy/apple.sql': 'ALTER TABLE zebra ADD COLUMN a int;\n',
        'deploy/zebra.sql': 'CREATE TABLE zebra (id bigint PRIMARY KEY);\n',
        'revert/zebra.sql': 'DROP TABLE zebra;\n',
        'verify/zebra.sql': 'SELECT id FROM zebra WHERE false;\n',
      },
      ['deploy/zebra.sql', 'revert/zebra.sql', 'verify/zebra.sql', 'deploy/apple.sql'],
    ],
    [
      'Drizzle: the journal',
      {
        'drizzle/meta/_journal.json': '{"entries":[{"idx":0,"tag":"0001_b"},{"idx":1,"tag":"0000_a"}]}',
        'drizzle/0000_a.sql': 'ALTER TABLE "b" ADD COLUMN "a" integer;\n',
        'drizzle/0001_b.sql': 'CREATE TABLE "b" ("id" bigint PRIMARY KEY);\n',
      },
      ['drizzle/0001_b.sql', 'drizzle/0000_a.sql'],
    ],
  ])('%s', async (_, files, expected) => {
    const { stdout } = await lockscope.run(['check', '.', '--format', 'json'], { cwd: lockscope.project(files) });
    expect(problemsOf(stdout)).toEqual(expected);
  });
});

test('databases of one repository are kept apart', async () => {
  const up = 'CREATE TABLE users (id bigint PRIMARY KEY);\n';
  const cwd = lockscope.project({
    'migrations/one/1700000000000_users/up.sql': up,
    'migrations/one/1700000000000_users/down.sql': 'DROP TABLE users;\n',
    'migrations/two/1700000000001_index/up.sql': 'CREATE INDEX i ON users (id);\n',
  });
  const { stdout } = await lockscope.run(['check', '.', '--format', 'json'], { cwd });
  const report = JSON.parse(stdout) as Report;
  // The table of the other database was not made by these migrations: its index blocks.
  expect(report.files.map(({ path, tool, findings }) => [path, tool, findings.some(({ rule }) => rule === 'create-index-blocking')])).toEqual([
    ['migrations/one/1700000000000_users/up.sql', 'hasura', false],
    ['migrations/one/1700000000000_users/down.sql', 'hasura', false],
    ['migrations/two/1700000000001_index/up.sql', 'hasura', true],
  ]);
});

test('--tool says whose files they are', async () => {
  const cwd = lockscope.project({ 'm/1.sql': 'VACUUM users;\n' });
  const scopes = async (tool: string): Promise<unknown> => {
    const { stdout } = await lockscope.run(['check', 'm', '--tool', tool, '--format', 'json'], { cwd });
    const [file] = (JSON.parse(stdout) as Report).files;
    return [file?.tool, file?.statements[0]?.transaction.scope, file && failing(file)];
  };
  expect(await scopes('refinery')).toEqual(['refinery', 'file', 1]);
  expect(await scopes('plain')).toEqual(['plain', 'none', 0]);
});

test('code lies where lockscope.json says, too', async () => {
  const cwd = lockscope.project({
    'lockscope.json': '{ "migrations": ["db/changes/*.js"] }',
    'db/changes/1.js': "exports.up = (knex) => knex.raw('CREATE INDEX i ON users (age)');\nexports.down = (knex) => knex.raw('DROP INDEX i');\n",
    'src/other.js': "exports.up = (knex) => knex.raw('SELECT 1');\n",
  });
  const { stdout } = await lockscope.run(['check', '.', '--format', 'json'], { cwd });
  expect((JSON.parse(stdout) as Report).files.map(({ path, tool }) => [path, tool])).toEqual([['db/changes/1.js', 'knex']]);
});
