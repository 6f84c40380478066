import type { Catalog, CatalogConstraint, CatalogOutline } from '../../catalog';
import type { RelationName } from '../../names';
import type { ConstraintReference } from '../../schema';

/** The other end of what a catalogue says once: who reads a relation, which indexes and children a table has. */
export class Links {
  private readonly readers = new Map<string, RelationName[]>();
  private readonly indexed = new Map<string, RelationName[]>();
  private readonly below = new Map<string, RelationName[]>();
  private readonly owned = new Map<string, RelationName[]>();
  private readonly referenced = new Map<string, ConstraintReference[]>();

  constructor(catalog: Catalog) {
    for (const relation of catalog.relations) {
      const name = relation.name as RelationName;
      if (relation.kind === 'index' || relation.kind === 'partitioned index') add(this.indexed, relation.table, name);
      else if (relation.kind === 'sequence') {
        if (relation.ownedBy !== undefined) add(this.owned, relation.ownedBy.table, name);
      } else if (relation.kind === 'view' || relation.kind === 'materialized view') {
        for (const read of relation.reads ?? []) if (read !== name) add(this.readers, read, name);
      } else if (relation.kind === 'table' || relation.kind === 'partitioned table' || relation.kind === 'foreign table') {
        for (const parent of relation.parents ?? []) add(this.below, parent, name);
        for (const constraint of relation.constraints ?? []) this.reference(name, constraint);
      }
    }
    for (const other of catalog.others ?? []) this.outline(other);
  }

  /** What of it was not looked at, but for its place. */
  private outline({ name, parents }: CatalogOutline): void {
    for (const parent of parents ?? []) add(this.below, parent, name as RelationName);
  }

  readBy = (name: string): readonly RelationName[] => this.readers.get(name) ?? NONE;
  indexes = (name: string): readonly RelationName[] => this.indexed.get(name) ?? NONE;
  children = (name: string): readonly RelationName[] => this.below.get(name) ?? NONE;
  ownedSequences = (name: string): readonly RelationName[] => this.owned.get(name) ?? NONE;
  referencedBy = (name: string): readonly ConstraintReference[] => this.referenced.get(name) ?? NOBODY;

  private reference(table: RelationName, constraint: CatalogConstraint): void {
    if (constraint.kind === 'foreign key') add(this.referenced, constraint.references, { table, constraint: constraint.name });
  }
}

/** Shared, so that tens of thousands of tables do not each hold empty lists. */
const NONE: readonly RelationName[] = [];
const NOBODY: readonly ConstraintReference[] = [];

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
