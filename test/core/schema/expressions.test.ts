import { persistentMap } from '../../../server/src/core/persistent-map';
import { describe, expect, test } from 'vitest';
import { objectName } from '../../../server/src/core/schema/names';
import { UNKNOWN_SCHEMA, type Routine } from '../../../server/src/core/schema/schema';
import { columnsIn, relationsIn, routinesIn, sequencesIn, volatilityOf } from '../../../server/src/core/schema/postgres/expressions';
import { expression, parse, view } from './support';

const routine = (name: string, volatility: Routine['volatility']): readonly [Routine['name'], readonly Routine[]] => {
  const exact = objectName('public', name);
  const common = { kind: 'function', language: 'sql', inputs: [], returns: undefined, returnsSet: false, body: undefined, definition: undefined } as const;
  return [exact, [{ ...common, name: exact, volatility }]];
};
const schema = { ...UNKNOWN_SCHEMA, routines: persistentMap([routine('make_token', 'volatile'), routine('tenant', 'stable'), routine('slug', 'immutable')]) };

// The answers for built-in functions are pg_proc.provolatile.
describe('volatilityOf', () => {
  test.each<[string, string]>([
    ['1', 'immutable'],
    ["'x'::text", 'immutable'],
    ["'now'::timestamptz", 'immutable'],
    ['now()', 'stable'],
    ['current_date', 'stable'],
    ['CURRENT_TIMESTAMP', 'stable'],
    ['current_user', 'stable'],
    ["now() + interval '1 day'", 'stable'],
    ["timezone('utc', now())", 'stable'],
    ["now() AT TIME ZONE 'UTC'", 'stable'],
    ['statement_timestamp()', 'stable'],
    ['clock_timestamp()', 'volatile'],
    ['timeofday()', 'volatile'],
    ['random()', 'volatile'],
    ['gen_random_uuid()', 'volatile'],
    ['pg_catalog.gen_random_uuid()', 'volatile'],
    ["nextval('s')", 'volatile'],
    ["nextval('s'::regclass)", 'volatile'],
    ["lower('A')", 'immutable'],
    ["md5(random()::text)", 'volatile'],
    ["date_trunc('day', now())", 'stable'],
    ["coalesce(NULL, lower('x'))", 'immutable'],
    ['CASE WHEN true THEN random() END', 'volatile'],
    ['ARRAY[1, 2]', 'immutable'],
    ["'{}'::jsonb", 'immutable'],
    ["jsonb_build_object('a', 1)", 'stable'],
    ['make_token()', 'volatile'],
    ['public.tenant()', 'stable'],
    ["slug()", 'immutable'],
    ['uuid_generate_v4()', 'unknown'],
    ['lower(uuid_generate_v4()::text)', 'unknown'],
    ['uuid_generate_v4()::text || random()', 'volatile'],
    ['(SELECT random())', 'volatile'],
    ['a <-> b', 'immutable'],
    ['a %%% b', 'unknown'],
  ])('%s is %s', (sql, expected) => {
    expect(volatilityOf(expression(sql), view(schema))).toBe(expected);
  });

  test('is not limited by the depth of an expression', () => {
    let node = expression('random()');
    for (let i = 0; i < 100_000; i++) node = { BoolExpr: { boolop: 'NOT_EXPR', args: [node] } };
    expect(volatilityOf(node, view())).toBe('volatile');
  });
});

describe('relationsIn', () => {
  test.each<[string, string[]]>([
    ['SELECT * FROM a, b.c JOIN "D" ON true', ['read public.a', 'read b.c', 'read public."D"']],
    ['WITH a AS (SELECT * FROM x) SELECT * FROM a, public.a', ['read public.a', 'read public.x']],
    ['WITH a AS (SELECT * FROM a) SELECT * FROM a', ['read public.a']],
    ['WITH RECURSIVE a AS (SELECT * FROM r UNION SELECT * FROM a) SELECT * FROM a', ['read public.r']],
    ['WITH a AS (SELECT 1), b AS (SELECT * FROM a, c) SELECT * FROM b', ['read public.c']],
    ['SELECT (SELECT 1 FROM s), EXISTS (SELECT 1 FROM e) FROM f WHERE x IN (SELECT y FROM i)', ['read public.e', 'read public.f', 'read public.i', 'read public.s']],
    ['WITH a AS (SELECT 1) SELECT (WITH b AS (SELECT * FROM a, z) SELECT 1 FROM b) FROM b', ['read public.b', 'read public.z']],
    ['SELECT 1 FROM a UNION (WITH q AS (SELECT 1 FROM b) SELECT 1 FROM q) EXCEPT SELECT 1 FROM c', ['read public.a', 'read public.b', 'read public.c']],
    ['SELECT * FROM generate_series(1, (SELECT max(x) FROM m)) g, LATERAL f(g)', ['read public.m']],
    ['SELECT * FROM t TABLESAMPLE system (10)', ['read public.t']],
    ['SELECT * FROM a JOIN b ON true FOR UPDATE', ['lock public.a', 'lock public.b', 'read public.a', 'read public.b']],
    ['SELECT * FROM a x JOIN b ON true FOR UPDATE OF x', ['lock public.a', 'read public.a', 'read public.b']],
    ['SELECT * FROM a, (SELECT * FROM b, c) s FOR SHARE OF s', ['lock public.b', 'lock public.c', 'read public.a', 'read public.b', 'read public.c']],
    ['WITH c AS (SELECT * FROM t) SELECT * FROM c FOR UPDATE', ['read public.t']],
    ['INSERT INTO a SELECT * FROM b ON CONFLICT (id) DO UPDATE SET x = (SELECT 1 FROM c)', ['insert public.a', 'read public.b', 'read public.c']],
    ['UPDATE a SET x = 1 FROM b WHERE a.id = b.id AND EXISTS (SELECT 1 FROM a)', ['read public.a', 'read public.b', 'update public.a']],
    ['DELETE FROM a USING b WHERE a.id = b.id', ['delete public.a', 'read public.b']],
    ['MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET x = (SELECT 1 FROM c)', ['merge public.a', 'read public.b', 'read public.c']],
    ['WITH d AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM d', ['delete public.a', 'insert public.b']],
    ['WITH a AS (SELECT 1) UPDATE a SET x = 1', ['update public.a']],
    ['VALUES (1), ((SELECT 1 FROM v))', ['read public.v']],
    ['TABLE t', ['read public.t']],
    ["SELECT * FROM XMLTABLE('x' PASSING (SELECT d FROM docs) COLUMNS a int)", ['read public.docs']],
    ['SELECT * FROM pg_class', ['read pg_catalog.pg_class']],
  ])('%s', (sql, expected) => {
    const found = relationsIn(parse(sql), view()).map(({ relation, use }) => `${use} ${relation}`);
    expect(found.sort()).toEqual([...expected].sort());
  });
});

test('columnsIn', () => {
  expect([...columnsIn(expression("lower(t.a) || \"B\" || (c).f || s.t.d::text || 'e'"))].sort()).toEqual(['B', 'a', 'c', 'd']);
  expect([...columnsIn(expression('t.*'))]).toEqual(['*']);
});

test('routinesIn', () => {
  expect([...routinesIn(expression('lower(f(x)) || app.g()'), view())].sort()).toEqual(['app.g', 'pg_catalog.lower', 'public.f']);
  expect([...routinesIn(parse('CALL app.p(1)'), view())]).toEqual(['app.p']);
});

test('sequencesIn', () => {
  const sql = `nextval('s'::regclass) + nextval('app."S"') + currval('app.T') + nextval(x)`;
  expect([...sequencesIn(expression(sql), view())].sort()).toEqual(['app."S"', 'app.t', 'public.s']);
});
