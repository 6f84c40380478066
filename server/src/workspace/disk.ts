import { readdir, readFile, stat } from 'node:fs/promises';
import { URI } from 'vscode-uri';
import { mayBeCodeMigration } from '../core/script/tools';

/** Files larger than this are not analysed: 10 MB, in bytes. */
export const MAX_SIZE = 10 * 1024 * 1024;

/**
 * Reads a text file.
 * @param most bytes
 * @returns undefined for one that is missing, too large, binary or not UTF-8
 */
export async function readText(uri: string, most = MAX_SIZE): Promise<string | undefined> {
  const path = diskPath(uri);
  if (path === undefined) return undefined;
  try {
    const { size } = await stat(path);
    if (size > most) return undefined;
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * The SQL files in a folder and those that may be migrations in code, as paths from it with forward slashes.
 * @param depth how many levels of folders below it to enter
 * @param isCode whether a path may be that of a migration in code
 */
export async function migrationFilesIn(uri: string, depth: number, isCode: (path: string) => boolean = mayBeCodeMigration): Promise<string[]> {
  const path = diskPath(uri);
  if (path === undefined) return [];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (entry.isDirectory()) {
        if (depth === 0 || entry.name.startsWith('.') || entry.name === 'node_modules') return [];
        const inner = await migrationFilesIn(`${uri.replace(/\/+$/u, '')}/${encodeURIComponent(entry.name)}`, depth - 1, isCode);
        return inner.map((file) => `${entry.name}/${file}`);
      }
      return /\.sql$/iu.test(entry.name) || isCode(`${path}/${entry.name}`) ? [entry.name] : [];
    }),
  );
  return found.flat();
}

/** The names in a folder; none where it is not there. */
export async function namesIn(uri: string): Promise<ReadonlySet<string>> {
  const path = diskPath(uri);
  return new Set(path === undefined ? [] : await readdir(path).catch(() => []));
}

function diskPath(uri: string): string | undefined {
  const parsed = URI.parse(uri);
  return parsed.scheme === 'file' ? parsed.fsPath : undefined;
}
