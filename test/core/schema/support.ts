import { loadModule, parseSync } from 'libpg-query';
import type { Node, TypeName } from '@pgsql/types';
import { SchemaEditor } from '../../../server/src/core/schema/editor';
import { UNKNOWN_SCHEMA, type Schema } from '../../../server/src/core/schema/schema';

await loadModule();

/** The parse tree of one statement. */
export function parse(sql: string): Node {
  const statement = (parseSync(sql).stmts ?? [])[0]?.stmt;
  if (statement === undefined) throw new Error(`no statement in ${sql}`);
  return statement;
}

/** The parse tree of an expression. */
export function expression(sql: string): Node {
  const node = parse(`SELECT ${sql}`);
  const target = 'SelectStmt' in node ? node.SelectStmt.targetList?.[0] : undefined;
  const value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (value === undefined) throw new Error(`no expression in ${sql}`);
  return value;
}

/** The parse tree of a type. */
export function type(sql: string): TypeName {
  const node = parse(`CREATE TABLE t (c ${sql})`);
  const column = 'CreateStmt' in node ? node.CreateStmt.tableElts?.[0] : undefined;
  const name = column !== undefined && 'ColumnDef' in column ? column.ColumnDef.typeName : undefined;
  if (name === undefined) throw new Error(`no type in ${sql}`);
  return name;
}

/** A view of a schema. */
export function view(schema: Schema = UNKNOWN_SCHEMA): SchemaEditor {
  return new SchemaEditor(schema);
}
