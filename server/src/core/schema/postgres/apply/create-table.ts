import type { CreateForeignTableStmt, CreateStmt, PartitionSpec, RangeVar, TableLikeClause } from '@pgsql/types';
import type { RelationName } from '../../names';
import type { CheckConstraint, Column, Partitioning, Table } from '../../schema';
import { newRelationName, relationName, typeName } from '../resolve';
import { strings } from '../walk';
import { changeTable, emptyTable, including, isIndex, isTable, isView, knownOrPartial, tableNamed, type Applying } from './applying';
import { columnPlan, withoutNotValid, type ColumnPlan } from './columns';
import { addConstraint, tableConstraint, type ConstraintPlan } from './constraints';
import { dropRelation } from './drop-relation';
import { constraintOf, addIndex } from './indexes';
import { indexColumnNames } from './generated-names';
import { withNotNull } from './not-null';
import { linkPartition } from './partitions';
import { addColumnSequence, nextValue } from './sequences';
import { storageOptions } from './storage-options';

/** CREATE TABLE in all its forms but AS. */
export function createTable(stmt: CreateStmt, at: Applying, kind: 'table' | 'foreign table' = 'table'): void {
  const { relation } = stmt;
  if (relation === undefined) return;
  const name = newRelationName(relation, at.editor);
  if (at.editor.relation(name) !== undefined) {
    if (stmt.if_not_exists === true) return;
    // That it is created says that it is not there any more, by whatever way it went.
    dropRelation(at, name);
  }
  const parents = (stmt.inhRelations ?? []).flatMap((node) => ('RangeVar' in node ? [relationName(node.RangeVar, at.editor)] : []));
  for (const parent of parents) knownOrPartial(at, parent);
  const draft = new Draft(at, { ...emptyTable(name, at.origin), kind: stmt.partspec === undefined ? kind : 'partitioned table', ...storageOf(stmt, relation) });
  if (stmt.ofTypename !== undefined) draft.takeType(typeName(strings(stmt.ofTypename.names), at.editor));
  for (const parent of parents) draft.inherit(parent);
  for (const node of stmt.tableElts ?? []) {
    if ('ColumnDef' in node) draft.addColumn(columnPlan(node.ColumnDef, at));
    else if ('Constraint' in node) draft.constraints.push(tableConstraint(withoutNotValid(node.Constraint)));
    else if ('TableLikeClause' in node) draft.like(node.TableLikeClause);
  }
  draft.write(parents, stmt.partbound === undefined);
  if (stmt.partbound !== undefined && parents[0] !== undefined) {
    linkPartition(at, parents[0], name, { isDefault: stmt.partbound.is_default === true, node: { PartitionBoundSpec: stmt.partbound } });
  }
}

/** CREATE FOREIGN TABLE. */
export function createForeignTable(stmt: CreateForeignTableStmt, at: Applying): void {
  if (stmt.base !== undefined) createTable(stmt.base, at, 'foreign table');
}

function storageOf(stmt: CreateStmt, relation: RangeVar): Partial<Table> {
  return {
    temporary: relation.relpersistence === 't' || relation.schemaname === 'pg_temp',
    persistence: relation.relpersistence === 'u' ? 'unlogged' : 'permanent',
    partitioning: stmt.partspec === undefined ? undefined : partitioningOf(stmt.partspec),
    accessMethod: stmt.accessMethod,
    tablespace: stmt.tablespacename,
    options: storageOptions(stmt.options),
  };
}

const STRATEGIES: Readonly<Record<string, Partitioning['strategy']>> = {
  PARTITION_STRATEGY_LIST: 'list',
  PARTITION_STRATEGY_RANGE: 'range',
  PARTITION_STRATEGY_HASH: 'hash',
};

function partitioningOf(spec: PartitionSpec): Partitioning {
  const columns = (spec.partParams ?? []).map((node) => ('PartitionElem' in node ? node.PartitionElem.name : undefined));
  return { strategy: STRATEGIES[spec.strategy ?? ''] ?? 'range', columns };
}

/** What LIKE copies, by the bits of its options (src/include/nodes/parsenodes.h, TableLikeOption). */
const LIKE = { constraints: 1 << 2, defaults: 1 << 3, generated: 1 << 4, identity: 1 << 5, indexes: 1 << 6, statistics: 1 << 7 };

/** A table on its way: columns first, then the constraints in the order in which the server makes and names them. */
class Draft {
  readonly constraints: ConstraintPlan[] = [];
  private readonly sequences: ColumnPlan[] = [];
  private readonly indexSources: RelationName[] = [];

  constructor(
    private readonly at: Applying,
    private table: Table,
  ) {}

  addColumn(plan: ColumnPlan): void {
    const { column } = plan;
    const inherited = this.table.columns.find((known) => known.name === column.name);
    if (inherited === undefined) {
      this.table = { ...this.table, columns: [...this.table.columns, column] };
    } else {
      // A column of a parent that is declared here as well is merged with it; so are the options of a partition's or typed table's column.
      const merged: Column = {
        ...inherited,
        inherited: inherited.inherited && !plan.typed,
        notNull: inherited.notNull === true || column.notNull,
        default: column.default ?? inherited.default,
        identity: column.identity ?? inherited.identity,
        generated: column.generated ?? inherited.generated,
      };
      this.replace(merged);
    }
    this.constraints.push(...plan.constraints);
    if (plan.sequence !== undefined) this.sequences.push(plan);
  }

  /** Columns, checks and NOT NULLs of a parent (MergeAttributes, src/backend/commands/tablecmds.c). */
  inherit(name: RelationName): void {
    const parent = tableNamed(this.at, name);
    if (parent === undefined || parent.partial === true) this.table = { ...this.table, partial: true };
    if (parent === undefined) return;
    this.table = { ...this.table, parents: [...this.table.parents, name] };
    for (const column of parent.columns) {
      const known = this.table.columns.find((own) => own.name === column.name);
      // Partitions share their parent's identity sequence from 17; children of plain inheritance have none.
      const identity = parent.partitioning === undefined || this.at.version < 17 ? undefined : column.identity;
      if (known === undefined) this.table = { ...this.table, columns: [...this.table.columns, { ...column, identity, inherited: true }] };
      else if (column.notNull === true && known.notNull !== true) this.replace({ ...known, notNull: true });
    }
    for (const constraint of parent.constraints) {
      if (constraint.kind === 'check' && !constraint.noInherit) this.addCheck({ ...constraint, inherited: true });
      if (constraint.kind === 'not null' && !constraint.noInherit) {
        this.table = withNotNull(this.table, constraint.column, { name: constraint.name, valid: constraint.valid, inherited: true }, this.at.version);
      }
    }
  }

  /** LIKE (transformTableLikeClause, expandTableLikeClause, src/backend/parser/parse_utilcmd.c). */
  like(clause: TableLikeClause): void {
    if (clause.relation === undefined) return;
    const name = relationName(clause.relation, this.at.editor);
    const source = this.at.editor.relation(name);
    const has = (option: number): boolean => ((clause.options ?? 0) & option) !== 0;
    if (source === undefined || (isTable(source) && source.partial === true)) this.table = { ...this.table, partial: true };
    if (source === undefined) return;
    if (!isTable(source)) {
      if (isView(source) || source.kind === 'composite type') this.addPlainColumns(source.columns);
      return;
    }
    for (const column of source.columns) {
      const generated = has(LIKE.generated) ? column.generated : undefined;
      const identity = has(LIKE.identity) ? column.identity : undefined;
      const expression = has(LIKE.defaults) ? column.default : undefined;
      const copy: Column = { ...column, default: expression, generated, identity, inherited: false };
      const notNull = source.constraints.find((own) => own.kind === 'not null' && own.column === column.name);
      this.addColumn({ column: copy, typed: true, constraints: [], sequence: identity === undefined ? undefined : 'identity', sequenceName: undefined });
      if (column.notNull !== false) {
        this.table = withNotNull(this.table, column.name, { name: notNull?.name, valid: true, inherited: false }, this.at.version);
      }
    }
    if (has(LIKE.constraints)) {
      for (const constraint of source.constraints) {
        if (constraint.kind === 'check') this.addCheck({ ...constraint, inherited: false, valid: constraint.enforced });
      }
    }
    if (has(LIKE.indexes)) this.indexSources.push(name);
  }

  /** OF a composite type. */
  takeType(name: RelationName): void {
    const type = this.at.editor.relation(name);
    if (type?.kind === 'composite type') this.addPlainColumns(type.columns);
    else this.table = { ...this.table, partial: true };
  }

  /**
   * Writes the table, then what hangs on it.
   * @param link whether parents get to know it now; partitions are linked by the caller
   */
  write(parents: readonly RelationName[], link: boolean): void {
    const { at } = this;
    this.forgetInheritedNotNulls();
    const { table } = this;
    const { name } = table;
    at.editor.setRelation(table);
    for (const plan of this.sequences) this.addSequence(plan);
    if (link) for (const parent of parents) changeTable(at, parent, (own) => ({ ...own, children: including(own.children, name) }));
    const order = (plan: ConstraintPlan): number => {
      const { contype } = plan.node;
      return contype === 'CONSTR_CHECK' ? 0 : contype === 'CONSTR_NOTNULL' ? 1 : contype === 'CONSTR_PRIMARY' ? 2 : contype === 'CONSTR_FOREIGN' ? 4 : 3;
    };
    for (const plan of [...this.constraints].sort((a, b) => order(a) - order(b))) addConstraint(at, name, plan, true);
    for (const source of this.indexSources) copyIndexes(at, source, name);
  }

  /** A NOT NULL of the table's own comes with its own name (AddRelationNotNullConstraints, src/backend/catalog/heap.c). */
  private forgetInheritedNotNulls(): void {
    const own = new Set(
      this.constraints.flatMap(({ node, column }) => {
        if (node.contype === 'CONSTR_NOTNULL') return column ?? strings(node.keys)[0] ?? [];
        return node.contype === 'CONSTR_PRIMARY' ? (column ?? strings(node.keys)) : [];
      }),
    );
    const constraints = this.table.constraints.filter((constraint) => constraint.kind !== 'not null' || !constraint.inherited || !own.has(constraint.column));
    this.table = { ...this.table, constraints };
  }

  private addSequence({ column, sequence, sequenceName }: ColumnPlan): void {
    const { at, table } = this;
    const name = addColumnSequence(at, table.name, column.name, sequenceName);
    if (sequence !== 'serial') return;
    changeTable(at, table.name, (own) => ({
      ...own,
      columns: own.columns.map((each) => (each.name === column.name ? { ...each, default: nextValue(name) } : each)),
    }));
  }

  private addCheck(check: CheckConstraint): void {
    if (this.table.constraints.some((own) => own.kind === 'check' && own.name === check.name)) return;
    this.table = { ...this.table, constraints: [...this.table.constraints, check] };
  }

  private addPlainColumns(columns: readonly { readonly name: string; readonly type: Column['type'] | undefined }[]): void {
    for (const { name, type } of columns) {
      const unknown = { name: typeName(['unknown'], this.at.editor), modifiers: [], array: false };
      const column: Column = { name, type: type ?? unknown, collation: undefined, notNull: false, default: undefined, identity: undefined, generated: undefined, inherited: false };
      this.table = { ...this.table, columns: [...this.table.columns, column] };
    }
  }

  private replace(column: Column): void {
    this.table = { ...this.table, columns: this.table.columns.map((own) => (own.name === column.name ? column : own)) };
  }
}

/** LIKE … INCLUDING INDEXES: each index anew, under a name of its own. */
function copyIndexes(at: Applying, source: RelationName, target: RelationName): void {
  for (const name of tableNamed(at, source)?.indexes ?? []) {
    const index = at.editor.relation(name);
    if (index === undefined || !isIndex(index)) continue;
    const constraint = constraintOf(at, index);
    const { keys, included, method, unique, nullsNotDistinct, predicate } = index;
    const columnNames = indexColumnNames([
      ...keys.map((key) => (key.column === undefined ? { expr: key.expression } : { name: key.column })),
      ...included.map((column) => ({ name: column })),
    ]);
    const plan = { name: undefined, keys, included, columnNames, method, unique, nullsNotDistinct, predicate, constraint: undefined, purpose: constraint?.kind, deferrable: constraint?.deferrable ?? false };
    addIndex(at, target, plan, { recurse: true, parent: undefined });
  }
}

