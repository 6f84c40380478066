import type { CatalogConstraint, CatalogOutline, CatalogTable } from '../../catalog';
import type { ObjectName, RelationName } from '../../names';
import type { Column, Constraint, PartitionBound, ReferentialAction, Table } from '../../schema';
import { Columns } from './columns';
import type { Expressions } from './expressions';
import type { Links } from './links';
import { rulesFrom, triggersFrom } from './triggers';

/** A table, a partitioned one or a foreign one. */
export function tableFrom(table: CatalogTable, base: Pick<Table, 'name' | 'origin' | 'temporary' | 'readBy'>, links: Links, texts: Expressions): Table {
  const { name } = base;
  const partitionBy = table.partitionBy;
  // Written out, without spreading: V8 keeps an object made so in a quarter of the memory, and there are tens of thousands.
  return {
    name,
    origin: base.origin,
    temporary: base.temporary,
    readBy: base.readBy,
    kind: table.kind,
    persistence: table.unlogged === true ? 'unlogged' : 'permanent',
    columns: columnsFrom(table, texts),
    constraints: table.constraints === undefined ? NO_CONSTRAINTS : table.constraints.map((constraint) => constraintFrom(constraint, texts)),
    indexes: links.indexes(name),
    triggers: triggersFrom(table.triggers),
    policies: table.policies === undefined ? NONE : table.policies.map((policy) => ({ name: policy.name, reads: (policy.reads ?? []) as RelationName[] })),
    rules: rulesFrom(table.rules, texts),
    statistics: (table.statistics ?? NONE) as readonly ObjectName[],
    ownedSequences: links.ownedSequences(name),
    rowSecurity: table.rowSecurity === true,
    parents: (table.parents ?? NONE) as readonly RelationName[],
    children: links.children(name),
    referencedBy: links.referencedBy(name),
    partitioning: partitionBy === undefined ? undefined : { strategy: partitionBy.strategy, columns: partitionBy.columns.map((column) => column ?? undefined) },
    bound: table.bound === undefined ? undefined : boundFrom(table.bound, texts),
    accessMethod: table.accessMethod,
    tablespace: table.tablespace,
    options: table.options ?? NO_OPTIONS,
    replicaIdentity: table.replicaIdentity ?? 'default',
  };
}

/** A table of which only its place was read. */
export function unlookedAtTable({ name: own, kind, parents }: CatalogOutline & Pick<CatalogTable, 'kind'>, links: Links): Table {
  const name = own as RelationName;
  return {
    name,
    origin: undefined,
    temporary: false,
    readBy: links.readBy(name),
    kind,
    persistence: 'permanent',
    columns: NONE,
    constraints: NO_CONSTRAINTS,
    indexes: NONE,
    triggers: NONE,
    policies: NONE,
    rules: NONE,
    statistics: NONE,
    ownedSequences: NONE,
    rowSecurity: false,
    parents: (parents ?? NONE) as readonly RelationName[],
    children: links.children(name),
    referencedBy: links.referencedBy(name),
    partitioning: undefined,
    bound: undefined,
    accessMethod: undefined,
    tablespace: undefined,
    options: NO_OPTIONS,
    replicaIdentity: 'default',
    partial: true,
  };
}

const NONE: readonly never[] = [];
const NO_CONSTRAINTS: readonly Constraint[] = [];
const NO_OPTIONS: Readonly<Record<string, string>> = {};

const COLUMNS = new WeakMap<Expressions, Columns>();

function columnsFrom(table: CatalogTable, texts: Expressions): readonly Column[] {
  let columns = COLUMNS.get(texts);
  if (columns === undefined) COLUMNS.set(texts, (columns = new Columns(texts)));
  const own = columns.of(table.columns);
  // attnotnull is set while the constraint is NOT VALID, too (pg_attribute, since 18).
  const open = new Set((table.constraints ?? []).flatMap((constraint) => (constraint.kind === 'not null' && constraint.notValid === true ? [constraint.column] : [])));
  return open.size === 0 ? own : own.map((column) => (open.has(column.name) ? { ...column, notNull: 'not valid' as const } : column));
}

const ACTIONS: Readonly<Record<string, ReferentialAction>> = { a: 'no action', r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' };

function constraintFrom(constraint: CatalogConstraint, texts: Expressions): Constraint {
  const { name } = constraint;
  const base = {
    name,
    valid: constraint.notValid !== true,
    enforced: constraint.notEnforced !== true,
    deferrable: constraint.deferrable === true,
    inherited: constraint.inherited === true,
  };
  const deferred = constraint.initiallyDeferred === true ? ({ initiallyDeferred: true } as const) : {};
  switch (constraint.kind) {
    case 'check':
      return {
        kind: 'check',
        ...base,
        noInherit: constraint.noInherit === true,
        get expression() {
          return texts.expression(constraint.expression);
        },
      };
    case 'not null':
      return { kind: 'not null', ...base, column: constraint.column, noInherit: constraint.noInherit === true };
    case 'primary key':
    case 'unique':
    case 'exclusion':
      return { kind: constraint.kind, ...base, columns: constraint.columns, index: constraint.index as RelationName, ...deferred };
    case 'foreign key':
      return {
        kind: 'foreign key',
        ...base,
        columns: constraint.columns,
        references: constraint.references as RelationName,
        referencedColumns: constraint.referencedColumns,
        onDelete: ACTIONS[constraint.onDelete ?? 'a'] ?? 'no action',
        onUpdate: ACTIONS[constraint.onUpdate ?? 'a'] ?? 'no action',
        ...(constraint.onDeleteColumns === undefined ? {} : { onDeleteColumns: constraint.onDeleteColumns }),
        ...(constraint.matchFull === true ? { matchFull: true as const } : {}),
        ...deferred,
      };
  }
}

function boundFrom(text: string, texts: Expressions): PartitionBound {
  return {
    isDefault: text === 'DEFAULT',
    get node() {
      return texts.bound(text);
    },
  };
}
