import * as vscode from 'vscode';
import { registerCommands } from './commands';
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
  connections.onDidChange(() => {
    void running.restart();
  });
  const status = new StatusItem(running);
  const report = new ReportPanel(running, context.workspaceState);
  context.subscriptions.push(log, status, report, ...registerCommands(running, status, connections, report, log));
  // Not awaited: VS Code need not wait for the server to show the extension as active.
  void running.start();
}

/** Called when the extension is switched off or VS Code closes. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
