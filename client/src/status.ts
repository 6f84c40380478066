import * as vscode from 'vscode';
import { DOCUMENT_STATUS, type DocumentStatus } from '../../server/src/protocol';
import { isLookedAt, MIGRATIONS } from './languages';
import type { LockscopeServer } from './server';

/** How long the status waits for further edits before it asks again, in ms. */
const PATIENCE = 400;

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
  private readonly subscriptions: { dispose(): unknown }[];
  private waiting: NodeJS.Timeout | undefined;

  constructor(private readonly server: LockscopeServer) {
    this.item = vscode.languages.createLanguageStatusItem('lockscope.status', MIGRATIONS);
    this.item.name = 'Lockscope';
    this.item.command = SHOW_LOG;
    const soon = (): void => {
      this.soon();
    };
    this.subscriptions = [
      this.item,
      server.onDidChange(soon),
      vscode.window.onDidChangeActiveTextEditor(soon),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) soon();
      }),
    ];
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
    } else {
      item.text = `Lockscope: ${status.server ?? ''}`;
      item.detail = status.source === undefined ? '' : SOURCES[status.source];
    }
  }
}
