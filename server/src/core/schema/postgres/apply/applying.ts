import type { Node } from '@pgsql/types';
import type { RelationName } from '../../names';
import type { Index, Relation, Table, View } from '../../schema';
import type { SchemaEditor } from '../../editor';

/** What the change of a schema by one statement needs: where to write, and what the new objects are marked with. */
export interface Applying {
  readonly editor: SchemaEditor;
  /** Path of the migration, or undefined for what was there before. */
  readonly origin: string | undefined;
  /** PostgreSQL major version. */
  readonly version: number;
  /** The statement's text, where it is known: routines keep it. */
  readonly text: string | undefined;
}

/** Applies a nested statement, such as an element of CREATE SCHEMA. */
export type ApplyNested = (node: Node, at: Applying) => void;

/** The table of this exact name. */
export function tableNamed(at: Applying, name: RelationName): Table | undefined {
  const relation = at.editor.relation(name);
  return relation !== undefined && isTable(relation) ? relation : undefined;
}

export function isTable(relation: Relation): relation is Table {
  return relation.kind === 'table' || relation.kind === 'partitioned table' || relation.kind === 'foreign table';
}

export function isView(relation: Relation): relation is View {
  return relation.kind === 'view' || relation.kind === 'materialized view';
}

export function isIndex(relation: Relation): relation is Index {
  return relation.kind === 'index' || relation.kind === 'partitioned index';
}

/** Writes what a function makes of a table; nothing happens to what is no table. */
export function changeTable(at: Applying, name: RelationName, change: (table: Table) => Table): void {
  const table = tableNamed(at, name);
  if (table === undefined) return;
  const changed = change(table);
  if (changed !== table) at.editor.setRelation(changed);
}

/** Writes what a function makes of a relation of whatever kind. */
export function changeRelation(at: Applying, name: RelationName, change: (relation: Relation) => Relation): void {
  const relation = at.editor.relation(name);
  if (relation === undefined) return;
  const changed = change(relation);
  if (changed !== relation) at.editor.setRelation(changed);
}

/** A table without anything in it. */
export function emptyTable(name: RelationName, origin: string | undefined): Table {
  return {
    name,
    origin,
    temporary: false,
    readBy: [],
    kind: 'table',
    persistence: 'permanent',
    columns: [],
    constraints: [],
    indexes: [],
    triggers: [],
    policies: [],
    rules: [],
    statistics: [],
    ownedSequences: [],
    rowSecurity: false,
    parents: [],
    children: [],
    referencedBy: [],
    partitioning: undefined,
    bound: undefined,
    accessMethod: undefined,
    tablespace: undefined,
    options: {},
    replicaIdentity: 'default',
  };
}

export function knownOrPartial(at: Applying, name: RelationName): Table | undefined {
  const relation = at.editor.relation(name);
  if (relation !== undefined) return isTable(relation) ? relation : undefined;
  if (at.editor.complete || name.startsWith('pg_catalog.')) return undefined;
  const table: Table = { ...emptyTable(name, undefined), partial: true };
  at.editor.setRelation(table);
  return table;
}

/** A table and, unless ONLY was written, all its inheritance children and partitions, parents first. */
export function withDescendants(at: Applying, name: RelationName, recurse: boolean | undefined): readonly RelationName[] {
  if (recurse !== true) return [name];
  const names = [name];
  const seen = new Set(names);
  // The list grows while it is walked: children come after their parents.
  for (const current of names) {
    for (const child of tableNamed(at, current)?.children ?? []) {
      if (!seen.has(child)) names.push(child);
      seen.add(child);
    }
  }
  return names;
}

/** A list with one more element; the same list where it is in there already. */
export function including<T>(list: readonly T[], element: T): readonly T[] {
  return list.includes(element) ? list : [...list, element];
}

/** A list without an element; the same list where it is not in there. */
export function without<T>(list: readonly T[], element: T): readonly T[] {
  return list.includes(element) ? list.filter((other) => other !== element) : list;
}

/** A list in which an element is replaced by another; the same list where it is not in there. */
export function replacing<T>(list: readonly T[], from: T, to: T): readonly T[] {
  return list.includes(from) ? list.map((other) => (other === from ? to : other)) : list;
}
