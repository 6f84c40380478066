import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import { BLOCKERS, type BlockersAnswer } from '../../../server/src/protocol';
import type { LockscopeServer } from '../server';
import { shownOf } from './content';
import { page } from './page';

/** How often the view asks while somebody sees it, in ms. */
const INTERVAL = 2000;

/** The view of who blocks a migration, beside its editor. There is one, for the migration it was last opened for. */
export class BlockersPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private document: vscode.Uri | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isAsking = false;
  private readonly firstRows = new Map<string, number>();

  constructor(private readonly server: LockscopeServer) {}

  /** Shows it for the active document. */
  show(): void {
    const uri = vscode.window.activeTextEditor?.document.uri ?? this.document;
    if (uri === undefined) {
      void vscode.window.showInformationMessage('Open a migration first: the view is about the locks that it takes.');
      return;
    }
    if (uri.toString() !== this.document?.toString()) this.firstRows.clear();
    this.document = uri;
    this.panel ??= this.createPanel();
    this.panel.title = `Blockers: ${posix.basename(uri.path)}`;
    this.panel.reveal(vscode.ViewColumn.Beside, true);
    void this.ask();
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private createPanel(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel('lockscope.blockers', 'Blockers', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, { enableScripts: true, localResourceRoots: [] });
    panel.webview.onDidReceiveMessage(async (message: unknown) => {
      if (typeof message !== 'object' || message === null || !('copy' in message) || typeof message.copy !== 'string') return;
      await vscode.env.clipboard.writeText(message.copy);
      void vscode.window.setStatusBarMessage('Lockscope: copied', 2000);
    });
    panel.onDidChangeViewState(() => {
      if (panel.visible) void this.ask();
    });
    panel.onDidDispose(() => {
      clearTimeout(this.timer);
      this.panel = undefined;
    });
    panel.webview.html = page(randomBytes(16).toString('hex'));
    return panel;
  }

  /** Asks once, shows the answer, and asks again after a while as long as it is seen. */
  private async ask(): Promise<void> {
    const { document, panel } = this;
    if (this.isAsking || document === undefined || panel?.visible !== true) return;
    this.isAsking = true;
    clearTimeout(this.timer);
    const answer = await this.server.ask<BlockersAnswer>(BLOCKERS, { uri: document.toString() }).catch(() => undefined);
    this.isAsking = false;
    const shown: BlockersAnswer = answer ?? { state: 'unknown', reason: 'Lockscope’s server is not running.' };
    if (shown.state === 'read') for (const { relation, rows } of shown.report.claims) if (rows !== undefined && !this.firstRows.has(relation)) this.firstRows.set(relation, rows);
    // It may have been closed, or opened for another file, meanwhile.
    if (document === this.document && panel === this.panel) void panel.webview.postMessage(shownOf(posix.basename(document.path), shown, this.firstRows));
    this.timer = setTimeout(() => void this.ask(), INTERVAL);
  }
}
