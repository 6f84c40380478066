import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  DocumentDiagnosticReportKind,
  StreamMessageReader,
  StreamMessageWriter,
  type ClientCapabilities,
  type CodeAction,
  type CodeLens,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type Hover,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  type TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { bundles } from '../bundles';

/** What a modern editor can do. */
export const MODERN: ClientCapabilities = {
  general: { positionEncodings: ['utf-16'] },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    applyEdit: true,
    workspaceEdit: { documentChanges: true, resourceOperations: ['create'], snippetEditSupport: true },
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    diagnostics: { refreshSupport: true },
    codeLens: { refreshSupport: true },
  },
  textDocument: {
    diagnostic: { dynamicRegistration: true, relatedInformation: true, codeDescriptionSupport: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.fixAll'] } },
      isPreferredSupport: true,
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
    },
  },
  window: { showDocument: { support: true } },
};

/** One that only takes what it is sent, and does not answer `workspace/configuration`. */
export const SIMPLE: ClientCapabilities = {
  textDocument: { publishDiagnostics: { relatedInformation: true }, codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } } },
};

/** The server's bundle. */
export const serverFile = async (): Promise<string> => join(await bundles(), 'main.js');

export interface EditorOptions {
  readonly capabilities?: ClientCapabilities;
  /** Files of the folder that is opened, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Settings under `lockscope.`, as `workspace/configuration` answers them. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether a folder is opened; without one, documents lie in no workspace. */
  readonly withoutFolder?: boolean;
  readonly initializationOptions?: unknown;
  /** Added to the environment of the server's process. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** An editor as the server sees it, with a folder of its own on the disk. */
export class Editor {
  settings: Readonly<Record<string, unknown>>;
  readonly published = new Map<string, PublishDiagnosticsParams>();
  readonly shown: string[] = [];
  readonly log: string[] = [];
  refreshes = 0;
  /** Everything that the server's process wrote: messages and standard error. */
  output = '';
  initialized: InitializeResult | undefined;
  private readonly waiting = new Set<() => void>();
  private readonly documents = new Map<string, TextDocument>();

  private constructor(
    readonly folder: string,
    readonly process: ChildProcessWithoutNullStreams,
    readonly connection: ProtocolConnection,
    options: EditorOptions,
  ) {
    this.settings = options.settings ?? {};
    connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => this.settings));
    connection.onRequest('client/registerCapability', () => null);
    connection.onRequest('workspace/diagnostic/refresh', () => {
      this.refreshes += 1;
      this.happened();
      return null;
    });
    connection.onRequest('workspace/codeLens/refresh', () => null);
    connection.onRequest('window/showDocument', ({ uri }: { uri: string }) => {
      this.shown.push(uri);
      return { success: true };
    });
    connection.onNotification('textDocument/publishDiagnostics', (published: PublishDiagnosticsParams) => {
      this.published.set(published.uri, published);
      this.happened();
    });
    connection.onNotification('lockscope/statusChanged', () => {
      this.happened();
    });
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.log.push(message);
      this.happened();
    });
    connection.listen();
  }

  /** Starts a server and introduces itself. */
  static async start(options: EditorOptions = {}): Promise<Editor> {
    const folder = mkdtempSync(join(tmpdir(), 'lockscope-folder-'));
    for (const [path, text] of Object.entries(options.files ?? {})) write(join(folder, path), text);
    const process_ = spawn(process.execPath, [await serverFile(), '--stdio'], { stdio: 'pipe', env: { ...process.env, ...options.environment } });
    const connection = createProtocolConnection(new StreamMessageReader(process_.stdout), new StreamMessageWriter(process_.stdin));
    const editor = new Editor(folder, process_, connection, options);
    const rootUri = pathToFileURL(folder).toString();
    const inFolder = options.withoutFolder !== true;
    editor.initialized = await connection.sendRequest('initialize', {
      processId: process.pid,
      capabilities: options.capabilities ?? MODERN,
      rootUri: inFolder ? rootUri : null,
      workspaceFolders: inFolder ? [{ uri: rootUri, name: 'test' }] : null,
      initializationOptions: options.initializationOptions,
    });
    await connection.sendNotification('initialized', {});
    return editor;
  }

  uri(path: string): string {
    return pathToFileURL(join(this.folder, path)).toString();
  }

  writeFile(path: string, text: string | Uint8Array): void {
    write(join(this.folder, path), text);
  }

  async filesChanged(...paths: string[]): Promise<void> {
    await this.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: paths.map((path) => ({ uri: this.uri(path), type: 2 })) });
  }

  async open(path: string, text: string, languageId = 'sql'): Promise<string> {
    const uri = this.uri(path);
    this.documents.set(uri, TextDocument.create(uri, languageId, 1, text));
    await this.connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
    return uri;
  }

  async close(uri: string): Promise<void> {
    this.documents.delete(uri);
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  /** Replaces a stretch of the document by a text, as typing does. */
  async edit(uri: string, offset: number, length: number, text: string): Promise<void> {
    const document = this.document(uri);
    const range = { start: document.positionAt(offset), end: document.positionAt(offset + length) };
    const version = document.version + 1;
    this.documents.set(uri, TextDocument.update(document, [{ range, text }], version));
    await this.connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ range, text }] });
  }

  async replaceAll(uri: string, text: string): Promise<void> {
    await this.edit(uri, 0, this.text(uri).length, text);
  }

  text(uri: string): string {
    return this.document(uri).getText();
  }

  positionAt(uri: string, offset: number): Position {
    return this.document(uri).positionAt(offset);
  }

  async report(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri }, identifier: 'lockscope', previousResultId });
  }

  async diagnostics(uri: string): Promise<Diagnostic[]> {
    const report = await this.report(uri);
    return report.kind === DocumentDiagnosticReportKind.Full ? report.items : [];
  }

  /** The codes of the diagnostics with the text they underline. */
  async found(uri: string): Promise<string[]> {
    return (await this.diagnostics(uri)).map(({ code, range }) => `${String(code)}: ${this.document(uri).getText(range)}`);
  }

  async actions(uri: string, range: Range, only?: string[], diagnostics: Diagnostic[] = []): Promise<CodeAction[]> {
    return this.connection.sendRequest('textDocument/codeAction', { textDocument: { uri }, range, context: { diagnostics, ...(only && { only }) } });
  }

  async resolve(action: CodeAction | undefined): Promise<CodeAction> {
    if (action === undefined) throw new Error('there is no such action');
    return this.connection.sendRequest('codeAction/resolve', action);
  }

  async hover(uri: string, position: Position): Promise<string> {
    const hover = await this.connection.sendRequest<Hover | null>('textDocument/hover', { textDocument: { uri }, position });
    return hover === null ? '' : (hover.contents as { value: string }).value;
  }

  async lenses(uri: string): Promise<string[]> {
    const lenses = await this.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    return lenses.map(({ range, command }) => `${String(range.start.line)}: ${command?.title ?? ''}`);
  }

  /** The text of a document after an edit for it; fails where the edit is for another version of it. */
  applied(uri: string, edit: WorkspaceEdit): string {
    const document = this.document(uri);
    const changes = edit.documentChanges?.filter((change): change is TextDocumentEdit => 'edits' in change && change.textDocument.uri === uri) ?? [];
    for (const { textDocument } of changes) {
      if (textDocument.version !== document.version) throw new Error(`edit for version ${String(textDocument.version)}, the document has ${String(document.version)}`);
    }
    const edits = [...changes.flatMap((change) => change.edits), ...(edit.changes?.[uri] ?? [])];
    return TextDocument.applyEdits(
      document,
      edits.map((one) => ('newText' in one ? one : { range: one.range, newText: one.snippet.value.replace(/\$\{1:([^}]*)\}/u, '$1') })),
    );
  }

  /** Waits until something that the server says makes `condition` true; fails after 10 s. */
  async until(condition: () => boolean, what: string): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`waited 10 s for ${what}; log: ${this.log.join('\n')}`));
      }, 10_000);
      const check = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
    });
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    await gone;
    this.connection.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private document(uri: string): TextDocument {
    const document = this.documents.get(uri);
    if (document === undefined) throw new Error(`${uri} is not open`);
    return document;
  }

  private happened(): void {
    for (const check of this.waiting) check();
  }
}

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
