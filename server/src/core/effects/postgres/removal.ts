import type { Node } from '@pgsql/types';
import { displayName, type ObjectName, type RelationName } from '../../schema/names';
import { columnsIn, routinesIn, sequencesIn } from '../../schema/postgres/expressions';
import type { Constraint, ForeignKey, Relation, Table, View } from '../../schema/schema';
import type { Claims } from './claims';
import { foreignKeysToAncestors } from './partitions';
import { asTable, defaultPartitionOf, descendantsOf, foreignKeysOf, foreignKeysTo, indexOf, ownedSequences, tableOf } from './relations';

/**
 * What dropping something locks: whatever goes with it, and the tables that lose a constraint, trigger, default, rule or
 * policy (performDeletion, src/backend/catalog/dependency.c: each of those takes ACCESS EXCLUSIVE on its table).
 */
export class Removal {
  private readonly gone = new Set<string>();

  constructor(
    private readonly claims: Claims,
    /** With CASCADE; without it whatever depends on the object is an error. */
    private readonly cascade: boolean,
  ) {}

  relation(relation: Relation, reason: string): void {
    switch (relation.kind) {
      case 'table':
      case 'partitioned table':
      case 'foreign table':
        { this.table(relation, reason); return; }
      case 'view':
      case 'materialized view':
        { this.view(relation, reason); return; }
      case 'sequence':
        { this.sequence(relation.name, reason); return; }
      case 'index':
      case 'partitioned index':
        { this.index(relation.name, reason); return; }
      case 'composite type':
        this.claims.lock(relation.name, 'ACCESS EXCLUSIVE', reason);
        this.claims.drops(relation.name);
        { this.type(relation.name); return; }
    }
  }

  table(table: Table, reason: string): void {
    if (!this.once(table.name)) return;
    const { claims } = this;
    const { schema } = claims;
    const shown = displayName(table.name);
    claims.lock(table.name, 'ACCESS EXCLUSIVE', reason);
    claims.drops(table.name);
    for (const index of table.indexes) claims.drops(index);
    this.leavesParent(table);
    for (const sequence of ownedSequences(table, schema)) this.sequence(sequence.name, `${shown} owns it`);
    for (const key of foreignKeysOf(table)) this.foreignKey(table, key, false);
    for (const name of table.children) {
      const child = tableOf(name, schema);
      if (child !== undefined && (this.cascade || child.bound !== undefined)) {
        this.table(child, child.bound === undefined ? `it inherits from ${shown}` : `it is a partition of ${shown}`);
      }
    }
    if (!this.cascade) return;
    for (const { table: referencing, key } of foreignKeysToAncestors(table, schema)) this.foreignKey(referencing, key, false);
    this.readers(table.name, table.readBy, undefined);
    this.type(table.name);
  }

  /** A partition's parent forgets it, and what the default partition takes changes (heap_drop_with_catalog, src/backend/catalog/heap.c). */
  private leavesParent(table: Table): void {
    if (table.bound === undefined) return;
    for (const name of table.parents) {
      const parent = tableOf(name, this.claims.schema);
      this.claims.lock(name, 'ACCESS EXCLUSIVE', `${displayName(table.name)} is a partition of it`);
      const rest = parent === undefined ? undefined : defaultPartitionOf(parent, this.claims.schema);
      if (rest !== undefined && rest.name !== table.name) this.claims.lock(rest.name, 'ACCESS EXCLUSIVE', 'the default partition takes other rows from now on');
    }
  }

  view(view: View, reason: string): void {
    if (!this.once(view.name)) return;
    this.claims.lock(view.name, 'ACCESS EXCLUSIVE', reason);
    this.claims.drops(view.name);
    for (const index of view.indexes) this.claims.drops(index);
    if (!this.cascade) return;
    this.readers(view.name, view.readBy, undefined);
    this.type(view.name);
  }

  sequence(name: RelationName, reason: string): void {
    if (!this.once(name)) return;
    const { schema } = this.claims;
    this.claims.lock(name, 'ACCESS EXCLUSIVE', reason);
    this.claims.drops(name);
    if (!this.cascade) return;
    const relation = schema.relation(name);
    const owner = relation?.kind === 'sequence' ? tableOf(relation.ownedBy?.table ?? name, schema) : undefined;
    const reads = (table: Table): boolean => table.columns.some((column) => column.default !== undefined && sequencesIn(column.default, schema).has(name));
    for (const table of owner !== undefined && reads(owner) ? [owner] : this.tables()) {
      if (reads(table)) this.claims.lock(table.name, 'ACCESS EXCLUSIVE', `a default of it calls nextval on ${displayName(name)}`);
    }
  }

  /** An index goes with its parts on all partitions, and with CASCADE the foreign keys that rely on it. */
  index(name: RelationName, reason: string): void {
    const index = indexOf(name, this.claims.schema);
    if (index === undefined || !this.once(name)) return;
    this.claims.dropsIndex(name);
    this.claims.lock(index.table, 'ACCESS EXCLUSIVE', reason);
    const table = tableOf(index.table, this.claims.schema);
    if (table === undefined) return;
    this.partitionsOf(table, `it has a part of the index ${displayName(name)}`, index.kind === 'partitioned index');
    const key = table.constraints.find((constraint) => 'index' in constraint && constraint.index === name);
    if (this.cascade && key !== undefined) this.relyingOn(table, key);
  }

  /** A column goes with its indexes, constraints and sequences, and with CASCADE what reads it. */
  column(table: Table, column: string): void {
    if (!this.once(`${table.name}.${column}`)) return;
    const { claims } = this;
    const { schema } = claims;
    for (const name of table.indexes) {
      const index = indexOf(name, schema);
      const used = index === undefined ? [] : [...index.keys.flatMap((key) => (key.expression === undefined ? [key.column] : [...columnsIn(key.expression)])), ...index.included];
      if (used.includes(column) || (index?.predicate !== undefined && columnsIn(index.predicate).has(column))) claims.dropsIndex(name);
    }
    for (const sequence of ownedSequences(table, schema, column)) this.sequence(sequence.name, `${displayName(table.name)}.${column} owns it`);
    for (const constraint of table.constraints) {
      if (constraint.kind === 'foreign key') {
        if (constraint.columns.includes(column)) this.foreignKey(table, constraint, false);
      } else if ('index' in constraint && constraint.columns.includes(column) && this.cascade) this.relyingOn(table, constraint);
    }
    if (!this.cascade) return;
    for (const { table: referencing, key } of foreignKeysTo(table, schema)) {
      if (key.referencedColumns.includes(column)) this.foreignKey(referencing, key, false);
    }
    this.readers(table.name, table.readBy, column);
    for (const generated of table.columns) {
      if (generated.generated !== undefined && generated.name !== column && columnsIn(generated.generated.expression).has(column)) this.column(table, generated.name);
    }
  }

  /** A constraint that is dropped by name, or goes with something else. */
  constraint(table: Table, constraint: Constraint): void {
    if (constraint.kind === 'foreign key') { this.foreignKey(table, constraint, true); return; }
    if (!('index' in constraint)) return;
    this.claims.dropsIndex(constraint.index);
    this.partitionsOf(table, `it has a part of ${constraint.name}`, table.kind === 'partitioned table');
    if (this.cascade) this.relyingOn(table, constraint);
  }

  /**
   * The triggers of a foreign key are on both tables and on all their partitions. Up to 14 a referenced table's
   * partitions that are partitioned themselves have none.
   * @param byName ALTER TABLE … DROP CONSTRAINT opens the referenced table itself as well (ATExecDropConstraint, src/backend/commands/tablecmds.c)
   */
  private foreignKey(table: Table, key: ForeignKey, byName: boolean): void {
    if (key.inherited || !this.once(`${table.name} ${key.name}`)) return;
    const { claims } = this;
    const { schema, version } = claims;
    const reason = `${displayName(table.name)}.${key.columns.join(', ')} references it`;
    claims.lock(table.name, 'ACCESS EXCLUSIVE', `it loses its foreign key to ${displayName(key.references)}`);
    this.partitionsOf(table, 'the foreign key is on every partition', true);
    const referenced = schema.relation(key.references);
    const partitioned = referenced?.kind === 'partitioned table' ? referenced : undefined;
    if (byName || partitioned === undefined || version >= 15) claims.lock(key.references, 'ACCESS EXCLUSIVE', reason);
    for (const partition of partitioned === undefined ? [] : descendantsOf(partitioned, schema)) {
      if (version >= 15 || partition.kind === 'table') claims.lock(partition.name, 'ACCESS EXCLUSIVE', reason);
    }
  }

  /** Foreign keys that need a key to be unique. */
  private relyingOn(table: Table, constraint: Constraint): void {
    if (!('index' in constraint)) return;
    for (const { table: referencing, key } of foreignKeysTo(table, this.claims.schema)) {
      const { referencedColumns } = key;
      const same = referencedColumns.length === constraint.columns.length && referencedColumns.every((column) => constraint.columns.includes(column));
      if (same || (referencedColumns.length === 0 && constraint.kind === 'primary key')) this.foreignKey(referencing, key, false);
    }
  }

  private partitionsOf(table: Table, reason: string, applies: boolean): void {
    if (!applies || table.kind !== 'partitioned table') return;
    for (const partition of descendantsOf(table, this.claims.schema)) this.claims.lock(partition.name, 'ACCESS EXCLUSIVE', reason);
  }

  /** Views that read a relation, or one column of it. */
  private readers(name: RelationName, readBy: readonly RelationName[], column: string | undefined): void {
    for (const reader of readBy) {
      const view = this.claims.schema.relation(reader);
      if (view?.kind !== 'view' && view?.kind !== 'materialized view') continue;
      if (column !== undefined && !mentions(view.query, column)) continue;
      this.view(view, `it reads ${displayName(name)}`);
    }
    if (column !== undefined) return;
    for (const table of this.tables()) {
      if (table.name === name) continue;
      if (table.policies.some((policy) => policy.reads.includes(name))) this.claims.lock(table.name, 'ACCESS EXCLUSIVE', `a policy of it reads ${displayName(name)}`);
    }
  }

  /** Columns of a type go with it (DROP TYPE … CASCADE), and what else is made of it. */
  type(name: ObjectName): void {
    if (!this.cascade || !this.once(`type ${name}`)) return;
    const { schema } = this.claims;
    for (const table of this.tables()) {
      for (const column of table.columns) {
        if (column.type.name !== name) continue;
        this.claims.lock(table.name, 'ACCESS EXCLUSIVE', `${displayName(table.name)}.${column.name} is of the type ${displayName(name)}`);
        this.column(table, column.name);
      }
    }
    for (const type of schema.allTypes()) if (type.kind === 'domain' && type.base.name === name) this.type(type.name);
    for (const routines of schema.allRoutines()) {
      for (const routine of routines) {
        if (routine.returns?.name === name || routine.inputs.some((input) => input.name === name)) this.routine(routine.name);
      }
    }
  }

  /** What calls a function goes with it: triggers, defaults, checks, policies, indexes, generated columns. */
  routine(name: ObjectName): void {
    if (!this.cascade || !this.once(`routine ${name}`)) return;
    const { claims } = this;
    const { schema } = claims;
    const shown = displayName(name);
    const calls = (expression: Node | undefined): boolean => expression !== undefined && routinesIn(expression, schema).has(name);
    for (const relation of schema.allRelations()) {
      const table = asTable(relation);
      if (relation.kind === 'view' || relation.kind === 'materialized view') {
        if (calls(relation.query)) this.view(relation, `it calls ${shown}`);
        else if (relation.triggers.some((trigger) => trigger.routine === name)) claims.lock(relation.name, 'ACCESS EXCLUSIVE', `a trigger of it calls ${shown}`);
        continue;
      }
      if (relation.kind === 'index' || relation.kind === 'partitioned index') {
        if (calls(relation.predicate) || relation.keys.some((key) => calls(key.expression))) this.index(relation.name, `an index of it calls ${shown}`);
        continue;
      }
      if (table === undefined) continue;
      if (table.triggers.some((trigger) => trigger.routine === name)) {
        claims.lock(table.name, 'ACCESS EXCLUSIVE', `a trigger of it calls ${shown}`);
        this.partitionsOf(table, `a trigger of it calls ${shown}`, true);
      }
      if (table.columns.some((column) => calls(column.default))) claims.lock(table.name, 'ACCESS EXCLUSIVE', `a default of it calls ${shown}`);
      if (table.constraints.some((constraint) => constraint.kind === 'check' && calls(constraint.expression))) {
        claims.lock(table.name, 'ACCESS EXCLUSIVE', `a check of it calls ${shown}`);
      }
      for (const column of table.columns) {
        if (!calls(column.generated?.expression)) continue;
        claims.lock(table.name, 'ACCESS EXCLUSIVE', `a generated column of it calls ${shown}`);
        this.column(table, column.name);
      }
    }
  }

  private *tables(): Generator<Table> {
    for (const relation of this.claims.schema.allRelations()) {
      const table = asTable(relation);
      if (table !== undefined) yield table;
    }
  }

  private once(what: string): boolean {
    if (this.gone.has(what)) return false;
    this.gone.add(what);
    return true;
  }
}

/** Whether a view's query uses a column of that name; `*` stands for all. */
function mentions(query: Node | undefined, column: string): boolean {
  if (query === undefined) return true;
  const columns = columnsIn(query);
  return columns.has(column) || columns.has('*');
}
