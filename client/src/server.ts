import * as vscode from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, State, TransportKind, WorkDoneProgress, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';
import { ANALYZE_FILE_COMMAND, CHECK_DATA_COMMAND, CHECK_DATA_PROGRESS, SHOW_REPORT_COMMAND, STATUS_CHANGED, type CheckDataProgress, type InitializationOptions } from '../../server/src/protocol';
import engineOptions from './engine-options.json';
import { documents } from './languages';

/** How the server does: `off` when it was stopped or gave up, with the reason. */
export type ServerState = { readonly kind: 'starting' | 'running' } | { readonly kind: 'off'; readonly reason: string };

/** A server that ends more often than this within {@link WINDOW} is not started again. */
const MOST_CRASHES = 4;
/** 3 minutes, in ms. */
const WINDOW = 3 * 60 * 1000;

/** The language server's process, seen from the editor. */
export class LockscopeServer implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  /** Fires when the server's state or what it knows of documents changed. */
  readonly onDidChange = this.changes.event;
  private readonly checking = new vscode.EventEmitter<CheckDataProgress>();
  /** Fires while the server counts rows. */
  readonly onCheckingData = this.checking.event;
  state: ServerState = { kind: 'off', reason: 'It was not started yet.' };
  private client: LanguageClient | undefined;
  private readonly crashes: number[] = [];
  private progresses = 0;
  /** Restarts come one after the other. */
  private restarts = Promise.resolve();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly environment: () => Promise<Readonly<Record<string, string>>>,
  ) {
    context.subscriptions.push(this, this.changes, this.checking);
  }

  /** The path of the server's bundle. */
  get program(): string {
    return this.context.asAbsolutePath('server/dist/main.js');
  }

  /** Starts the server. What goes wrong is logged and becomes its state; nothing pops up. */
  async start(): Promise<void> {
    this.become({ kind: 'starting' });
    try {
      // Secrets reach the server by its environment: a message or an argument could be logged.
      this.client ??= this.createClient(await this.environment(), await documents());
      await this.client.start();
    } catch (error) {
      this.log.error(error instanceof Error ? error : String(error));
      this.become({ kind: 'off', reason: 'It did not start; the log tells why.' });
    }
  }

  /** Ends the server and starts a new one. */
  async restart(): Promise<void> {
    this.restarts = this.restarts.then(async () => {
      this.crashes.length = 0;
      await this.end();
      await this.start();
    });
    await this.restarts;
  }

  async stop(): Promise<void> {
    if (this.client === undefined) return;
    await this.end();
    this.become({ kind: 'off', reason: 'It was stopped.' });
  }

  private async end(): Promise<void> {
    const { client } = this;
    if (client === undefined) return;
    try {
      if (client.needsStop()) await client.stop();
    } catch (error) {
      this.log.warn(`The server did not stop in time: ${String(error)}`);
    }
    await client.dispose();
    this.client = undefined;
  }

  /** Asks the server; undefined while it is not running. */
  async ask<R>(method: string, parameters?: object, token?: vscode.CancellationToken): Promise<R | undefined> {
    if (this.client?.state !== State.Running) return undefined;
    return this.client.sendRequest<R>(method, parameters, token);
  }

  /** Asks for something that takes its time: shows how far it is, and gives undefined where the user cancelled and nothing came of it. */
  async askLong<R>(method: string, parameters: object, token: vscode.CancellationToken, progress: vscode.Progress<{ message?: string; increment?: number }>): Promise<R | undefined> {
    const { client } = this;
    if (client?.state !== State.Running) return undefined;
    const workDoneToken = `lockscope-${String((this.progresses += 1))}`;
    let shown = 0;
    const listening = client.onProgress(WorkDoneProgress.type, workDoneToken, (report) => {
      if (report.kind !== 'report') return;
      const now = report.percentage ?? shown;
      progress.report({ ...(report.message === undefined ? {} : { message: report.message }), increment: now - shown });
      shown = now;
    });
    try {
      return await client.sendRequest<R>(method, { ...parameters, workDoneToken }, token);
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    } finally {
      listening.dispose();
    }
  }

  /** The editor's form of an edit that the server made. */
  async editOf(edit: Parameters<LanguageClient['protocol2CodeConverter']['asWorkspaceEdit']>[0]): Promise<vscode.WorkspaceEdit | undefined> {
    return this.client?.protocol2CodeConverter.asWorkspaceEdit(edit) ?? undefined;
  }

  dispose(): void {
    void this.stop();
  }

  private createClient(env: Readonly<Record<string, string>>, documentSelector: Awaited<ReturnType<typeof documents>>): LanguageClient {
    const module = this.program;
    // After a pause V8 gives back the memory for young objects, and the first keystrokes that come then wait for its
    // collections. So that stays as large as it is: 8 MB, twice what a keystroke needs in a file of thousands of statements.
    // And V8 does not collect everything when nobody types.
    const server: ServerOptions = {
      run: { module, transport: TransportKind.stdio, options: { env, execArgv: engineOptions } },
      debug: { module, transport: TransportKind.stdio, options: { env, execArgv: [...engineOptions, '--nolazy', '--inspect=6009'] } },
    };
    const options: LanguageClientOptions = {
      documentSelector,
      initializationOptions: { commands: [SHOW_REPORT_COMMAND, ANALYZE_FILE_COMMAND, CHECK_DATA_COMMAND] } satisfies InitializationOptions,
      outputChannel: this.log,
      diagnosticCollectionName: 'lockscope',
      // Squiggles follow the keystrokes; other open migrations follow when the server asks for a refresh.
      diagnosticPullOptions: { onChange: true, onTabs: true },
      markdown: { supportHtml: false },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => this.closed(),
      },
    };
    const client = new LanguageClient('lockscope', 'Lockscope', server, options);
    client.onNotification(CHECK_DATA_PROGRESS, (progress: CheckDataProgress) => {
      this.checking.fire(progress);
    });
    client.onNotification(STATUS_CHANGED, () => {
      this.changes.fire();
    });
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) this.become({ kind: 'running' });
      else if (newState === State.Starting) this.become({ kind: 'starting' });
    });
    return client;
  }

  private closed(): { action: CloseAction; handled: boolean } {
    const now = Date.now();
    this.crashes.push(now);
    while ((this.crashes[0] ?? now) < now - WINDOW) this.crashes.shift();
    if (this.crashes.length < MOST_CRASHES) {
      this.log.warn('The server ended unexpectedly and is started again.');
      return { action: CloseAction.Restart, handled: true };
    }
    this.log.error('The server ended unexpectedly several times and is not started again. The command "Lockscope: Restart Server" does so.');
    this.become({ kind: 'off', reason: 'It ended unexpectedly several times.' });
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  private become(state: ServerState): void {
    this.state = state;
    this.changes.fire();
  }
}
