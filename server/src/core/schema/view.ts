import { objectName, type ObjectName, type RelationName } from './names';
import type { Publication, Relation, Routine, Schema, TypeDefinition, Unseen } from './schema';

/** Reading access to a schema. Effects and rules take this, so that what they looked at can be remembered. */
export interface SchemaView {
  relation(name: RelationName): Relation | undefined;
  type(name: ObjectName): TypeDefinition | undefined;
  routines(name: ObjectName): readonly Routine[];
  publication(name: string): Publication | undefined;
  hasNamespace(name: string): boolean;
  /** All relations: for statements that concern whole schemas or databases. Dear: any later change counts as a change of what was read. */
  allRelations(): Iterable<Relation>;
  allRoutines(): Iterable<readonly Routine[]>;
  allTypes(): Iterable<TypeDefinition>;
  allPublications(): Iterable<Publication>;
  readonly complete: boolean;
  readonly searchPath: readonly string[];
  /** Whether something has run of which nobody knows what it made. */
  hasUnseen(what: Unseen): boolean;
  /**
   * Whether it is known that no relation has such a name, in a schema or, without one, in any: false where not everything is
   * known, where something ran that may have made it, and where the database was not asked about the name.
   */
  isMissing(name: string, namespace?: string): boolean;
}

export const ROOMS = ['relations', 'types', 'routines', 'publications', 'namespaces', 'unseen'] as const;
export type Room = (typeof ROOMS)[number];

/** Entries by room and key; undefined as a value says that there is none of this key. */
export class Entries {
  private readonly rooms: Partial<Record<Room, Map<string, unknown>>> = {};
  /** The rooms that have entries. */
  readonly touched: Room[] = [];
  /** How many entries there are. */
  size = 0;
  /** A bit for each key, of 64: sets of entries without a common bit have no common entry. */
  private low = 0;
  private high = 0;

  in(room: Room): ReadonlyMap<string, unknown> | undefined {
    return this.rooms[room];
  }

  set(room: Room, key: string, value: unknown): void {
    let entries = this.rooms[room];
    if (entries === undefined) {
      this.rooms[room] = entries = new Map<string, unknown>();
      this.touched.push(room);
    }
    if (!entries.has(key)) {
      this.mark(key);
      this.size += 1;
    }
    entries.set(key, value);
  }

  /** Whether both may have an entry in common; false is certain. An edit asks this for every statement behind it. */
  mayMeet(other: Entries): boolean {
    return (this.low & other.low) !== 0 || (this.high & other.high) !== 0;
  }

  /** The bits of all keys, as two integers. */
  get bits(): readonly [low: number, high: number] {
    return [this.low, this.high];
  }

  private mark(key: string): void {
    let hash = 0;
    for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
    const bit = 1 << ((hash ^ (hash >>> 15)) & 31);
    if (((hash >>> 7) & 1) === 0) this.low |= bit;
    else this.high |= bit;
  }

  forEach(visit: (room: Room, key: string, value: unknown) => void): void {
    for (const room of this.touched) this.rooms[room]?.forEach((value, key) => { visit(room, key, value); });
  }
}

/** What was looked at beyond single entries, and the search path. */
interface Whole {
  readonly rooms: Set<Room>;
  searchPath: boolean;
  asked: boolean;
}

/**
 * A schema that can be read and changed, and that remembers both: what was read of the schema it started from, and
 * what was written. {@link Transition} replays the writes on another schema in which everything read is the same.
 */
export class SchemaEditor implements SchemaView {
  private readonly reads = new Entries();
  private readonly writes = new Entries();
  private readonly whole: Whole = { rooms: new Set(), searchPath: false, asked: false };
  private path: readonly string[] | undefined;
  /** Rooms as changed so far, built when somebody asks for one as a whole. */
  private readonly built = new Map<Room, Schema[Room]>();

  constructor(private readonly base: Schema) {}

  relation(name: RelationName): Relation | undefined {
    return this.read('relations', name) as Relation | undefined;
  }
  type(name: ObjectName): TypeDefinition | undefined {
    return this.read('types', name) as TypeDefinition | undefined;
  }
  routines(name: ObjectName): readonly Routine[] {
    return (this.read('routines', name) as readonly Routine[] | undefined) ?? [];
  }
  publication(name: string): Publication | undefined {
    return this.read('publications', name) as Publication | undefined;
  }
  hasNamespace(name: string): boolean {
    return this.read('namespaces', name) === true;
  }
  allRelations(): Iterable<Relation> {
    return inOrder(this.readAll('relations'));
  }
  allRoutines(): Iterable<readonly Routine[]> {
    return inOrder(this.readAll('routines'));
  }
  allTypes(): Iterable<TypeDefinition> {
    return inOrder(this.readAll('types'));
  }
  allPublications(): Iterable<Publication> {
    return inOrder(this.readAll('publications'));
  }
  get complete(): boolean {
    return this.base.complete;
  }
  get searchPath(): readonly string[] {
    if (this.path !== undefined) return this.path;
    this.whole.searchPath = true;
    return this.base.searchPath;
  }

  /** As {@link Schema.configuredPath}. */
  get configuredPath(): readonly string[] | undefined {
    this.whole.searchPath = true;
    return this.base.configuredPath;
  }

  hasUnseen(what: Unseen): boolean {
    return this.read('unseen', what) === true;
  }
  isMissing(name: string, namespace?: string): boolean {
    this.whole.asked = true;
    if (!this.complete || this.base.asked?.has(name) === false || this.hasUnseen('sql') || this.hasUnseen('code')) return false;
    if (namespace !== undefined) return this.relation(objectName(namespace, name)) === undefined;
    for (const schema of this.readAll('namespaces').keys()) if (this.relation(objectName(schema, name)) !== undefined) return false;
    return true;
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

  /** What was read and written so far, to be tried on other schemas. Nothing may be read or written afterwards. */
  transition(): Transition {
    return new Transition(this.base, this.result(), this.reads, this.whole, this.writes, this.path);
  }

  private read(room: Room, key: string): unknown {
    const written = this.writes.in(room);
    if (written?.has(key) === true) return written.get(key);
    const value = (this.base[room] as AnyRoom).get(key);
    this.reads.set(room, key, value);
    return value;
  }

  private readAll<R extends Room>(room: R): Schema[R] {
    this.whole.rooms.add(room);
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

/** The bits of what was read, for many readers in one place: which of them may have read something that has changed? */
export class Readers {
  /** Two integers of bits and one that says whether they say all. */
  private readonly bits: Int32Array;

  constructor(readonly length: number) {
    this.bits = new Int32Array(length * READER);
  }

  /** Notes down what the reader at an index has read; for those that have read nothing it is not called. */
  set(index: number, read: Transition): void {
    const footprint = read.footprint;
    this.bits.set(footprint === undefined ? WHOLE : [footprint[0], footprint[1], 0], index * READER);
  }

  /** Takes over readers. */
  take(from: Readers, start: number, end: number, at: number): void {
    this.bits.set(from.bits.subarray(start * READER, end * READER), at * READER);
  }

  /** Whether the reader at an index may have read an entry with such bits; false is certain. */
  mayHaveRead(index: number, low: number, high: number): boolean {
    const at = index * READER;
    return ((this.bits[at] ?? 0) & low) !== 0 || ((this.bits[at + 1] ?? 0) & high) !== 0 || this.bits[at + 2] !== 0;
  }
}

const READER = 3;
const WHOLE = [0, 0, 1] as const;

/** How one statement leads from a schema to the next, remembered together with all that this followed from. */
export class Transition {
  constructor(
    private base: Schema,
    private after: Schema,
    private readonly readEntries: Entries,
    private readonly whole: Whole,
    private readonly writes: Entries,
    private readonly path: readonly string[] | undefined,
  ) {}

  /** The schema after the statement if everything it depends on is in `schema` as it was, else undefined. */
  apply(schema: Schema): Schema | undefined {
    if (schema === this.base) return this.after;
    if (!this.holdsFor(schema)) return undefined;
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
    return this.whole.rooms.size > 0 ? undefined : [...this.readEntries.bits, ...this.writes.bits];
  }

  /** Whether it read an entry that has changed. */
  reads(changes: Entries): boolean {
    if (this.whole.rooms.size === 0 && !this.readEntries.mayMeet(changes)) return false;
    for (const room of changes.touched) {
      const changed = changes.in(room);
      if (changed === undefined) continue;
      if (this.whole.rooms.has(room)) return true;
      const read = this.readEntries.in(room);
      if (read !== undefined) for (const key of changed.keys()) if (read.has(key)) return true;
    }
    return false;
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

  /** Whether everything that was read is in `schema` as it was. */
  holdsFor(schema: Schema): boolean {
    if (schema === this.base) return true;
    if (schema.complete !== this.base.complete) return false;
    if (this.whole.searchPath && !(samePath(schema.searchPath, this.base.searchPath) && samePath(schema.configuredPath, this.base.configuredPath))) return false;
    if (this.whole.asked && schema.asked !== this.base.asked) return false;
    for (const room of this.whole.rooms) if (schema[room] !== this.base[room]) return false;
    for (const room of ROOMS) {
      const entries = this.readEntries.in(room);
      // The same room as a whole is the same in each part.
      if (entries === undefined || schema[room] === this.base[room]) continue;
      const now = schema[room] as AnyRoom;
      for (const [key, value] of entries) if (now.get(key) !== value) return false;
    }
    return true;
  }
}

export interface AnyRoom {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
  delete(key: string): unknown;
  withMutations(change: (mutable: AnyRoom) => void): unknown;
}

/** A room with entries set or, where the value is undefined, removed. */
export function withEntries<R extends Schema[Room]>(room: R, entries: ReadonlyMap<string, unknown> | undefined): R {
  if (entries === undefined) return room;
  const changed = (room as unknown as AnyRoom).withMutations((mutable) => {
    for (const [key, value] of entries) {
      if (value === undefined) mutable.delete(key);
      else mutable.set(key, value);
    }
  });
  return changed as R;
}

/** The values by their keys: the order in which a schema came about is no part of it. */
function inOrder<Value>(room: Iterable<readonly [string, Value]>): readonly Value[] {
  return [...room].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function samePath(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a?.length === b?.length && a?.every((schema, i) => schema === b?.[i]) === true);
}
