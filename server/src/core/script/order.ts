import { nameOf } from './parts';

/** The files of one history, for a tool that is asked in which order it runs them. */
export interface Unordered {
  /** In the order of their numbers and names. */
  readonly paths: readonly string[];
  /** The files near them that tools look at (`MigrationTool.beside`), by path. */
  readonly beside: ReadonlyMap<string, string>;
  /** What a file holds; undefined for one that cannot be read. */
  readonly textOf: (path: string) => string | undefined;
}

/**
 * Files in an order in which each comes behind those that it needs; where that leaves a choice, in the order given.
 * What needs itself in a circle comes last.
 * @param needs the paths that a file needs; others than those given do not count
 */
export function behindTheirNeeds(paths: readonly string[], needs: (path: string) => readonly string[]): readonly string[] {
  const places = new Map(paths.map((path, index) => [path, index]));
  const missing = new Map<string, number>();
  const waitedForBy = new Map<string, string[]>();
  for (const path of paths) {
    const wanted = new Set(needs(path).filter((other) => other !== path && places.has(other)));
    missing.set(path, wanted.size);
    for (const other of wanted) waitedForBy.set(other, [...(waitedForBy.get(other) ?? []), path]);
  }
  const ordered: string[] = [];
  const ready = paths.filter((path) => missing.get(path) === 0);
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    ordered.push(next);
    const place = (path: string): number => places.get(path) ?? 0;
    for (const path of waitedForBy.get(next) ?? []) {
      const left = (missing.get(path) ?? 0) - 1;
      missing.set(path, left);
      if (left > 0) continue;
      const at = ready.findIndex((other) => place(other) > place(path));
      ready.splice(at === -1 ? ready.length : at, 0, path);
    }
  }
  const done = new Set(ordered);
  return [...ordered, ...paths.filter((path) => !done.has(path))];
}

/** Those of the files that a list names, in the order of the list. */
export function asListed(paths: readonly string[], list: readonly string[], nameIn: (path: string) => string): readonly string[] {
  const places = new Map(list.map((name, index) => [name, index]));
  const placeOf = (path: string): number => places.get(nameIn(path)) ?? -1;
  return paths.filter((path) => placeOf(path) >= 0).sort((a, b) => placeOf(a) - placeOf(b));
}

/** Files by their names, letter by letter: `10_a` before `9_a`. */
export function byLetters(paths: readonly string[]): readonly string[] {
  return [...paths].sort((a, b) => compared(nameOf(a), nameOf(b)) || compared(a, b));
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
