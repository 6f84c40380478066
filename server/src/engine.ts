import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * V8's own collection of garbage, of what is young or of all of it; undefined where it does not lend it. For the pause behind a
 * keystroke, and for work that makes much garbage in small pieces: V8 by itself lets what has become old grow to several times of
 * what is held before it looks whether it is still of use, 80 MB for 20.
 */
export function garbageCollector(): ((options?: { readonly type: 'minor' }) => void) | undefined {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  return typeof collect === 'function' ? (collect as (options?: { readonly type: 'minor' }) => void) : undefined;
}
