import type { CallStmt, CreateFunctionStmt, DoStmt, ExplainStmt, Node } from '@pgsql/types';
import { displayName } from '../../schema/names';
import { newObjectName, routineName } from '../../schema/postgres/resolve';
import { strings } from '../../schema/postgres/walk';
import { doBlock, routineBody, sqlStatements } from './bodies';
import type { Claims } from './claims';
import { executed, followCalls, planned, rewritten } from './queries/queries';

/** CREATE FUNCTION, PROCEDURE: the body of one in SQL is analysed at once (fmgr_sql_validator, src/backend/catalog/pg_proc.c). */
export function createFunction(stmt: CreateFunctionStmt, claims: Claims): void {
  const name = newObjectName(strings(stmt.funcname), claims.schema);
  const reason = `the body of ${displayName(name)} uses it`;
  if (languageOf(stmt.options) === 'sql') {
    for (const parsed of sqlStatements(bodyOf(stmt.options) ?? '')) rewritten(parsed.node, claims, reason);
  }
  if (stmt.sql_body !== undefined) rewritten(stmt.sql_body, claims, reason);
  claims.act({ kind: 'routine' });
}

function languageOf(options: readonly Node[] | undefined): string | undefined {
  const arg = option(options, 'language');
  return arg !== undefined && 'String' in arg ? arg.String.sval?.toLowerCase() : undefined;
}

function bodyOf(options: readonly Node[] | undefined): string | undefined {
  const arg = option(options, 'as');
  if (arg === undefined) return undefined;
  if ('String' in arg) return arg.String.sval;
  return 'List' in arg ? strings(arg.List.items)[0] : undefined;
}

function option(options: readonly Node[] | undefined, name: string): Node | undefined {
  for (const node of options ?? []) if ('DefElem' in node && node.DefElem.defname === name) return node.DefElem.arg;
  return undefined;
}

export function doStmt(stmt: DoStmt, claims: Claims): void {
  const language = languageOf(stmt.args);
  if (language !== undefined && language !== 'plpgsql') {
    claims.depend(`What a block in ${language} does is not known.`);
    claims.act({ kind: 'dynamic sql', text: undefined }); return;
  }
  doBlock(claims);
}

/** CALL: a procedure that ends transactions can only run outside a transaction block. */
export function callStmt(stmt: CallStmt, claims: Claims): void {
  const call = stmt.funccall;
  if (call === undefined) return;
  const name = routineName(strings(call.funcname), claims.schema);
  for (const arg of call.args ?? []) followCalls(arg, claims);
  routineBody(name, claims);
  claims.act({ kind: 'routine' });
}

export function explainStmt(stmt: ExplainStmt, claims: Claims): void {
  const { query } = stmt;
  if (query === undefined) return;
  const analyzes = (stmt.options ?? []).some((node) => 'DefElem' in node && node.DefElem.defname === 'analyze');
  (analyzes ? executed : planned)(query, claims, 'is read');
  if (!analyzes) claims.act({ kind: 'other' });
}
