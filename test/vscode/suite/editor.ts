import * as assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

/** The extension under test, and that it is the one this run is about. */
export function lockscope(): vscode.Extension<unknown> {
  const extension = vscode.extensions.getExtension('lockscope.lockscope');
  assert.ok(extension, 'the extension lockscope.lockscope is not there');
  return extension;
}

/** Opens a file of the test workspace in an editor. */
export async function open(path: string): Promise<vscode.TextEditor> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no folder is open');
  return vscode.window.showTextDocument(vscode.Uri.joinPath(folder.uri, path));
}

/** Throws unsaved changes away and closes every editor, so that tests do not see each other's edits. */
export async function closeEverything(): Promise<void> {
  while (vscode.window.activeTextEditor) {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
}

/** Replaces the whole text of a document. */
export async function replaceText(editor: vscode.TextEditor, text: string): Promise<void> {
  const { document } = editor;
  const all = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
  assert.ok(await editor.edit((edit) => { edit.replace(all, text); }), 'the edit was refused');
}

/** Lockscope's diagnostics for a document. */
export function findings(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'lockscope');
}

/** The id of the rule that a diagnostic comes from; 'problem' for a statement that does not parse. */
export function ruleOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : (code ?? 'problem'));
}

/** Waits for the diagnostics of one rule; with `count` 0, for there to be none. Gives back those there are. */
export async function untilFound(uri: vscode.Uri, rule: string, count: number): Promise<vscode.Diagnostic[]> {
  return until(
    () => {
      const found = findings(uri).filter((diagnostic) => ruleOf(diagnostic) === rule);
      return found.length === count ? found : undefined;
    },
    () => `${count} × ${rule}; there are: ${findings(uri).map(ruleOf).join(', ') || 'none'}`,
  );
}

/** Asks again until there is an answer; fails after 45 s: the machine may be busy with other suites. */
export async function until<T>(ask: () => T | undefined | Promise<T | undefined>, what: () => string): Promise<T> {
  const end = Date.now() + 45_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) assert.fail(`waited 45 s for ${what()}`);
    await sleep(50);
  }
}

/** The quick-fixes that the editor offers at a diagnostic. */
export async function quickFixes(uri: vscode.Uri, { range }: vscode.Diagnostic): Promise<vscode.CodeAction[]> {
  const kind = vscode.CodeActionKind.QuickFix.value;
  return vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, range, kind, 50);
}

/** The text of every hover at a position. */
export async function hoverText(uri: vscode.Uri, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, position);
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (content instanceof vscode.MarkdownString ? content.value : ''))
    .join('\n');
}

/** The titles of the lenses over a document, with the line (from 0) each stands on. */
export async function lenses(uri: vscode.Uri): Promise<{ line: number; title: string }[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 50);
  return found.map(({ range, command }) => ({ line: range.start.line, title: command?.title ?? '' }));
}
