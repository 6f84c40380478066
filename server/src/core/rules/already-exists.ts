import type { Node } from '@pgsql/types';
import type { Action } from '../effects/effects';
import { nameParts, objectName, quoteIdentifier, type RelationName } from '../schema/names';
import type { Relation } from '../schema/schema';
import type { SchemaView } from '../schema/view';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { called, calledColumn } from './words';

const KINDS = ['create index', 'create table', 'create sequence', 'create view', 'create materialized view', 'add column', 'add constraint', 'add enum value'] as const;

export const alreadyExists = defineRule({
  meta: {
    id: 'already-exists',
    group: 'other',
    upOnly: true,
    summary: 'A statement creates what is there already: it fails',
    severity: 'warning',
    recommended: true,
    danger:
      'The server refuses to create a relation, a column, a constraint or an enum value of a name that is taken, and the migration stops in its middle. Either the migration has run on this database, or somebody made the thing by hand, or a failed `CREATE INDEX CONCURRENTLY` left an invalid index behind.',
    safeWay: 'Find out which of these it is. Drop an invalid index with `DROP INDEX CONCURRENTLY` and build it again; give another name to what is something else. `IF NOT EXISTS` lets the migration pass and does not look whether it is the same thing.',
    whenToIgnore: 'The migration has run on this database already, or what is there is dropped before it runs.',
    sources: ['https://www.postgresql.org/docs/current/errcodes-appendix.html', 'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],
    bad: [
      { whole: true, schema: 'CREATE TABLE users (email text);\nCREATE INDEX users_email_idx ON users (email);', sql: 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n' },
      { whole: true, schema: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);', sql: 'ALTER TABLE users ADD COLUMN name text, ADD COLUMN email text;\n' },
      { whole: true, schema: 'CREATE SCHEMA app; CREATE TABLE app."Users" (id bigint CONSTRAINT positive CHECK (id > 0));', sql: 'ALTER TABLE app."Users" ADD CONSTRAINT positive CHECK (id >= 1) NOT VALID;\n' },
      { whole: true, schema: "CREATE TYPE mood AS ENUM ('sad', 'calm');", sql: "ALTER TYPE mood ADD VALUE 'calm';\n" },
      { whole: true, schema: 'CREATE VIEW users AS SELECT 1 AS id;', sql: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
    ],
    good: [
      { sql: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
      { whole: true, schema: 'CREATE TABLE users (email text);', sql: 'ALTER TABLE users ADD COLUMN IF NOT EXISTS email text;\n' },
      { whole: true, schema: 'CREATE TABLE users (email text);\nCREATE INDEX i ON users (email);', sql: 'DROP INDEX CONCURRENTLY i;\nCREATE INDEX CONCURRENTLY i ON users (lower(email));\n' },
      { title: 'Another schema', whole: true, schema: 'CREATE SCHEMA app; CREATE TABLE users (id bigint PRIMARY KEY);', sql: 'CREATE TABLE app.users (id bigint PRIMARY KEY);\n' },
      { title: 'A view is replaced', whole: true, schema: 'CREATE VIEW v AS SELECT 1 AS id;', sql: 'CREATE OR REPLACE VIEW v AS SELECT 2 AS id;\n' },
      { title: 'A block that expects it', whole: true, schema: "CREATE TYPE mood AS ENUM ('calm');", sql: "DO $$ BEGIN\n  CREATE TYPE mood AS ENUM ('calm');\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND $$;\n" },
    ],
  },
  kinds: KINDS,
  // Blocks may expect the error, and catch it.
  find: ({ effects, parsed, before }) =>
    !before.complete || parsed.nodeKind === 'DoStmt' || parsed.nodeKind === 'CallStmt'
      ? []
      : actionsOf(effects, ...KINDS).flatMap((action) => {
          const taken = action.conditional ? undefined : takenBy(action, before);
          return taken === undefined ? [] : [{ action, taken }];
        }),
  say: ({ action, taken }, { parsed }) => ({ message: `${taken} This fails, unless it is dropped before.`, span: headline(parsed.text, action.span) }),
});

/** What has the name that an action wants to give, as a sentence; undefined where nothing has, or where the action passes over it. */
function takenBy(action: Action, before: SchemaView): string | undefined {
  switch (action.kind) {
    case 'create index':
      return action.ifNotExists || action.index === undefined || action.relation === undefined ? undefined : relationTakes(besideTable(action.relation, action.index), before);
    case 'create table':
    case 'create materialized view':
      return passesOver(action.node) ? undefined : relationTakes(action.name, before);
    case 'create sequence':
      return passesOver(action.node) || action.name === undefined ? undefined : relationTakes(action.name, before);
    case 'create view':
      return action.replace ? undefined : relationTakes(action.name, before);
    case 'add column': {
      const table = tableOf(action.relation, before);
      if (passesOver(action.node) || !table?.columns.some(({ name }) => name === action.column)) return undefined;
      return `${calledColumn(action.relation, action.column)} is there already.`;
    }
    case 'add constraint': {
      const known = tableOf(action.relation, before)?.constraints.find(({ name }) => name === action.name);
      return known === undefined ? undefined : `${called(action.relation)} has a constraint ${quoteIdentifier(known.name)} already${known.valid ? '' : ', which is not validated'}.`;
    }
    case 'add enum value': {
      const type = before.type(action.type);
      return passesOver(action.node) || type?.kind !== 'enum' || !type.labels.includes(action.value) ? undefined : `${called(action.type)} has the value '${action.value}' already.`;
    }
    default:
      return undefined;
  }
}

/** An index lives in the schema of its table. */
function besideTable(table: RelationName, index: string): RelationName {
  return objectName(nameParts(table).schema, index);
}

function relationTakes(name: RelationName, before: SchemaView): string | undefined {
  const known = before.relation(name);
  if (known === undefined || 'partial' in known) return undefined;
  if (!('table' in known)) return `${called(name)} is there already, a ${known.kind}.`;
  return known.valid ? `${called(name)} is there already, an index of ${called(known.table)}.` : `${called(name)} is there already and invalid: a build that failed left it, and DROP INDEX CONCURRENTLY removes it.`;
}

function tableOf(name: RelationName | undefined, before: SchemaView): Extract<Relation, { constraints: unknown }> | undefined {
  const relation = name === undefined ? undefined : before.relation(name);
  return relation !== undefined && 'constraints' in relation ? relation : undefined;
}

/** IF NOT EXISTS. */
function passesOver(node: Node): boolean {
  if ('CreateStmt' in node) return node.CreateStmt.if_not_exists === true;
  if ('CreateTableAsStmt' in node) return node.CreateTableAsStmt.if_not_exists === true;
  if ('CreateSeqStmt' in node) return node.CreateSeqStmt.if_not_exists === true;
  if ('AlterEnumStmt' in node) return node.AlterEnumStmt.skipIfNewValExists === true;
  return 'AlterTableCmd' in node && node.AlterTableCmd.missing_ok === true;
}
