import { readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import picomatch from 'picomatch';
import { joinedHistories } from '../core/beside';
import { compareMigrations, histories, historyOf } from '../core/migration-path';
import { grammarOf } from '../core/script/code/grammars';
import { isCodeMigration, mayBeCodeMigration } from '../core/script/tools';
import { filesNear } from './beside';
import { Failure, fileFailure } from './failure';
import { readTextFile, textOrNothing } from './text-file';

/** Which files of a folder are migrations. */
export interface Selection {
  /** Globs relative to `root`; undefined: every .sql file. */
  readonly globs: readonly string[] | undefined;
  /** The folder of lockscope.json, absolute. */
  readonly root: string;
  /** Absolute paths of files that are something else: the schema. */
  readonly without: readonly string[];
}

/** Files that run one after the other. */
export interface History {
  readonly paths: readonly string[];
  /** Whether it follows what was given before it, rather than standing beside other histories of the same folder. */
  readonly continues: boolean;
}

/** The path that stands for standard input. */
export const STANDARD_INPUT = '-';

/**
 * The files that the given paths mean, by history. Files follow one another as given, those of one folder in
 * migration order; a folder gives all its migrations, and the histories of its subfolders stand side by side.
 * Throws a {@link Failure} for a path that does not exist and for a folder without migrations.
 */
export function findMigrations(paths: readonly string[], selection: Selection): readonly History[] {
  const found: History[] = [];
  const seen = new Set<string>();
  const fresh = (path: string): boolean => {
    const key = path === STANDARD_INPUT ? path : resolve(path);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  };
  let run: string[] = [];
  const endRun = (): void => {
    if (run.length > 0) found.push({ paths: run, continues: true });
    run = [];
  };
  for (const path of paths) {
    if (path === STANDARD_INPUT || !statOf(path).isDirectory()) {
      const last = run.at(-1);
      if (last !== undefined && historyOf(slashed(last)) !== historyOf(slashed(path))) endRun();
      if (fresh(path)) run = [...run, path].sort((a, b) => compareMigrations(slashed(a), slashed(b)));
      continue;
    }
    endRun();
    const groups = joined(histories(migrationsIn(path, selection).map((file) => ({ path: slashed(file) }))).map((group) => group.map((file) => file.path)));
    for (const group of groups) {
      const files = group.filter(fresh);
      if (files.length > 0) found.push({ paths: files, continues: groups.length === 1 });
    }
  }
  endRun();
  return found;
}

/** Histories whose files name each other from folder to folder are one. */
function joined(groups: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const isPython = (path: string): boolean => grammarOf(path) === 'python';
  if (groups.filter((paths) => paths.some(isPython)).length < 2) return groups;
  const texts = new Map(groups.flatMap((paths) => paths.filter(isPython).map((path) => [path, textOrNothing(path)] as const)));
  return joinedHistories(groups, filesNear([...texts.keys()]), (path) => texts.get(path));
}

/** A path as it is shown: with forward slashes. */
export function slashed(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw fileFailure(path, error);
  }
}

function migrationsIn(folder: string, { globs, root, without }: Selection): string[] {
  const isWanted = globs === undefined ? mayBeCodeMigration : (path: string): boolean => grammarOf(path) !== undefined && matcher(globs)(slashed(relative(root, resolve(path))));
  const files = [...filesIn(folder, new Set(), isWanted)].filter((file) => !without.includes(resolve(file)));
  if (files.length === 0) throw new Failure(`${folder}: no migrations here (no .sql file, and no code of a migration tool)`);
  if (globs === undefined) return files;
  const isMigration = matcher(globs);
  const chosen = files.filter((file) => isMigration(slashed(relative(root, resolve(file)))));
  if (chosen.length > 0) return chosen;
  throw new Failure(`${folder}: no migrations here ("migrations" in lockscope.json takes none of its ${String(files.length)} files)`);
}

function matcher(globs: readonly string[]): (path: string) => boolean {
  const clean = (glob: string): string => glob.replace(/^!?(?:\.\/)?/u, '');
  const takes = picomatch(globs.filter((glob) => !glob.startsWith('!')).map(clean), { dot: true });
  const leaves = picomatch(globs.filter((glob) => glob.startsWith('!')).map(clean), { dot: true });
  return (path) => takes(path) && !leaves(path);
}

/** All .sql files under a folder, and the code of migration tools. Hidden folders and node_modules are not looked into; a link in a circle is followed once. */
function* filesIn(folder: string, visited: Set<string>, isWanted: (path: string) => boolean): Generator<string> {
  const real = realpathSync(folder);
  if (visited.has(real)) return;
  visited.add(real);
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw fileFailure(folder, error);
  }
  for (const entry of entries) {
    const path = folder === '.' ? entry.name : join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
    if (kind?.isDirectory() === true) {
      if (!entry.name.startsWith('.') && entry.name !== 'node_modules') yield* filesIn(path, visited, isWanted);
    } else if (kind?.isFile() === true && (/\.sql$/iu.test(entry.name) || isCode(path, isWanted))) yield path;
  }
}

function isCode(path: string, isWanted: (path: string) => boolean): boolean {
  if (!isWanted(slashed(path))) return false;
  try {
    return isCodeMigration({ path: slashed(path), text: readTextFile(path).text });
  } catch (error) {
    // What cannot be read is nobody's migration.
    if (error instanceof Failure) return false;
    throw error;
  }
}
