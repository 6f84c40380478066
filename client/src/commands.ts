import * as vscode from 'vscode';
import { ANALYZE_FILE, CHECK_DATA_COMMAND, FIX_ALL, REFRESH_DATABASE, RULES, SHOW_REPORT_COMMAND, type DocumentStatus, type RuleEntry } from '../../server/src/protocol';
import { checkData } from './check-data';
import { BlockersPanel } from './blockers/panel';
import { calibrate } from './calibrate';
import { connectDatabase, disconnectDatabase, markProduction } from './connections/commands';
import type { Connections } from './connections/store';
import { rehearse } from './rehearse';
import type { ReportPanel } from './report';
import type { LockscopeServer } from './server';
import type { StatusItem } from './status';

type WireEdit = Parameters<LockscopeServer['editOf']>[0];

/** The commands that the manifest promises. */
export function registerCommands(server: LockscopeServer, status: StatusItem, connections: Connections, report: ReportPanel, log: vscode.LogOutputChannel): vscode.Disposable[] {
  const blockers = new BlockersPanel(server);
  const commands: Readonly<Record<string, (...parameters: unknown[]) => unknown>> = {
    'lockscope.fixAll': () => fixAll(server),
    'lockscope.analyzeFile': () => analyzeFile(server, status),
    'lockscope.openRule': (rule) => openRule(server, rule),
    'lockscope.connectDatabase': () => connectDatabase(connections, server.program),
    'lockscope.disconnectDatabase': () => disconnectDatabase(connections),
    'lockscope.refreshDatabase': () => server.ask(REFRESH_DATABASE),
    'lockscope.calibrate': () => calibrate(server, connections),
    'lockscope.rehearse': () => rehearse(server, connections, log),
    'lockscope.markProduction': () => markProduction(connections),
    'lockscope.estimateRuntime': () => report.estimate(),
    [SHOW_REPORT_COMMAND]: (uri, statement) => report.show(uri, statement),
    'lockscope.exportReport': () => report.export(),
    [CHECK_DATA_COMMAND]: (uri, statement) => checkData(server, uri, statement),
    'lockscope.checkBlockers': () => {
      blockers.show();
    },
    'lockscope.restartServer': () => server.restart(),
    'lockscope.showOutput': () => {
      log.show();
    },
  };
  return [new vscode.Disposable(() => { blockers.dispose(); }), ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(name, run))];
}

/** Applies all safe fixes to the active document. */
async function fixAll(server: LockscopeServer): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) return;
  const made = await server.ask<WireEdit>(FIX_ALL, { uri: document.uri.toString() });
  const edit = await server.editOf(made);
  if (edit === undefined) void vscode.window.setStatusBarMessage('Lockscope: nothing here can be fixed safely by itself', 5000);
  else await vscode.workspace.applyEdit(edit);
}

/** Analyses the active document although it does not look like a migration, or has been applied. */
async function analyzeFile(server: LockscopeServer, status: StatusItem): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return;
  const { uri } = editor.document;
  const answer = await server.ask<DocumentStatus>(ANALYZE_FILE, { uri: uri.toString() });
  if (answer?.state === 'analysed') void vscode.window.setStatusBarMessage(`Lockscope: ${summary(answer)}`, 5000);
  await status.update();
}

function summary({ findings, problems }: DocumentStatus): string {
  const count = (number: number, word: string): string => `${String(number)} ${word}${number === 1 ? '' : 's'}`;
  return problems === 0 ? count(findings, 'finding') : `${count(findings, 'finding')}, ${count(problems, 'problem')}`;
}

/** Opens a rule's page, the one named or one that the user picks. */
async function openRule(server: LockscopeServer, wanted: unknown): Promise<void> {
  const rules = (await server.ask<RuleEntry[]>(RULES)) ?? [];
  const named = rules.find(({ id }) => id === wanted);
  const chosen = named ?? (await picked(rules));
  if (chosen !== undefined) await vscode.env.openExternal(vscode.Uri.parse(chosen.url));
}

async function picked(rules: readonly RuleEntry[]): Promise<RuleEntry | undefined> {
  const items = rules.map((rule) => ({ label: rule.id, detail: rule.summary, rule }));
  const item = await vscode.window.showQuickPick(items, { title: 'Open a Rule’s Page', matchOnDetail: true, placeHolder: 'A rule' });
  return item?.rule;
}
