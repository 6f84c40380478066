import type { ClientCapabilities, InitializeParams } from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';

/** What the editor at the other end can do, and what it opened. */
export interface Client {
  readonly pullsDiagnostics: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly refreshesLenses: boolean;
  readonly relatedInformation: boolean;
  /** Links the code of a diagnostic to the page that describes it. */
  readonly codeDescriptions: boolean;
  /** Answers `workspace/configuration`. */
  readonly configuration: boolean;
  readonly registersConfiguration: boolean;
  readonly watchesFiles: boolean;
  readonly folderChanges: boolean;
  /** Takes edits that name the version of the document they were made for. */
  readonly versionedEdits: boolean;
  readonly createsFiles: boolean;
  readonly snippetEdits: boolean;
  readonly resolvesEdits: boolean;
  readonly showsDocuments: boolean;
  /** Knows code actions; very old clients know commands only. */
  readonly codeActions: boolean;
  /** Its own commands that it wants to be referred to. */
  readonly commands: readonly string[];
  readonly folders: readonly URI[];
}

/** Reads what the editor said of itself when it connected. */
export function clientOf(params: InitializeParams): Client {
  const { capabilities, workspaceFolders } = params;
  // Editors that know no workspace folders open one folder, or none.
  const { rootUri } = params as { rootUri?: unknown };
  const { workspace, textDocument, window }: ClientCapabilities = capabilities;
  const edit = workspace?.workspaceEdit;
  const action = textDocument?.codeAction;
  return {
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    refreshesLenses: workspace?.codeLens?.refreshSupport === true,
    relatedInformation: (textDocument?.diagnostic?.relatedInformation ?? textDocument?.publishDiagnostics?.relatedInformation) === true,
    codeDescriptions: (textDocument?.diagnostic?.codeDescriptionSupport ?? textDocument?.publishDiagnostics?.codeDescriptionSupport) === true,
    configuration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    folderChanges: workspace?.workspaceFolders === true,
    versionedEdits: edit?.documentChanges === true,
    createsFiles: edit?.documentChanges === true && edit.resourceOperations?.includes('create') === true,
    snippetEdits: edit?.documentChanges === true && edit.snippetEditSupport === true,
    resolvesEdits: action?.dataSupport === true && action.resolveSupport?.properties.includes('edit') === true,
    showsDocuments: window?.showDocument?.support === true,
    codeActions: action?.codeActionLiteralSupport !== undefined,
    commands: commandsOf(params.initializationOptions),
    folders: foldersOf(workspaceFolders?.map(({ uri }) => uri) ?? (typeof rootUri === 'string' ? [rootUri] : [])),
  };
}

function commandsOf(options: unknown): readonly string[] {
  const commands = typeof options === 'object' && options !== null && 'commands' in options ? options.commands : undefined;
  return Array.isArray(commands) ? commands.filter((command) => typeof command === 'string') : [];
}

/** Folders, the innermost first where one lies in another. */
export function foldersOf(uris: readonly string[]): URI[] {
  return uris.map((uri) => URI.parse(uri)).sort((a, b) => b.path.length - a.path.length);
}
