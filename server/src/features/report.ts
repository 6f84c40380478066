import { LSPErrorCodes, ResponseError, type CancellationToken } from 'vscode-languageserver/node';
import type { Duration } from '../core/estimate/estimate';
import { ranInWords, summaryInWords, timeInWords } from '../core/estimate/words';
import { ESTIMATE, REPORT, type DocumentParams, type EstimateResult, type EstimatedTime, type ReportParams, type ReportResult } from '../protocol';
import { htmlReport } from '../reporters/report/html';
import { markdownReport } from '../reporters/report/markdown';
import { rangeOf } from './convert';
import { analysedNow } from './edits';
import { estimateOf } from './estimates';
import { guarded, whenReady, type Feature, type Server } from './feature';

/** How long an estimate waits for a database to be read anew, in ms: it is to answer in under two seconds. */
const PATIENCE = 1500;

/** How long the migration takes, and the report on it. */
export const report: Feature = {
  listen(server) {
    const { connection } = server;
    connection.onRequest(ESTIMATE, guarded(server, ESTIMATE, null, async ({ uri }: DocumentParams, token: CancellationToken) => {
      await readAnew(uri, server, token);
      return whenReady(server, uri, () => {
        const data = server.workspace.read(uri)?.data;
        const analysed = analysedNow(uri, server);
        if (data?.kind === 'connection' && analysed !== undefined) data.database.live.showed(analysed.analysis, estimateOf(analysed));
        return estimated(uri, server);
      }, token);
    }));
    connection.onRequest(REPORT, guarded(server, REPORT, null, (params: ReportParams, token: CancellationToken) => whenReady(server, params.uri, () => reported(params, server), token)));
  },
};

/** Has the document's database read, as far as that is done in time. */
async function readAnew(uri: string, server: Server, token: CancellationToken): Promise<void> {
  await server.workspace.ready(uri);
  const data = server.workspace.read(uri)?.data;
  if (data?.kind !== 'connection') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, PATIENCE);
    token.onCancellationRequested(() => {
      clearTimeout(timer);
      reject(new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled'));
    });
    // What goes wrong is part of the database's state and shown there.
    const { live } = data.database;
    void Promise.allSettled([live.refresh(), live.lookBack()]).then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function estimated(uri: string, server: Server): EstimateResult | null {
  const analysed = analysedNow(uri, server);
  if (analysed === undefined) return null;
  const { lines, statements } = analysed.analysis;
  const estimate = estimateOf(analysed);
  return {
    summary: summaryInWords(estimate),
    runs: onWire(estimate.runs),
    blocksReads: onWire(estimate.blocksReads),
    blocksWrites: onWire(estimate.blocksWrites),
    statements: statements.map(({ span, effects }, index) => {
      const one = estimate.statements[index];
      if (one === undefined || effects === undefined) return null;
      return { range: rangeOf(lines, span), kind: effects.kind, runs: onWire(one.runs), perMillionRows: onWire(one.perMillionRows), basis: one.basis, inWords: timeInWords(one), ran: ranInWords(one) ?? null };
    }),
  };
}

function onWire(duration: Duration | undefined): EstimatedTime {
  return duration ?? null;
}

function reported({ uri, format, nonce }: ReportParams, server: Server): ReportResult | null {
  const analysed = analysedNow(uri, server);
  if (analysed === undefined) return null;
  const { analysis, input } = analysed;
  const migration = { analysis, estimate: estimateOf(analysed), lockBudget: input.options.lockBudget };
  return {
    name: analysis.path.replace(/^.*\//u, ''),
    text: format === 'markdown' ? markdownReport([migration]) : htmlReport([migration], format === 'webview' && nonce !== undefined ? { nonce } : {}),
    statements: analysis.statements.map(({ span }) => rangeOf(analysis.lines, span)),
  };
}
