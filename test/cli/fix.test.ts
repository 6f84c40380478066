import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../server/src/commands/diff';
import { Lockscope } from './lockscope';

let lockscope: Lockscope;
beforeAll(async () => {
  lockscope = await Lockscope.build();
});
afterAll(() => {
  lockscope.dispose();
});

const BEFORE = "SET lock_timeout = '1s';\r\n-- faster 🎉\r\ncreate index users_email_idx on users (email);\r\n";
const AFTER = BEFORE.replace('create index', 'create index concurrently');

describe('fix', () => {
  it('mends the file, keeps everything else of it, and has nothing to do the second time', async () => {
    const cwd = lockscope.project({ 'm/1.sql': BEFORE });
    const read = (): string => readFileSync(join(cwd, 'm/1.sql'), 'utf8');
    const first = await lockscope.run(['fix', 'm'], { cwd });
    expect(read()).toBe(AFTER);
    expect(first).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('1 finding fixed in 1 file') as unknown });
    const second = await lockscope.run(['fix', 'm'], { cwd });
    expect(second.stderr).toContain('nothing to fix');
    expect(read()).toBe(AFTER);
  });

  it('prints a diff with --dry-run and changes nothing', async () => {
    const cwd = lockscope.project({ 'm/1.sql': BEFORE });
    const { stdout } = await lockscope.run(['fix', 'm', '--dry-run'], { cwd });
    expect(stdout).toBe(unifiedDiff('m/1.sql', 'm/1.sql', BEFORE, AFTER));
    expect(readFileSync(join(cwd, 'm/1.sql'), 'utf8')).toBe(BEFORE);
  });

  it('splits a migration into phases, numbered in the gap of its folder, and overwrites nothing', async () => {
    const cwd = lockscope.project({
      'm/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\n',
      'm/002_names.sql': "SET lock_timeout = '1s';\nALTER TABLE users ADD COLUMN full_name text;\nUPDATE users SET full_name = name WHERE id < 10;\nALTER TABLE users DROP COLUMN name;\n",
      'm/003_more.sql': 'SELECT 1;\n',
    });
    const { stderr } = await lockscope.run(['fix', 'm', '--phases', '--fail-on', 'never'], { cwd });
    expect(stderr).toContain('1 finding fixed in 1 file');
    const read = (name: string): string => readFileSync(join(cwd, 'm', name), 'utf8');
    expect(readdirSync(join(cwd, 'm')).sort()).toEqual(['001_users.sql', '002_names.sql', '003_more.sql', '004_names_backfill.sql', '005_names_contract.sql']);
    expect(read('002_names.sql')).toBe("SET lock_timeout = '1s';\nALTER TABLE users ADD COLUMN full_name text;\n");
    expect(read('004_names_backfill.sql')).toContain('UPDATE users SET full_name = name WHERE id < 10;');
    expect(read('005_names_contract.sql')).toContain('ALTER TABLE users DROP COLUMN name;');
    const again = await lockscope.run(['fix', 'm', '--phases', '--fail-on', 'never'], { cwd });
    expect(again.stderr).toContain('nothing to fix');
  });

  it('answers standard input on standard output', async () => {
    expect((await lockscope.run(['fix', '-'], { stdin: BEFORE })).stdout).toBe(AFTER);
  });

  it('writes a file back in the encoding it had', async () => {
    const cwd = lockscope.project({ '1.sql': Buffer.from(`\u{FEFF}${BEFORE}`, 'utf16le') });
    await lockscope.run(['fix', '1.sql'], { cwd });
    expect(readFileSync(join(cwd, '1.sql'), 'utf16le')).toBe(`\u{FEFF}${AFTER}`);
  });

  it('mends only the findings of the rules it is told', async () => {
    const other = await lockscope.run(['fix', '-', '--rule', 'set-not-null-scanning', '--fail-on', 'never'], { stdin: BEFORE });
    expect(other.stdout).toBe(BEFORE);
    const unknown = await lockscope.run(['fix', '-', '--rule', 'nonsense'], { stdin: BEFORE });
    expect(unknown).toMatchObject({ status: 2, stdout: '', stderr: 'lockscope: there is no rule "nonsense". lockscope rules lists them.\n' });
  });

  it('leaves what a person should look at alone unless --review says so', async () => {
    const cwd = lockscope.project({ 's.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, email text);' });
    const update = "SET lock_timeout = '1s';\nUPDATE users SET email = lower(email);\n";
    const unseen = await lockscope.run(['fix', '-', '--schema', 's.sql'], { cwd, stdin: update });
    expect(unseen).toMatchObject({ status: 1, stdout: update });
    const reviewed = await lockscope.run(['fix', '-', '--schema', 's.sql', '--review'], { cwd, stdin: update });
    expect(reviewed.stdout).toContain('COMMIT');
  });
});

/** The diffs are what `diff -u` prints for these texts, but for its heads. */
describe('a unified diff', () => {
  it.each([
    ['nothing', 'a\n', 'a\n', ''],
    ['one line', 'a\nb\nc\n', 'a\nB\nc\n', '@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n'],
    ['an insertion into nothing', '', 'a\n', '@@ -0,0 +1 @@\n+a\n'],
    ['no line feed at the end', 'a', 'a\nb', '@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n'],
    [
      'two places',
      '1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n',
      '1\nx\n2\n3\n4\n5\n6\n7\n8\n9\n10\n12\n',
      '@@ -1,4 +1,5 @@\n 1\n+x\n 2\n 3\n 4\n@@ -8,5 +9,4 @@\n 8\n 9\n 10\n-11\n 12\n',
    ],
  ])('of %s', (_name, before, after, hunks) => {
    expect(unifiedDiff('a', 'a', before, after)).toBe(hunks === '' ? '' : `--- a/a\n+++ b/a\n${hunks}`);
  });
});
