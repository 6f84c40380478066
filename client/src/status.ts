import * as vscode from 'vscode';
import { DOCUMENT_STATUS, type DatabaseStatus, type DocumentStatus } from '../../server/src/protocol';
import { isLookedAt, MIGRATIONS } from './languages';
import type { LockscopeServer } from './server';

/** How long the status waits for further edits before it asks again, in ms. */
const PATIENCE = 400;
/** How often the age of what was read is shown anew, in ms. */
const AGING = 60_000;

const SHOW_LOG: vscode.Command = { command: 'lockscope.showOutput', title: 'Show Log' };

const SOURCES: Readonly<Record<NonNullable<DocumentStatus['source']>, string>> = {
  default: 'assumed; the setting lockscope.serverVersion names yours',
  setting: 'by the settings',
  snapshot: 'by the snapshot',
  connection: 'connected',
};

/** The entry beside the language's name in the status bar: what Lockscope judges for, and how it does. */
export class StatusItem implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;
  private readonly database: vscode.LanguageStatusItem;
  private readonly subscriptions: { dispose(): unknown }[];
  private waiting: NodeJS.Timeout | undefined;
  private readonly aging: NodeJS.Timeout;

  constructor(private readonly server: LockscopeServer) {
    this.item = vscode.languages.createLanguageStatusItem('lockscope.status', MIGRATIONS);
    this.item.name = 'Lockscope';
    this.item.command = SHOW_LOG;
    this.database = vscode.languages.createLanguageStatusItem('lockscope.database', MIGRATIONS);
    this.database.name = 'Lockscope Database';
    const soon = (): void => {
      this.soon();
    };
    this.subscriptions = [
      this.item,
      this.database,
      server.onDidChange(soon),
      vscode.window.onDidChangeActiveTextEditor(soon),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) soon();
      }),
    ];
    this.aging = setInterval(soon, AGING);
    this.show(undefined);
  }

  /** Asks the server about the active document and shows the answer. */
  async update(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !isLookedAt(document)) return;
    const status = await this.server.ask<DocumentStatus>(DOCUMENT_STATUS, { uri: document.uri.toString() }).catch(() => undefined);
    this.show(status);
    await vscode.commands.executeCommand('setContext', 'lockscope.analysed', status?.state === 'analysed');
    await vscode.commands.executeCommand('setContext', 'lockscope.connected', status?.database?.kind === 'connection');
  }

  dispose(): void {
    clearTimeout(this.waiting);
    clearInterval(this.aging);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private soon(): void {
    const { kind } = this.server.state;
    if (kind !== 'running') this.show(undefined);
    this.waiting ??= setTimeout(() => {
      this.waiting = undefined;
      void this.update();
    }, PATIENCE);
  }

  private show(status: DocumentStatus | undefined): void {
    this.showDatabase(status?.database);
    const { item } = this;
    const { state } = this.server;
    item.busy = state.kind === 'starting';
    item.command = SHOW_LOG;
    item.severity = vscode.LanguageStatusSeverity.Information;
    if (state.kind === 'off') {
      item.text = 'Lockscope is off';
      item.detail = state.reason;
      item.severity = vscode.LanguageStatusSeverity.Error;
      item.command = { command: 'lockscope.restartServer', title: 'Restart' };
    } else if (status === undefined || status.state === 'unknown') {
      item.text = 'Lockscope';
      item.detail = state.kind === 'starting' ? 'starting' : 'ready';
    } else if (status.state === 'other') {
      item.text = 'Lockscope: not a migration';
      item.detail = 'The setting lockscope.migrations says which files are.';
      item.command = { command: 'lockscope.analyzeFile', title: 'Analyse This File' };
    } else if (status.warnings.length > 0) {
      item.text = `Lockscope: ${status.server ?? ''}`;
      item.detail = status.warnings.join(' ');
      item.severity = vscode.LanguageStatusSeverity.Warning;
    } else if (status.applied !== undefined) {
      item.text = `Lockscope: ${status.server ?? ''}`;
      item.detail = `${status.applied}: ${status.forced ? 'judged all the same' : 'not judged'}`;
      if (!status.forced) item.command = { command: 'lockscope.analyzeFile', title: 'Judge It All the Same' };
    } else {
      item.text = `Lockscope: ${status.server ?? ''}`;
      item.detail = status.source === undefined ? '' : SOURCES[status.source];
    }
  }

  private showDatabase(status: DatabaseStatus | undefined): void {
    const { database: item } = this;
    const isConnected = status?.kind === 'connection';
    item.text = status === undefined ? 'No database' : `$(database) ${status.name}`;
    item.detail = status?.summary ?? 'Sizes are not known: tables count as large.';
    item.busy = status?.state === 'reading';
    item.severity = status?.state === 'stale' || status?.state === 'failed' ? vscode.LanguageStatusSeverity.Warning : vscode.LanguageStatusSeverity.Information;
    item.command = { command: 'lockscope.connectDatabase', title: isConnected ? 'Switch' : 'Connect' };
  }
}
