import type { FuncCall, Node, SelectStmt } from '@pgsql/types';
import { bodyOf } from '../../sql/postgres/plpgsql';
import type { ParsedStatement } from '../../sql/statement';
import type { SchemaEditor } from '../editor';
import { alterTable } from './apply/alter-table';
import type { Applying } from './apply/applying';
import { createForeignTable, createTable } from './apply/create-table';
import { drop } from './apply/drop';
import { createExtension } from './apply/extensions';
import { createIndex } from './apply/indexes';
import { createNamespace } from './apply/namespaces';
import { alterPublication, createPublication } from './apply/publications';
import { rename, setSchema } from './apply/rename';
import { alterRoutine, createRoutine, define } from './apply/routines';
import { resetSearchPath, setConfig, setSearchPath } from './apply/search-path';
import { alterSequence, createSequence } from './apply/sequences';
import { createStatistics } from './apply/statistics';
import { alterPolicy, createPolicy, createRule, createTrigger } from './apply/triggers';
import { makesUnseen } from './apply/unseen';
import { alterDomain, alterEnum, createComposite, createDomain, createEnum, createRange } from './apply/types';
import { createTableAs, createView, refresh } from './apply/views';
import { relationName } from './resolve';

export interface ApplySetting {
  /** What new objects are marked with: the path of the migration, or undefined for what was there before. */
  readonly path: string | undefined;
  /** PostgreSQL major version. */
  readonly version: number;
}

/**
 * Changes a schema as the statement would. What the statement could not do because something is missing changes
 * nothing; a statement that could only fail because something is in its way is taken to have found it gone.
 */
export function applyStatement(statement: ParsedStatement, editor: SchemaEditor, setting: ApplySetting): void {
  // Before it is changed: a trigger of a table that the statement drops has fired.
  const unseen = editor.complete && makesUnseen(statement, editor);
  if (statement.nodeKind === 'DoStmt') applyBlock(statement, editor, setting);
  else applyNode(statement.node, editor, setting, statement.text);
  if (unseen) editor.setUnseen('sql');
}

/** Changes a schema as a DO block certainly would: what stands in a branch may or may not run, and is left out. */
function applyBlock(statement: ParsedStatement, editor: SchemaEditor, setting: ApplySetting): void {
  for (const step of bodyOf(statement)?.steps ?? []) {
    if (step.kind === 'static' && !step.conditional) applyNode(step.parsed.node, editor, setting, step.parsed.text);
  }
}

/**
 * Changes a schema as a statement would that is given as its parse tree, such as one inside a DO block.
 * @param text the statement's text, where it is known: routines keep it
 */
export function applyNode(node: Node, editor: SchemaEditor, setting: ApplySetting, text?: string): void {
  dispatch(node, { editor, origin: setting.path, version: setting.version, text });
}

function dispatch(node: Node, at: Applying): void {
  if ('CreateStmt' in node) createTable(node.CreateStmt, at);
  else if ('AlterTableStmt' in node) alterTable(node.AlterTableStmt, at);
  else if ('IndexStmt' in node) createIndex(node.IndexStmt, at);
  else if ('SelectStmt' in node) select(node.SelectStmt, at);
  else if ('DropStmt' in node) drop(node.DropStmt, at);
  else if ('RenameStmt' in node) rename(node.RenameStmt, at);
  else if ('AlterObjectSchemaStmt' in node) setSchema(node.AlterObjectSchemaStmt, at);
  else if ('CreateSeqStmt' in node) createSequence(node.CreateSeqStmt, at);
  else if ('AlterSeqStmt' in node) alterSequence(node.AlterSeqStmt, at);
  else if ('ViewStmt' in node) createView(node.ViewStmt, at);
  else if ('CreateTableAsStmt' in node) createTableAs(node.CreateTableAsStmt, at);
  else if ('RefreshMatViewStmt' in node) {
    const { relation, skipData } = node.RefreshMatViewStmt;
    if (relation !== undefined) refresh(at, relationName(relation, at.editor), skipData !== true);
  } else if ('CreateFunctionStmt' in node) createRoutine(node.CreateFunctionStmt, at);
  else if ('AlterFunctionStmt' in node) alterRoutine(node.AlterFunctionStmt, at);
  else if ('DefineStmt' in node) define(node.DefineStmt, at);
  else if ('CreateTrigStmt' in node) createTrigger(node.CreateTrigStmt, at);
  else if ('CreatePolicyStmt' in node) createPolicy(node.CreatePolicyStmt, at);
  else if ('AlterPolicyStmt' in node) alterPolicy(node.AlterPolicyStmt, at);
  else if ('RuleStmt' in node) createRule(node.RuleStmt, at);
  else if ('CreateEnumStmt' in node) createEnum(node.CreateEnumStmt, at);
  else if ('AlterEnumStmt' in node) alterEnum(node.AlterEnumStmt, at);
  else if ('CreateDomainStmt' in node) createDomain(node.CreateDomainStmt, at);
  else if ('AlterDomainStmt' in node) alterDomain(node.AlterDomainStmt, at);
  else if ('CompositeTypeStmt' in node) createComposite(node.CompositeTypeStmt, at);
  else if ('CreateRangeStmt' in node) createRange(node.CreateRangeStmt, at);
  else if ('CreateSchemaStmt' in node) createNamespace(node.CreateSchemaStmt, at, dispatch);
  else if ('CreatePublicationStmt' in node) createPublication(node.CreatePublicationStmt, at);
  else if ('AlterPublicationStmt' in node) alterPublication(node.AlterPublicationStmt, at);
  else if ('CreateStatsStmt' in node) createStatistics(node.CreateStatsStmt, at);
  else if ('CreateForeignTableStmt' in node) createForeignTable(node.CreateForeignTableStmt, at);
  else if ('CreateExtensionStmt' in node) createExtension(node.CreateExtensionStmt, at);
  else if ('VariableSetStmt' in node) setSearchPath(node.VariableSetStmt, at);
  else if ('DiscardStmt' in node && node.DiscardStmt.target === 'DISCARD_ALL') resetSearchPath(at);
}

/** SELECT changes the schema in two ways: INTO makes a table, set_config may set the search path. */
function select(stmt: SelectStmt, at: Applying): void {
  if (stmt.intoClause !== undefined) createTableAs({ into: stmt.intoClause, query: { SelectStmt: stmt }, objtype: 'OBJECT_TABLE' }, at);
  for (const target of stmt.targetList ?? []) {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
    const call: FuncCall | undefined = value !== undefined && 'FuncCall' in value ? value.FuncCall : undefined;
    if (call !== undefined) setConfig(call, at);
  }
}
