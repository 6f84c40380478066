import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lockscope } from './lockscope';

let lockscope: Lockscope;
beforeAll(async () => {
  lockscope = await Lockscope.build();
});
afterAll(() => {
  lockscope.dispose();
});

const SCHEMA = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n';
const INDEX = 'CREATE INDEX users_email_idx ON users (email);\n';

interface Report {
  readonly server: unknown;
  readonly files: readonly {
    readonly path: string;
    readonly statements: readonly { readonly kind: string; readonly locks: readonly { readonly relation: string; readonly mode: string }[] }[];
    readonly findings: readonly { readonly rule: string; readonly severity: string }[];
    readonly problems: readonly unknown[];
  }[];
  readonly summary: { readonly files: number; readonly statements: number };
}

async function report(files: Readonly<Record<string, string>>, ...args: string[]): Promise<Report> {
  const { stdout } = await lockscope.run(['check', '--format', 'json', ...args], { cwd: lockscope.project(files) });
  return JSON.parse(stdout) as Report;
}

describe('check --format json', () => {
  it('is version 1, value by value', async () => {
    const sql = `-- 🎉\r\nSET lock_timeout = '1s';\r\nBEGIN;\r\n  ${INDEX.trim()}\r\nCOMMIT;\r\nSELEC 1;`;
    const cwd = lockscope.project({ 'm/001.sql': sql, 'schema.sql': SCHEMA });
    const args = ['check', 'm/001.sql', '--schema', 'schema.sql', '--server-version', '17', '--format', 'json'];
    const { status, stdout } = await lockscope.run(args, { cwd });
    const statement = { direction: 'up', locks: [], rewrites: [], scans: [], rebuilds: [], algorithm: null, concurrency: null, certainty: 'exact', estimate: { low: 0.0002, likely: 0.001, high: 0.04, basis: 'default' } };
    const found = JSON.parse(stdout) as { files: { findings: unknown[] }[] };
    expect(found).toEqual({
      version: 1,
      server: { dialect: 'postgresql', version: 17, source: 'setting' },
      files: [
        {
          path: 'm/001.sql',
          tool: 'plain',
          statements: [
            // Line 1 is "-- 🎉" and \r\n: 3 + 2 + 2 = 7 units.
            { ...statement, start: { line: 2, column: 1 }, end: { line: 2, column: 24 }, offset: 7, length: 23, kind: 'SET', transaction: { id: 1, scope: 'none' } },
            { ...statement, start: { line: 3, column: 1 }, end: { line: 3, column: 6 }, offset: 33, length: 5, kind: 'BEGIN', transaction: { id: 2, scope: 'explicit' } },
            {
              ...statement,
              start: { line: 4, column: 3 },
              end: { line: 4, column: 48 },
              offset: 43,
              length: 45,
              kind: 'CREATE INDEX',
              transaction: { id: 2, scope: 'explicit' },
              locks: [{ relation: 'public.users', mode: 'SHARE', blocks: ['write', 'ddl'], reason: expect.any(String) as unknown }],
              scans: ['public.users'],
              estimate: null,
            },
            { ...statement, start: { line: 5, column: 1 }, end: { line: 5, column: 7 }, offset: 91, length: 6, kind: 'COMMIT', transaction: { id: 2, scope: 'explicit' } },
          ],
          findings: [
            {
              rule: 'create-index-blocking',
              severity: 'error',
              message: expect.stringContaining('SHARE') as unknown,
              start: { line: 4, column: 3 },
              end: { line: 4, column: 48 },
              docs: expect.stringMatching(/^https:.*create-index-blocking/u) as unknown,
              fixes: expect.any(Array) as unknown,
            },
          ],
          problems: [{ message: 'syntax error at or near "SELEC"', start: { line: 6, column: 1 }, end: { line: 6, column: 6 } }],
        },
      ],
      summary: { files: 1, statements: 4, findings: { error: 1, warning: 0, info: 0, hint: 0 }, problems: 1 },
    });
    expect(status).toBe(1);
  });

  it('of nothing is a whole document', async () => {
    const { files, summary } = await report({ 'a.sql': '' }, 'a.sql');
    expect({ files, summary }).toEqual({
      files: [{ path: 'a.sql', tool: 'plain', statements: [], findings: [], problems: [] }],
      summary: { files: 1, statements: 0, findings: { error: 0, warning: 0, info: 0, hint: 0 }, problems: 0 },
    });
  });

  it('takes a folder in migration order, and earlier files are the schema of later ones', async () => {
    const { files } = await report(
      {
        'm/10_index.up.sql': 'CREATE INDEX a ON public.t (id);',
        'm/2_table.up.sql': 'CREATE TABLE t (id int);',
        'm/2_table.down.sql': 'DROP TABLE t;',
        'm/README.md': '',
        'm/.hidden/1.sql': 'SELECT 1;',
        'm/node_modules/1.sql': 'SELECT 1;',
      },
      'm',
    );
    expect(files.map(({ path, statements }) => [path, statements.flatMap(({ locks }) => locks.map(({ relation, mode }) => `${relation} ${mode}`))])).toEqual([
      ['m/2_table.up.sql', []],
      ['m/2_table.down.sql', ['public.t ACCESS EXCLUSIVE']],
      ['m/10_index.up.sql', ['public.t SHARE']],
    ]);
  });

  it('takes the files of several paths as one history, and a file given twice once', async () => {
    const files = { 'a/1.sql': 'CREATE SCHEMA s; CREATE TABLE s.t (id int);', 'b/1.sql': 'SET search_path = s; CREATE INDEX i ON t (id);' };
    const { files: found } = await report(files, 'a/1.sql', 'b/1.sql', 'b');
    expect(found.map(({ path, statements }) => [path, statements.at(-1)?.locks.map(({ relation }) => relation)])).toEqual([
      ['a/1.sql', []],
      ['b/1.sql', ['s.t']],
    ]);
  });

  it('takes the migrations that the configuration names, and its schema first', async () => {
    const configuration = '{ "migrations": ["db/**/*.sql", "!db/seed/**"], "schema": "db/structure.sql", "rules": { "missing-lock-timeout": "off" } } // ours';
    const { files } = await report(
      { 'p/lockscope.json': configuration, 'p/db/structure.sql': SCHEMA, 'p/db/m/1.sql': INDEX, 'p/db/seed/1.sql': 'SELECT 1;', 'p/other/1.sql': 'SELECT 1;' },
      'p',
    );
    expect(files.map(({ path }) => path)).toEqual(['p/db/m/1.sql']);
    expect(files[0]?.findings.map(({ rule }) => rule)).toEqual(['create-index-blocking']);
  });
});

describe('the exit status', () => {
  it.each([
    { name: 'nothing found', sql: 'SELECT 1;', args: [], status: 0 },
    { name: 'an error', sql: INDEX, args: [], status: 1 },
    { name: 'an error, which never fails', sql: INDEX, args: ['--fail-on', 'never'], status: 0 },
    { name: 'a warning', sql: INDEX, rules: { 'create-index-blocking': 'warning', 'missing-lock-timeout': 'off' }, args: [], status: 0 },
    { name: 'a warning that counts', sql: INDEX, rules: { 'create-index-blocking': 'warning', 'missing-lock-timeout': 'off' }, args: ['--fail-on', 'warning'], status: 1 },
    { name: 'a hint, which never counts', sql: INDEX, rules: { 'create-index-blocking': 'hint', 'missing-lock-timeout': 'off' }, args: ['--fail-on', 'info'], status: 0 },
    { name: 'a statement that cannot be read', sql: 'SELEC 1;', args: [], status: 1 },
    { name: 'help', sql: '', args: ['--help'], status: 0 },
  ])('is $status for $name', async ({ sql, rules = {}, args, status }) => {
    const cwd = lockscope.project({ 'a.sql': sql, 'lockscope.json': JSON.stringify({ rules }) });
    expect((await lockscope.run(['check', 'a.sql', ...args], { cwd })).status).toBe(status);
  });
});

describe('check for people', () => {
  it('shows place, reason, source and lock', async () => {
    const cwd = lockscope.project({ 'm/001.sql': `SET lock_timeout = '1s';\n${INDEX}`, 's.sql': SCHEMA });
    const { stdout, stderr } = await lockscope.run(['check', 'm', '--schema', 's.sql'], { cwd });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('m/001.sql:2:1  error  create-index-blocking');
    expect(lines.slice(-7)).toEqual([
      '   2 │ CREATE INDEX users_email_idx ON users (email);',
      `     │ ${'^'.repeat(45)}`,
      '     ╰ SHARE on public.users, blocks writes; reads all of public.users',
      '',
      '✖ 1 file, 2 statements: 1 error',
      '  1 of 1 can be fixed with lockscope fix',
      '',
    ]);
    expect(stderr).toBe('');
  });

  it('says one line when all is well', async () => {
    const cwd = lockscope.project({ 'm/1.sql': SCHEMA, 'm/2.sql': 'SELECT 1; SELECT 2;' });
    expect((await lockscope.run(['check', 'm'], { cwd })).stdout).toBe('✔ 2 files, 3 statements: nothing blocks\n');
  });

  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0' }, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('with %o colour is %s', async (env, coloured) => {
    const { stdout } = await lockscope.run(['check', '-'], { stdin: 'SELEC 1;', env });
    expect(stdout.includes('\u001B[')).toBe(coloured);
  });

  it('puts carets under what is wide, and lets no text command the terminal', async () => {
    const { stdout } = await lockscope.run(['check', '-'], { stdin: "SELECT '日本🎉'; \tSELEC '\u001B[31m';" });
    const [source = '', marks = ''] = stdout.split('\n').filter((line) => line.includes('│'));
    expect(stdout).not.toContain('\u001B');
    // SELECT '日本🎉'; is 8 + 6 + 2 columns, the blank one and the tab two; the gutter takes 7.
    expect(source.replace(/^.*│ /u, '')).toBe("SELECT '日本🎉';   SELEC '\u{FFFD}[31m';");
    expect(marks.indexOf('^')).toBe(7 + 8 + 6 + 2 + 1 + 2);
  });
});

describe('standard input', () => {
  it('goes by the name it is given', async () => {
    const { stdout } = await lockscope.run(['check', '-', '--stdin-filename', 'db/001.sql', '--format', 'json'], { stdin: 'SELECT 1;' });
    expect((JSON.parse(stdout) as Report).files.map(({ path }) => path)).toEqual(['db/001.sql']);
  });
});

describe('rules and explain', () => {
  it('list every rule, and explain prints one', async () => {
    const { stdout } = await lockscope.run(['rules', '--format', 'json']);
    const rules = JSON.parse(stdout) as { id: string; summary: string }[];
    expect(rules.length).toBeGreaterThan(20);
    expect((await lockscope.run(['rules'])).stdout).toContain('create-index-blocking');
    const page = await lockscope.run(['explain', 'create-index-blocking']);
    expect(page).toMatchObject({ status: 0, stderr: '' });
    expect(page.stdout).toContain('SHARE');
    expect((await lockscope.run(['explain', 'create-index-bloking'])).stderr).toContain('Did you mean "create-index-blocking"?');
  });
});

describe('the manifest of the command line', () => {
  it('has the version of the extension', () => {
    const version = (path: string): unknown => (JSON.parse(readFileSync(join(import.meta.dirname, '../..', path), 'utf8')) as { version: unknown }).version;
    expect(version('server/package.json')).toBe(version('package.json'));
  });
});

describe('what other files say', () => {
  const files = {
    'm/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, full_name text);\n',
    'm/002_drop.sql': "SET lock_timeout = '1s';\nALTER TABLE users DROP COLUMN full_name;\n",
    'src/user.py': 'class User:\n    full_name = Column(Text)\n',
    'build/user.py': 'class User:\n    full_name = Column(Text)\n',
    '.gitignore': '/build\n',
  };

  it('comes with the finding: the code that still names a dropped column', async () => {
    const { files: reported } = (await report(files, 'm')) as unknown as { files: { findings: { rule: string; related?: unknown }[] }[] };
    const finding = reported.flatMap(({ findings }) => findings).find(({ rule }) => rule === 'drop-column');
    expect(finding?.related).toEqual([{ message: 'full_name is still mentioned here', path: 'src/user.py', start: { line: 2, column: 5 }, end: { line: 2, column: 14 } }]);
    const { stdout } = await lockscope.run(['check', 'm'], { cwd: lockscope.project(files) });
    expect(stdout).toContain('→ src/user.py:2:5  full_name is still mentioned here');
    expect(stdout).not.toContain('build/user.py');
  });
});
