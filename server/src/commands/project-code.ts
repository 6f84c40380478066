import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { readCode, searchCode, type CodeFile } from '../code-search/code-search';
import type { Analysis } from '../core/analysis';
import { namesIn, withMentions, type Mentions } from '../core/mentions';
import { slashed, type History } from './migrations';

/** The code of the project that the migrations belong to; it is read when the first finding asks for it. */
export class ProjectCode {
  private files: Promise<readonly CodeFile[]> | undefined;

  /**
   * @param root of the configuration
   * @param histories the migrations themselves, which do not count as code
   */
  constructor(
    private readonly root: string,
    private readonly histories: readonly History[],
  ) {}

  /** The analysis with the places in code that still name what is dropped or renamed. */
  async mentionedIn(analysis: Analysis): Promise<Analysis> {
    const names = namesIn(analysis);
    const root = projectFolder(this.root);
    if (names.length === 0 || root === undefined) return analysis;
    const files = await (this.files ??= this.read(root));
    return withMentions(analysis, shownFromHere(searchCode(files, names), root));
  }

  private read(root: string): Promise<readonly CodeFile[]> {
    const migrations = new Set(this.histories.flatMap(({ paths }) => paths.map((path) => slashed(relative(root, resolve(path))))));
    return readCode(root, (path) => migrations.has(path), PATIENCE);
  }
}

/** How long the code may take to be read, in ms: nobody is typing meanwhile. */
const PATIENCE = 20_000;

/** The folder of the repository, or of the configuration; undefined for neither: then nobody said what belongs together. */
function projectFolder(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return existsSync(join(from, 'lockscope.json')) ? from : undefined;
  }
}

/** Paths as the rest of the output has them: from the current folder. */
function shownFromHere(mentions: Mentions, root: string): Mentions {
  return new Map([...mentions].map(([key, places]) => [key, places.map((place) => ({ ...place, path: slashed(relative('', join(root, place.path))) }))]));
}
