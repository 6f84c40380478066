import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppliedIndex, type AppliedFiles, type AppliedRecord } from '../core/applied';
import { filesBeside, foldersBeside, joinedHistories } from '../core/beside';
import { earlierMigrations, neighboursOf, SchemaHistory, upMigrations, type MigrationFile } from '../core/folder';
import { createMemo } from '../core/memo';
import { histories, historyOf } from '../core/migration-path';
import { HistoryIndex, type Neighbours } from '../core/neighbours';
import { grammarOf, loadGrammarsFor } from '../core/script/code/grammars';
import { mayBeCodeMigration } from '../core/script/tools';
import { wordsOfFile } from '../core/words-of';
import type { Schema } from '../core/schema/schema';
import type { Target } from '../core/target';
import { migrationFilesIn, namesIn, readText } from './disk';
import { projectAround } from './django-project';
import { addressOf, canonical, type Place } from './place';
import type { OpenText } from './configuration-files';

/** How many files are read, and how many replayed, before others get their turn. */
const BATCH = 32;

/** What a history's files run on. */
export interface Ground {
  readonly base: Schema;
  readonly origin: Schema | undefined;
  /** The files that are applied, by path. */
  readonly applied: AppliedFiles['applied'];
}

type IsMigration = (path: string, text: string) => boolean;

/** The other files of a document's history: what is on the disk, except for those that are open in an editor. */
export class History {
  private readonly texts = new Map<string, string>();
  private reading: Promise<void> | undefined;
  private readonly schemas = new SchemaHistory(createMemo());
  /** The same for what is applied already, which the database is not run through again. */
  private readonly past = new SchemaHistory(createMemo());
  private readonly appliedIndex = new AppliedIndex();
  private index = new HistoryIndex([]);
  private readonly known = new Map<string, Neighbours | undefined>();
  private readonly folder: string;
  /** The folders of its files: more than one where they name each other from folder to folder. */
  private folders: ReadonlySet<string>;
  private siblings: readonly string[] = [];
  private beside: ReadonlyMap<string, string> = new Map();
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
    this.folders = new Set([this.folder]);
  }

  /** Says that a file changed on the disk, appeared or went. */
  forget(path: string): void {
    this.texts.delete(path);
    this.reading = undefined;
  }

  /** Says that a file changed that tools look at beside their migrations. */
  forgetBeside(): void {
    this.reading = undefined;
  }

  /** The files near this history's that tell how their tool runs them, by path; and the paths of all its own. */
  async near(): Promise<{ readonly beside: ReadonlyMap<string, string>; readonly siblings: readonly string[] }> {
    await (this.reading ??= this.read());
    return { beside: this.beside, siblings: this.siblings };
  }

  /** Whether a path lies where this history's files do. */
  has({ root, path }: Place): boolean {
    return root.toString() === this.place.root.toString() && this.folders.has(historyOf(path));
  }

  /**
   * What exists before a file: read and replayed in small steps, so that the server stays responsive.
   * @param origin what existed before all, where the base has been through the files that are applied
   */
  async before(path: string, { base, origin, applied }: Ground, target: Target, isMigration: IsMigration): Promise<Schema> {
    await (this.reading ??= this.read());
    const earlier = this.files(earlierMigrations(path, this.siblings, this.beside, (other) => this.textOf(other)), isMigration);
    if (origin !== undefined && applied.has(path)) return this.replayed(this.past, earlier.filter((file) => applied.has(file.path)), origin, target);
    return this.replayed(this.schemas, origin === undefined ? earlier : earlier.filter((file) => !applied.has(file.path)), base, target);
  }

  /** Which files are applied, by what their tools noted. */
  async applied(records: readonly AppliedRecord[] | undefined, isMigration: IsMigration): Promise<AppliedFiles> {
    await (this.reading ??= this.read());
    return this.appliedIndex.of(records === undefined ? [] : this.files(upMigrations(this.siblings, this.beside, (other) => this.textOf(other)), isMigration), records);
  }

  private async replayed(schemas: SchemaHistory, files: readonly MigrationFile[], base: Schema, target: Target): Promise<Schema> {
    // Questions to neighbours may read any of them.
    await loadGrammarsFor([...this.texts.keys()]);
    const setting = { target, tool: undefined };
    for (let count = BATCH; count < files.length; count += BATCH) {
      schemas.after(files.slice(0, count), base, setting);
      await nextTurn();
    }
    return schemas.after(files, base, setting);
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
    const text = this.textOf(path);
    if (text === undefined || this.worded.get(path) === text) return;
    this.worded.set(path, text);
    for (const word of wordsOfFile({ path, text })) this.words.add(word);
  }

  /** What a file may ask about the others, once {@link before} has an answer. The same files give the same object. */
  neighbours(path: string, isMigration: IsMigration): Neighbours | undefined {
    const files = this.files(upMigrations(this.siblings, this.beside, (other) => this.textOf(other)), isMigration);
    const same = files.length === this.index.files.length && files.every((file, at) => isSame(file, this.index.files[at]));
    if (!same) {
      this.index = new HistoryIndex(files);
      this.known.clear();
    }
    if (!this.known.has(path)) this.known.set(path, neighboursOf({ path }, this.index).neighbours);
    return this.known.get(path);
  }

  private files(paths: readonly string[], isMigration: IsMigration): MigrationFile[] {
    return paths.flatMap((path) => {
      const text = this.textOf(path);
      return text !== undefined && isMigration(path, text) ? [{ path, text, beside: this.beside }] : [];
    });
  }

  /** What is open in an editor wins over the disk. */
  private textOf(path: string): string | undefined {
    return this.openText(canonical(addressOf(this.place.root, path))) ?? this.texts.get(path);
  }

  private async read(): Promise<void> {
    const { root, path } = this.place;
    const isNested = path.split('/').length - 1 > (this.folder === '' ? 0 : this.folder.split('/').length);
    // What lies where nobody would look is there because somebody said so, and what is beside it is of its kind.
    const grammar = mayBeCodeMigration(path) ? undefined : grammarOf(path);
    const found = await migrationFilesIn(addressOf(root, this.folder), isNested ? 1 : 0, grammar === undefined ? undefined : (other) => grammarOf(other) === grammar);
    const own = found.map((file) => (this.folder === '' ? file : `${this.folder}/${file}`));
    const around = await projectAround(root, path);
    const listed = new Set([...own, ...around]);
    for (const known of this.texts.keys()) if (!listed.has(known)) this.texts.delete(known);
    const unread = [...listed].filter((file) => !this.texts.has(file));
    for (let at = 0; at < unread.length; at += BATCH) {
      await Promise.all(
        unread.slice(at, at + BATCH).map(async (file) => {
          const text = await readText(addressOf(root, file));
          if (text !== undefined) this.texts.set(file, text);
        }),
      );
    }
    const present = own.includes(path) ? own : [...own, path];
    const beside = await this.readBeside([...new Set([...present, ...around])]);
    const paths = around.length === 0 ? own : this.joined(present, around, beside).filter((file) => listed.has(file));
    this.folders = new Set([this.folder, ...paths.map(historyOf)]);
    if (paths.length !== this.siblings.length || paths.some((file, index) => file !== this.siblings[index])) this.siblings = paths;
    this.beside = beside;
  }

  /** Its own files with those of other folders that they name, or that name them. */
  private joined(own: readonly string[], around: readonly string[], beside: ReadonlyMap<string, string>): readonly string[] {
    const others = around.filter((file) => historyOf(file) !== this.folder).map((path) => ({ path }));
    const groups = [own, ...histories(others).map((group) => group.map(({ path }) => path))];
    return joinedHistories(groups, beside, (file) => this.textOf(file))[0] ?? own;
  }

  /** The same object as long as their texts are the same. */
  private async readBeside(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { root } = this.place;
    const folders = foldersBeside(paths).filter((folder) => !folder.startsWith('../'));
    const listing = new Map(await Promise.all(folders.map(async (folder) => [folder, await namesIn(addressOf(root, folder))] as const)));
    const texts = new Map<string, string>();
    for (const path of filesBeside(paths, listing)) {
      const text = this.texts.get(path) ?? (await readText(addressOf(root, path), MOST_BESIDE));
      if (text !== undefined) texts.set(path, text);
    }
    const isSame = texts.size === this.beside.size && [...texts].every(([path, text]) => this.beside.get(path) === text);
    return isSame ? this.beside : texts;
  }
}

function isSame(a: MigrationFile, b: MigrationFile | undefined): boolean {
  return a.path === b?.path && a.text === b.text && a.beside === b.beside;
}

/** What is larger, in bytes, is no tool's configuration. */
const MOST_BESIDE = 1024 * 1024;
