import type { CodeLens } from 'vscode-languageserver/node';
import type { Effects } from '../core/effects/effects';
import { guarded, whenReady, type Feature, type Server } from './feature';
import { lockLine } from './words';

/** A line over each statement that changes what exists: which lock, on what, and who waits. */
export const codeLens: Feature = {
  capabilities: () => ({ codeLensProvider: { resolveProvider: false } }),

  listen(server) {
    server.connection.onCodeLens(guarded(server, 'textDocument/codeLens', [], ({ textDocument: { uri } }, token) => whenReady(server, uri, () => lenses(uri, server), token)));
  },

  changed({ connection, client }) {
    if (client().refreshesLenses) void connection.sendRequest('workspace/codeLens/refresh').catch(() => undefined);
  },
};

function lenses(uri: string, { workspace }: Server): CodeLens[] {
  const reading = workspace.read(uri);
  if (reading?.state !== 'analysed' || !reading.settings.lens) return [];
  const { lines, statements, path } = reading.analysis;
  const found: CodeLens[] = [];
  for (const { effects, span } of statements) {
    const title = effects === undefined ? undefined : titleOf(effects, path);
    if (title === undefined) continue;
    const start = lines.positionAt(span.offset);
    // A command without a name is shown and does nothing.
    found.push({ range: { start, end: start }, command: { title, command: '' } });
  }
  return found;
}

const titles = new WeakMap<Effects, { readonly path: string; readonly title: string | undefined }>();

function titleOf(effects: Effects, path: string): string | undefined {
  let known = titles.get(effects);
  if (known?.path !== path) titles.set(effects, (known = { path, title: lockLine(effects, path) }));
  return known.title;
}
