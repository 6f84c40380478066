import { beforeAll, expect, test } from 'vitest';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { lockWords } from '../../server/src/reporters/words';
import { analyzeExample } from '../core/rules/example';

beforeAll(loadPostgresParser);

test.each([
  [9, /reads all of (?:public\.p\d+, ){8}public\.p\d+$/u],
  [12, /reads all of (?:public\.p\d+, ){7}public\.p\d+ and 4 others$/u],
  [150, /reads all of (?:public\.p\d+, ){7}public\.p\d+ and 142 others$/u],
])('a table of %i partitions takes a line, not a page', (count, words) => {
  const partitions = Array.from({ length: count }, (_value, n) => `CREATE TABLE p${String(n)} PARTITION OF p FOR VALUES IN (${String(n)});`);
  const { statements } = analyzeExample({ schema: `CREATE TABLE p (id int) PARTITION BY LIST (id);\n${partitions.join('\n')}`, sql: 'CREATE INDEX i ON p (id);' });
  const effects = statements[0]?.effects;
  if (effects === undefined) throw new Error('a statement has effects');
  expect(lockWords(effects).join('; ')).toMatch(words);
});
