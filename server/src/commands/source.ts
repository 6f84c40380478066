import { resolve } from 'node:path';
import { inMigrationOrder } from '../core/beside';
import type { MigrationFile } from '../core/folder';
import { loadGrammarsFor } from '../core/script/code/grammars';
import { wordsOfFile } from '../core/words-of';
import { filesNear } from './beside';
import { Failure } from './failure';
import { findMigrations, slashed, STANDARD_INPUT, type History, type Selection } from './migrations';
import { warn } from './output';
import { readStandardInput, readTextFile, textOrNothing, type TextFile } from './text-file';
import type { Project } from './project';

/** A migration file as it was read. */
export interface Source extends MigrationFile, TextFile {
  /** As the system knows it; `-` for standard input. */
  readonly location: string;
}

/** The input of a command: histories of files that are read when their turn comes. */
export interface Sources {
  readonly histories: readonly History[];
  /** Reads the files of a history one by one; what cannot be read is reported and left out. */
  read(history: History): Generator<Source>;
  /** All that the files may name, as {@link wordsOf} finds it; files that cannot be read have none. */
  words(): ReadonlySet<string>;
  /** Whether anything could not be read so far. */
  failed(): boolean;
}

/** Finds the files that a command is given. Throws a {@link Failure} where a path means nothing. */
export async function openSources(paths: readonly string[], project: Project, stdinName: string | undefined): Promise<Sources> {
  const { configuration, root, schema } = project;
  const selection: Selection = { globs: configuration.migrations, root, without: schema === undefined ? [] : [resolve(schema)] };
  const found = findMigrations(paths.length === 0 ? ['.'] : paths, selection);
  const near = new Map(found.map((history) => [history, filesNear(history.paths.filter((path) => path !== STANDARD_INPUT).map(slashed))]));
  const histories = found.map((history) => {
    const beside = near.get(history) ?? new Map<string, string>();
    const ordered = history.paths.length < 2 ? history : { ...history, paths: inOrder(history.paths, beside) };
    near.set(ordered, beside);
    return ordered;
  });
  const name = stdinName ?? '<stdin>';
  await loadGrammarsFor([...histories.flatMap(({ paths: files }) => files), name]);
  const stdin = histories.some((history) => history.paths.includes(STANDARD_INPUT)) ? await readStandardInput(name) : undefined;
  let failed = false;
  return {
    histories,
    failed: () => failed,
    words() {
      const all = new Set<string>();
      for (const location of histories.flatMap((history) => history.paths)) {
        const text = location === STANDARD_INPUT ? stdin?.text : textOrNothing(location);
        if (text !== undefined) for (const word of wordsOfFile({ path: slashed(location === STANDARD_INPUT ? name : location), text })) all.add(word);
      }
      return all;
    },
    *read(history) {
      const beside = near.get(history) ?? new Map<string, string>();
      const siblings = history.paths.map(slashed);
      for (const location of history.paths) {
        if (location === STANDARD_INPUT) {
          if (stdin !== undefined) yield { ...stdin, location, path: slashed(name), beside: filesNear([slashed(name)]) };
          continue;
        }
        try {
          yield { ...readTextFile(location), location, path: slashed(location), beside, siblings };
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          failed = true;
          warn(error.message);
        }
      }
    },
  };
}

/** Paths as the system knows them, in the order in which their tool runs them. */
function inOrder(paths: readonly string[], beside: ReadonlyMap<string, string>): readonly string[] {
  const byName = new Map(paths.map((path) => [slashed(path), path]));
  return inMigrationOrder([...byName.keys()], beside, (path) => textOrNothing(byName.get(path) ?? path)).flatMap((path) => byName.get(path) ?? []);
}
