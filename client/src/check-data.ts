import * as vscode from 'vscode';
import { CHECK_DATA, type CheckDataAnswer, type CheckDataParams, type CheckedData } from '../../server/src/protocol';
import type { LockscopeServer } from './server';

/**
 * Has the server count the rows that would make a migration fail, and shows what came of it.
 * @param uri of the migration; by default the active document
 * @param statement only that of this position
 */
export async function checkData(server: LockscopeServer, uri: unknown, statement: unknown): Promise<void> {
  const address = typeof uri === 'string' ? uri : vscode.window.activeTextEditor?.document.uri.toString();
  if (address === undefined) return;
  const parameters: CheckDataParams = { uri: address, ...(typeof statement === 'number' ? { statement } : {}) };
  const title = 'Lockscope: checking the data';
  const answer = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
    const watching = server.onCheckingData(({ uri: about, done, all }) => {
      if (about === address) progress.report({ message: `${String(done + 1)} of ${String(all)}`, increment: done === 0 ? 0 : 100 / all });
    });
    try {
      return await server.ask<CheckDataAnswer>(CHECK_DATA, parameters, token);
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    } finally {
      watching.dispose();
    }
  });
  if (answer !== undefined) await show(answer);
}

async function show(answer: CheckDataAnswer): Promise<void> {
  if (answer.state === 'unknown') {
    void vscode.window.showInformationMessage(answer.reason);
    return;
  }
  const { database, checks } = answer;
  const violated = checks.filter(({ count }) => count !== undefined && count > 0);
  const uncounted = checks.filter(({ count }) => count === undefined);
  if (violated.length === 0) {
    const rest = uncounted[0] === undefined ? '' : ` ${String(uncounted.length)} of ${String(checks.length)} could not be counted: ${uncounted[0].inWords}.`;
    void vscode.window.showInformationMessage(`Nothing in ${database} violates what was counted.${rest}`);
    return;
  }
  const others = violated.length === 1 ? '' : ` (and ${String(violated.length - 1)} more)`;
  const open = violated.length === 1 ? 'Open Query' : 'Open Queries';
  const copy = violated.length === 1 ? 'Copy Query' : 'Copy Queries';
  const chosen = await vscode.window.showWarningMessage(`${database}: ${violated[0]?.inWords ?? ''}${others}.`, open, copy);
  const content = queries(violated);
  if (chosen === copy) await vscode.env.clipboard.writeText(content);
  else if (chosen === open) await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'sql', content }), { preview: true });
}

function queries(violated: readonly CheckedData[]): string {
  return violated.map(({ inWords, query }) => `-- ${inWords.replace(/\s+/gu, ' ')}\n${query}\n`).join('\n');
}
