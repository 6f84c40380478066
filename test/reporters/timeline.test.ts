import { beforeAll, describe, expect, it } from 'vitest';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { sharesOf } from '../../server/src/reporters/report/shares';
import { timelineOf } from '../../server/src/reporters/report/timeline';
import { reported, type Time } from './report';

beforeAll(loadPostgresParser);

/** The bars as `relation: MODE first-last column`, after the columns as the statements they stand for. */
function drawn(sql: string, times: readonly Time[] = []): string[] {
  const { analysis, estimate } = reported(sql, times);
  const { columns, lanes } = timelineOf(analysis, estimate);
  return [columns.map(({ statement }) => statement).join(' '), ...lanes.flatMap(({ relation, bars }) => bars.map(({ mode, from, to }) => `${relation}: ${mode} ${from}-${to}`))];
}

describe('the timeline', () => {
  it.each<[string, string, string[]]>([
    ['a statement by itself', 'ALTER TABLE users ADD n int;', ['0', 'public.users: ACCESS EXCLUSIVE 0-0']],
    ['a lock lasts to the end of its transaction', 'BEGIN; ALTER TABLE users ADD n int; ALTER TABLE orders ADD n int; COMMIT; ALTER TABLE orders ADD m int;', ['1 2 4', 'public.users: ACCESS EXCLUSIVE 0-1', 'public.orders: ACCESS EXCLUSIVE 1-1', 'public.orders: ACCESS EXCLUSIVE 2-2']],
    ['a stronger lock takes the place of a weaker one', 'BEGIN; CREATE INDEX ON users (email); DROP TABLE orders; ALTER TABLE users ADD n int; COMMIT;', ['1 2 3', 'public.users: SHARE 0-1', 'public.users: ACCESS EXCLUSIVE 2-2', 'public.orders: ACCESS EXCLUSIVE 1-2']],
    ['ROLLBACK TO gives back what was taken since', 'BEGIN; SAVEPOINT s; ALTER TABLE users ADD n int; ROLLBACK TO s; ALTER TABLE orders ADD n int; COMMIT;', ['2 4', 'public.users: ACCESS EXCLUSIVE 0-0', 'public.orders: ACCESS EXCLUSIVE 1-1']],
    ['what the migration creates concerns nobody', 'CREATE TABLE t (id int); CREATE INDEX ON t (id);', ['']],
    ['what only reads has no bar', 'SELECT * FROM users;', ['']],
    ['what cannot be read has a column, and its neighbours theirs', 'ALTER TABLE users ADD n int; ALTER TABL users; ALTER TABLE users ADD m int;', ['0 1 2', 'public.users: ACCESS EXCLUSIVE 0-0', 'public.users: ACCESS EXCLUSIVE 2-2']],
    ['nothing at all', '-- later', ['']],
  ])('%s', (_, sql, expected) => {
    expect(drawn(sql)).toEqual(expected);
  });

  it('draws a long statement although it locks nothing', () => {
    expect(drawn('SELECT pg_sleep(9);', [9])).toEqual(['0']);
  });

  it('draws the longest of thousands of statements, and says how many it leaves out', () => {
    const sql = Array.from({ length: 5000 }, (_, i) => `ALTER TABLE users ADD c${i} int;`).join('\n');
    const { analysis, estimate } = reported(sql, Array.from({ length: 5000 }, (_, i) => (i === 4321 ? 60 : 0.001)));
    const { columns, undrawn } = timelineOf(analysis, estimate);
    expect(columns.length).toBe(120);
    expect(columns.some(({ statement, drawn: how }) => statement === 4321 && how === 'scale')).toBe(true);
    expect(undrawn).toBe(4880);
  });

  it('draws forty of many relations, those first whose readers wait', () => {
    const tables = Array.from({ length: 60 }, (_, i) => `t${i}`);
    const ddl = tables.map((name) => `CREATE TABLE ${name} (id int);`).join('');
    const sql = tables.map((name, i) => (i < 50 ? `UPDATE ${name} SET id = 1;` : `ALTER TABLE ${name} ADD n int;`)).join('\n');
    const { analysis, estimate } = reported(sql, [], [], ddl);
    const { lanes, more } = timelineOf(analysis, estimate);
    expect(lanes.length).toBe(40);
    expect(lanes.filter(({ bars }) => bars[0]?.mode === 'ACCESS EXCLUSIVE').length).toBe(10);
    expect(more).toBe(20);
  });

  it('is drawn to scale as if each table had a million rows where no size is known', () => {
    const { analysis, estimate } = reported('ALTER TABLE users ALTER email TYPE int USING 1; ALTER TABLE orders ALTER total TYPE bigint;', [{ perMillionRows: 6 }, { perMillionRows: 2 }]);
    const { columns, scale } = timelineOf(analysis, estimate);
    expect(scale).toBe('million rows');
    expect(columns.map(({ share }) => share)).toEqual([0.75, 0.25]);
  });
});

describe('widths', () => {
  it.each<[string, (number | undefined)[], string[]]>([
    ['in proportion', [1, 3], ['scale 0.25', 'scale 0.75']],
    ['what is 10,000 times shorter can still be seen', [100, 0.01], ['scale 0.97', 'short 0.03']],
    ['and the others keep their proportion', [75, 25, 0.001], ['scale 0.7275', 'scale 0.2425', 'short 0.03']],
    ['three scales', [10_000, 100, 1], ['scale 0.94', 'short 0.03', 'short 0.03']],
    ['what is not known', [6, undefined, 2], ['scale 0.6', 'unknown 0.2', 'scale 0.2']],
    ['nothing is known', [undefined, undefined], ['unknown 0.5', 'unknown 0.5']],
    ['no time at all', [0, 0], ['short 0.5', 'short 0.5']],
    ['nothing', [], []],
  ])('%s', (_, weights, expected) => {
    expect(sharesOf(weights).map(({ share, drawn: how }) => `${how} ${Number(share.toFixed(6))}`)).toEqual(expected);
  });

  it('add up to the whole', () => {
    const weights = Array.from({ length: 120 }, (_, i) => (i % 7 === 0 ? undefined : 1.4 ** (i % 40)));
    expect(sharesOf(weights).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  });
});
