import type { A_Const, Node } from '@pgsql/types';
import { APPLIED_TABLE_NAMES } from '../applied';
import type { Action } from '../effects/effects';
import { displayName, objectName, quoteIdentifier, type RelationName } from '../schema/names';
import { neededRelations } from '../schema/postgres/needed-relations';
import { relationName } from '../schema/postgres/resolve';
import type { Table, TypeReference } from '../schema/schema';
import type { SchemaView } from '../schema/view';
import type { Span } from '../text';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { called, calledColumn } from './words';

const OF_COLUMNS = [
  'drop column', 'rename column', 'alter column type', 'set not null', 'drop not null', 'drop default', 'drop expression', 'drop identity', 'add identity', 'set default',
] as const;
const KINDS = [...OF_COLUMNS, 'add column', 'add constraint', 'validate constraint', 'drop constraint', 'create index', 'rename enum value', 'insert', 'update'] as const;

export const doesNotExist = defineRule({
  meta: {
    id: 'does-not-exist',
    group: 'other',
    upOnly: true,
    summary: 'A statement names a relation, a column, a constraint or an enum value that is not there: it fails',
    severity: 'warning',
    recommended: true,
    danger: 'The server refuses the statement, and the migration stops in its middle. The name is mistyped or wrongly quoted, the migration has run on this database, or it is another database than it was written for.',
    safeWay: 'Correct the name. Where it may or may not be there, `IF EXISTS` says so.',
    whenToIgnore: 'Something that Lockscope does not see makes it before: dynamic SQL, another tool.',
    sources: ['https://www.postgresql.org/docs/current/errcodes-appendix.html'],
    bad: [
      { whole: true, schema: 'CREATE TABLE users (id bigint PRIMARY KEY);', sql: 'ALTER TABLE usres ADD COLUMN age int;\n' },
      { whole: true, schema: 'CREATE TABLE "Users" (id bigint PRIMARY KEY);', sql: 'INSERT INTO audit (id) SELECT id FROM "Users";\n' },
      { whole: true, schema: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);', sql: 'ALTER TABLE users DROP COLUMN emial;\n' },
      { whole: true, schema: 'CREATE TABLE users (id bigint PRIMARY KEY, "firstName" text);', sql: 'ALTER TABLE users ALTER COLUMN firstName SET NOT NULL;\n' },
      { whole: true, schema: 'CREATE TABLE users (email text);', sql: 'CREATE INDEX CONCURRENTLY i ON users (lower(email), name);\n' },
      { whole: true, schema: 'CREATE TABLE users (email text);', sql: 'ALTER TABLE users VALIDATE CONSTRAINT email_check;\n' },
      { whole: true, schema: "CREATE TYPE mood AS ENUM ('sad', 'calm');\nCREATE TABLE people (id bigint PRIMARY KEY, mood mood);", sql: "ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'clam';\n" },
      { whole: true, schema: "CREATE TYPE mood AS ENUM ('sad', 'calm');\nCREATE TABLE people (id bigint PRIMARY KEY, mood mood);", sql: "INSERT INTO people (id, mood) VALUES (1, 'sad'), (2, 'glad');\n" },
      { whole: true, schema: "CREATE TYPE mood AS ENUM ('sad', 'calm');\nCREATE TABLE people (id bigint PRIMARY KEY, mood mood);", sql: "UPDATE people SET mood = 'glad' WHERE id = 1;\n" },
    ],
    good: [
      { sql: 'ALTER TABLE users DROP COLUMN emial;\n' },
      { title: 'Passed over where it is not there', whole: true, schema: 'CREATE TABLE users (id bigint PRIMARY KEY);', sql: 'ALTER TABLE IF EXISTS usres ADD COLUMN age int;\nDROP TABLE IF EXISTS usres;\n' },
      { title: 'Made before', whole: true, schema: 'CREATE TABLE users (id bigint PRIMARY KEY);', sql: 'CREATE TEMP TABLE ids AS SELECT id FROM users;\nALTER TABLE users RENAME TO people;\nDELETE FROM people WHERE id IN (SELECT id FROM ids);\n' },
      { title: 'It may be made by what is put together at run time', whole: true, schema: 'CREATE TABLE users (id bigint PRIMARY KEY);', sql: "DO $$ BEGIN EXECUTE format('CREATE TABLE %I (id bigint)', 'log'); END $$;\nINSERT INTO log (id) VALUES (1);\n" },
      { title: 'A schema of which the search_path is not known', whole: true, schema: 'CREATE SCHEMA app; CREATE TABLE app.users (id bigint PRIMARY KEY);', sql: 'SET search_path = app;\nALTER TABLE users ADD COLUMN age int;\n' },
      { whole: true, schema: 'CREATE TABLE users (id bigint PRIMARY KEY);', sql: 'ALTER TABLE users DROP COLUMN IF EXISTS emial;\n' },
      { whole: true, schema: 'CREATE TABLE users (id bigint PRIMARY KEY);', sql: 'ALTER TABLE users ADD COLUMN age int, ALTER COLUMN age SET DEFAULT 1;\nCREATE INDEX CONCURRENTLY i ON users (age);\n' },
      { title: 'Every row has it', whole: true, schema: 'CREATE TABLE users (id bigint PRIMARY KEY);', sql: 'ALTER TABLE users ADD CONSTRAINT c CHECK (tableoid IS NOT NULL) NOT VALID;\n' },
      { whole: true, schema: "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE people (id bigint PRIMARY KEY, mood mood);", sql: "ALTER TYPE mood ADD VALUE 'calm';\nUPDATE people SET mood = 'calm' WHERE id = 1;\n" },
      { whole: true, schema: "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE people (id bigint PRIMARY KEY, moods mood[]);", sql: "UPDATE people SET moods = '{sad}' WHERE id = 1;\n" },
    ],
  },
  find: ({ effects, parsed, before }) => {
    if (!before.complete || parsed.nodeKind === 'DoStmt' || parsed.nodeKind === 'CallStmt') return [];
    const relation = missingRelation(parsed.node, before);
    const whole: Span = { offset: 0, length: parsed.text.length };
    if (relation !== undefined) return [{ span: whole, missing: `there is no relation ${relation}` }];
    if (before.hasUnseen('sql')) return [];
    return actionsOf(effects, ...KINDS).flatMap((action) => {
      const missing = action.conditional ? undefined : missingFor(action, effects.actions, before);
      return missing === undefined ? [] : [{ span: action.span, missing }];
    });
  },
  say: ({ span, missing }, { parsed }) => ({ message: `${capital(missing)}, as far as is known: this fails.`, span: headline(parsed.text, span) }),
});

function capital(sentence: string): string {
  return sentence.startsWith('there ') ? `T${sentence.slice(1)}` : sentence;
}

/** The first relation that a statement needs and that is not there, as people write it. */
function missingRelation(node: Node, before: SchemaView): string | undefined {
  for (const mention of neededRelations(node)) {
    const { relname = '', schemaname, catalogname } = mention;
    // The server's own, and those that a tool makes for itself before it runs the migration.
    if (catalogname !== undefined || relname.startsWith('pg_') || (schemaname !== undefined && /^(?:pg_|information_schema$)/u.test(schemaname))) continue;
    if (APPLIED_TABLE_NAMES.includes(relname.toLowerCase()) || before.relation(relationName(mention, before)) !== undefined) continue;
    if (before.isMissing(relname, schemaname)) return schemaname === undefined ? quoteIdentifier(relname) : displayName(objectName(schemaname, relname));
  }
  return undefined;
}

/** What an action needs and is not there, as a sentence without its end. */
function missingFor(action: Action, actions: readonly Action[], before: SchemaView): string | undefined {
  if (action.kind === 'rename enum value') {
    const type = before.type(action.type);
    return type?.kind === 'enum' && !type.labels.includes(action.value) ? `${called(action.type)} has no value '${action.value}'` : undefined;
  }
  const table = action.relation === undefined ? undefined : knownTable(action.relation, before);
  if (table === undefined || ('AlterTableCmd' in action.node && action.node.AlterTableCmd.missing_ok === true)) return undefined;
  // A statement may make what its other parts change.
  const made = actions.flatMap((other) => (other.kind === 'add column' ? [other.column] : []));
  const lacks = (columns: readonly string[]): string | undefined => {
    const missing = columns.find((column) => !SYSTEM_COLUMNS.has(column) && !made.includes(column) && !table.columns.some(({ name }) => name === column));
    return missing === undefined ? undefined : `${called(action.relation)} has no column ${quoteIdentifier(missing)}`;
  };
  switch (action.kind) {
    case 'create index':
      return lacks(columnsOfIndex(action.node));
    case 'add constraint':
      return lacks(action.columns);
    case 'validate constraint':
    case 'drop constraint': {
      const added = actions.some((other) => other.kind === 'add constraint' && (other.name === undefined || other.name === action.name));
      return added || table.constraints.some(({ name }) => name === action.name) ? undefined : `${called(action.relation)} has no constraint ${quoteIdentifier(action.name)}`;
    }
    case 'add column':
      return action.type === undefined ? undefined : unknownValue(action.type, constantOf(defaultOf(action.node)), calledColumn(action.relation, action.column), before);
    case 'set default': {
      const type = typeOf(table, action.column);
      const node = 'AlterTableCmd' in action.node ? action.node.AlterTableCmd.def : undefined;
      return lacks([action.column]) ?? (type === undefined ? undefined : unknownValue(type, constantOf(node), calledColumn(action.relation, action.column), before));
    }
    case 'insert':
    case 'update':
      return valueMissing(action.node, table, before);
    default:
      return 'column' in action ? lacks([action.column]) : undefined;
  }
}

const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['tableoid', 'ctid', 'xmin', 'cmin', 'xmax', 'cmax']);

/** A table of which all columns and constraints are known. */
function knownTable(name: RelationName, before: SchemaView): Table | undefined {
  const relation = before.relation(name);
  return relation !== undefined && 'constraints' in relation && relation.partial !== true ? relation : undefined;
}

function columnsOfIndex(node: Node): readonly string[] {
  const statement = 'IndexStmt' in node ? node.IndexStmt : undefined;
  return [...(statement?.indexParams ?? []), ...(statement?.indexIncludingParams ?? [])].flatMap((part) => ('IndexElem' in part && part.IndexElem.name !== undefined ? [part.IndexElem.name] : []));
}

function defaultOf(node: Node): Node | undefined {
  const definition = 'AlterTableCmd' in node ? node.AlterTableCmd.def : undefined;
  const column = definition !== undefined && 'ColumnDef' in definition ? definition.ColumnDef : undefined;
  for (const constraint of column?.constraints ?? []) if ('Constraint' in constraint && constraint.Constraint.contype === 'CONSTR_DEFAULT') return constraint.Constraint.raw_expr;
  return undefined;
}

function typeOf(table: Table, column: string): TypeReference | undefined {
  return table.columns.find(({ name }) => name === column)?.type;
}

/** The first value that an INSERT … VALUES or an UPDATE of this table writes into an enum that has it not. */
function valueMissing(node: Node, table: Table, before: SchemaView): string | undefined {
  for (const [column, value] of written(node, table, before)) {
    const type = typeOf(table, column);
    const missing = type === undefined ? undefined : unknownValue(type, constantOf(value), calledColumn(table.name, column), before);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function* written(node: Node, table: Table, before: SchemaView): Iterable<readonly [column: string, value: Node | undefined]> {
  if ('UpdateStmt' in node && node.UpdateStmt.relation !== undefined && relationName(node.UpdateStmt.relation, before) === table.name) {
    for (const target of node.UpdateStmt.targetList ?? []) {
      if ('ResTarget' in target && target.ResTarget.name !== undefined && target.ResTarget.indirection === undefined) yield [target.ResTarget.name, target.ResTarget.val];
    }
  }
  if (!('InsertStmt' in node) || node.InsertStmt.relation === undefined || relationName(node.InsertStmt.relation, before) !== table.name) return;
  const { cols, selectStmt } = node.InsertStmt;
  const rows = selectStmt !== undefined && 'SelectStmt' in selectStmt ? (selectStmt.SelectStmt.valuesLists ?? []) : [];
  const columns = (cols ?? []).map((column) => ('ResTarget' in column ? column.ResTarget.name : undefined));
  for (const row of rows) {
    const values = 'List' in row ? (row.List.items ?? []) : [];
    for (const [index, column] of columns.entries()) if (column !== undefined) yield [column, values[index]];
  }
}

/** A string constant as it stands, or cast to a type by its name. */
function constantOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ('TypeCast' in node) return constantOf(node.TypeCast.arg);
  const constant: A_Const | undefined = 'A_Const' in node ? node.A_Const : undefined;
  return constant?.sval?.sval;
}

function unknownValue(type: TypeReference, value: string | undefined, column: string, before: SchemaView): string | undefined {
  const known = type.array || value === undefined ? undefined : before.type(type.name);
  return value === undefined || known?.kind !== 'enum' || known.labels.includes(value) ? undefined : `${column} takes '${value}', which is no value of ${called(type.name)}`;
}
