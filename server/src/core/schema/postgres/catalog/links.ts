import type { Catalog, CatalogConstraint } from '../../catalog';
import type { RelationName } from '../../names';
import type { Outline } from '../../outline';
import type { ConstraintReference } from '../../schema';

/** The other end of what a catalogue says once: who reads a relation, which indexes and children a table has. */
export class Links {
  private readonly readers = new Map<string, RelationName[]>();
  private readonly indexed = new Map<string, RelationName[]>();
  private readonly below = new Map<string, RelationName[]>();
  private readonly owned = new Map<string, RelationName[]>();
  private readonly referenced = new Map<string, ConstraintReference[]>();

  /** What was not looked at, but for its place. */
  private readonly others: Outline | undefined;

  constructor(catalog: Catalog) {
    this.others = catalog.others;
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
  }

  readBy = (name: string): readonly RelationName[] => this.readers.get(name) ?? NONE;
  indexes = (name: string): readonly RelationName[] => this.indexed.get(name) ?? NONE;
  children = (name: RelationName): readonly RelationName[] => {
    const known = this.below.get(name) ?? NONE;
    const listed = this.others?.childrenOf(name) ?? NONE;
    return known.length === 0 ? listed : listed.length === 0 ? known : [...known, ...listed];
  };
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
