import type { CodeLens } from 'vscode-languageserver/node';
import type { Effects } from '../core/effects/effects';
import { ageInWords } from '../core/quantities';
import type { Statistics } from '../core/schema/statistics';
import type { DataSource } from '../workspace/document-state';
import { databaseStatus } from './database-status';
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
  const { statistics } = reading.input;
  const stale = staleness(reading.data);
  const found: CodeLens[] = [];
  for (const { effects, span } of statements) {
    const title = effects === undefined ? undefined : titleOf(effects, path, statistics);
    if (title === undefined) continue;
    const start = lines.positionAt(span.offset);
    // A command without a name is shown and does nothing.
    found.push({ range: { start, end: start }, command: { title: title + stale, command: '' } });
  }
  return found;
}

/** What is behind sizes that are no longer read: their age. */
function staleness(data: DataSource | undefined): string {
  const status = data === undefined ? undefined : databaseStatus(data);
  return status?.state === 'stale' && status.readAt !== undefined ? ` · sizes as of ${ageInWords((Date.now() - status.readAt) / 1000)}` : '';
}

const titles = new WeakMap<Effects, { readonly path: string; readonly statistics: Statistics; readonly title: string | undefined }>();

function titleOf(effects: Effects, path: string, statistics: Statistics): string | undefined {
  let known = titles.get(effects);
  if (known?.path !== path || known.statistics !== statistics) titles.set(effects, (known = { path, statistics, title: lockLine(effects, path, statistics) }));
  return known.title;
}
