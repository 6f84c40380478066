import type { Schema } from './schema';
import { Entries, ROOMS, withEntries, type AnyRoom, type Room } from './entries';

/**
 * One of many schemas that differ little: a schema, and the entries that stand differently. After an edit near the top
 * of a long script each later statement has such a schema before it; it is put together only when somebody looks.
 */
export class SchemaVersion {
  private whole: Schema | undefined;

  private constructor(
    private readonly base: Schema,
    private readonly changes: Entries | undefined,
  ) {
    if (changes === undefined) this.whole = base;
  }

  static of(schema: Schema): SchemaVersion {
    return new SchemaVersion(schema, undefined);
  }

  /** The schema itself. */
  get(): Schema {
    if (this.whole === undefined) {
      let schema = this.base;
      for (const room of ROOMS) {
        const entries = this.changes?.in(room);
        if (entries !== undefined) schema = { ...schema, [room]: withEntries(schema[room], entries) };
      }
      this.whole = schema;
    }
    return this.whole;
  }

  /** Whether what it does not list is known not to be there. */
  get isComplete(): boolean {
    return this.base.complete;
  }

  /** One entry of it, without putting the whole together. */
  entry(room: Room, key: string): unknown {
    const changed = this.changes?.in(room);
    return changed?.has(key) === true ? changed.get(key) : (this.base[room] as AnyRoom).get(key);
  }

  /** This version with other entries. */
  with(changes: Entries): SchemaVersion {
    if (changes.touched.length === 0) return this;
    const all = merged(this.changes, changes, this.base);
    return all === undefined ? SchemaVersion.of(this.base) : new SchemaVersion(this.base, all);
  }

  /** Whether both are the same schema with the same changes. */
  equals(other: SchemaVersion): boolean {
    return this === other || (this.base === other.base && this.changes === other.changes);
  }

  /** The entries in which they differ; undefined where that cannot be told without a look at all of them. */
  differences(other: SchemaVersion): Entries | undefined {
    if (this.base !== other.base) return undefined;
    if (lastDifferences !== undefined && lastDifferences.a === this.changes && lastDifferences.b === other.changes) return lastDifferences.found;
    const found = new Entries();
    for (const changes of [this.changes, other.changes]) {
      changes?.forEach((room, key) => {
        if (this.entry(room, key) !== other.entry(room, key)) found.set(room, key, this.entry(room, key));
      });
    }
    lastDifferences = { a: this.changes, b: other.changes, found };
    return found;
  }
}

/**
 * The last merge and the last comparison: an edit makes the same ones for every statement behind it. Whether a change
 * brings an entry back to what the base has, and what stands in its place, is the same for all of them, since a statement
 * that writes the entry ends the change.
 */
let lastMerge: { readonly below: Entries | undefined; readonly above: Entries; readonly all: Entries | undefined } | undefined;
let lastDifferences: { readonly a: Entries | undefined; readonly b: Entries | undefined; readonly found: Entries } | undefined;

/** Changes upon changes; those that lead back to the base are left out, and undefined says that none is left. */
function merged(below: Entries | undefined, above: Entries, base: Schema): Entries | undefined {
  if (lastMerge !== undefined && lastMerge.below === below && lastMerge.above === above) return lastMerge.all;
  lastMerge = { below, above, all: overlaid(SchemaVersion.of(base), below, above) };
  return lastMerge.all;
}

/** What differs from a version where other entries stand on top of some; those that lead back to it are left out, and undefined says that none is left. */
export function overlaid(base: SchemaVersion, below: Entries | undefined, above: Entries): Entries | undefined {
  if (above.touched.length === 0) return below;
  const all = new Entries();
  const add = (room: Room, key: string, value: unknown): void => {
    if (base.entry(room, key) !== value) all.set(room, key, value);
  };
  below?.forEach((room, key, value) => {
    if (above.in(room)?.has(key) !== true) add(room, key, value);
  });
  above.forEach(add);
  return all.touched.length > 0 ? all : undefined;
}
