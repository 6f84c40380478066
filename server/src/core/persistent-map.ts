import { Map as ImmutableMap } from 'immutable';

/**
 * A map that is never changed: what would change it gives another one, which shares most of its structure.
 * These are Immutable.js's maps, described by what of them is used: to compare their own type, which speaks of every
 * collection of that package, costs a type checker more than all the rest of Lockscope.
 */
export interface PersistentMap<K, V> extends Iterable<[K, V]> {
  get(key: K): V | undefined;
  has(key: K): boolean;
  keys(): Iterable<K>;
  values(): Iterable<V>;
  set(key: K, value: V): PersistentMap<K, V>;
  delete(key: K): PersistentMap<K, V>;
  map<M>(change: (value: V, key: K) => M): PersistentMap<K, M>;
  /** Many changes at once: those of the map that it gets, until it returns, are made in place. */
  withMutations(change: (mutable: PersistentMap<K, V>) => unknown): PersistentMap<K, V>;
}

export function persistentMap<K, V>(entries: Iterable<readonly [K, V]> = []): PersistentMap<K, V> {
  return ImmutableMap(entries as Iterable<[K, V]>);
}
