import type { Schema } from './schema';

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
