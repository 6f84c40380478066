import type { CodeLens } from 'vscode-languageserver/node';
import type { StatementAnalysis } from '../core/analysis';
import { blocksTraffic } from '../core/effects/postgres/lock-modes';
import { ageInWords } from '../core/quantities';
import type { DataSource } from '../workspace/document-state';
import { ANALYZE_FILE_COMMAND, SHOW_REPORT_COMMAND } from '../protocol';
import { appliedInWords } from './applied';
import { databaseStatus } from './database-status';
import { timesOf } from './estimates';
import { guarded, whenReady, type Feature, type Server } from './feature';
import { changeLine, lockLine } from './words';

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

function lenses(uri: string, { workspace, client }: Server): CodeLens[] {
  const reading = workspace.read(uri);
  if (reading?.state !== 'analysed' || !reading.settings.lens) return [];
  const { lines, statements, path, applied } = reading.analysis;
  const past = appliedInWords(reading);
  // What its statements would lock is of no interest: they will not run again.
  if (applied !== undefined) return past === undefined ? [] : [atTop(`${past}: not judged`, client().commands.includes(ANALYZE_FILE_COMMAND) ? ANALYZE_FILE_COMMAND : '')];
  const { statistics } = reading.input;
  const stale = staleness(reading.data);
  const times = timesOf(reading);
  const opensReports = client().commands.includes(SHOW_REPORT_COMMAND);
  const found: CodeLens[] = past === undefined ? [] : [atTop(`${past}: judged all the same`, '')];
  for (const [index, statement] of statements.entries()) {
    const { effects, span } = statement;
    const line = effects === undefined ? undefined : lockLine(effects, path, statistics, times[index]);
    if (line === undefined) continue;
    const title = [line, heldByRun(statement, path), changeLine(statement, statistics)].filter((part) => part !== undefined).join(' · ');
    const start = lines.positionAt(span.offset);
    // A command without a name is shown and does nothing.
    const command = opensReports ? { command: SHOW_REPORT_COMMAND, arguments: [uri, index] } : { command: '' };
    found.push({ range: { start, end: start }, command: { title: title + stale, ...command } });
  }
  return found;
}

/** Where a tool runs all pending files in one transaction, what blocks others does so until the last has run. */
function heldByRun({ moment, effects, segment }: StatementAnalysis, path: string): string | undefined {
  const isFelt = moment.scope === 'run' && segment.direction === 'up' && effects?.locks.some(({ mode, origin }) => blocksTraffic(mode) && origin !== path);
  return isFelt === true ? 'held until all pending files have run' : undefined;
}

/** A lens over the whole file. A command without a name is shown and does nothing. */
function atTop(title: string, command: string): CodeLens {
  const start = { line: 0, character: 0 };
  return { range: { start, end: start }, command: { title, command } };
}

/** What is behind sizes that are no longer read: their age. */
function staleness(data: DataSource | undefined): string {
  const status = data === undefined ? undefined : databaseStatus(data);
  return status?.state === 'stale' && status.readAt !== undefined ? ` · sizes as of ${ageInWords((Date.now() - status.readAt) / 1000)}` : '';
}
