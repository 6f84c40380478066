import * as vscode from 'vscode';
import { registerCommands } from './commands';
import { LockscopeServer } from './server';
import { StatusItem } from './status';

let server: LockscopeServer | undefined;

/** Starts the language server; called when a SQL file or a folder with migrations is opened. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Lockscope', { log: true });
  server = new LockscopeServer(context, log);
  const status = new StatusItem(server);
  context.subscriptions.push(log, status, ...registerCommands(server, status, log));
  // Not awaited: VS Code need not wait for the server to show the extension as active.
  void server.start();
}

/** Called when the extension is switched off or VS Code closes. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
