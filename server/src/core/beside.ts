import { compareMigrations } from './migration-path';
import { byLetters } from './script/order';
import { foldersAbove, folderOf, nameOf } from './script/parts';
import { TOOLS, toolFor } from './script/tools';

/** The names in each folder that was listed; a folder ends with a slash, that of the paths' root is empty. */
export type Listing = ReadonlyMap<string, ReadonlySet<string>>;

/** The folders whose contents tell which tool's the migrations are: list them and ask {@link filesBeside}. */
export function foldersBeside(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const folder of new Set(paths.map(folderOf))) {
    for (const above of foldersAbove(folder)) folders.add(above);
    for (const wanted of wantedBy(`${folder}x.sql`)) if (!wanted.startsWith(ABOVE)) folders.add(folderOf(joined(folder, wanted)));
  }
  return [...folders];
}

/** The files near migrations that their tools look at (`MigrationTool.beside`), as far as they are there. */
export function filesBeside(paths: readonly string[], listing: Listing): readonly string[] {
  const found = new Set<string>();
  const isThere = (path: string): boolean => listing.get(folderOf(path))?.has(nameOf(path)) === true;
  const folders = new Set(paths.map(folderOf));
  for (const folder of folders) {
    const above = foldersAbove(folder);
    for (const wanted of ABOVE_ALL) {
      const near = above.map((one) => one + wanted).find(isThere);
      if (near !== undefined) found.add(near);
    }
  }
  for (const path of paths) {
    const folder = folderOf(path);
    for (const wanted of wantedBy(path)) {
      if (wanted.startsWith(ABOVE)) continue;
      const near = joined(folder, wanted);
      if (isThere(near)) found.add(near);
    }
  }
  return [...found];
}

/** Names of files that say more of migrations near them: when one changes, what is known of those may not hold. */
export function isBeside(path: string): boolean {
  return BESIDE.has(nameOf(path)) || path.endsWith('.sql.conf');
}

const ABOVE = '.../';
/** The names that tools look for in a migration's folder and all above it, whatever the migration's own name. */
const ABOVE_ALL: readonly string[] = [...new Set(wantedBy('0_x.sql').flatMap((path) => (path.startsWith(ABOVE) ? path.slice(ABOVE.length) : [])))];
const BESIDE: ReadonlySet<string> = new Set(TOOLS.flatMap((tool) => tool.beside?.('0_x.sql') ?? []).filter((path) => !/\.(?:sql|conf)$/u.test(path) || path.startsWith(ABOVE)).map(nameOf));

/** Globs of such files, for those who watch the disk. */
export const BESIDE_GLOBS: readonly string[] = [`**/{${[...BESIDE].sort().join(',')}}`, '**/*.sql.conf'];

/**
 * The migrations of one history in the order in which their tool runs them.
 * @param beside what {@link filesBeside} named, by path
 * @param textOf what a file holds: some tools order their files by what these say
 */
export function inMigrationOrder(paths: readonly string[], beside: ReadonlyMap<string, string>, textOf: (path: string) => string | undefined = nothing): readonly string[] {
  const sorted = [...paths].sort(compareMigrations);
  for (const tool of TOOLS) {
    const own = tool.order?.({ paths: sorted, beside, textOf });
    if (own === undefined || own.length === 0) continue;
    const known = new Set(own);
    return [...own, ...sorted.filter((path) => !known.has(path))];
  }
  const spelled = byLetters(sorted);
  // Most names have numbers of one length: then it is all the same.
  if (spelled.every((path, index) => path === sorted[index])) return sorted;
  const [first] = sorted;
  const text = first === undefined ? undefined : textOf(first);
  return first !== undefined && text !== undefined && toolFor({ path: first, text, beside }).ordersByLetters === true ? spelled : sorted;
}

/**
 * Histories of which some are one, since their files name each other from folder to folder (`MigrationTool.builtOn`); in
 * the place of the first of them.
 */
export function joinedHistories(histories: readonly (readonly string[])[], beside: ReadonlyMap<string, string>, textOf: (path: string) => string | undefined = nothing): readonly (readonly string[])[] {
  if (histories.length < 2) return histories;
  const places = new Map(histories.flatMap((paths, index) => paths.map((path) => [path, index] as const)));
  const joins = histories.map((_, index) => index);
  const root = (index: number): number => {
    const next = joins[index] ?? index;
    return next === index ? index : root(next);
  };
  for (const tool of TOOLS) {
    for (const [path, needed] of tool.builtOn?.({ paths: [...places.keys()], beside, textOf }) ?? []) {
      for (const other of needed) {
        const [a, b] = [root(places.get(path) ?? 0), root(places.get(other) ?? 0)];
        joins[Math.max(a, b)] = Math.min(a, b);
      }
    }
  }
  return histories.flatMap((_, index) => (root(index) === index ? [histories.flatMap((paths, other) => (root(other) === index ? paths : []))] : []));
}

function nothing(): undefined {
  return undefined;
}

function wantedBy(path: string): readonly string[] {
  return TOOLS.flatMap((tool) => tool.beside?.(nameOf(path)) ?? []);
}

function joined(folder: string, path: string): string {
  return path.startsWith('../') ? `${folderOf(folder.slice(0, -1))}${path.slice(3)}` : folder + path;
}
