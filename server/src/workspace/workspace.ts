import { TextDocuments, type Connection } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { isBeside } from '../core/beside';
import type { ConfigurationProblem } from '../core/configuration';
import { NO_STATISTICS } from '../core/schema/statistics';
import type { KnownDatabase } from '../core/snapshot';
import { grammarOf, loadGrammarsFor } from '../core/script/code/grammars';
import { dataStatements } from '../core/data-statements';
import { UNKNOWN_SCHEMA } from '../core/schema/schema';
import type { ChosenDatabase } from '../databases/environment';
import { BaseSchemas } from './base-schema';
import { CodeMentions } from './code-mentions';
import { CONFIGURATION_NAME, ConfigurationFiles } from './configuration-files';
import { Databases } from './databases';
import { DocumentState, type DataSource, type Reading, type Surroundings } from './document-state';
import { History } from './history';
import { isMigration } from './migrations';
import { addressOf, canonical, placeOf, type Place } from './place';
import { SettingsCache, type DocumentSettings } from './settings';
import { Snapshots } from './snapshots';

/** What the workspace needs of the rest of the server. */
export interface Host {
  /** The editor's settings under `lockscope.` for a resource. */
  settings(uri: string): Promise<unknown>;
  /** Resolves when statements can be parsed. */
  readonly parserLoaded: Promise<void>;
  /** The databases that the user chose to judge by. */
  readonly chosenDatabases: readonly ChosenDatabase[];
  /** Something other than an edit changed what is to be said of open documents. */
  changed(): void;
  /** Only what is said about a document as a whole changed. */
  statusChanged(): void;
  /** A lockscope.json was read; undefined when there is none any more. */
  configurationRead(uri: string, file: { readonly text: string; readonly problems: readonly ConfigurationProblem[] } | undefined): void;
  warn(message: string): void;
  failed(what: string, error: unknown): void;
}

const NO_WORDS: ReadonlySet<string> = new Set();

/** How long after an edit the documents that build on the edited one are looked at again, in ms. */
const SETTLE = 200;

/**
 * The open documents and all that their analyses depend on; the one place with state. Everything is read ahead, so
 * that a question about a document is answered from memory.
 */
export class Workspace {
  readonly documents = new TextDocuments(TextDocument);
  private folders: readonly URI[] = [];
  private readonly states = new Map<string, DocumentState>();
  private readonly histories: History[] = [];
  private readonly settings = new SettingsCache();
  private readonly configurations: ConfigurationFiles;
  private readonly bases: BaseSchemas;
  private readonly code: CodeMentions;
  private readonly snapshots: Snapshots;
  readonly databases: Databases;
  private readonly unsettled = new Set<string>();
  private settling: NodeJS.Timeout | undefined;

  constructor(private readonly host: Host) {
    const openText = (uri: string): string | undefined => this.textOf(uri);
    this.configurations = new ConfigurationFiles(openText, (uri, file) => {
      host.configurationRead(uri, file);
    });
    this.bases = new BaseSchemas(openText, (message) => {
      host.warn(message);
    });
    this.code = new CodeMentions(host);
    this.snapshots = new Snapshots((message) => {
      host.warn(message);
    });
    this.databases = new Databases(host.chosenDatabases, {
      parserLoaded: host.parserLoaded,
      isWanted: () => this.states.size > 0,
      changed: (what) => {
        if (what === 'data') this.reloadAll();
        else if (what === 'trust') host.changed();
        else host.statusChanged();
      },
    });
    this.documents.onDidSave(() => {
      for (const live of this.databases.all()) live.saved();
    });
    this.documents.onDidOpen(({ document }) => {
      this.opened(document);
    });
    this.documents.onDidChangeContent(({ document }) => {
      this.edited(document);
    });
    this.documents.onDidClose(({ document }) => {
      this.closed(document);
    });
  }

  /** Starts to follow the editor's documents. */
  listen(connection: Connection, folders: readonly URI[]): void {
    this.folders = folders;
    this.documents.listen(connection);
  }

  /** What there is to know of an open document, from memory. Undefined while it is still being looked at, or not open. */
  read(uri: string): Reading | undefined {
    const state = this.stateOf(uri);
    if (state === undefined) return undefined;
    const reading = state.read();
    this.code.look(state);
    return reading;
  }

  /** Resolves when {@link read} has an answer, at once where it has. */
  ready(uri: string): Promise<void> | undefined {
    const state = this.stateOf(uri);
    return state === undefined || state.surroundings !== undefined ? undefined : settled(state);
  }

  /** The time that the last analysis of a document took, in ms. */
  costOf(uri: string): number {
    return this.stateOf(uri)?.cost ?? 0;
  }

  isConfiguration(uri: string): boolean {
    return uri.endsWith(`/${CONFIGURATION_NAME}`);
  }

  /** The address of a path in the coordinates of a document's analysis. */
  addressOf(uri: string, path: string): string {
    const { root } = this.place(uri);
    const address = canonical(addressOf(root, path));
    // The editor's own spelling for documents that it has open.
    return this.states.get(address)?.document.uri ?? address;
  }

  /** Analyses a document although it does not look like a migration, until it is closed. */
  force(uri: string): void {
    const state = this.stateOf(uri);
    if (state === undefined || state.forced) return;
    state.forced = true;
    this.host.changed();
  }

  /** The editor opened or closed folders. */
  setFolders(folders: readonly URI[]): void {
    this.folders = folders;
    this.histories.length = 0;
    this.reloadAll();
  }

  foldersNow(): readonly URI[] {
    return this.folders;
  }

  /** The editor's settings changed. */
  settingsChanged(): void {
    this.reloadAll();
  }

  /** Files changed on the disk, appeared or went. */
  filesChanged(uris: readonly string[]): void {
    let all = false;
    const touched = new Set<History>();
    for (const uri of uris) {
      if (this.isConfiguration(uri)) {
        this.configurations.forget(uri);
        all = true;
        continue;
      }
      if (isBeside(this.place(uri).path)) {
        for (const history of this.histories) history.forgetBeside();
        all = true;
      }
      all = this.snapshots.forget(uri) || this.bases.forget(uri) || all;
      for (const history of this.forgetInHistories(uri)) touched.add(history);
    }
    for (const state of this.states.values()) {
      const place = this.place(state.document.uri);
      if (all || [...touched].some((history) => history.has(place))) void this.load(state);
    }
  }

  private opened(document: TextDocument): void {
    const key = canonical(document.uri);
    if (this.isConfiguration(document.uri)) {
      this.configurations.forget(key);
      return;
    }
    const state: DocumentState = new DocumentState(document, (text) => this.isMigration(state, text));
    this.states.set(key, state);
    void this.load(state);
  }

  private edited(document: TextDocument): void {
    this.unsettled.add(canonical(document.uri));
    if (this.settling !== undefined) return;
    this.settling = setTimeout(() => {
      this.settling = undefined;
      this.settle();
    }, SETTLE);
  }

  /** Looks at the documents that come after those edited. */
  private settle(): void {
    const edited = [...this.unsettled];
    this.unsettled.clear();
    if (edited.some((uri) => this.isConfiguration(uri))) {
      for (const uri of edited) this.configurations.forget(uri);
      this.reloadAll();
      return;
    }
    for (const uri of edited) {
      this.lookFor(uri);
      const state = this.stateOf(uri);
      if (state !== undefined) this.countRows(state);
    }
    const touched = new Set<History>();
    for (const uri of edited) for (const history of this.historiesOf(uri)) touched.add(history);
    const isBase = edited.some((uri) => this.bases.forget(uri));
    for (const state of this.states.values()) {
      // A document by itself is its own history: nothing builds on it.
      if (edited.length === 1 && edited[0] === canonical(state.document.uri)) continue;
      const place = this.place(state.document.uri);
      if (isBase || [...touched].some((history) => history.has(place))) void this.load(state);
    }
  }

  /** Has the database read what an edited document names now. */
  private lookFor(uri: string): void {
    const place = this.place(uri);
    const database = this.databases.of(place);
    if (database !== undefined && this.stateOf(uri)?.surroundings !== undefined) database.live.want(this.historyOf(place).wordsWith(place.path));
  }

  /** Has the database say how many rows the statements of a document would change. */
  private countRows(state: DocumentState): void {
    const { data } = state.surroundings ?? {};
    if (data?.kind !== 'connection' || this.stateOf(state.document.uri) !== state) return;
    const reading = state.read();
    if (reading?.state === 'analysed') data.database.live.count(dataStatements(reading.analysis));
  }

  private closed(document: TextDocument): void {
    const key = canonical(document.uri);
    this.states.delete(key);
    this.unsettled.delete(key);
    // What counts from now on is what is on the disk.
    this.filesChanged([key]);
  }

  private reloadAll(): void {
    for (const state of this.states.values()) void this.load(state);
  }

  /** Finds out everything a document's analysis depends on besides its text. */
  private load(state: DocumentState): Promise<void> {
    state.generation += 1;
    const { generation } = state;
    const loading = this.surroundingsOf(state)
      .then((surroundings) => {
        if (generation !== state.generation) return;
        if (state.setSurroundings(surroundings)) this.host.changed();
        if (surroundings.data?.kind === 'connection') setTimeout(() => { this.countRows(state); }, SETTLE).unref();
      })
      .catch((error: unknown) => {
        this.host.failed(`reading what ${state.document.uri} depends on`, error);
      });
    state.loading = loading;
    return loading;
  }

  private async surroundingsOf(state: DocumentState): Promise<Surroundings> {
    const { uri } = state.document;
    const place = this.place(uri);
    const [raw, file] = await Promise.all([this.host.settings(uri), this.configurations.nearest(place), this.host.parserLoaded]);
    const settings = this.settings.resolve(this.settings.editorSettings(raw), file);
    await loadGrammarsFor([place.path]);
    const { data, known } = await this.knownOf(place, settings);
    const target = known === undefined || settings.target.source !== 'default' ? settings.target : known.target;
    const base = await this.bases.of(place, settings, target, known?.schema ?? UNKNOWN_SCHEMA);
    const history = this.historyOf(place);
    const ofHistory = (path: string, text: string): boolean => isMigration(path, text, settings);
    const { applied, unknown: appliedUnknown } = await history.applied(known?.applied, ofHistory);
    const origin = base === known?.schema ? UNKNOWN_SCHEMA : undefined;
    const schema = await history.before(place.path, { base, origin, applied }, target, ofHistory);
    const neighbours = history.neighbours(place.path, ofHistory);
    return { ...(await history.near()), place, settings, target, data, schema, neighbours, statistics: known?.statistics ?? NO_STATISTICS, applied: applied.get(place.path), appliedUnknown };
  }

  /** What is known of the database now: by the connection that the user chose, until that was read by the project's snapshot. */
  private async knownOf(place: Place, settings: DocumentSettings): Promise<{ readonly data: DataSource | undefined; readonly known: KnownDatabase | undefined }> {
    const database = this.databases.of(place);
    const words = database === undefined ? NO_WORDS : await this.wordsOf(place);
    const live = this.databases.dataOf(database, settings.databaseRefresh, words);
    const snapshot = live === undefined ? await this.snapshots.of(place, settings) : undefined;
    const data: DataSource | undefined = database !== undefined ? { kind: 'connection', database } : snapshot === undefined ? undefined : { kind: 'snapshot', snapshot };
    return { data, known: live?.known ?? snapshot?.known };
  }

  private async wordsOf(place: Place): Promise<ReadonlySet<string>> {
    const history = this.historyOf(place);
    await history.allWords();
    return history.wordsWith(place.path);
  }

  private isMigration(state: DocumentState, text: string): boolean {
    const { surroundings } = state;
    if (state.forced || surroundings === undefined) return state.forced;
    // Where no folder is open, nobody can say where its migrations lie.
    const { path } = surroundings.place;
    if (this.folders.length === 0 && grammarOf(path) === undefined) return true;
    return isMigration(path, text, surroundings.settings);
  }

  private place(uri: string): Place {
    return placeOf(URI.parse(uri), this.folders);
  }

  private historyOf(place: Place): History {
    let history = this.histories.find((known) => known.has(place));
    if (history === undefined) this.histories.push((history = new History(place, (uri) => this.textOf(uri))));
    return history;
  }

  private historiesOf(uri: string): History[] {
    const place = this.place(uri);
    return this.histories.filter((history) => history.has(place));
  }

  private forgetInHistories(uri: string): History[] {
    const found = this.historiesOf(uri);
    for (const history of found) history.forget(this.place(uri).path);
    return found;
  }

  private stateOf(uri: string): DocumentState | undefined {
    return this.states.get(uri) ?? this.states.get(canonical(uri));
  }

  private textOf(uri: string): string | undefined {
    return (this.states.get(uri)?.document ?? this.documents.get(uri) ?? this.documents.all().find((document) => canonical(document.uri) === uri))?.getText();
  }
}

/** Resolves when a document's surroundings are known: a newer attempt to find them may have taken the place of the one that was waited for. */
async function settled(state: DocumentState): Promise<void> {
  let loading: Promise<void> | undefined;
  while (state.surroundings === undefined && state.loading !== loading) await (loading = state.loading);
}
