import type { RangeVar } from '@pgsql/types';
import { type RelationName } from '../../schema/names';
import type { Column, ForeignKey, Index, Relation, Sequence, Table } from '../../schema/schema';
import type { SchemaView } from '../../schema/view';

/** Whether the mention is without ONLY. */
export function withChildren(mention: RangeVar): boolean {
  return mention.inh === true;
}

/** The table of that name, or undefined where it is something else or not known. */
export function tableOf(name: RelationName, schema: SchemaView): Table | undefined {
  return asTable(schema.relation(name));
}

export function asTable(relation: Relation | undefined): Table | undefined {
  return relation?.kind === 'table' || relation?.kind === 'partitioned table' || relation?.kind === 'foreign table' ? relation : undefined;
}

export function indexOf(name: RelationName, schema: SchemaView): Index | undefined {
  const relation = schema.relation(name);
  return relation?.kind === 'index' || relation?.kind === 'partitioned index' ? relation : undefined;
}

/** All inheritance children and partitions of a table, parents before children, without itself (find_all_inheritors, src/backend/catalog/pg_inherits.c). */
export function descendantsOf(table: Table, schema: SchemaView): readonly Table[] {
  if (table.children.length === 0) return [];
  const found = new Map<RelationName, Table>();
  const pending = [...table.children];
  // The list grows while it is walked; to take its first off each time would move tens of thousands of others.
  for (const name of pending) {
    const child = tableOf(name, schema);
    if (child === undefined || found.has(name)) continue;
    found.set(name, child);
    pending.push(...child.children);
  }
  return [...found.values()];
}

/** Direct inheritance children and partitions. */
export function childrenOf(table: Table, schema: SchemaView): readonly Table[] {
  return table.children.flatMap((name) => tableOf(name, schema) ?? []);
}

/** A table and all below it that hold rows. */
export function storedBelow(table: Table, schema: SchemaView): readonly Table[] {
  return [table, ...descendantsOf(table, schema)].filter((member) => member.kind === 'table');
}

/** The default partition of a partitioned table. */
export function defaultPartitionOf(table: Table, schema: SchemaView): Table | undefined {
  if (table.partitioning === undefined) return undefined;
  return childrenOf(table, schema).find((child) => child.bound?.isDefault === true);
}

export function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

export function foreignKeysOf(table: Table): readonly ForeignKey[] {
  return table.constraints.filter((constraint) => constraint.kind === 'foreign key');
}

/** The foreign keys that point to a table, each with the table that has it. */
export function foreignKeysTo(table: Table, schema: SchemaView): readonly { readonly table: Table; readonly key: ForeignKey }[] {
  return table.referencedBy.flatMap(({ table: name, constraint }) => {
    const referencing = name === table.name ? table : tableOf(name, schema);
    const key = referencing === undefined ? undefined : foreignKeysOf(referencing).find((candidate) => candidate.name === constraint);
    return referencing === undefined || key === undefined ? [] : [{ table: referencing, key }];
  });
}

/** The sequences that a table's columns own (serial, identity, OWNED BY); with a column, only its own. */
export function ownedSequences(table: Table, schema: SchemaView, column?: string): readonly Sequence[] {
  return table.ownedSequences.flatMap((name) => {
    const relation = schema.relation(name);
    return relation?.kind === 'sequence' && (column === undefined || relation.ownedBy?.column === column) ? [relation] : [];
  });
}
