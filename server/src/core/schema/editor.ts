import { Entries, ROOMS, withEntries, type Room } from './entries';
import type { ObjectName, RelationName } from './names';
import { SchemaReader } from './reader';
import type { Reading } from './reading';
import type { Publication, Relation, Routine, Schema, TypeDefinition, Unseen } from './schema';

/**
 * A schema that can be read and changed, and that remembers both: what was read of the schema it started from, and
 * what was written. {@link Transition} replays the writes on another schema in which everything read is the same.
 */
export class SchemaEditor extends SchemaReader {
  private readonly writes = new Entries();
  private path: readonly string[] | undefined;
  /** Rooms as changed so far, built when somebody asks for one as a whole. */
  private readonly built = new Map<Room, Schema[Room]>();

  /** As it stands: who changes a relation takes all of it over. */
  override relation(name: RelationName): Relation | undefined {
    return this.read('relations', name) as Relation | undefined;
  }

  override get searchPath(): readonly string[] {
    return this.path ?? super.searchPath;
  }

  /** As {@link Schema.configuredPath}. */
  get configuredPath(): readonly string[] | undefined {
    this.reading.notePath();
    return this.base.configuredPath;
  }

  setRelation(relation: Relation): void {
    this.write('relations', relation.name, relation);
  }
  removeRelation(name: RelationName): void {
    this.write('relations', name, undefined);
  }
  setType(type: TypeDefinition): void {
    this.write('types', type.name, type);
  }
  removeType(name: ObjectName): void {
    this.write('types', name, undefined);
  }
  setRoutines(name: ObjectName, routines: readonly Routine[]): void {
    this.write('routines', name, routines.length === 0 ? undefined : routines);
  }
  setPublication(name: string, publication: Publication | undefined): void {
    this.write('publications', name, publication);
  }
  setNamespace(name: string, exists: boolean): void {
    this.write('namespaces', name, exists ? true : undefined);
  }
  setSearchPath(searchPath: readonly string[]): void {
    this.path = searchPath;
  }
  setUnseen(what: Unseen): void {
    this.write('unseen', what, true);
  }

  /** The schema as changed so far. */
  result(): Schema {
    let changed: Schema | undefined;
    for (const room of ROOMS) {
      if (this.writes.in(room) !== undefined) changed = { ...(changed ?? this.base), [room]: this.roomNow(room) };
    }
    if (this.path !== undefined) changed = { ...(changed ?? this.base), searchPath: this.path };
    return changed ?? this.base;
  }

  /**
   * What was read and written so far, to be tried on other schemas. Nothing may be read or written afterwards.
   * @param beside what else was read for what is remembered together with it
   */
  transition(beside?: Reading): Transition {
    const reading = this.close();
    return new Transition(this.base, this.result(), reading, beside === reading ? undefined : beside, this.writes, this.path);
  }

  protected override read(room: Room, key: string): unknown {
    const written = this.writes.in(room);
    return written?.has(key) === true ? written.get(key) : super.read(room, key);
  }

  protected override readAll<R extends Room>(room: R): Schema[R] {
    super.readAll(room);
    return this.roomNow(room);
  }

  private roomNow<R extends Room>(room: R): Schema[R] {
    let now = this.built.get(room) as Schema[R] | undefined;
    if (now === undefined) this.built.set(room, (now = withEntries(this.base[room], this.writes.in(room))));
    return now;
  }

  private write(room: Room, key: string, value: unknown): void {
    this.writes.set(room, key, value);
    this.built.delete(room);
  }
}

/** How one statement leads from a schema to the next, remembered together with all that this followed from. */
export class Transition {
  constructor(
    private base: Schema,
    private after: Schema,
    private readonly reading: Reading,
    private readonly beside: Reading | undefined,
    private readonly writes: Entries,
    private readonly path: readonly string[] | undefined,
  ) {}

  /** The schema after the statement if everything it depends on is in `schema` as it was, else undefined. */
  apply(schema: Schema): Schema | undefined {
    if (schema === this.base) return this.after;
    if (!this.reading.holdsFor(schema) || this.beside?.holdsFor(schema) === false) return undefined;
    let after = schema;
    for (const room of ROOMS) {
      const entries = this.writes.in(room);
      if (entries !== undefined) after = { ...after, [room]: withEntries(after[room], entries) };
    }
    if (this.path !== undefined) after = { ...after, searchPath: this.path };
    this.base = schema;
    this.after = after;
    return after;
  }

  /**
   * The bits of what it read and wrote, as four integers; undefined where it looked at more than single entries.
   * Changes without a common bit are nothing to it.
   */
  get footprint(): readonly [number, number, number, number] | undefined {
    const own = this.reading.footprint;
    const beside = this.beside === undefined ? NO_BITS : this.beside.footprint;
    if (own === undefined || beside === undefined) return undefined;
    return [own[0] | beside[0], own[1] | beside[1], ...this.writes.bits];
  }

  /** Whether a change is one of what it read. */
  reads(changes: Entries): boolean {
    return this.reading.concerns(changes) || this.beside?.concerns(changes) === true;
  }

  /** The changes that are left behind the statement: what it writes is the same either way. */
  without(changes: Entries): Entries {
    if (!this.overwrites(changes)) return changes;
    const left = new Entries();
    changes.forEach((room, key, value) => {
      if (this.writes.in(room)?.has(key) !== true) left.set(room, key, value);
    });
    return left;
  }

  private overwrites(changes: Entries): boolean {
    if (!this.writes.mayMeet(changes)) return false;
    for (const room of changes.touched) {
      const written = this.writes.in(room);
      if (written !== undefined) for (const key of changes.in(room)?.keys() ?? []) if (written.has(key)) return true;
    }
    return false;
  }

  /** Calls back for each entry that it writes. */
  forEachWrite(visit: (room: Room, key: string) => void): void {
    this.writes.forEach(visit);
  }

  /** Whether it sets the search path. */
  get movesSearchPath(): boolean {
    return this.path !== undefined;
  }
}

const NO_BITS = [0, 0] as const;
