import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lockscope } from './lockscope';

const MIGRATION = `BEGIN;
ALTER TABLE users ADD COLUMN age int NOT NULL DEFAULT 0;
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
COMMIT;
CREATE INDEX CONCURRENTLY users_email ON users (email);
SELECT pg_sleep(3);
`;

const SNAPSHOT = {
  version: 1,
  server: { dialect: 'postgresql', version: 17 },
  takenAt: '2026-01-01T00:00:00Z',
  catalog: { schemas: ['public'], relations: [{ name: 'public.users', kind: 'table', columns: [{ name: 'id', type: 'bigint' }, { name: 'email', type: 'text' }] }], types: [], routines: [], publications: [] },
  sizes: { 'public.users': { rows: 10_000_000, bytes: 600_000_000 } },
};

interface Estimated {
  readonly files: readonly {
    readonly statements: readonly { readonly kind: string; readonly estimate: { low: number; likely: number; high: number; basis: string } | null; readonly unknown: string | null; readonly perMillionRows: object | null; readonly work: readonly object[]; readonly waits: readonly { for: string }[] }[];
    readonly blocked: readonly object[];
    readonly blocksReads: { likely: number } | null;
  }[];
}

describe('lockscope estimate', () => {
  let lockscope: Lockscope;
  beforeAll(async () => {
    lockscope = await Lockscope.build();
  }, 60_000);
  afterAll(() => {
    lockscope.dispose();
  });

  test('with sizes: times, work, waits and what is blocked', async () => {
    const cwd = lockscope.project({ '1.sql': MIGRATION, 'snapshot.json': JSON.stringify(SNAPSHOT) });
    const { status, stdout } = await lockscope.run(['estimate', '--format', 'json', '--snapshot', 'snapshot.json', '1.sql'], { cwd });
    const file = (JSON.parse(stdout) as Estimated).files[0];
    expect(file?.statements.map(({ kind, unknown }) => [kind, unknown])).toEqual([
      ['BEGIN', null],
      ['ALTER TABLE', null],
      ['ALTER TABLE', null],
      ['COMMIT', null],
      ['CREATE INDEX', null],
      ['SELECT', 'pg_sleep waits'],
    ]);
    expect(file?.statements[2]?.work).toMatchObject([{ kind: 'scan', relation: 'public.users', rows: 10_000_000, bytesRead: 600_000_000 }]);
    expect(file?.statements[2]?.estimate?.basis).toBe('catalog');
    expect(file?.statements[4]?.waits).toMatchObject([{ for: 'old snapshots' }]);
    // The ALTER TABLEs hold their lock until the COMMIT, lines 2 to 4; building the index blocks nothing.
    expect(file?.blocked).toMatchObject([{ relation: 'public.users', mode: 'ACCESS EXCLUSIVE', blocks: 'reads and writes', start: { line: 2 }, end: { line: 4 } }]);
    const seconds = file?.statements.slice(1, 4).map(({ estimate }) => estimate?.likely ?? NaN) ?? [];
    expect(file?.blocksReads?.likely).toBeCloseTo(seconds.reduce((sum, each) => sum + each, 0), 3);
    expect(status).toBe(0);
    const checked = await lockscope.run(['check', '--format', 'json', '--fail-on', 'never', '--snapshot', 'snapshot.json', '1.sql'], { cwd });
    const estimates = (JSON.parse(checked.stdout) as Estimated).files[0]?.statements.map(({ estimate }) => estimate);
    expect(estimates).toEqual(file?.statements.map(({ estimate }) => estimate));
    const html = await lockscope.run(['estimate', '--format', 'html', '--snapshot', 'snapshot.json', '1.sql'], { cwd });
    expect(html.stdout).toMatch(/^<!DOCTYPE html>.*class="bar access-exclusive.*<\/html>\n$/su);
    const markdown = await lockscope.run(['estimate', '--format', 'markdown', '--snapshot', 'snapshot.json', '1.sql'], { cwd });
    expect(markdown.stdout).toMatch(/^### Migration report: `1\.sql`\n.*█/su);
    const pretty = await lockscope.run(['estimate', '--snapshot', 'snapshot.json', '1.sql'], { cwd });
    expect(pretty.stdout).toMatch(/1\.sql:2 {2}ALTER TABLE users ADD COLUMN age[^\n]*\n {4}milliseconds, once its locks are granted\n {6}waits for every transaction that uses users/u);
    expect(pretty.stdout).toMatch(/checks every row of users: 10 M rows, reads 572 MB, about \d/u);
    expect(pretty.stdout).toMatch(/\n {4}about [^\n]*\), by sizes from the catalogue, typical timings\n/u);
    expect(pretty.stdout).toContain('cannot be estimated: pg_sleep waits');
  });

  test('without sizes: for each million rows, and why', async () => {
    const { status, stdout, stderr } = await lockscope.run(['estimate', '-'], { stdin: 'CREATE INDEX ON users (email);\nALTER TABLE users DROP COLUMN age;\n' });
    expect(stdout.replace(/\s+/gu, ' ')).toMatch(/<stdin>:1 CREATE INDEX ON users \(email\) about [^:]* for each million rows, by typical timings: the size of users is not known/u);
    expect(stdout).toMatch(/:2 [^\n]*\n {4}milliseconds, once its locks are granted/u);
    expect(stdout).not.toMatch(/NaN|undefined|-\d/u);
    expect(stderr).toContain('no sizes are known');
    expect(status).toBe(0);
  });
});
