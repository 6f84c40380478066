import { persistentMap, type PersistentMap } from '../persistent-map';
import type { RelationName } from './names';
import type { Relation } from './schema';

/** Relations that are there before every migration and of which little is known: each is made when somebody looks at it. */
export interface Listing {
  /** The same object each time. */
  get(name: RelationName): Relation | undefined;
  has(name: RelationName): boolean;
  names(): Iterable<RelationName>;
  /** Without making any. */
  childrenOf(name: RelationName): readonly RelationName[];
}

const NOTHING: Listing = { get: () => undefined, has: () => false, names: () => [], childrenOf: () => [] };

/**
 * The relations of a schema by name: those that are known, upon a listing of others, of which there may be tens of
 * thousands. Immutable, with structural sharing; of the known ones, undefined says that a listed one is gone.
 */
export class Relations implements Iterable<readonly [RelationName, Relation]> {
  private constructor(
    private readonly known: PersistentMap<RelationName, Relation | undefined>,
    private readonly listing: Listing,
  ) {}

  static of(known: Iterable<readonly [RelationName, Relation]> = [], listing = NOTHING): Relations {
    return new Relations(persistentMap(known), listing);
  }

  get(name: RelationName): Relation | undefined {
    const known = this.known.get(name);
    if (known !== undefined || this.listing === NOTHING) return known;
    return this.known.has(name) ? undefined : this.listing.get(name);
  }

  has(name: RelationName): boolean {
    return this.known.has(name) ? this.known.get(name) !== undefined : this.listing.has(name);
  }

  /** Direct partitions and children of one, without making it where it is only listed. */
  childrenOf(name: RelationName): readonly RelationName[] {
    const known = this.known.get(name);
    if (known !== undefined) return 'children' in known ? known.children : [];
    return this.known.has(name) ? [] : this.listing.childrenOf(name);
  }

  set(name: RelationName, relation: Relation): Relations {
    return this.with(this.known.set(name, relation));
  }

  delete(name: RelationName): Relations {
    return this.with(this.listing.has(name) ? this.known.set(name, undefined) : this.known.delete(name));
  }

  withMutations(change: (mutable: Relations) => void): Relations {
    return this.with(this.known.withMutations((known) => { change(new Relations(known, this.listing)); }));
  }

  /** All of them made anew. */
  map(change: (relation: Relation) => Relation): Relations {
    return Relations.of([...this].map(([name, relation]) => [name, change(relation)] as const));
  }

  *keys(): Generator<RelationName> {
    for (const [name, relation] of this.known) if (relation !== undefined) yield name;
    for (const name of this.listing.names()) if (!this.known.has(name)) yield name;
  }

  *values(): Generator<Relation> {
    for (const [, relation] of this) yield relation;
  }

  *[Symbol.iterator](): Generator<readonly [RelationName, Relation]> {
    for (const name of this.keys()) {
      const relation = this.get(name);
      if (relation !== undefined) yield [name, relation];
    }
  }

  /** A map that is being changed in place stays the same. */
  private with(known: PersistentMap<RelationName, Relation | undefined>): Relations {
    return known === this.known ? this : new Relations(known, this.listing);
  }
}
