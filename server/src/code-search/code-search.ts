import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { RelatedPlace } from '../core/analysis';
import { keyOf, type CodeName } from '../core/code-name';
import { mentionsIn, MOST_PLACES, type Mentions } from '../core/mentions';

/** How long a search may take where nobody says, in ms: what was found by then is what there is. */
const TIME = 2000;
/** Files larger than this, in bytes, are generated. */
const LARGEST = 512 * 1024;
/** How many files are read at once. */
const TOGETHER = 16;
/** Folders nested deeper are not looked into. */
const DEEPEST = 30;

/** Files of languages that talk to databases, and of templates. */
const CODE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|py|rb|erb|rake|go|java|kt|kts|scala|groovy|cs|fs|vb|php|twig|rs|exs?|e?ex|heex|clj|swift|dart|lua|pl|pm|r|cpp|cc|hpp|h|sql|graphql|gql|prisma|tmpl|hbs|jinja2?)$/iu;

/** More text than this is not kept, in UTF-16 units. */
const MOST_TEXT = 64 * 1024 * 1024;

/** A file of a project's own code. */
export interface CodeFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/**
 * Reads a project's own code: what git ignores, hidden folders and installed packages are left out. Bounded in time and
 * size, so that it may be a part only; never throws.
 * @param root absolute path of a folder
 * @param isOther says of a path from the root, with forward slashes, that it is something else: the migrations themselves
 * @param time that it may take, in ms
 */
export async function readCode(root: string, isOther: (path: string) => boolean, time = TIME): Promise<readonly CodeFile[]> {
  const files: CodeFile[] = [];
  const deadline = performance.now() + time;
  let size = 0;
  const inTime = (): boolean => performance.now() < deadline && size < MOST_TEXT;
  const waiting: string[] = [];
  const readWaiting = async (): Promise<void> => {
    const texts = await Promise.all(waiting.splice(0).map(async (path) => ({ path, text: await codeOf(join(root, path)) })));
    for (const { path, text } of texts) {
      if (text === undefined) continue;
      size += text.length;
      files.push({ path, text });
    }
  };
  for await (const path of filesIn(root, '', [], 0, inTime)) {
    if (isOther(path)) continue;
    waiting.push(path);
    if (waiting.length >= TOGETHER) await readWaiting();
  }
  await readWaiting();
  return files;
}

/** Where code names things of the database: for each name its places, possibly none. */
export function searchCode(files: readonly CodeFile[], names: readonly CodeName[]): Mentions {
  return new Map(
    names.map((name) => {
      const places: RelatedPlace[] = [];
      const message = `${name.column ?? name.table} is still mentioned here`;
      for (const { path, text } of files) {
        for (const range of mentionsIn(text, name)) places.push({ message, path, span: undefined, range });
        if (places.length >= MOST_PLACES) break;
      }
      return [keyOf(name), places.slice(0, MOST_PLACES)];
    }),
  );
}

/** The rules of a .gitignore hold for paths from its folder. */
interface Rules {
  readonly from: string;
  readonly ignore: Ignore;
}

async function* filesIn(root: string, folder: string, above: readonly Rules[], depth: number, inTime: () => boolean): AsyncGenerator<string> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const own = entries.some((entry) => entry.name === '.gitignore' && entry.isFile()) ? await readFile(join(root, folder, '.gitignore'), 'utf8').catch(() => '') : '';
  const rules = own === '' ? above : [...above, { from: folder, ignore: ignore().add(own) }];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!inTime()) return;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (depth >= DEEPEST || entry.name.startsWith('.') || INSTALLED.has(entry.name) || isIgnored(`${path}/`, rules)) continue;
      yield* filesIn(root, path, rules, depth + 1, inTime);
    } else if (entry.isFile() && CODE.test(entry.name) && !/\.min\.js$/iu.test(entry.name) && !isIgnored(path, rules)) yield path;
  }
}

/** Packages of others, which are seldom ignored where they are checked in. */
const INSTALLED: ReadonlySet<string> = new Set(['node_modules', 'vendor', 'bower_components', '__pycache__', 'venv']);

/** The innermost .gitignore that says something of a path decides. */
function isIgnored(path: string, rules: readonly Rules[]): boolean {
  for (const { from, ignore: own } of [...rules].reverse()) {
    const { ignored, unignored } = own.test(from === '' ? path : path.slice(from.length + 1));
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}

async function codeOf(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST) return undefined;
    const text = await readFile(path, 'utf8');
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
