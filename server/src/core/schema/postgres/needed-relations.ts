import type { Node, RangeVar } from '@pgsql/types';
import { mentionOf } from './resolve';
import { rangesIn } from './relations-in';
import { strings } from './walk';

/**
 * The relations that must be there for a statement to run at all, as it mentions them. What it creates, what it passes over where
 * it is not there (IF EXISTS), and what stands in the bodies of routines, blocks and rules is none of them.
 */
export function neededRelations(node: Node): readonly RangeVar[] {
  if (isQuery(node)) return queried(node);
  if ('ViewStmt' in node) return queried(node.ViewStmt.query);
  if ('CreateTableAsStmt' in node) return queried(node.CreateTableAsStmt.query);
  if ('ExplainStmt' in node) return queried(node.ExplainStmt.query);
  if ('DeclareCursorStmt' in node) return queried(node.DeclareCursorStmt.query);
  if ('PrepareStmt' in node) return queried(node.PrepareStmt.query);
  if ('CopyStmt' in node) return [...listed(node.CopyStmt.relation), ...queried(node.CopyStmt.query)];
  if ('AlterTableStmt' in node) {
    const { relation, missing_ok: passes, cmds } = node.AlterTableStmt;
    return passes === true ? [] : [...listed(relation), ...(cmds ?? []).flatMap(ofCommand)];
  }
  if ('IndexStmt' in node) return listed(node.IndexStmt.relation);
  if ('RenameStmt' in node) return node.RenameStmt.missing_ok === true ? [] : listed(node.RenameStmt.relation);
  if ('AlterObjectSchemaStmt' in node) return node.AlterObjectSchemaStmt.missing_ok === true ? [] : listed(node.AlterObjectSchemaStmt.relation);
  if ('CreateStmt' in node) return ofTable(node.CreateStmt);
  if ('DropStmt' in node) return dropped(node.DropStmt);
  if ('TruncateStmt' in node) return ranges(node.TruncateStmt.relations);
  if ('LockStmt' in node) return ranges(node.LockStmt.relations);
  if ('VacuumStmt' in node) return (node.VacuumStmt.rels ?? []).flatMap((part) => ('VacuumRelation' in part ? listed(part.VacuumRelation.relation) : []));
  if ('ClusterStmt' in node) return listed(node.ClusterStmt.relation);
  if ('ReindexStmt' in node) return listed(node.ReindexStmt.relation);
  if ('RefreshMatViewStmt' in node) return listed(node.RefreshMatViewStmt.relation);
  if ('CreateTrigStmt' in node) return [...listed(node.CreateTrigStmt.relation), ...listed(node.CreateTrigStmt.constrrel)];
  if ('CreatePolicyStmt' in node) return listed(node.CreatePolicyStmt.table);
  if ('AlterPolicyStmt' in node) return listed(node.AlterPolicyStmt.table);
  if ('RuleStmt' in node) return listed(node.RuleStmt.relation);
  if ('CreateStatsStmt' in node) return ranges(node.CreateStatsStmt.relations);
  if ('AlterSeqStmt' in node) return node.AlterSeqStmt.missing_ok === true ? [] : listed(node.AlterSeqStmt.sequence);
  if ('CommentStmt' in node) return commented(node.CommentStmt);
  if ('GrantStmt' in node) return node.GrantStmt.targtype === 'ACL_TARGET_OBJECT' && (node.GrantStmt.objtype === 'OBJECT_TABLE' || node.GrantStmt.objtype === 'OBJECT_SEQUENCE') ? ranges(node.GrantStmt.objects) : [];
  return [];
}

function isQuery(node: Node): boolean {
  return 'SelectStmt' in node || 'InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node;
}

function queried(query: Node | undefined): readonly RangeVar[] {
  // What SELECT … INTO makes is a part of the query's tree, and no relation that is read.
  return query === undefined ? [] : rangesIn(query).map(({ range }) => range);
}

function listed(mention: RangeVar | undefined): readonly RangeVar[] {
  return mention === undefined ? [] : [mention];
}

function ranges(nodes: readonly Node[] | undefined): readonly RangeVar[] {
  return (nodes ?? []).flatMap((node) => ('RangeVar' in node ? [node.RangeVar] : []));
}

/** What a subcommand of ALTER TABLE mentions: partitions, parents, referenced tables. */
function ofCommand(node: Node): readonly RangeVar[] {
  const definition = 'AlterTableCmd' in node ? node.AlterTableCmd.def : undefined;
  if (definition === undefined || ('AlterTableCmd' in node && node.AlterTableCmd.missing_ok === true)) return [];
  if ('PartitionCmd' in definition) return listed(definition.PartitionCmd.name);
  if ('RangeVar' in definition) return [definition.RangeVar];
  return ofElement(definition);
}

/** What a column, a constraint or a LIKE mentions. */
function ofElement(node: Node): readonly RangeVar[] {
  if ('Constraint' in node) return listed(node.Constraint.pktable);
  if ('ColumnDef' in node) return (node.ColumnDef.constraints ?? []).flatMap(ofElement);
  return 'TableLikeClause' in node ? listed(node.TableLikeClause.relation) : [];
}

function ofTable({ relation, if_not_exists: passes, inhRelations, tableElts }: Extract<Node, { CreateStmt: unknown }>['CreateStmt']): readonly RangeVar[] {
  if (passes === true) return [];
  const all = [...ranges(inhRelations), ...(tableElts ?? []).flatMap(ofElement)];
  // A table may reference itself.
  return all.filter(({ relname, schemaname }) => relname !== relation?.relname || (schemaname ?? relation?.schemaname) !== relation?.schemaname);
}

const DROPPED: ReadonlySet<string> = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_INDEX', 'OBJECT_SEQUENCE', 'OBJECT_FOREIGN_TABLE']);
/** Named by their table and their own name. */
const OF_TABLES: ReadonlySet<string> = new Set(['OBJECT_TRIGGER', 'OBJECT_POLICY', 'OBJECT_RULE', 'OBJECT_TABCONSTRAINT']);

function dropped({ removeType, objects, missing_ok: passes }: Extract<Node, { DropStmt: unknown }>['DropStmt']): readonly RangeVar[] {
  if (passes === true || removeType === undefined) return [];
  return (objects ?? []).flatMap((object) => named(removeType, object));
}

function commented({ objtype, object }: Extract<Node, { CommentStmt: unknown }>['CommentStmt']): readonly RangeVar[] {
  if (objtype === undefined || object === undefined) return [];
  return objtype === 'OBJECT_COLUMN' ? ofList(object, 1) : named(objtype, object);
}

function named(kind: string, object: Node): readonly RangeVar[] {
  if (DROPPED.has(kind)) return ofList(object, 0);
  return OF_TABLES.has(kind) ? ofList(object, 1) : [];
}

/** A relation by a list of name parts, of which some at the end belong to what it has. */
function ofList(object: Node, without: number): readonly RangeVar[] {
  const parts = 'List' in object ? strings(object.List.items) : [];
  const own = parts.slice(0, parts.length - without);
  return own.length === 0 ? [] : [mentionOf(own)];
}
