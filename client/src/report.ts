import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import { ANALYZE_FILE, DOCUMENT_STATUS, ESTIMATE, REPORT, type DocumentStatus, type EstimateResult, type ReportResult, type WireRange } from '../../server/src/protocol';
import { isLookedAt } from './languages';
import type { LockscopeServer } from './server';

/** How long the report waits for further edits before it is made anew, in ms. */
const PATIENCE = 500;

const VIEW = 'lockscope.report';
const WEBVIEW: vscode.WebviewOptions = { enableScripts: true, localResourceRoots: [] };
/** The document that the panel is about. */
const ABOUT = 'lockscope.report.uri';

/** What the report's page says; see the script of server/src/reporters/report. */
type Message = { readonly type: 'ready' | 'html' | 'markdown' } | { readonly type: 'reveal'; readonly statement: number };

/** The report on a migration, beside its text: one panel, shown again for the next migration. It follows the text. */
export class ReportPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  /** The document that it is about. */
  private uri: vscode.Uri | undefined;
  private statements: readonly WireRange[] = [];
  private shown = '';
  /** The statement that the page is to show. */
  private wanted: number | undefined;
  private waiting: NodeJS.Timeout | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly server: LockscopeServer,
    private readonly state: vscode.Memento,
  ) {
    const soon = (): void => {
      this.soon();
    };
    this.subscriptions = [
      server.onDidChange(soon),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.toString() === this.uri?.toString()) soon();
      }),
      // A window that is reloaded has its panels again; what this one was about is remembered by the folder.
      vscode.window.registerWebviewPanelSerializer(VIEW, { deserializeWebviewPanel: (panel) => this.restore(panel) }),
    ];
  }

  /** `lockscope.estimateRuntime`: works out how long the active migration takes, by the newest sizes, and shows it statement by statement. */
  async estimate(): Promise<void> {
    const uri = await this.migration(undefined);
    if (uri === undefined) return;
    const options = { location: vscode.ProgressLocation.Notification, title: `Lockscope: estimating ${posix.basename(uri.path)}`, cancellable: true };
    const answer = await vscode.window.withProgress(options, async (_, token) => {
      try {
        return await this.server.ask<EstimateResult | null>(ESTIMATE, { uri: uri.toString() }, token);
      } catch (error) {
        if (token.isCancellationRequested) return undefined;
        throw error;
      }
    });
    if (answer === undefined || answer === null) return;
    void vscode.window.setStatusBarMessage(`Lockscope: ${answer.summary}`, 10_000);
    await this.open(uri);
  }

  /**
   * `lockscope.showReport`: shows the report.
   * @param uri of the document, as text; the active one where there is none
   * @param statement the position of one to reveal in the report's text
   */
  async show(uri: unknown, statement: unknown): Promise<void> {
    const migration = await this.migration(typeof uri === 'string' ? vscode.Uri.parse(uri) : undefined);
    if (migration === undefined) return;
    this.wanted = typeof statement === 'number' ? statement : undefined;
    await this.open(migration);
    // A page that is only being loaded asks for it when it is there.
    await this.tellWanted();
  }

  /** `lockscope.exportReport`: the report as a file or in the clipboard. */
  async export(): Promise<void> {
    const uri = await this.migration(this.panel?.active === true ? this.uri : undefined);
    if (uri === undefined) return;
    const html = { label: 'Save as HTML…', detail: 'One file that any browser shows' };
    const markdown = { label: 'Copy as Markdown', detail: 'For a pull request' };
    const chosen = await vscode.window.showQuickPick([html, markdown], { title: `Export the Report on ${posix.basename(uri.path)}` });
    if (chosen === html) await this.saveHtml(uri);
    else if (chosen === markdown) await this.copyMarkdown(uri);
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.panel?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** The document to report on, analysed; undefined where there is none, which the user is told. */
  private async migration(wanted: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
    const uri = wanted ?? this.active();
    if (uri === undefined) {
      void vscode.window.showInformationMessage('Lockscope: open a migration first, then ask for its report.');
      return undefined;
    }
    let status = await this.server.ask<DocumentStatus>(DOCUMENT_STATUS, { uri: uri.toString() });
    // The command says that this is a migration, even where its place does not.
    if (status?.state === 'other') status = await this.server.ask<DocumentStatus>(ANALYZE_FILE, { uri: uri.toString() });
    if (status?.state === 'analysed') return uri;
    const why = status === undefined ? 'the server is not running' : `${posix.basename(uri.path)} cannot be analysed`;
    void vscode.window.showWarningMessage(`Lockscope: ${why}, so there is no report.`);
    return undefined;
  }

  private active(): vscode.Uri | undefined {
    const document = vscode.window.activeTextEditor?.document;
    if (document !== undefined && isLookedAt(document)) return document.uri;
    return this.panel?.active === true ? this.uri : undefined;
  }

  private async open(uri: vscode.Uri): Promise<void> {
    if (this.uri?.toString() !== uri.toString()) this.shown = '';
    this.uri = uri;
    void this.state.update(ABOUT, uri.toString());
    if (this.panel === undefined) this.panel = this.createPanel();
    else this.panel.reveal(undefined, false);
    await this.update();
  }

  /** Fills a panel that was there before the window was reloaded; one whose migration is not known any more is closed. */
  private async restore(panel: vscode.WebviewPanel): Promise<void> {
    const about = this.state.get<string>(ABOUT);
    if (about === undefined || this.panel !== undefined) {
      panel.dispose();
      return;
    }
    panel.webview.options = WEBVIEW;
    this.panel = this.listened(panel);
    this.uri = vscode.Uri.parse(about);
    // The server knows documents that are open.
    await Promise.resolve(vscode.workspace.openTextDocument(this.uri)).then(() => this.update(), () => {
      panel.dispose();
    });
  }

  private createPanel(): vscode.WebviewPanel {
    return this.listened(vscode.window.createWebviewPanel(VIEW, 'Migration Report', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false }, { ...WEBVIEW, enableFindWidget: true }));
  }

  private listened(panel: vscode.WebviewPanel): vscode.WebviewPanel {
    panel.webview.onDidReceiveMessage((message: Message) => this.received(message));
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.uri = undefined;
      this.shown = '';
    });
    return panel;
  }

  private soon(): void {
    if (this.panel === undefined) return;
    this.waiting ??= setTimeout(() => {
      this.waiting = undefined;
      void this.update();
    }, PATIENCE);
  }

  /** Makes the page anew, where it would be another one. */
  private async update(): Promise<void> {
    const { panel, uri } = this;
    if (panel === undefined || uri === undefined) return;
    const nonce = randomBytes(16).toString('base64');
    const result = await this.server.ask<ReportResult | null>(REPORT, { uri: uri.toString(), format: 'webview', nonce }).catch(() => undefined);
    if (result === undefined || result === null || this.panel !== panel || this.uri !== uri) return;
    this.statements = result.statements;
    const content = result.text.replaceAll(nonce, '');
    if (content === this.shown) return;
    this.shown = content;
    panel.title = `Report: ${result.name}`;
    panel.webview.html = result.text;
  }

  private async received(message: Message): Promise<void> {
    const { uri } = this;
    if (uri === undefined) return;
    switch (message.type) {
      case 'ready':
        return this.tellWanted();
      case 'reveal':
        return this.reveal(uri, this.statements[message.statement]);
      case 'html':
        return this.saveHtml(uri);
      case 'markdown':
        return this.copyMarkdown(uri);
    }
  }

  private async tellWanted(): Promise<void> {
    if (this.wanted !== undefined) await this.panel?.webview.postMessage({ type: 'show', statement: this.wanted });
  }

  /** Shows a statement in the editor that has the migration, or in a new one beside the report. */
  private async reveal(uri: vscode.Uri, place: WireRange | undefined): Promise<void> {
    if (place === undefined) return;
    // Backwards, so that the cursor and the view are where the statement starts.
    const selection = new vscode.Selection(place.end.line, place.end.character, place.start.line, place.start.character);
    const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    const viewColumn = open?.viewColumn ?? (this.panel?.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One);
    const editor = await vscode.window.showTextDocument(uri, { viewColumn });
    editor.selection = selection;
    editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  private async saveHtml(uri: vscode.Uri): Promise<void> {
    const result = await this.server.ask<ReportResult | null>(REPORT, { uri: uri.toString(), format: 'html' });
    if (result === undefined || result === null) return;
    const defaultUri = uri.scheme === 'untitled' ? undefined : vscode.Uri.joinPath(uri, '..', `${result.name.replace(/\.[^.]*$/u, '')}.report.html`);
    const target = await vscode.window.showSaveDialog({ ...(defaultUri && { defaultUri }), filters: { HTML: ['html'] }, title: 'Save the Report' });
    if (target === undefined) return;
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(result.text));
    void vscode.window.setStatusBarMessage(`Lockscope: saved ${posix.basename(target.path)}`, 5000);
  }

  private async copyMarkdown(uri: vscode.Uri): Promise<void> {
    const result = await this.server.ask<ReportResult | null>(REPORT, { uri: uri.toString(), format: 'markdown' });
    if (result === undefined || result === null) return;
    await vscode.env.clipboard.writeText(result.text);
    void vscode.window.setStatusBarMessage('Lockscope: the report is in the clipboard, as Markdown', 5000);
  }
}
