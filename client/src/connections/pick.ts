import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { placeOf, type Candidate } from '../candidates/candidate';
import type { Connection, Connections } from './store';

/** What the user chose. */
export type Choice =
  | { readonly kind: 'connection'; readonly connection: Connection }
  | { readonly kind: 'candidate'; readonly candidate: Candidate }
  | { readonly kind: 'url' | 'fields' | 'disconnect' };

interface Item extends vscode.QuickPickItem {
  readonly choice?: Choice;
}

const REMOVE: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Forget this connection and its password' };

/** Lets the user choose among known connections, databases that the folder mentions, and a new one. */
export async function pickConnection(connections: Connections, folder: vscode.WorkspaceFolder | undefined): Promise<Choice | undefined> {
  const picker = vscode.window.createQuickPick<Item>();
  picker.title = folder === undefined ? 'Connect Database' : `Connect Database: ${folder.name}`;
  picker.placeholder = 'Lockscope reads catalogue and statistics, and writes nothing';
  picker.matchOnDescription = true;
  picker.ignoreFocusOut = true;
  // Looked for before anything is shown: a list does not move under somebody's hand.
  const candidates = await candidatesOf(folder);
  const refill = (): void => {
    picker.items = items(connections, folder, candidates);
  };
  refill();
  const chosen = new Promise<Choice | undefined>((resolve) => {
    picker.onDidAccept(() => {
      resolve(picker.selectedItems[0]?.choice);
    });
    picker.onDidHide(() => {
      resolve(undefined);
    });
    picker.onDidTriggerItemButton(({ item: { choice } }) => {
      if (choice?.kind === 'connection') void connections.remove(choice.connection).then(refill);
    });
  });
  picker.show();
  try {
    return await chosen;
  } finally {
    picker.dispose();
  }
}

function items(connections: Connections, folder: vscode.WorkspaceFolder | undefined, candidates: readonly Candidate[]): Item[] {
  const active = connections.active(folder);
  const known = connections.all().map((connection): Item => {
    const icon = connection.id === active?.id ? 'check' : 'database';
    return { label: `$(${icon}) ${connection.name}`, description: connection.place === connection.name ? '' : connection.place, buttons: [REMOVE], choice: { kind: 'connection', connection } };
  });
  const found = candidates.map((candidate): Item => ({ label: `$(search) ${placeOf(candidate.url)}`, description: candidate.source, choice: { kind: 'candidate', candidate } }));
  return [
    ...section('Connections', known),
    ...section('Found here', found),
    ...section('Another one', [
      { label: '$(link) Enter a URL…', choice: { kind: 'url' } },
      { label: '$(list-unordered) Enter host, database and user…', choice: { kind: 'fields' } },
      ...(active === undefined ? [] : [{ label: '$(debug-disconnect) Disconnect', description: active.name, choice: { kind: 'disconnect' as const } }]),
    ]),
  ];
}

function section(label: string, list: readonly Item[]): Item[] {
  return list.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...list];
}

/** Loaded when it is asked for: most windows never connect. */
async function candidatesOf(folder: vscode.WorkspaceFolder | undefined): Promise<readonly Candidate[]> {
  const { findCandidates } = await import('../candidates/find');
  const read = async (path: string): Promise<string | undefined> => {
    if (folder === undefined) return undefined;
    try {
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder.uri, path)));
    } catch {
      return undefined;
    }
  };
  const services = await readFile(process.env.PGSERVICEFILE ?? join(homedir(), '.pg_service.conf'), 'utf8').catch(() => undefined);
  return findCandidates(read, process.env, services).catch(() => []);
}
