import * as vscode from 'vscode';
import type { ProbeResult } from '../../../server/src/protocol';
import { placeOf, withPassword } from '../candidates/candidate';
import { askForFields, askForName, askForPassword, askForUrl } from './inputs';
import { pickConnection, type Choice } from './pick';
import { probe } from './probe';
import type { Connections } from './store';

/** `Lockscope: Connect Database`: a known connection, or a new one that is tried first. */
export async function connectDatabase(connections: Connections, program: string): Promise<void> {
  if (!(await isTrusted())) return;
  const folder = await folderToConnect();
  if (folder === 'left') return;
  const choice = await pickConnection(connections, folder);
  if (choice === undefined) return;
  if (choice.kind === 'disconnect') await connections.use(undefined, folder);
  else if (choice.kind === 'connection') await connections.use(choice.connection, folder);
  else await connectNew(choice, folder, connections, program);
}

/** `Lockscope: Disconnect Database`: judges the folder without it. The connection stays known. */
export async function disconnectDatabase(connections: Connections): Promise<void> {
  const folder = await folderToConnect();
  if (folder !== 'left') await connections.use(undefined, folder);
}

/** `Lockscope: Mark Connection as Production`: from then on nothing but reading happens to it. Chosen again, the mark goes. */
export async function markProduction(connections: Connections): Promise<void> {
  const items = connections.all().map((connection) => ({ label: connection.name, description: connection.production === true ? 'production' : '', detail: connection.place, picked: connection.production === true, connection }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage('Lockscope: there is no connection yet.');
    return;
  }
  const chosen = await vscode.window.showQuickPick(items, { title: 'Connections to Production', placeHolder: 'Checked ones are production: nothing is rehearsed with their rows', canPickMany: true });
  if (chosen === undefined) return;
  for (const { connection } of items) {
    const isProduction = chosen.some((item) => item.connection.id === connection.id);
    if (isProduction !== (connection.production === true)) await connections.mark(connection, isProduction);
  }
}

type NewChoice = Exclude<Choice, { readonly kind: 'disconnect' | 'connection' }>;

async function connectNew(choice: NewChoice, folder: vscode.WorkspaceFolder | undefined, connections: Connections, program: string): Promise<void> {
  const given = await urlFor(choice);
  const tried = given === undefined ? undefined : await tryUntilItWorks(given, choice, program);
  if (tried === undefined) return;
  const { url, version, tables } = tried;
  const name = await askForName(url, connections.all().map((known) => known.name));
  if (name === undefined) return;
  await connections.use(await connections.add(name, placeOf(url), url), folder);
  vscode.window.setStatusBarMessage(`Lockscope: connected to ${name} (PostgreSQL ${String(version)}, ${String(tables)} ${tables === 1 ? 'table' : 'tables'})`, 5000);
}

async function urlFor(choice: NewChoice): Promise<string | undefined> {
  if (choice.kind === 'candidate') return choice.candidate.url;
  return choice.kind === 'url' ? askForUrl() : askForFields();
}

interface Tried {
  readonly url: string;
  readonly version: number;
  readonly tables: number;
}

const PASSWORD = 'Enter Password…';
const CHANGE = 'Change…';
const AGAIN = 'Try Again';

async function tryUntilItWorks(first: string, choice: NewChoice, program: string): Promise<Tried | undefined> {
  let url: string | undefined = first;
  while (url !== undefined) {
    const result = await tryOnce(url, program);
    if (result === undefined) return undefined;
    if (result.ok) return { url, version: result.version, tables: result.tables };
    const answers = [...(result.wantsPassword ? [PASSWORD] : []), AGAIN, CHANGE];
    const answer: string | undefined = await vscode.window.showErrorMessage(`Lockscope cannot connect: ${result.problem}`, ...answers);
    if (answer === undefined) return undefined;
    if (answer === PASSWORD) url = await passworded(url);
    else if (answer === CHANGE) url = await urlFor(choice.kind === 'candidate' ? { kind: 'url' } : choice);
  }
  return undefined;
}

async function passworded(url: string): Promise<string | undefined> {
  const password = await askForPassword();
  return password === undefined ? undefined : withPassword(url, password);
}

async function tryOnce(url: string, program: string): Promise<ProbeResult | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title: `Lockscope: connecting to ${placeOf(url)}`, cancellable: true };
  return vscode.window.withProgress(options, async (_, token) => probe(program, url, token));
}

async function isTrusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Trust';
  const answer = await vscode.window.showInformationMessage('Lockscope connects to a database only in folders that you trust.', manage);
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}

/** The folder of the active editor, else the only one, else the one that the user picks; undefined where none is open. */
async function folderToConnect(): Promise<vscode.WorkspaceFolder | undefined | 'left'> {
  const { workspaceFolders = [] } = vscode.workspace;
  const document = vscode.window.activeTextEditor?.document;
  const own = document === undefined ? undefined : vscode.workspace.getWorkspaceFolder(document.uri);
  if (own !== undefined || workspaceFolders.length < 2) return own ?? workspaceFolders[0];
  return (await vscode.window.showWorkspaceFolderPick({ placeHolder: 'Which folder is the database for?' })) ?? 'left';
}
