import { readdirSync } from 'node:fs';
import { filesBeside, foldersBeside } from '../core/beside';
import { Failure } from './failure';
import { readTextFile } from './text-file';

/** What is larger, in bytes, is no tool's configuration. */
const MOST = 1024 * 1024;

/** The files near migrations that tell which tool's they are and how that runs them, by path (forward slashes). */
export function filesNear(paths: readonly string[]): ReadonlyMap<string, string> {
  const listing = new Map(foldersBeside(paths).map((folder) => [folder, namesIn(folder)]));
  const texts = new Map<string, string>();
  for (const path of filesBeside(paths, listing)) {
    const text = textOf(path);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}

function namesIn(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder === '' ? '.' : folder));
  } catch {
    // A folder that is not there, or not ours, tells nothing.
    return new Set();
  }
}

function textOf(path: string): string | undefined {
  try {
    return readTextFile(path, MOST).text;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
