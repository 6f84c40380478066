import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lockscope } from './lockscope';

let lockscope: Lockscope;
beforeAll(async () => {
  lockscope = await Lockscope.build();
});
afterAll(() => {
  lockscope.dispose();
});

const GOOD = 'SELECT 1;\n';

interface Case {
  readonly name: string;
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly args: readonly string[];
  readonly stdin?: string | Buffer;
  readonly status: number;
  /** All of standard error, line by line. */
  readonly says: readonly (string | RegExp)[];
}

const CASES: readonly Case[] = [
  { name: 'a missing path', args: ['check', 'nowhere.sql'], status: 2, says: ['lockscope: nowhere.sql: there is no such file or folder'] },
  { name: 'an empty path', args: ['check', ''], status: 2, says: [/: there is no such file or folder$/u] },
  { name: 'a folder without migrations', files: { 'm/readme.txt': '' }, args: ['check', 'm'], status: 2, says: ['lockscope: m: no migrations here (no .sql file, and no code of a migration tool)'] },
  {
    name: 'a folder none of whose files is a migration by the configuration',
    files: { 'lockscope.json': '{"migrations": ["db/*.sql"]}', 'm/a.sql': GOOD },
    args: ['check', 'm'],
    status: 2,
    says: ['lockscope: m: no migrations here ("migrations" in lockscope.json takes none of its 1 files)'],
  },
  { name: 'an empty file', files: { 'a.sql': '' }, args: ['check', 'a.sql'], status: 0, says: [] },
  { name: 'a file of blanks and comments', files: { 'a.sql': '\r\n -- nothing\r\n/* here */' }, args: ['check', 'a.sql'], status: 0, says: [] },
  {
    name: 'Latin-1',
    files: { 'a.sql': Buffer.from("SELECT 1;\nSELECT 'Gr\xfc\xdfe';\n", 'latin1') },
    args: ['check', 'a.sql'],
    status: 2,
    says: ['lockscope: a.sql: not UTF-8 (line 2); convert it, for example with iconv -f latin1 -t utf-8'],
  },
  { name: 'UTF-16 with a byte order mark', files: { 'a.sql': Buffer.from(`\u{FEFF}${GOOD}`, 'utf16le') }, args: ['check', 'a.sql'], status: 0, says: [] },
  { name: 'big-endian UTF-16', files: { 'a.sql': Buffer.from(`\u{FEFF}${GOOD}`, 'utf16le').swap16() }, args: ['check', 'a.sql'], status: 0, says: [] },
  { name: 'UTF-8 with a byte order mark', files: { 'a.sql': `\u{FEFF}${GOOD}` }, args: ['check', 'a.sql'], status: 0, says: [] },
  {
    name: 'NUL bytes',
    files: { 'a.sql': 'SELECT 1;\nSELECT \0;' },
    args: ['check', 'a.sql'],
    status: 2,
    says: ['lockscope: a.sql: holds a NUL byte (line 2), which no SQL text may; is it a text file?'],
  },
  {
    name: '50 MB',
    files: { 'a.sql': Buffer.alloc(50 * 1024 * 1024, `INSERT INTO t VALUES (1, 'x');\n`) },
    args: ['check', 'a.sql'],
    status: 2,
    says: ['lockscope: a.sql: 50 MB is too large to analyse (at most 20 MB); load data with COPY from a file of its own'],
  },
  { name: 'an unknown option', args: ['check', '--formt', 'json'], status: 2, says: [/^lockscope: unknown option '--formt'$/u, /Did you mean --format\?/u, /--help/u] },
  { name: 'an unknown command', args: ['chek'], status: 2, says: [/^lockscope: unknown command 'chek'$/u, /Did you mean check\?/u, /--help/u] },
  { name: 'an unknown format', args: ['check', '--format', 'xml'], status: 2, says: [/'xml' is invalid\. Allowed choices are pretty, json\./u, /--help/u] },
  { name: 'an unknown severity', args: ['check', '--fail-on', 'fatal'], status: 2, says: [/Allowed choices are error, warning, info, never\./u, /--help/u] },
  {
    name: 'a database that is not there, whose address holds a password',
    files: { 'a.sql': GOOD },
    args: ['check', '--database-url', 'postgres://u:s3cret@127.0.0.1:1/x', '.'],
    status: 2,
    says: [/^lockscope: database: 127\.0\.0\.1:1 refused the connection/u],
  },
  { name: 'a version that is none', args: ['check', '--server-version', 'latest'], status: 2, says: [/Expected a major version such as 17\./u, /--help/u] },
  {
    name: 'a version that is too old',
    args: ['check', '--server-version', '9'],
    status: 2,
    says: ['lockscope: --server-version: Server version 9 is not one that Lockscope knows: expected a major version of PostgreSQL, 12 or later, e.g. 17.'],
  },
  { name: 'a dialect to come', args: ['check', '--dialect', 'mysql'], status: 2, says: ['lockscope: --dialect: Dialect "mysql" is not supported yet; expected "postgresql".'] },
  { name: 'an unknown tool', args: ['check', '--tool', 'plan'], status: 2, says: [/^lockscope: --tool: unknown migration tool "plan"\. Did you mean "plain"\?/u] },
  { name: 'an unknown rule', args: ['explain', 'nonsense-rule'], status: 2, says: ['lockscope: there is no rule "nonsense-rule". lockscope rules lists them.'] },
  { name: 'a missing schema', files: { 'a.sql': GOOD }, args: ['check', 'a.sql', '--schema', 's.sql'], status: 2, says: ['lockscope: s.sql: there is no such file or folder'] },
  {
    name: 'a schema that cannot all be read',
    files: { 'a.sql': GOOD, 's.sql': 'CREATE TABLE t (id int);\n\nCREATE TABEL u ();\nCREATE TABEL v ();' },
    args: ['check', 'a.sql', '--schema', 's.sql'],
    status: 0,
    says: ['lockscope: s.sql:3: left out of the schema: syntax error at or near "TABEL" (and 1 more)'],
  },
  { name: 'a missing configuration', files: { 'a.sql': GOOD }, args: ['check', 'a.sql', '--config', 'c.json'], status: 2, says: ['lockscope: c.json: there is no such file or folder'] },
  {
    name: 'a broken configuration',
    files: { 'a.sql': GOOD, 'lockscope.json': '{\n  "batchSize": 10\n  "rules": {}\n}' },
    args: ['check', 'a.sql'],
    status: 2,
    says: ['lockscope: lockscope.json:3:3: Not valid JSON: expected ",".'],
  },
  {
    name: 'a configuration of wrong types',
    files: { 'a.sql': GOOD, 'lockscope.json': '{"batchSize": "many",\n "lockbudget": "1s"}' },
    args: ['check', 'a.sql'],
    status: 2,
    says: [
      'lockscope: lockscope.json:1:15: Expected a number of rows, 1 or more; found "many".',
      'lockscope: lockscope.json:2:2: Unknown setting "lockbudget". Did you mean "lockBudget"?',
    ],
  },
  { name: 'standard input that is not UTF-8', args: ['check', '-'], stdin: Buffer.from([0x61, 0xff]), status: 2, says: [/^lockscope: <stdin>: not UTF-8 \(line 1\)/u] },
];

describe('bad input gets one clear message and its exit status', () => {
  it.each(CASES)('$name', async ({ files = {}, args, stdin = '', status, says }) => {
    const outcome = await lockscope.run(args, { cwd: lockscope.project(files), stdin });
    expect(outcome.stderr).not.toMatch(/^\s+at /mu);
    const lines = outcome.stderr.split('\n').filter((line) => line !== '');
    expect(lines).toEqual(says.map((line) => (typeof line === 'string' ? line : (expect.stringMatching(line) as unknown))));
    expect(outcome.status).toBe(status);
  });

  it('one file that cannot be read does not keep the others from being judged', async () => {
    const cwd = lockscope.project({ 'm/1.sql': GOOD, 'm/2.sql': Buffer.from([0xff]), 'm/3.sql': 'SELEC 1;' });
    const { status, stdout, stderr } = await lockscope.run(['check', 'm', '--format', 'json'], { cwd });
    expect(stderr).toMatch(/^lockscope: m\/2\.sql: not UTF-8[^\n]*\n$/u);
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ path: 'm/1.sql' }, { path: 'm/3.sql' }], summary: { files: 2, problems: 1 } });
    expect(status).toBe(2);
  });

  it('10,000 nested parentheses are one problem, and their neighbours are judged', async () => {
    const deep = `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)};`;
    const cwd = lockscope.project({ 'a.sql': `SELECT 1;\n${deep}\nSELECT 2;\n` });
    const { status, stdout, stderr } = await lockscope.run(['check', 'a.sql', '--format', 'json'], { cwd });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ summary: { statements: 2, problems: 1 } });
    expect(status).toBe(1);
  });

  it('is quiet when its reader goes away', async () => {
    const statements = Array.from({ length: 3000 }, (_, n) => `SELEC ${String(n)};`).join('\n');
    const cwd = lockscope.project({ 'a.sql': statements });
    const child = spawn(process.execPath, [lockscope.program, 'check', 'a.sql'], { cwd });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    await new Promise((resolve) => child.on('close', resolve));
    expect(stderr).toBe('');
  });
});
