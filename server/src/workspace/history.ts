import { setImmediate as nextTurn } from 'node:timers/promises';
import { earlierMigrations, SchemaHistory, type MigrationFile } from '../core/folder';
import { createMemo } from '../core/memo';
import { historyOf } from '../core/migration-path';
import { loadGrammarsFor } from '../core/script/code/grammars';
import { wordsOfFile } from '../core/words-of';
import type { Schema } from '../core/schema/schema';
import type { Target } from '../core/target';
import { readText, migrationFilesIn } from './disk';
import { addressOf, canonical, type Place } from './place';
import type { OpenText } from './configuration-files';

/** How many files are read, and how many replayed, before others get their turn. */
const BATCH = 32;

/** The other files of a document's history: what is on the disk, except for those that are open in an editor. */
export class History {
  private readonly texts = new Map<string, string>();
  private reading: Promise<void> | undefined;
  private readonly schemas = new SchemaHistory(createMemo());
  private readonly folder: string;
  private readonly words = new Set<string>();
  /** The texts whose words are known, by path. */
  private readonly worded = new Map<string, string>();

  /**
   * @param place of any of its files
   * @param openText texts of open documents win over the disk
   */
  constructor(
    private readonly place: Place,
    private readonly openText: OpenText,
  ) {
    this.folder = historyOf(place.path);
  }

  /** Says that a file changed on the disk, appeared or went. */
  forget(path: string): void {
    this.texts.delete(path);
    this.reading = undefined;
  }

  /** Whether a path lies where this history's files do. */
  has({ root, path }: Place): boolean {
    return root.toString() === this.place.root.toString() && historyOf(path) === this.folder;
  }

  /** What exists before a file: read and replayed in small steps, so that the server stays responsive. */
  async before(path: string, base: Schema, target: Target, isMigration: (path: string, text: string) => boolean): Promise<Schema> {
    await (this.reading ??= this.read());
    const files: MigrationFile[] = [];
    for (const earlier of earlierMigrations(path, [...this.texts.keys()])) {
      const text = this.openText(canonical(addressOf(this.place.root, earlier))) ?? this.texts.get(earlier);
      if (text !== undefined && isMigration(earlier, text)) files.push({ path: earlier, text });
    }
    await loadGrammarsFor(files.map((file) => file.path));
    const setting = { target, tool: undefined };
    for (let count = BATCH; count < files.length; count += BATCH) {
      this.schemas.after(files.slice(0, count), base, setting);
      await nextTurn();
    }
    return this.schemas.after(files, base, setting);
  }

  /** All that the files of the history may name, those open in an editor too; what they named once is among it. */
  async allWords(): Promise<ReadonlySet<string>> {
    await (this.reading ??= this.read());
    let count = 0;
    for (const path of this.texts.keys()) {
      this.note(path);
      if (++count % BATCH === 0) await nextTurn();
    }
    return this.words;
  }

  /** What one of its files may name, besides what is known already. */
  wordsWith(path: string): ReadonlySet<string> {
    this.note(path);
    return this.words;
  }

  private note(path: string): void {
    const text = this.openText(canonical(addressOf(this.place.root, path))) ?? this.texts.get(path);
    if (text === undefined || this.worded.get(path) === text) return;
    this.worded.set(path, text);
    for (const word of wordsOfFile({ path, text })) this.words.add(word);
  }

  private async read(): Promise<void> {
    const { root, path } = this.place;
    const isNested = path.split('/').length - 1 > (this.folder === '' ? 0 : this.folder.split('/').length);
    const found = await migrationFilesIn(addressOf(root, this.folder), isNested ? 1 : 0);
    const paths = found.map((file) => (this.folder === '' ? file : `${this.folder}/${file}`));
    const listed = new Set(paths);
    for (const known of this.texts.keys()) if (!listed.has(known)) this.texts.delete(known);
    const unread = paths.filter((file) => !this.texts.has(file));
    for (let at = 0; at < unread.length; at += BATCH) {
      await Promise.all(
        unread.slice(at, at + BATCH).map(async (file) => {
          const text = await readText(addressOf(root, file));
          if (text !== undefined) this.texts.set(file, text);
        }),
      );
    }
  }
}
