import { readCode, searchCode, type CodeFile } from '../code-search/code-search';
import { keyOf } from '../core/code-name';
import { historyOf } from '../core/migration-path';
import { namesIn, type Mentions } from '../core/mentions';
import type { DocumentState } from './document-state';
import type { Place } from './place';

/** How long after a finding the code is searched, in ms: names are typed letter by letter. */
const SETTLE = 300;
/** How long code that was read counts as what it is, in ms. */
const FRESH = 10_000;

interface Search {
  /** The keys of what is searched for. */
  readonly keys: string;
  readonly at: number;
}

/**
 * The places in the workspace's own code that still name what a migration drops or renames. They are searched for when a
 * finding asks, away from the keystroke, and arrive as a new value.
 */
export class CodeMentions {
  private readonly searches = new WeakMap<DocumentState, Search>();
  /** Documents that are left alone for a moment yet. */
  private readonly waiting = new Map<DocumentState, NodeJS.Timeout>();
  private readonly code = new Map<string, { readonly at: number; readonly files: Promise<readonly CodeFile[]> }>();

  constructor(private readonly host: { changed(): void; failed(what: string, error: unknown): void }) {}

  /** Sees to it that the findings of a document have their places; returns at once. */
  look(state: DocumentState): void {
    const waiting = this.waiting.get(state);
    if (waiting !== undefined) {
      waiting.refresh();
      return;
    }
    const timer = setTimeout(() => {
      this.waiting.delete(state);
      this.search(state);
    }, SETTLE);
    timer.unref();
    this.waiting.set(state, timer);
  }

  private search(state: DocumentState): void {
    const reading = state.read();
    const place = state.surroundings?.place;
    if (reading?.state !== 'analysed' || place?.inFolder !== true || place.root.scheme !== 'file') return;
    const names = namesIn(reading.analysis);
    if (names.length === 0) return;
    const keys = names.map(keyOf).join();
    const last = this.searches.get(state);
    if (last?.keys === keys && performance.now() - last.at < FRESH) return;
    this.searches.set(state, { keys, at: performance.now() });
    this.filesAround(place)
      .then((files) => {
        const found = searchCode(files, names);
        // Somebody typed on: the search for what is there now is on its way.
        if (this.searches.get(state)?.keys !== keys || shown(found) === shown(state.mentions)) return;
        state.mentions = found;
        this.host.changed();
      })
      .catch((error: unknown) => {
        this.host.failed('searching the code', error);
      });
  }

  private filesAround({ root, path }: Place): Promise<readonly CodeFile[]> {
    const history = historyOf(path);
    const key = `${root.toString()} ${history}`;
    const known = this.code.get(key);
    if (known !== undefined && performance.now() - known.at < FRESH) return known.files;
    const files = readCode(root.fsPath, (other) => historyOf(other) === history && /\.sql$/iu.test(other));
    this.code.set(key, { at: performance.now(), files });
    // Texts are not kept any longer than they are of use.
    setTimeout(() => {
      if (this.code.get(key)?.files === files) this.code.delete(key);
    }, FRESH).unref();
    return files;
  }
}

function shown(mentions: Mentions): string {
  return JSON.stringify([...mentions].filter(([, places]) => places.length > 0));
}
