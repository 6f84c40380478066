import type { SnippetTextEdit, TextDocumentEdit, TextEdit, WorkspaceEdit } from 'vscode-languageserver/node';
import { lineIndex, type Edit } from '../core/text';
import type { Reading } from '../workspace/document-state';
import { rangeOf } from './convert';
import type { Server } from './feature';

/** A document as it was analysed: edits for it hold for this version only. */
export type Analysed = Extract<Reading, { state: 'analysed' }> & { readonly uri: string };

/** A document whose present text is analysed; undefined where it is not. */
export function analysedNow(uri: string, { workspace }: Server): Analysed | undefined {
  const reading = workspace.read(uri);
  return reading?.state === 'analysed' ? { ...reading, uri } : undefined;
}

/** A new file that comes with edits; its path counts as the analysis' does. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Edits as the editor takes them: for exactly this version of the document where it can check that.
 * @returns undefined where it cannot do what they need, creating files for example
 */
export function workspaceEdit({ uri, version, analysis, input }: Analysed, edits: readonly Edit[], files: readonly NewFile[], server: Server): WorkspaceEdit | undefined {
  const textEdits = edits.map((edit): TextEdit => ({ range: rangeOf(analysis.lines, edit), newText: edit.text }));
  const client = server.client();
  if (!client.versionedEdits) return files.length === 0 ? { changes: { [uri]: textEdits } } : undefined;
  if (files.length > 0 && !client.createsFiles) return undefined;
  const created = files.flatMap(({ path, text }) => {
    const address = server.workspace.addressOf(uri, besides(analysis.path, path));
    const known = input.beside?.get(path);
    // A file of the tool's that is there already is written anew.
    if (known !== undefined) return [{ textDocument: { uri: address, version: null }, edits: [{ range: rangeOf(lineIndex(known), { offset: 0, length: known.length }), newText: text }] }];
    const insert: TextDocumentEdit = { textDocument: { uri: address, version: null }, edits: [{ range: START, newText: text }] };
    return [{ kind: 'create' as const, uri: address }, insert];
  });
  const own: TextDocumentEdit[] = textEdits.length === 0 ? [] : [{ textDocument: { uri, version }, edits: textEdits }];
  return { documentChanges: [...created, ...own] };
}

/**
 * An insertion part of which the user is to type over, for editors that know such.
 * @param place finds that part in the edit's text
 */
export function snippetEdit({ uri, version, analysis }: Analysed, edit: Edit, place: RegExp): WorkspaceEdit {
  const { index = 0, 0: text = '' } = place.exec(edit.text) ?? {};
  const before = edit.text.slice(0, index);
  const after = edit.text.slice(index + text.length);
  const snippet: SnippetTextEdit = {
    range: rangeOf(analysis.lines, edit),
    snippet: { kind: 'snippet', value: `${escaped(before)}\${1:${escaped(text)}}${escaped(after)}` },
  };
  return { documentChanges: [{ textDocument: { uri, version }, edits: [snippet] }] };
}

const START = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** A path without a folder lies beside the file it belongs to. */
function besides(path: string, file: string): string {
  return file.includes('/') ? file : path.replace(/[^/]*$/u, file);
}

function escaped(text: string): string {
  return text.replace(/[\\$}]/gu, '\\$&');
}
