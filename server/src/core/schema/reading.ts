import { Entries, ROOMS, type AnyRoom, type Room } from './entries';
import type { Schema } from './schema';
import { ALL_FIELDS, looksLike, Seen } from './seen';

/** What was read of a schema: it tells whether whatever followed from that follows from another schema as well. */
export class Reading {
  private readonly entries = new Entries();
  /** Rooms that were looked through as a whole. */
  private readonly rooms = new Set<Room>();
  private path = false;
  private names = false;
  /** Which fields of each relation were looked at, in the order of their entries; undefined until it is closed. */
  private fields: Int32Array | undefined;

  constructor(private base: Schema) {}

  /** Notes down an entry as it is; a {@link Seen} stands for a relation somebody looks at. */
  note(room: Room, key: string, value: unknown): void {
    this.entries.set(room, key, value);
  }

  noteRoom(room: Room): void {
    this.rooms.add(room);
  }

  notePath(): void {
    this.path = true;
  }

  /** Notes down that somebody asked which names the database was asked about. */
  noteNames(): void {
    this.names = true;
  }

  /** What was noted down of an entry. */
  noted(room: Room, key: string): unknown {
    return this.entries.in(room)?.get(key);
  }

  /** Nobody reads any more: it keeps what it has to know and no more. There is one for each statement, and some have thousands of entries. */
  close(): void {
    const relations = this.entries.in('relations');
    if (relations === undefined || this.fields !== undefined) return;
    this.fields = new Int32Array(relations.size);
    let at = 0;
    for (const [key, value] of relations) {
      this.fields[at] = value instanceof Seen ? value.fields : ALL_FIELDS;
      if (value instanceof Seen) this.entries.set('relations', key, value.relation);
      at += 1;
    }
  }

  /** How many entries were read. */
  get size(): number {
    return this.entries.size;
  }

  /** The bits of the entries, as two integers; undefined where more than single entries was looked at. Changes without a common bit are nothing to it. */
  get footprint(): readonly [low: number, high: number] | undefined {
    return this.rooms.size > 0 ? undefined : this.entries.bits;
  }

  /** Whether a change is one of what was read. */
  concerns(changes: Entries): boolean {
    if (this.rooms.size === 0 && !this.entries.mayMeet(changes)) return false;
    for (const room of changes.touched) {
      const changed = changes.in(room);
      if (changed === undefined) continue;
      if (this.rooms.has(room)) return true;
      const read = this.entries.in(room);
      if (read === undefined) continue;
      for (const [key, value] of changed) if (read.has(key) && !this.isAsRead(room, read, key, value)) return true;
    }
    return false;
  }

  /** Whether everything that was read is in `schema` as it was. */
  holdsFor(schema: Schema): boolean {
    const { base } = this;
    if (schema === base) return true;
    if (schema.complete !== base.complete) return false;
    if (this.path && !(samePath(schema.searchPath, base.searchPath) && samePath(schema.configuredPath, base.configuredPath))) return false;
    if (this.names && schema.asked !== base.asked) return false;
    for (const room of this.rooms) if (schema[room] !== base[room]) return false;
    for (const room of ROOMS) {
      const entries = this.entries.in(room);
      // The same room as a whole is the same in each part.
      if (entries === undefined || schema[room] === base[room]) continue;
      const now = schema[room] as AnyRoom;
      let at = 0;
      for (const [key, value] of entries) if (!looksLike(value, now.get(key), this.fieldsAt(room, at++))) return false;
    }
    this.base = schema;
    return true;
  }

  private isAsRead(room: Room, entries: ReadonlyMap<string, unknown>, key: string, now: unknown): boolean {
    const read = entries.get(key);
    if (read === now) return true;
    if (room !== 'relations') return false;
    let at = 0;
    for (const other of entries.keys()) {
      if (other === key) return looksLike(read, now, this.fieldsAt(room, at));
      at += 1;
    }
    return false;
  }

  private fieldsAt(room: Room, at: number): number {
    return room === 'relations' ? (this.fields?.[at] ?? ALL_FIELDS) : ALL_FIELDS;
  }
}

function samePath(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a?.length === b?.length && a?.every((schema, i) => schema === b?.[i]) === true);
}

/** The bits of what was read, for many readers in one place: which of them may have read something that has changed? */
export class Readers {
  /** Two integers of bits and one that says whether they say all. */
  private readonly bits: Int32Array;

  constructor(readonly length: number) {
    this.bits = new Int32Array(length * READER);
  }

  /** Notes down what the reader at an index has read; for those that have read nothing it is not called. */
  set(index: number, { footprint }: Reading): void {
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
