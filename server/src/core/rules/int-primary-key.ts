import { declaredColumns, hasConstraint, primaryKeyOf } from './column-types';
import { defineRule } from './rule';

const SMALL = new Set(['int2', 'int4', 'smallserial', 'serial', 'serial2', 'serial4']);

export const intPrimaryKey = defineRule({
  meta: {
    id: 'int-primary-key',
    group: 'type',
    summary: 'A primary key of four bytes or fewer can run out',
    severity: 'hint',
    recommended: true,
    danger: 'An `integer` ends at 2,147,483,647, and sequences skip numbers. When it is reached every INSERT fails, and making it a bigint then rewrites the table under ACCESS EXCLUSIVE.',
    safeWay: 'Use `bigint` for keys from the start.',
    whenToIgnore: 'The table will never have that many rows over its life, deleted ones included.',
    sources: ['https://www.postgresql.org/docs/current/datatype-numeric.html'],
    bad: [{ sql: 'CREATE TABLE users (id serial PRIMARY KEY);\n' }, { sql: 'CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY, name text, PRIMARY KEY (id));\n' }],
    good: [{ sql: 'CREATE TABLE users (id bigserial PRIMARY KEY);\n' }, { title: 'Part of a key', sql: 'CREATE TABLE members (org int, usr int, PRIMARY KEY (org, usr));\n' }],
  },
  find: (context) =>
    [...declaredColumns(context)].filter(({ action, column, type, array, definition }) => {
      if (!SMALL.has(type) || array) return false;
      if (action.kind === 'add column') return hasConstraint(definition, 'CONSTR_PRIMARY');
      const key = primaryKeyOf(action.node);
      return key.length === 1 && key[0] === column;
    }),
  say: ({ column, span }) => ({ message: `The primary key ${column} ends at 2,147,483,647 or before; then every insert fails, and widening it rewrites the table. Use bigint.`, span }),
});
