import { posix } from 'node:path';
import * as vscode from 'vscode';
import { REHEARSAL_PLAN, REHEARSE, type RehearsalPlanResult, type RehearseResult } from '../../server/src/protocol';
import type { Connection, Connections } from './connections/store';
import type { LockscopeServer } from './server';

/**
 * `lockscope.rehearse`: runs the active migration on a copy of a part of its tables, in a database that is made for it on the
 * server of a connection that the user chooses, and removed again. Says first what will be copied.
 */
export async function rehearse(server: LockscopeServer, connections: Connections, log: vscode.LogOutputChannel): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) return;
  const uri = document.uri.toString();
  const plan = await server.ask<RehearsalPlanResult | null>(REHEARSAL_PLAN, { uri });
  if (plan === undefined || plan === null) {
    void vscode.window.showInformationMessage('Lockscope: connect a database and open a migration first, then rehearse it.');
    return;
  }
  if (plan.production) {
    void vscode.window.showWarningMessage(`Lockscope: ${plan.database} is marked as production: nothing is rehearsed with its rows.`);
    return;
  }
  const stage = await pickStage(connections);
  if (stage === undefined) return;
  const copies = plan.copies.length === 0 ? 'No table is copied.' : `Lockscope reads ${plan.copies.join(', ')} from ${plan.database}.`;
  const go = 'Rehearse';
  const answer = await vscode.window.showInformationMessage(`Rehearse ${posix.basename(document.uri.path)} on ${stage.name}?`, { modal: true, detail: `${copies} They are copied to a new database on the server of ${stage.name}; the migration runs there, and the database is removed again.` }, go);
  if (answer !== go) return;
  if (stage.stage !== true) {
    await connections.allowRehearsals(stage);
    await server.restart();
  }
  const options = { location: vscode.ProgressLocation.Notification, title: `Lockscope: rehearsing ${posix.basename(document.uri.path)}`, cancellable: true };
  const result = await vscode.window.withProgress(options, (progress, token) => server.askLong<RehearseResult>(REHEARSE, { uri, stage: stage.id }, token, progress));
  if (result === undefined) return;
  if (!result.ok) {
    void vscode.window.showErrorMessage(`Lockscope: ${result.problem}.`);
    return;
  }
  for (const { statement, message } of result.failures) log.warn(`Failed in the rehearsal: ${statement}: ${message}`);
  for (const note of result.notes) log.info(note);
  if (result.failures.length === 0) void vscode.window.showInformationMessage(`Lockscope: ${result.summary}.`);
  else {
    const show = 'Show Log';
    if ((await vscode.window.showWarningMessage(`Lockscope: ${result.summary}.`, show)) === show) log.show();
  }
}

/** A connection that may be rehearsed on: none that is marked as production. */
async function pickStage(connections: Connections): Promise<Connection | undefined> {
  const items = connections.all().filter(({ production }) => production !== true).map((connection) => ({ label: connection.name, description: connection.place, connection }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage('Lockscope: there is no connection that is not production to rehearse on.');
    return undefined;
  }
  const chosen = await vscode.window.showQuickPick(items, { title: 'Rehearse On', placeHolder: 'The copy becomes a new database on this connection’s server' });
  return chosen?.connection;
}
