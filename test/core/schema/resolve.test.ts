import { persistentMap } from '../../../server/src/core/persistent-map';
import { describe, expect, test } from 'vitest';
import { objectName } from '../../../server/src/core/schema/names';
import { UNKNOWN_SCHEMA } from '../../../server/src/core/schema/schema';
import { relationName, routineName, typeReference } from '../../../server/src/core/schema/postgres/resolve';
import { type, view } from './support';

const mood = objectName('app', 'Mood');
const schema = {
  ...UNKNOWN_SCHEMA,
  searchPath: ['public', 'app'],
  types: persistentMap([[mood, { kind: 'enum' as const, name: mood, labels: ['a'], origin: undefined }]]),
};

describe('typeReference', () => {
  test.each<[string, string, readonly number[], boolean]>([
    ['int', 'pg_catalog.int4', [], false],
    ['integer', 'pg_catalog.int4', [], false],
    ['bigint[]', 'pg_catalog.int8', [], true],
    ['int[3][3]', 'pg_catalog.int4', [], true],
    ['_text', 'pg_catalog.text', [], true],
    ['serial', 'pg_catalog.int4', [], false],
    ['bigserial', 'pg_catalog.int8', [], false],
    ['serial2', 'pg_catalog.int2', [], false],
    ['varchar(10)', 'pg_catalog."varchar"', [10], false],
    ['character varying', 'pg_catalog."varchar"', [], false],
    ['char', 'pg_catalog.bpchar', [1], false],
    ['character(3)', 'pg_catalog.bpchar', [3], false],
    ['"char"', 'pg_catalog."char"', [], false],
    ['numeric(10,2)', 'pg_catalog."numeric"', [10, 2], false],
    ['decimal', 'pg_catalog."numeric"', [], false],
    ['float(10)', 'pg_catalog.float4', [], false],
    ['double precision', 'pg_catalog.float8', [], false],
    ['timestamp with time zone', 'pg_catalog.timestamptz', [], false],
    ['timestamp(0)', 'pg_catalog."timestamp"', [0], false],
    ['time(3) with time zone', 'pg_catalog.timetz', [3], false],
    ['interval(3)', 'pg_catalog."interval"', [32767, 3], false],
    ['bit varying(5)', 'pg_catalog.varbit', [5], false],
    ['boolean', 'pg_catalog.bool', [], false],
    ['json', 'pg_catalog."json"', [], false],
    ['pg_catalog.int4', 'pg_catalog.int4', [], false],
    ['"Mood"', 'app."Mood"', [], false],
    ['app."Mood"[]', 'app."Mood"', [], true],
    ['citext', 'public.citext', [], false],
    ['other.thing', 'other.thing', [], false],
  ])('%s', (written, name, modifiers, array) => {
    expect(typeReference(type(written), view(schema))).toEqual({ name, modifiers, array });
  });

  test('modifiers that are words differ', () => {
    const point = typeReference(type('geometry(Point,4326)'), view(schema));
    expect(point.modifiers[1]).toBe(4326);
    expect(typeReference(type('geometry(Polygon,4326)'), view(schema))).not.toEqual(point);
    expect(typeReference(type('geometry(POINT,4326)'), view(schema))).toEqual(point);
  });
});

test.each<[string | undefined, string, string]>([
  [undefined, 'users', 'public.users'],
  ['app', 'users', 'app.users'],
  [undefined, 'pg_class', 'pg_catalog.pg_class'],
  [undefined, 'Users', 'public."Users"'],
])('relationName %s.%s', (schemaname, relname, expected) => {
  expect(relationName(schemaname === undefined ? { relname } : { schemaname, relname }, view(schema))).toBe(expected);
});

test.each<[string[], string]>([
  [['lower'], 'pg_catalog.lower'],
  [['my_function'], 'public.my_function'],
  [['public', 'lower'], 'public.lower'],
])('routineName %j', (parts, expected) => {
  expect(routineName(parts, view(schema))).toBe(expected);
});
