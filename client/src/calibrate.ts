import * as vscode from 'vscode';
import { LEARN, LEARNING_PLAN, type LearningPlan, type LearnParams, type LearnResult } from '../../server/src/protocol';
import type { Connections } from './connections/store';
import type { LockscopeServer } from './server';

interface Choice extends vscode.QuickPickItem {
  readonly from: LearnParams['from'];
}

/** `lockscope.calibrate`: learns how fast the connected server is, after saying what will be read, and keeps that with the connection. */
export async function calibrate(server: LockscopeServer, connections: Connections): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const connection = document === undefined ? undefined : connections.active(vscode.workspace.getWorkspaceFolder(document.uri));
  if (document === undefined || connection === undefined) {
    void vscode.window.showInformationMessage('Lockscope: connect a database and open a migration first, then calibrate its estimates.');
    return;
  }
  const uri = document.uri.toString();
  const plan = await server.ask<LearningPlan | null>(LEARNING_PLAN, { uri });
  if (plan === undefined || plan === null) {
    void vscode.window.showInformationMessage('Lockscope: this file is not judged by a connected database, so there is nothing to calibrate.');
    return;
  }
  const choice = await vscode.window.showQuickPick(choices(plan, connections.isCalibrated(connection)), { title: `Calibrate Estimates: ${plan.database}`, placeHolder: 'What Lockscope may read; it writes nothing' });
  if (choice === undefined) return;
  const options = { location: vscode.ProgressLocation.Notification, title: `Lockscope: calibrating ${plan.database}`, cancellable: true };
  const result = await vscode.window.withProgress(options, (progress, token) => server.askLong<LearnResult>(LEARN, { uri, from: choice.from }, token, progress));
  if (result === undefined) return;
  if (!result.ok) {
    void vscode.window.showErrorMessage(`Lockscope: ${result.problem}.`);
    return;
  }
  if (result.calibration !== null || choice.from === 'forget') await connections.keep(connection, result.calibration ?? undefined);
  void vscode.window.showInformationMessage(`Lockscope: ${result.summary}.`);
}

function choices({ sample }: LearningPlan, isCalibrated: boolean): Choice[] {
  const past: Choice = { label: '$(history) Past statements', detail: 'Reads pg_stat_statements: what migrations and large changes took on this server', from: 'past' };
  const both: Choice = { label: '$(beaker) Past statements and a sample', detail: `Also reads and sorts ${sample.join(', ')}, for up to 2 s`, from: 'past and sample' };
  const forget: Choice = { label: '$(discard) Built-in timings', detail: 'Forgets what was learned of this server', from: 'forget' };
  return [past, ...(sample.length > 0 ? [both] : []), ...(isCalibrated ? [forget] : [])];
}
