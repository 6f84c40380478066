import { beforeAll, expect, test } from 'vitest';
import { expressionSql } from '../../../server/src/core/rewrites/deparse';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../../server/src/core/sql/postgres/parse';

beforeAll(loadPostgresParser);

function written(expression: string): string | undefined {
  const [statement] = statementsOf(`SELECT ${expression}`, createParseMemo());
  if (statement?.parsed.ok !== true || !('SelectStmt' in statement.parsed.node)) throw new Error(`does not parse: ${expression}`);
  const [target] = statement.parsed.node.SelectStmt.targetList ?? [];
  if (target === undefined || !('ResTarget' in target) || target.ResTarget.val === undefined) throw new Error('no expression');
  return expressionSql(target.ResTarget.val, { k: (words) => words, column: (name) => (name === 'a' ? '"new A"' : `"${name}"`) });
}

test.each<[expression: string, sql: string | undefined]>([
  ['a > 0', '"new A" > 0'],
  ['t.a > -1.5e3 and b is not null or not c', '(("new A" > (-1.5e3)) AND ("b" IS NOT NULL)) OR (NOT "c")'],
  ["lower(a) like 'it''s%'", `lower("new A") LIKE 'it''s%'`],
  ["a::varchar(20) = 'x'::text", `"new A"::varchar(20) = 'x'::text`],
  ['a between 1 and 2', '"new A" BETWEEN 1 AND 2'],
  ['a not in (1, 2)', '"new A" NOT IN (1, 2)'],
  ['a = any (array[1, 2]::int[])', '"new A" = ANY (ARRAY[1, 2]::integer[])'],
  ['case when a > 1 then true else false end', 'CASE WHEN "new A" > 1 THEN TRUE ELSE FALSE END'],
  ["coalesce(a, b) is distinct from nullif(b, '')", `COALESCE("new A", "b") IS DISTINCT FROM (NULLIF("b", ''))`],
  ["a collate \"C\" ~ '^x'", `("new A" COLLATE "C") ~ '^x'`],
  ['a at time zone \'UTC\' > now()', `("new A" AT TIME ZONE 'UTC') > now()`],
  ["(a::timestamptz(3))::date < current_date", '"new A"::timestamptz(3)::date < CURRENT_DATE'],
  ['a is true', '"new A" IS TRUE'],
  ["a @> '{\"k\": [1]}'::jsonb", `"new A" @> '{"k": [1]}'::jsonb`],
  ['greatest(a, b) + a * (b - 1) % 7', 'GREATEST("new A", "b") + (("new A" * ("b" - 1)) % 7)'],
  ['(select 1) > a', undefined],
  ['sum(a) over ()', undefined],
])('%s', (expression, sql) => {
  const text = written(expression);
  if (sql === undefined) expect(text).toBeUndefined();
  else expect(text).toBe(sql);
});
