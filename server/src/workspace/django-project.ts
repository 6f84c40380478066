import type { URI } from 'vscode-uri';
import { foldersAbove, folderOf } from '../core/script/parts';
import { migrationFilesIn, namesIn } from './disk';
import { addressOf } from './place';

/** How many levels of folders of a project are looked into: apps lie near its root. */
const DEPTH = 6;

/**
 * The migrations of all apps of the Django project that a migration belongs to: those in folders of this name under the
 * nearest folder above it that has a manage.py. None for what is no such project's.
 * @param path of the migration, from the root
 */
export async function projectAround(root: URI, path: string): Promise<readonly string[]> {
  if (!IN_APP.test(path)) return [];
  for (const folder of foldersAbove(folderOf(path))) {
    if (folder.startsWith('../') || !(await namesIn(addressOf(root, folder))).has('manage.py')) continue;
    const found = await migrationFilesIn(addressOf(root, folder), DEPTH, (file) => IN_APP.test(file));
    return found.map((file) => folder + file).filter((file) => IN_APP.test(file) && !INSTALLED.test(file));
  }
  return [];
}

const IN_APP = /(?:^|\/)migrations\/[^/]+\.py$/u;
/** What others wrote is no part of the project. */
const INSTALLED = /(?:^|\/)(?:site-packages|venv|env)\//u;
