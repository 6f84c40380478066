import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { htmlReport } from '../../server/src/reporters/report/html';
import { markdownReport } from '../../server/src/reporters/report/markdown';
import { viewOf } from '../../server/src/reporters/report/view';
import { reported } from './report';

beforeAll(loadPostgresParser);

type Made = () => ReturnType<typeof reported>;

const release: Made = () =>
  reported(
    'BEGIN;\nALTER TABLE users ADD n int;\nUPDATE users SET n = 1;\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON orders (user_id);\nSELECT 1;\n',
    [0.001, 0.001, 40, 0.001, 12],
    [{ relation: 'users', from: 1, to: 2, time: 40 }],
  );

describe('totals', () => {
  it.each<[string, Made, string[]]>([
    ['known', release, ['Runs: 52 s', 'Keeps reads waiting: 40 s | on users | bad', 'Keeps writes waiting: 40 s | on users | bad']],
    ['within the budget', () => reported('ALTER TABLE users ADD n int;', [0.3], [{ relation: 'users', time: 0.3 }]), ['Runs: 300 ms', 'Keeps reads waiting: 300 ms | on users | good', 'Keeps writes waiting: 300 ms | on users | good']],
    ['writes only', () => reported('CREATE INDEX ON users (n);', [7], [{ relation: 'users', blocks: 'writes', time: 7 }]), ['Runs: 7 s', 'Keeps reads waiting: never', 'Keeps writes waiting: 7 s | on users | bad']],
    [
      'no statistics',
      () => reported('CREATE INDEX ON users (n);', [{ perMillionRows: 0.9 }], [{ relation: 'users', blocks: 'writes' }]),
      ['Runs: 900 ms for each million rows | the size of users is not known', 'Keeps reads waiting: never', 'Keeps writes waiting: 900 ms for each million rows | on users; the size of users is not known'],
    ],
    [
      'one part known, one not',
      () => reported('CREATE INDEX ON users (n); DELETE FROM orders;', [{ perMillionRows: 2 }, 30], []),
      ['Runs: 2 s for each million rows | besides about 30 s for what is known; the size of users is not known', 'Keeps reads waiting: never', 'Keeps writes waiting: never'],
    ],
    ['cannot be told', () => reported('SELECT f();', ['f() may do anything']), ['Runs: unknown | f() may do anything', 'Keeps reads waiting: never', 'Keeps writes waiting: never']],
    ['empty', () => reported('', []), ['Runs: no time', 'Keeps reads waiting: never', 'Keeps writes waiting: never']],
  ])('%s', (_, migration, expected) => {
    const words = viewOf(migration()).totals.map(({ label, headline, range, detail, tone }) => [`${label}: ${headline}${range === undefined ? '' : ` ${range}`}`, detail, ['bad', 'good', 'near'].includes(tone) && headline !== 'never' ? tone : undefined].filter((part) => part !== undefined && part !== '').join(' | '));
    expect(words).toEqual(expected);
  });

  it('never say "0 ms" or NaN for what is not known', () => {
    const pages = [reported('CREATE INDEX ON users (n); FOO; SELECT f();', [{ perMillionRows: 1 }, 0, 'nobody knows'], [{ relation: 'users' }]), reported('', []), reported('DROP TABLE users;', ['x'], [{ relation: 'users' }])];
    for (const page of pages) for (const text of [htmlReport([page]).replace(/<(style|script)>.*?<\/\1>/gsu, ''), markdownReport([page])]) expect(text).not.toMatch(/\b0 ms|NaN|undefined|Infinity/u);
  });
});

describe('a lane', () => {
  it('says who waits, how long, and by which statements', () => {
    const [users, orders] = viewOf(release()).timeline.lanes;
    expect(users).toMatchObject({ relation: 'users', reads: true, writes: true, times: ['about 40 s'] });
    expect(users?.bars.map(({ label }) => label)).toEqual(['users: ACCESS EXCLUSIVE from statement 2 to 3, reads and writes wait, about 40 s']);
    expect(orders).toMatchObject({ relation: 'orders', reads: false, writes: false, times: [] });
    expect(orders?.bars.map(({ label }) => label)).toEqual(['orders: SHARE UPDATE EXCLUSIVE in statement 5, only schema changes wait, about 12 s']);
  });
});

const NASTY = 'ALTER TABLE "<script>alert(1)</script>" ADD m int;';

describe('the page', () => {
  it.each([
    ['a relation', NASTY],
    ['a comment', `/* </pre><script>alert(1)</script> */ ${NASTY}`],
    ['a syntax error', `${NASTY} FOO '<script>alert(1)</script>';`],
  ])('escapes %s', (_, sql) => {
    const html = htmlReport([reported(sql, [1], [{ relation: '"<script>alert(1)</script>"', time: 1 }])]);
    expect(html.match(/<script/gu)).toHaveLength(1);
    expect(html).toContain('&lt;script&gt;');
  });

  it('escapes its path', () => {
    const { analysis, ...rest } = release();
    const html = htmlReport([{ ...rest, analysis: { ...analysis, path: 'a/"><img src=x onerror=alert(1)>.sql' } }]);
    expect(html).not.toContain('<img');
  });

  it('needs nothing else, and names its own style and script by their hashes', () => {
    const html = htmlReport([release()]);
    const hash = (tag: string): string => createHash('sha256').update(new RegExp(`<${tag}>(.*?)</${tag}>`, 'su').exec(html)?.[1] ?? '').digest('base64');
    expect(html).toContain(`default-src 'none'; style-src 'sha256-${hash('style')}'; script-src 'sha256-${hash('script')}'"`);
    expect(html).not.toMatch(/ style="| on\w+="|\b(?:src|@import)\b\s*=/u);
  });

  it('carries the nonce of a webview', () => {
    const html = htmlReport([release()], { nonce: 'abc' });
    expect(html).toContain(`style-src 'nonce-abc'; script-src 'nonce-abc'"`);
    expect(html).toContain('<style nonce="abc">');
    expect(html).toContain('<script nonce="abc">');
  });

  it('leads from every bar and number to a statement that is there', () => {
    const html = htmlReport([release(), reported(NASTY, [1])]);
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/gu)].map(([, id]) => id));
    const targets = [...html.matchAll(/ href="#([^"]+)"/gu)].map(([, target]) => target);
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((target) => !ids.has(target))).toEqual([]);
    expect(ids.size).toBe([...html.matchAll(/ id="/gu)].length);
  });

  it('says everything in words for those who do not see it', () => {
    const html = htmlReport([release()]);
    for (const [, attributes = '', content = ''] of html.matchAll(/<a ([^>]*)>(.*?)<\/a>/gsu)) {
      if (attributes.includes('data-row')) expect(attributes).toMatch(/aria-label="[^"]+"/u);
      else expect(content).not.toBe('');
    }
    expect(html).toMatch(/<details class="table">.*<th scope="row">users<\/th><td>ACCESS EXCLUSIVE<\/td><td>reads and writes wait<\/td>/su);
    // Headings go down one step at a time.
    expect([...html.matchAll(/<h(\d)/gu)].map(([, level]) => level)).toEqual(['1', '2', '2']);
    for (const [svg] of html.matchAll(/<(?:svg|i)\b[^>]*>/gu)) expect(svg.startsWith('<svg') || svg.includes('aria-hidden="true"')).toBe(true);
  });

  it('of 5,000 statements stays a page that can be opened', () => {
    const sql = Array.from({ length: 5000 }, (_, i) => `UPDATE users SET email = 'user ${i}' WHERE id = ${i};`).join('\n');
    expect(htmlReport([reported(sql, [])]).length).toBeLessThan(8_000_000);
  });
});

describe('Markdown', () => {
  it('shows totals, the timeline and the statements', () => {
    const text = markdownReport([release()]);
    expect(text).toContain('### Migration report: `migrations/7.sql`');
    expect(text).toContain('| Keeps reads waiting | 🔴 **40 s** | on users |');
    // Of 60 letters, 3 % (2) are for what is too short to be seen; the rest is 40 to 12: 97 % × 40 / 52 and 3 % are 47 letters.
    expect(text).toMatch(/```text\n {8}2 3 {44}5\nusers {2}│█{47} {13}│ about 40 s\norders │ {47}─{13}│\n```/u);
    expect(text).toContain('| 5 | 5 | `CREATE INDEX CONCURRENTLY i ON orders (user_id)` | SHARE UPDATE EXCLUSIVE on `orders` | about 12 s |');
  });

  it.each([
    ['tags', NASTY, '<script'],
    ['cells', 'ALTER TABLE users ADD "a|b" int;', '"a|b"'],
    ['mentions', 'ALTER TABLE users ADD n int; FOO @everyone;', '> @everyone'],
  ])('keeps %s of a migration out of its markup', (_, sql, without) => {
    const text = markdownReport([reported(sql, [])]);
    const outsideOfCode = text.replace(/(`+)[^`][\s\S]*?\1/gu, '');
    expect(outsideOfCode).not.toContain(without);
  });

  it('has as many backticks around code as it takes', () => {
    const text = markdownReport([reported('ALTER TABLE users ADD "a`b``c" int;', [])]);
    expect(text).toContain('``` ALTER TABLE users ADD "a`b``c" int ```');
  });
});
