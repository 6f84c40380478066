import type { Node } from '@pgsql/types';
import { NEWEST_POSTGRES, OLDEST_POSTGRES } from '../../target';
import type { SchemaView } from '../../schema/view';
import type { ParsedStatement } from '../../sql/statement';
import type { Effects } from '../effects';
import { alterTable } from './alter-table/alter-table';
import { alterTableMoveAll } from './alter-table/move-all';
import { Claims } from './claims';
import { indexStmt, reindexStmt } from './create-index';
import { createStmt } from './create-table';
import { copyStmt } from './copy';
import { dropStmt } from './drop';
import { commentStmt, grantStmt } from './grants-comments';
import { clusterStmt, lockStmt, truncateStmt, vacuumStmt } from './maintenance';
import { otherStmt } from './other';
import { alterPublication, createPublication, createStatistics } from './publications';
import { executed, planned, rewritten } from './queries/queries';
import { alterObjectSchema, alterOwner, renameStmt } from './rename';
import { callStmt, createFunction, doStmt, explainStmt } from './routines';
import { alterSequence, createSequence } from './sequences';
import { commandTag } from './tags';
import { transactionStmt, variableSet } from './transactions';
import { createTrigger, policyStmt } from './triggers';
import { alterDomain, alterEnum } from './types';
import { createTableAs, refreshMatView, ruleStmt, viewStmt } from './views';

/**
 * What a PostgreSQL statement does.
 * @param schema what exists before it
 * @param setting the migration's path and the server's major version
 */
export function effectsOf(statement: ParsedStatement, schema: SchemaView, setting: { readonly path: string; readonly version: number }): Effects {
  const version = Math.max(OLDEST_POSTGRES, Math.min(setting.version, NEWEST_POSTGRES));
  const claims = new Claims(statement, schema, setting.path, version, claim);
  claims.claim(statement.node);
  return claims.finish(commandTag(statement.node, statement.nodeKind));
}

/** Claims what one statement does; statements of DO blocks and function bodies come here too. */
function claim(node: Node, claims: Claims): void {
  const [kind] = Object.keys(node);
  const family = FAMILIES[kind ?? ''];
  if (family === undefined) otherStmt(node, claims);
  else family(node, claims);
}

type Family = (node: Node, claims: Claims) => void;

/** Makes a family of the function for one kind of node. */
function of<K extends string>(kind: K, family: (body: BodyOf<K>, claims: Claims) => void): Family {
  return (node, claims) => { family((node as unknown as Record<K, BodyOf<K>>)[kind], claims); };
}

type BodyOf<K extends string> = Node extends infer N ? (N extends Readonly<Record<K, infer B>> ? B : never) : never;

const query: Family = (node, claims) => {
  if ('SelectStmt' in node && node.SelectStmt.intoClause !== undefined) {
    createTableAs({ query: { SelectStmt: { ...node.SelectStmt, intoClause: undefined } } as unknown as Node, into: node.SelectStmt.intoClause, objtype: 'OBJECT_TABLE' }, claims); return;
  }
  executed(node, claims, 'is read');
  if ('SelectStmt' in node) claims.act({ kind: 'select', forUpdate: (node.SelectStmt.lockingClause ?? []).length > 0 });
};

const FAMILIES: Readonly<Record<string, Family>> = {
  SelectStmt: query,
  InsertStmt: query,
  UpdateStmt: query,
  DeleteStmt: query,
  MergeStmt: query,
  AlterTableStmt: of('AlterTableStmt', alterTable),
  AlterTableMoveAllStmt: of('AlterTableMoveAllStmt', alterTableMoveAll),
  IndexStmt: of('IndexStmt', indexStmt),
  ReindexStmt: of('ReindexStmt', reindexStmt),
  DropStmt: of('DropStmt', dropStmt),
  CreateStmt: of('CreateStmt', createStmt),
  CreateForeignTableStmt: of('CreateForeignTableStmt', (stmt, claims) => { createStmt(stmt.base ?? {}, claims); }),
  CreateTableAsStmt: of('CreateTableAsStmt', createTableAs),
  ViewStmt: of('ViewStmt', viewStmt),
  RefreshMatViewStmt: of('RefreshMatViewStmt', refreshMatView),
  RuleStmt: of('RuleStmt', ruleStmt),
  CreateSeqStmt: of('CreateSeqStmt', createSequence),
  AlterSeqStmt: of('AlterSeqStmt', alterSequence),
  RenameStmt: of('RenameStmt', renameStmt),
  AlterObjectSchemaStmt: of('AlterObjectSchemaStmt', alterObjectSchema),
  AlterOwnerStmt: of('AlterOwnerStmt', alterOwner),
  AlterEnumStmt: of('AlterEnumStmt', alterEnum),
  AlterDomainStmt: of('AlterDomainStmt', alterDomain),
  CreateTrigStmt: of('CreateTrigStmt', createTrigger),
  CreatePolicyStmt: of('CreatePolicyStmt', (stmt, claims) => { policyStmt(stmt, false, claims); }),
  AlterPolicyStmt: of('AlterPolicyStmt', (stmt, claims) => { policyStmt(stmt, true, claims); }),
  TruncateStmt: of('TruncateStmt', truncateStmt),
  LockStmt: of('LockStmt', lockStmt),
  VacuumStmt: of('VacuumStmt', vacuumStmt),
  ClusterStmt: of('ClusterStmt', clusterStmt),
  CopyStmt: of('CopyStmt', copyStmt),
  GrantStmt: of('GrantStmt', grantStmt),
  CommentStmt: of('CommentStmt', commentStmt),
  SecLabelStmt: of('SecLabelStmt', commentStmt),
  CreatePublicationStmt: of('CreatePublicationStmt', createPublication),
  AlterPublicationStmt: of('AlterPublicationStmt', alterPublication),
  CreateStatsStmt: of('CreateStatsStmt', createStatistics),
  CreateFunctionStmt: of('CreateFunctionStmt', createFunction),
  DoStmt: of('DoStmt', doStmt),
  CallStmt: of('CallStmt', callStmt),
  ExplainStmt: of('ExplainStmt', explainStmt),
  PrepareStmt: of('PrepareStmt', (stmt, claims) => {
    if (stmt.query !== undefined) rewritten(stmt.query, claims, 'is read');
    claims.act({ kind: 'other' });
  }),
  DeclareCursorStmt: of('DeclareCursorStmt', (stmt, claims) => {
    if (stmt.query !== undefined) planned(stmt.query, claims, 'is read');
    claims.act({ kind: 'other' });
  }),
  TransactionStmt: of('TransactionStmt', transactionStmt),
  VariableSetStmt: of('VariableSetStmt', variableSet),
};

/** The effects of a statement that concerns no relation. */
export const NOTHING: Effects = {
  kind: '',
  locks: [],
  rewrites: [],
  scans: [],
  rebuilds: [],
  transaction: { allowed: true },
  control: undefined,
  setting: undefined,
  actions: [],
  creates: [],
  drops: [],
  certainty: 'exact',
  depends: [],
  versionNotes: [],
  waits: [],
};
