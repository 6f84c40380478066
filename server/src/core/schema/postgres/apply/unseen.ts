import type { CallStmt, FuncCall, Node } from '@pgsql/types';
import { bodyOf } from '../../../sql/postgres/plpgsql';
import type { ParsedStatement } from '../../../sql/statement';
import type { SchemaView } from '../../view';
import { isBuiltinFunction } from '../builtin-lookup';
import { EXTENSION_CONTENTS } from '../extension-contents';
import { relationOf, userRoutineName } from '../resolve';
import { some, strings } from '../walk';

/** Whether a statement may make or change relations without saying so: nothing can be known to be missing after it. */
export function makesUnseen(statement: ParsedStatement, schema: SchemaView): boolean {
  if (statement.nodeKind !== 'DoStmt') return nodeMakesUnseen(statement.node, schema);
  const body = bodyOf(statement);
  if (body === undefined || body.problem !== undefined) return true;
  return body.steps.some((step) => step.kind === 'dynamic' || (step.kind === 'static' && ((step.conditional && !isData(step.parsed.node)) || nodeMakesUnseen(step.parsed.node, schema))));
}

function nodeMakesUnseen(node: Node, schema: SchemaView): boolean {
  if ('CallStmt' in node || 'ImportForeignSchemaStmt' in node || 'AlterExtensionStmt' in node || 'CreateEventTrigStmt' in node || 'DoStmt' in node) return !isBuiltinCall(node);
  // Those that come with PostgreSQL bring no relation but views whose names begin with pg_.
  if ('CreateExtensionStmt' in node) return !Object.hasOwn(EXTENSION_CONTENTS, node.CreateExtensionStmt.extname ?? '');
  return isData(node) && some(node, (kind, body) => (kind === 'FuncCall' ? isForeign(body, schema) : fires(kind, body, schema)));
}

function isBuiltinCall(node: Node): boolean {
  const call: CallStmt['funccall'] = 'CallStmt' in node ? node.CallStmt.funccall : undefined;
  const parts = strings(call?.funcname);
  return parts[0] === 'pg_catalog';
}

/** Statements that run functions. */
function isData(node: Node): boolean {
  return 'SelectStmt' in node || 'InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node || 'CreateTableAsStmt' in node || 'ExplainStmt' in node || 'CopyStmt' in node || 'ExecuteStmt' in node;
}

/** Whether a function is somebody's that may do anything: one that is not volatile may not run DDL (SPI_execute, src/backend/executor/spi.c). */
function isForeign(call: FuncCall, schema: SchemaView): boolean {
  const parts = strings(call.funcname);
  const name = parts.at(-1) ?? '';
  if (parts.length > 1 ? parts[0] === 'pg_catalog' : isBuiltinFunction(name)) return false;
  const known = schema.routines(userRoutineName(parts, schema));
  return known.length === 0 || known.some(({ volatility, language }) => volatility === 'volatile' && language !== 'internal' && language !== 'c');
}

/** Whether a change of rows runs somebody's triggers. */
function fires(kind: string, { relation }: { readonly relation?: object }, schema: SchemaView): boolean {
  if (!CHANGES.has(kind) || relation === undefined) return false;
  const table = relationOf(relation, schema);
  return table !== undefined && 'triggers' in table && table.triggers.length > 0;
}

const CHANGES: ReadonlySet<string> = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CopyStmt']);
