import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  DiagnosticSeverity,
  TextDocumentSyncKind,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver/node';
import { CODE_EXTENSIONS } from './core/script/code/grammars';
import { BESIDE_GLOBS } from './core/beside';
import { loadPostgresParser } from './core/sql/postgres/parse';
import { lineIndex } from './core/text';
import type { ChosenDatabase } from './databases/environment';
import { blockers } from './features/blockers';
import { learning } from './features/learning';
import { checkData } from './features/check-data';
import { codeActions } from './features/code-actions';
import { codeLens } from './features/code-lens';
import { rangeOf } from './features/convert';
import { SOURCE } from './features/diagnostic-json';
import { diagnostics } from './features/diagnostics';
import type { Feature, Server } from './features/feature';
import { hover } from './features/hover';
import { report } from './features/report';
import { requests } from './features/requests';
import { STATUS_CHANGED, type InitializationOptions } from './protocol';
import { clientOf, foldersOf, type Client } from './workspace/client';
import { CONFIGURATION_NAME } from './workspace/configuration-files';
import { Workspace } from './workspace/workspace';

const FEATURES: readonly Feature[] = [diagnostics, codeActions, hover, codeLens, requests, report, blockers, learning, checkData];

/** How long changes of the surroundings are collected before the editor is told, in ms. */
const COLLECT = 20;

/**
 * Serves an editor over a connection, which it starts to listen on.
 * @param version of Lockscope, for the editor's logs
 * @param chosenDatabases that the user judges migrations by
 */
export function startServer(connection: Connection, version: string, chosenDatabases: readonly ChosenDatabase[]): void {
  let client: Client | undefined;
  let telling: NodeJS.Timeout | undefined;
  const workspace = new Workspace({
    settings: async (uri) => (client?.configuration === true ? ((await connection.workspace.getConfiguration({ scopeUri: uri, section: 'lockscope' })) as unknown) : sentSettings),
    parserLoaded: loadPostgresParser(),
    chosenDatabases,
    changed() {
      telling ??= setTimeout(() => {
        telling = undefined;
        for (const feature of FEATURES) feature.changed?.(server);
      }, COLLECT);
    },
    statusChanged() {
      void connection.sendNotification(STATUS_CHANGED);
    },
    configurationRead(uri, file) {
      const lines = lineIndex(file?.text ?? '');
      const found = (file?.problems ?? []).map(({ message, span }) => ({ range: rangeOf(lines, span), severity: DiagnosticSeverity.Error, source: SOURCE, message }));
      if (found.length > 0 || configurationsWithProblems.has(uri)) void connection.sendDiagnostics({ uri, diagnostics: found });
      if (found.length > 0) configurationsWithProblems.add(uri);
      else configurationsWithProblems.delete(uri);
    },
    warn(message) {
      connection.console.warn(message);
    },
    failed(what, error) {
      connection.console.error(`${what} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    },
  });
  const server: Server = {
    connection,
    workspace,
    client: () => {
      if (client === undefined) throw new Error('the editor has not introduced itself yet');
      return client;
    },
  };
  const configurationsWithProblems = new Set<string>();
  /** From editors that send their settings and cannot be asked. */
  let sentSettings: unknown;

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    client = clientOf(params);
    sentSettings = (params.initializationOptions as InitializationOptions | null | undefined)?.settings;
    workspace.listen(connection, client.folders);
    const known = client;
    return {
      capabilities: Object.assign(
        {
          textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
          workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
        },
        ...FEATURES.map((feature) => feature.capabilities?.(known) ?? {}),
      ) as InitializeResult['capabilities'],
      serverInfo: { name: 'lockscope', version },
    };
  });

  connection.onInitialized(() => {
    if (client?.registersConfiguration === true) void connection.client.register(DidChangeConfigurationNotification.type, { section: 'lockscope' });
    if (client?.watchesFiles === true) {
      void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: '**/*.sql' }, ...BESIDE_GLOBS.map((globPattern) => ({ globPattern })), { globPattern: `**/*{migrat,Migrat,versions}*/**/*.{${CODE_EXTENSIONS.join(',')}}` }, { globPattern: '**/*snapshot*.json' }, { globPattern: `**/${CONFIGURATION_NAME}` }] });
    }
    if (client?.folderChanges === true) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = new Set(removed.map(({ uri }) => uri));
        const kept = workspace.foldersNow().map(String).filter((uri) => !gone.has(uri));
        workspace.setFolders(foldersOf([...kept, ...added.map(({ uri }) => uri)]));
      });
    }
  });

  connection.onDidChangeConfiguration(({ settings }) => {
    const sent = (settings as { lockscope?: unknown } | null | undefined)?.lockscope;
    if (sent !== undefined) sentSettings = sent;
    workspace.settingsChanged();
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    workspace.filesChanged(changes.map(({ uri }) => uri));
  });
  for (const feature of FEATURES) feature.listen(server);
  connection.listen();
}
