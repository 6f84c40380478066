import type { RelationName } from '../schema/names';
import type { RelationSize, Statistics } from '../schema/statistics';

/**
 * The sizes of relations while a migration runs: what the catalogue said before it, changed by what its statements do. A
 * table that it creates is empty until something fills it.
 */
export class Sizes {
  private constructor(
    private readonly statistics: Statistics,
    private readonly changed: ReadonlyMap<RelationName, RelationSize | undefined>,
    /** What renamed relations were called when the statistics were taken. */
    private readonly names: ReadonlyMap<RelationName, RelationName>,
  ) {}

  static of(statistics: Statistics): Sizes {
    return new Sizes(statistics, new Map(), new Map());
  }

  get settings(): Statistics['settings'] {
    return this.statistics.settings;
  }

  sizeOf(relation: RelationName): RelationSize | undefined {
    if (this.changed.has(relation)) return this.changed.get(relation);
    return this.statistics.sizeOf(this.names.get(relation) ?? relation);
  }

  with(relation: RelationName, size: RelationSize | undefined): Sizes {
    return new Sizes(this.statistics, new Map([...this.changed, [relation, size]]), this.names);
  }

  renamed(from: RelationName, to: RelationName): Sizes {
    const names = new Map([...this.names, [to, this.names.get(from) ?? from] as const]);
    if (!this.changed.has(from)) return new Sizes(this.statistics, this.changed, names);
    return new Sizes(this.statistics, new Map([...this.changed, [to, this.changed.get(from)]]), names);
  }
}
