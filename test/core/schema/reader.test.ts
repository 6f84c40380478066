/** What was read of a schema, told by which changes of it count: too few would leave stale findings, too many cost time at each keystroke. */
import { beforeAll, describe, expect, test } from 'vitest';
import { schemaFromDdl } from '../../../server/src/core/folder';
import { createMemo } from '../../../server/src/core/memo';
import { Entries } from '../../../server/src/core/schema/entries';
import { objectName, type RelationName } from '../../../server/src/core/schema/names';
import { SchemaReader } from '../../../server/src/core/schema/reader';
import type { Relation, Schema, Table } from '../../../server/src/core/schema/schema';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { DEFAULT_TARGET } from '../../../server/src/core/target';

const DDL = `
  CREATE TABLE users (id bigint PRIMARY KEY, n int CHECK (n > 0), at timestamptz DEFAULT now());
  CREATE INDEX users_n ON users (n) WHERE n > 1;
  CREATE VIEW adults AS SELECT id FROM users;
  CREATE SEQUENCE numbers OWNED BY users.id;
`;

let schema: Schema;
beforeAll(async () => {
  await loadPostgresParser();
  ({ schema } = schemaFromDdl({ path: 'schema.sql', text: DDL }, DEFAULT_TARGET, createMemo()));
});

/** A relation that is there. */
function found(relation: Relation | undefined): Relation {
  if (relation === undefined) throw new Error('it is not there');
  return relation;
}

/** The schema with another value in one field of a relation. */
function changed(relation: Relation, field: string): Schema {
  return { ...schema, relations: schema.relations.set(relation.name, { ...relation, [field]: 'something else' }) };
}

/** What changes when a schema becomes another. */
function changes(name: RelationName, to: Schema): Entries {
  const found = new Entries();
  found.set('relations', name, to.relations.get(name));
  return found;
}

describe('one who reads a field of a relation', () => {
  test.each(['users', 'users_n', 'adults', 'numbers'])('of %s has read that field', (name) => {
    const relation = found(schema.relations.get(objectName('public', name)));
    const fields = Object.keys(relation);
    expect(fields.length).toBeGreaterThan(4);
    for (const field of fields) {
      const reader = new SchemaReader(schema);
      Reflect.get(found(reader.relation(relation.name)), field);
      const other = changed(relation, field);
      expect(reader.close().concerns(changes(relation.name, other)), field).toBe(true);
      expect(reader.close().holdsFor(other), field).toBe(false);
      expect(reader.close().holdsFor(schema), field).toBe(true);
    }
  });

  test('has not read the others', () => {
    const users = schema.relations.get(objectName('public', 'users')) as Table;
    const fields = ['kind', 'origin', 'columns', 'constraints', 'indexes', 'triggers', 'children', 'referencedBy'];
    for (const read of fields) {
      for (const other of fields.filter((field) => field !== read)) {
        const reader = new SchemaReader(schema);
        Reflect.get(found(reader.relation(users.name)), read);
        const after = changed(users, other);
        expect(reader.close().concerns(changes(users.name, after)), `${read}, ${other}`).toBe(false);
        expect(reader.close().holdsFor(after), `${read}, ${other}`).toBe(true);
      }
    }
  });

  test('is not concerned by the same made anew', () => {
    const users = schema.relations.get(objectName('public', 'users')) as Table;
    const reader = new SchemaReader(schema);
    expect((reader.relation(users.name) as Table).columns).toHaveLength(3);
    const anew = { ...schema, relations: schema.relations.set(users.name, { ...users, columns: users.columns.map((column) => ({ ...column })), constraints: [] }) };
    expect(reader.close().holdsFor(anew)).toBe(true);
  });
});

test('one who asks whether a relation is there has read that it is', () => {
  const [users, gone] = [objectName('public', 'users'), objectName('public', 'gone')];
  const reader = new SchemaReader(schema);
  expect([reader.relation(users) === undefined, reader.relation(gone) === undefined]).toEqual([false, true]);
  const relation = schema.relations.get(users) as Table;
  expect(reader.close().holdsFor(changed(relation, 'columns'))).toBe(true);
  expect(reader.close().holdsFor({ ...schema, relations: schema.relations.delete(users) })).toBe(false);
  expect(reader.close().holdsFor({ ...schema, relations: schema.relations.set(gone, { ...relation, name: gone }) })).toBe(false);
});

test.each([
  ['takes it over into another object', (relation: Relation) => ({ ...relation })],
  ['lists its fields', (relation: Relation) => Object.keys(relation)],
  ['asks for a field that nobody thought of', (relation: Relation) => Reflect.get(relation, 'tomorrow') as unknown],
])('one who %s has read all of a relation', (_, look) => {
  const relation = schema.relations.get(objectName('public', 'users')) as Table;
  const reader = new SchemaReader(schema);
  look(found(reader.relation(relation.name)));
  for (const field of Object.keys(relation)) expect(reader.close().holdsFor(changed(relation, field)), field).toBe(false);
});

test('one who asks for a relation twice is shown the same object', () => {
  const users = objectName('public', 'users');
  const reader = new SchemaReader(schema);
  expect(reader.relation(users)).toBe(reader.relation(users));
  expect(reader.relation(users)).toEqual(schema.relations.get(users));
});
