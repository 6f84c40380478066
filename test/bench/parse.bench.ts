import { bench, describe } from 'vitest';
import { neutralised } from '../../server/src/core/script/psql';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../server/src/core/sql/postgres/parse';

/** Run by hand: npx vitest bench --run test/bench/parse.bench.ts */
await loadPostgresParser();

const KINDS = [
  (i: number): string => `ALTER TABLE app.orders_${String(i)} ADD COLUMN note_${String(i)} text DEFAULT 'x' NOT NULL;\n\n`,
  (i: number): string => `-- by customer\nCREATE INDEX CONCURRENTLY idx_${String(i)} ON app.orders_${String(i)} (a, b) WHERE c IS NOT NULL;\n`,
  (i: number): string => `UPDATE orders_${String(i)} SET a = b + 1 WHERE id > ${String(i)} AND x IN (1, 2, 3);\n`,
  (i: number): string => `CREATE TABLE t${String(i)} (\n  id bigint PRIMARY KEY,\n  a int NOT NULL,\n  b text,\n  created timestamptz DEFAULT now()\n);\n`,
];
const script = (count: number, from = 0): string => Array.from({ length: count }, (_, i) => KINDS[i % KINDS.length]?.(from + i) ?? '').join('');

const large = script(3000);
const middle = large.indexOf('\n', large.length / 2) + 1;

describe('cold', () => {
  bench('3,000 statements', () => void statementsOf(large, createParseMemo()), { iterations: 20, time: 3000 });
  const files = Array.from({ length: 1500 }, (_, file) => script(7, 7 * file));
  bench('1,500 files with 10,500 statements', () => {
    const memo = createParseMemo();
    for (const file of files) statementsOf(file, memo);
  }, { iterations: 5, time: 3000 });
});

describe('a keystroke in 3,000 statements', () => {
  const memo = createParseMemo();
  let typed = 0;
  bench('in a statement', () => {
    typed++;
    statementsOf(`${large.slice(0, middle)}ALTER TABLE x ADD y${String(typed)} int;\n${large.slice(middle)}`, memo);
  });
  bench('in a statement that does not parse', () => {
    typed++;
    statementsOf(`${large.slice(0, middle)}ALTER TABLE x ADD y${String(typed)} (\n${large.slice(middle)}`, memo);
  });
  bench('in an open quote', () => {
    typed++;
    statementsOf(`${large.slice(0, middle)}SELECT 'x${String(typed)};\n${large.slice(middle)}`, memo);
  });
});

describe('taking psql out of 3,000 statements', () => {
  const casts = large.replaceAll("'x'", "'x'::text");
  const set = `\\set x 1\n${large}`;
  bench('where there is nothing of psql', () => void neutralised(casts));
  bench('where there is', () => void neutralised(set));
});
