import { compareMigrations } from './migration-path';
import { foldersAbove, folderOf, nameOf } from './script/parts';
import { TOOLS } from './script/tools';

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
  for (const path of paths) {
    const folder = folderOf(path);
    for (const wanted of wantedBy(path)) {
      const near = wanted.startsWith(ABOVE) ? foldersAbove(folder).map((above) => above + wanted.slice(ABOVE.length)).find(isThere) : joined(folder, wanted);
      if (near !== undefined && isThere(near)) found.add(near);
    }
  }
  return [...found];
}

/** Names of files that say more of migrations near them: when one changes, what is known of those may not hold. */
export function isBeside(path: string): boolean {
  return BESIDE.has(nameOf(path)) || path.endsWith('.sql.conf');
}

const ABOVE = '.../';
const BESIDE: ReadonlySet<string> = new Set(TOOLS.flatMap((tool) => tool.beside?.('0_x.sql') ?? []).filter((path) => !/\.(?:sql|conf)$/u.test(path) || path.startsWith(ABOVE)).map(nameOf));

/** Globs of such files, for those who watch the disk. */
export const BESIDE_GLOBS: readonly string[] = [`**/{${[...BESIDE].sort().join(',')}}`, '**/*.sql.conf'];

/**
 * The migrations of one history in the order in which their tool runs them.
 * @param beside what {@link filesBeside} named, by path
 */
export function inMigrationOrder(paths: readonly string[], beside: ReadonlyMap<string, string>): readonly string[] {
  const sorted = [...paths].sort(compareMigrations);
  for (const tool of TOOLS) {
    const own = tool.order?.(sorted, beside);
    if (own === undefined || own.length === 0) continue;
    const known = new Set(own);
    return [...own, ...sorted.filter((path) => !known.has(path))];
  }
  return sorted;
}

function wantedBy(path: string): readonly string[] {
  return TOOLS.flatMap((tool) => tool.beside?.(nameOf(path)) ?? []);
}

function joined(folder: string, path: string): string {
  return path.startsWith('../') ? `${folderOf(folder.slice(0, -1))}${path.slice(3)}` : folder + path;
}
