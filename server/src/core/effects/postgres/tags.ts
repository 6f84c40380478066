import type { Node, ObjectType, RenameStmt } from '@pgsql/types';
import { transactionTag } from './transactions';

/** The command's tag, as the server reports it (CreateCommandTag, src/backend/tcop/utility.c). */
export function commandTag(node: Node, nodeKind: string): string {
  if ('TransactionStmt' in node) return transactionTag(node.TransactionStmt);
  if ('DropStmt' in node) return `DROP ${objectWords((node.DropStmt).removeType)}`;
  if ('AlterTableStmt' in node) return `ALTER ${objectWords((node.AlterTableStmt).objtype)}`;
  if ('RenameStmt' in node) {
    const stmt: RenameStmt = node.RenameStmt;
    const isPart = stmt.renameType === 'OBJECT_COLUMN' || stmt.renameType === 'OBJECT_ATTRIBUTE';
    return `ALTER ${objectWords(isPart ? stmt.relationType : stmt.renameType)}`;
  }
  if ('AlterObjectSchemaStmt' in node) return `ALTER ${objectWords((node.AlterObjectSchemaStmt).objectType)}`;
  if ('AlterOwnerStmt' in node) return `ALTER ${objectWords((node.AlterOwnerStmt).objectType)}`;
  if ('AlterObjectDependsStmt' in node) return `ALTER ${objectWords(node.AlterObjectDependsStmt.objectType)}`;
  if ('CreateTableAsStmt' in node) {
    const { objtype, is_select_into } = node.CreateTableAsStmt;
    if (objtype === 'OBJECT_MATVIEW') return 'CREATE MATERIALIZED VIEW';
    return is_select_into === true ? 'SELECT INTO' : 'CREATE TABLE AS';
  }
  if ('GrantStmt' in node) return node.GrantStmt.is_grant === true ? 'GRANT' : 'REVOKE';
  if ('GrantRoleStmt' in node) return node.GrantRoleStmt.is_grant === true ? 'GRANT ROLE' : 'REVOKE ROLE';
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true ? 'VACUUM' : 'ANALYZE';
  if ('VariableSetStmt' in node) return node.VariableSetStmt.kind === 'VAR_RESET' || node.VariableSetStmt.kind === 'VAR_RESET_ALL' ? 'RESET' : 'SET';
  if ('DefineStmt' in node) return `CREATE ${objectWords(node.DefineStmt.kind)}`;
  if ('CreateFunctionStmt' in node) return node.CreateFunctionStmt.is_procedure === true ? 'CREATE PROCEDURE' : 'CREATE FUNCTION';
  if ('AlterFunctionStmt' in node) return `ALTER ${objectWords(node.AlterFunctionStmt.objtype)}`;
  if ('CreateRoleStmt' in node) return 'CREATE ROLE';
  if ('DiscardStmt' in node) return `DISCARD ${(node.DiscardStmt.target ?? 'DISCARD_ALL').slice('DISCARD_'.length)}`;
  return TAGS[nodeKind] ?? words(nodeKind);
}

const TAGS: Readonly<Record<string, string>> = {
  IndexStmt: 'CREATE INDEX',
  CreateStmt: 'CREATE TABLE',
  CreateForeignTableStmt: 'CREATE FOREIGN TABLE',
  ViewStmt: 'CREATE VIEW',
  CreateSeqStmt: 'CREATE SEQUENCE',
  AlterSeqStmt: 'ALTER SEQUENCE',
  CreateTrigStmt: 'CREATE TRIGGER',
  RuleStmt: 'CREATE RULE',
  CreateEnumStmt: 'CREATE TYPE',
  CreateRangeStmt: 'CREATE TYPE',
  CompositeTypeStmt: 'CREATE TYPE',
  AlterEnumStmt: 'ALTER TYPE',
  AlterTypeStmt: 'ALTER TYPE',
  CreateSchemaStmt: 'CREATE SCHEMA',
  CreateExtensionStmt: 'CREATE EXTENSION',
  AlterExtensionStmt: 'ALTER EXTENSION',
  AlterExtensionContentsStmt: 'ALTER EXTENSION',
  CreateStatsStmt: 'CREATE STATISTICS',
  AlterStatsStmt: 'ALTER STATISTICS',
  RefreshMatViewStmt: 'REFRESH MATERIALIZED VIEW',
  TruncateStmt: 'TRUNCATE TABLE',
  LockStmt: 'LOCK TABLE',
  SecLabelStmt: 'SECURITY LABEL',
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  AlterDatabaseSetStmt: 'ALTER DATABASE',
  AlterDefaultPrivilegesStmt: 'ALTER DEFAULT PRIVILEGES',
  AlterTableMoveAllStmt: 'ALTER TABLE',
  AlterRoleSetStmt: 'ALTER ROLE',
  DropRoleStmt: 'DROP ROLE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  VariableShowStmt: 'SHOW',
  CheckPointStmt: 'CHECKPOINT',
  ConstraintsSetStmt: 'SET CONSTRAINTS',
  DeclareCursorStmt: 'DECLARE CURSOR',
  ClosePortalStmt: 'CLOSE CURSOR',
  CreateEventTrigStmt: 'CREATE EVENT TRIGGER',
  AlterEventTrigStmt: 'ALTER EVENT TRIGGER',
  CreateFdwStmt: 'CREATE FOREIGN DATA WRAPPER',
  CreateForeignServerStmt: 'CREATE SERVER',
  ReassignOwnedStmt: 'REASSIGN OWNED',
  DropOwnedStmt: 'DROP OWNED',
};

/** `CreatePublicationStmt` is CREATE PUBLICATION. */
function words(nodeKind: string): string {
  return nodeKind
    .replace(/Stmt$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}

const OBJECTS: Readonly<Partial<Record<ObjectType, string>>> = {
  OBJECT_MATVIEW: 'MATERIALIZED VIEW',
  OBJECT_STATISTIC_EXT: 'STATISTICS',
  OBJECT_TABCONSTRAINT: 'TABLE',
  OBJECT_DOMCONSTRAINT: 'DOMAIN',
  OBJECT_ATTRIBUTE: 'TYPE',
  OBJECT_TSCONFIGURATION: 'TEXT SEARCH CONFIGURATION',
  OBJECT_TSDICTIONARY: 'TEXT SEARCH DICTIONARY',
  OBJECT_TSPARSER: 'TEXT SEARCH PARSER',
  OBJECT_TSTEMPLATE: 'TEXT SEARCH TEMPLATE',
  OBJECT_OPCLASS: 'OPERATOR CLASS',
  OBJECT_OPFAMILY: 'OPERATOR FAMILY',
  OBJECT_FDW: 'FOREIGN DATA WRAPPER',
  OBJECT_FOREIGN_SERVER: 'SERVER',
  OBJECT_LARGEOBJECT: 'LARGE OBJECT',
};

function objectWords(type: ObjectType | undefined): string {
  if (type === undefined) return 'TABLE';
  return OBJECTS[type] ?? type.slice('OBJECT_'.length).replaceAll('_', ' ');
}
