import { persistentMap, type PersistentMap } from '../persistent-map';
import type { RelationName } from '../schema/names';
import type { RelationSize, Statistics } from '../schema/statistics';

/** What a statement changes in the sizes of relations. */
export type SizeChange =
  | { readonly kind: 'size'; readonly relation: RelationName; readonly size: RelationSize | undefined }
  | { readonly kind: 'name'; readonly from: RelationName; readonly to: RelationName };

/** What was asked of sizes and what was changed in them. */
export class SizesLog {
  readonly read = new Map<RelationName, RelationSize | undefined>();
  readonly changes: SizeChange[] = [];
  private readonly own = new Set<RelationName>();

  noteRead(relation: RelationName, size: RelationSize | undefined): void {
    if (!this.own.has(relation)) this.read.set(relation, size);
  }

  noteChanges(changes: readonly SizeChange[]): void {
    this.changes.push(...changes);
    for (const change of changes) this.own.add(change.kind === 'size' ? change.relation : change.to);
  }

  /** Whether all that was asked is the same in other sizes. */
  holdsFor(sizes: Sizes): boolean {
    for (const [relation, size] of this.read) if (sizes.sizeOf(relation) !== size) return false;
    return true;
  }
}

/**
 * The sizes of relations while a migration runs: what the catalogue said before it, changed by what its statements do. A
 * table that it creates is empty until something fills it.
 */
export class Sizes {
  private constructor(
    readonly statistics: Statistics,
    private readonly changed: PersistentMap<RelationName, RelationSize | undefined>,
    /** What renamed relations were called when the statistics were taken. */
    private readonly names: PersistentMap<RelationName, RelationName>,
    private readonly log?: SizesLog,
  ) {}

  static of(statistics: Statistics): Sizes {
    return new Sizes(statistics, persistentMap(), persistentMap());
  }

  get settings(): Statistics['settings'] {
    return this.statistics.settings;
  }

  sizeOf(relation: RelationName): RelationSize | undefined {
    const size = this.changed.has(relation) ? this.changed.get(relation) : this.statistics.sizeOf(this.names.get(relation) ?? relation);
    this.log?.noteRead(relation, size);
    return size;
  }

  with(relation: RelationName, size: RelationSize | undefined): Sizes {
    return this.after([{ kind: 'size', relation, size }]);
  }

  renamed(from: RelationName, to: RelationName): Sizes {
    return this.after([{ kind: 'name', from, to }]);
  }

  /** The sizes after changes, in their order. */
  after(changes: readonly SizeChange[]): Sizes {
    if (changes.length === 0) return this;
    let { changed, names } = this;
    for (const change of changes) {
      if (change.kind === 'size') changed = changed.set(change.relation, change.size);
      else {
        if (changed.has(change.from)) changed = changed.set(change.to, changed.get(change.from));
        names = names.set(change.to, names.get(change.from) ?? change.from);
      }
    }
    this.log?.noteChanges(changes);
    return new Sizes(this.statistics, changed, names, this.log);
  }

  /** The same sizes, which write down what is asked of them and changed in them. */
  logged(log: SizesLog): Sizes {
    return new Sizes(this.statistics, this.changed, this.names, log);
  }
}
