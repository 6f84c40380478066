import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives back a function that has V8 collect its garbage now. For work that makes much of it in small pieces: V8 by itself lets what
 * has become old grow to several times of what is held before it looks whether it is still of use, 80 MB for 20.
 */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
