import { beforeAll, describe, expect, test } from 'vitest';
import { objectName } from '../../../server/src/core/schema/names';
import { provesNotNull } from '../../../server/src/core/schema/postgres/facts';
import { applyStatement } from '../../../server/src/core/schema/postgres/apply';
import { schemaFromDdl } from '../../../server/src/core/schema/postgres/load';
import { UNKNOWN_SCHEMA, type Schema, type Table } from '../../../server/src/core/schema/schema';
import { SchemaEditor, type Transition } from '../../../server/src/core/schema/editor';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../../server/src/core/sql/postgres/parse';
import type { ParsedStatement } from '../../../server/src/core/sql/statement';
import { SCRIPTS } from './scripts';

const memo = createParseMemo();
beforeAll(loadPostgresParser);

function parsed(sql: string): readonly ParsedStatement[] {
  return statementsOf(sql, memo).map((statement) => {
    if (!statement.parsed.ok) throw new Error(statement.parsed.message);
    return statement.parsed;
  });
}

/** Runs statements on a schema of which nothing is known, or on a given one; each as a migration does. */
function run(sql: string, schema: Schema = UNKNOWN_SCHEMA, path = 'migrations/001.sql', version = 17): Schema {
  let at = schema;
  for (const statement of parsed(sql)) at = step(statement, at, path, version).after;
  return at;
}

function step(statement: ParsedStatement, schema: Schema, path = 'migrations/001.sql', version = 18): { readonly after: Schema; readonly transition: Transition } {
  const editor = new SchemaEditor(schema);
  applyStatement(statement, editor, { path, version });
  return { after: editor.result(), transition: editor.transition() };
}

function table(schema: Schema, name: string, namespace = 'public'): Table {
  const found = schema.relations.get(objectName(namespace, name));
  if (found === undefined || !('constraints' in found)) throw new Error(`no table ${name}`);
  return found;
}

describe('tables that nobody saw', () => {
  test('a CHECK added, validated and used in three files proves NOT NULL', () => {
    const first = run('ALTER TABLE users ADD CONSTRAINT present CHECK (email IS NOT NULL) NOT VALID;');
    expect(table(first, 'users')).toMatchObject({ partial: true, origin: undefined });
    expect(provesNotNull(table(first, 'users'), 'email')).toBeUndefined();
    const second = run('ALTER TABLE users VALIDATE CONSTRAINT present;', first);
    expect(provesNotNull(table(second, 'users'), 'email')).toBe('present');
    const third = run('ALTER TABLE users ALTER COLUMN email SET NOT NULL; ALTER TABLE users DROP CONSTRAINT present;', second);
    expect(provesNotNull(table(third, 'users'), 'email')).toBe('users_email_not_null');
  });

  test('what is mentioned is known, and nothing more is claimed', () => {
    const schema = run('ALTER TABLE app.orders ADD COLUMN note text, ADD FOREIGN KEY (user_id) REFERENCES users; CREATE INDEX orders_note ON app.orders (note); CREATE TABLE p1 PARTITION OF events FOR VALUES IN (1);');
    expect(table(schema, 'orders', 'app').columns.map((column) => column.name)).toEqual(['note']);
    expect(table(schema, 'orders', 'app').indexes).toEqual(['app.orders_note']);
    expect(table(schema, 'users')).toMatchObject({ partial: true, referencedBy: [{ table: 'app.orders', constraint: 'orders_user_id_fkey' }] });
    expect(table(schema, 'events')).toMatchObject({ partial: true, kind: 'partitioned table', children: ['public.p1'] });
    expect(table(schema, 'p1')).toMatchObject({ partial: true, parents: ['public.events'], origin: 'migrations/001.sql' });
    expect(schema.complete).toBe(false);
  });

  test.each(['ALTER TABLE users OWNER TO joe;', 'DROP TABLE users;', 'ALTER TABLE users DROP COLUMN a;', 'ALTER TABLE users RENAME TO people;', 'ALTER INDEX i RENAME TO j;', 'SELECT * FROM users;', 'ALTER VIEW v RENAME TO w;', 'DROP INDEX CONCURRENTLY i;'])('nothing comes of %s', (sql) => {
    expect([...run(sql).relations]).toEqual([]);
  });

  test('a wholly known schema has no place for them', () => {
    expect([...run('ALTER TABLE users ADD COLUMN a int; CREATE INDEX i ON users (a);', { ...UNKNOWN_SCHEMA, complete: true }).relations]).toEqual([]);
  });

  test('CREATE TABLE IF NOT EXISTS of one leaves it as it is, CREATE TABLE makes it known', () => {
    const before = run('ALTER TABLE users ADD COLUMN a int;');
    expect(run('CREATE TABLE IF NOT EXISTS users (id int);', before).relations).toBe(before.relations);
    expect(table(run('CREATE TABLE users (id int);', before), 'users').partial).toBeUndefined();
  });
});

describe('names', () => {
  test.each<[string, readonly string[]]>([
    ['CREATE TABLE "Users" (id int); CREATE TABLE users (id int);', ['public."Users"', 'public.users']],
    ['CREATE TABLE s.t (id int); ALTER TABLE t ADD a int;', ['public.t', 's.t']],
    ['CREATE TEMP TABLE t (id int); DROP TABLE t;', []],
    ['CREATE TABLE t (id int);\r\nALTER TABLE t RENAME TO "😀";', ['public."😀"']],
  ])('%s', (sql, expected) => {
    expect([...run(sql).relations.keys()].sort()).toEqual(expected);
  });
});

test('what a migration creates is marked with its path', () => {
  const schema = run('CREATE TABLE t (id serial PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t;');
  expect(new Set([...schema.relations.values()].map((relation) => relation.origin))).toEqual(new Set(['migrations/001.sql']));
  expect(new Set([...run('ALTER TABLE t RENAME TO u;', schema, 'migrations/002.sql').relations.values()].map((relation) => relation.origin))).toEqual(new Set(['migrations/001.sql']));
});

test('unknown functions of common extensions are known once the extension is', () => {
  const schema = run('CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA ext; CREATE EXTENSION citext;');
  expect(schema.routines.get(objectName('ext', 'uuid_generate_v4'))?.[0]?.volatility).toBe('volatile');
  expect(schema.types.get(objectName('public', 'citext'))?.kind).toBe('base');
});

describe('a remembered transition', () => {
  test.each(SCRIPTS.map(({ title, sql }) => [title, sql] as const))('gives what applying gives: %s', (_, sql) => {
    // An unrelated change before each statement: what was remembered on one schema is tried on the other.
    const unrelated = run('CREATE TABLE elsewhere.quite (id int PRIMARY KEY);');
    let plain: Schema = { ...UNKNOWN_SCHEMA, complete: true };
    let other: Schema = { ...unrelated, complete: true };
    for (const statement of parsed(sql)) {
      const { after, transition } = step(statement, plain);
      const fresh = step(statement, other).after;
      const replayed = transition.apply(other);
      // A statement that looks at everything may refuse; what it gives must be the same.
      if (replayed !== undefined) expect(sorted(replayed)).toEqual(sorted(fresh));
      plain = after;
      other = fresh;
    }
  });

  test('is refused where something that was read is different', () => {
    const [statement] = parsed('ALTER TABLE t ADD COLUMN a int;');
    if (statement === undefined) throw new Error('no statement');
    const schema = run('CREATE TABLE t (id int);');
    const { transition } = step(statement, schema);
    expect(transition.apply(run('CREATE TABLE t (id bigint);'))).toBeUndefined();
    expect(transition.apply(run('CREATE TABLE other (id int);', schema))).toBeDefined();
  });
});

function sorted(schema: Schema): unknown {
  const { relations, types, routines, publications, namespaces, searchPath } = schema;
  return { rooms: [relations, types, routines, publications, namespaces].map((room) => Object.fromEntries<unknown>([...room].sort(([a], [b]) => (a < b ? -1 : 1)))), searchPath };
}

test('DDL that does not parse is reported and skipped', () => {
  const { schema, problems } = schemaFromDdl('CREATE TABLE a (id int);\nCREATE TABEL b (id int);\nCREATE TABLE c (id int);');
  expect([...schema.relations.keys()].sort()).toEqual(['public.a', 'public.c']);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toContain('TABEL');
  expect(schema.complete).toBe(true);
});

test('the search path of a dump is not that of the migrations after it', () => {
  const { schema } = schemaFromDdl("SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.a (id integer);");
  expect(schema.searchPath).toEqual(['public']);
});
