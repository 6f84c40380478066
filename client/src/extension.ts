import * as vscode from 'vscode';
import { registerCommands } from './commands';
import { connectDemo } from './connections/demo';
import { Connections } from './connections/store';
import { ReportPanel } from './report';
import { LockscopeServer } from './server';
import { StatusItem } from './status';

let server: LockscopeServer | undefined;

/** Starts the language server; called when a SQL file or a folder with migrations is opened. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Lockscope', { log: true });
  const connections = new Connections(context);
  const running = new LockscopeServer(context, log, () => connections.environment());
  server = running;
  const status = new StatusItem(running);
  const report = new ReportPanel(running, context.workspaceState);
  context.subscriptions.push(log, status, report, ...registerCommands(running, status, connections, report, log));
  // Not awaited: VS Code need not wait for the server to show the extension as active.
  void begin(connections, running, log);
}

async function begin(connections: Connections, running: LockscopeServer, log: vscode.LogOutputChannel): Promise<void> {
  await connectDemo(connections, process.env).catch((error: unknown) => {
    log.error(error instanceof Error ? error : String(error));
  });
  connections.onDidChange(() => {
    void running.restart();
  });
  await running.start();
}

/** Called when the extension is switched off or VS Code closes. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
