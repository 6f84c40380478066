import type { CancellationToken } from 'vscode-languageserver/node';
import { checkKey, dataChecks, violationsInWords, type StatementCheck } from '../core/data-checks';
import { CHECK_DATA, CHECK_DATA_PROGRESS, type CheckDataAnswer, type CheckDataParams, type CheckDataProgress } from '../protocol';
import { rangeOf } from './convert';
import { analysedNow, type Analysed } from './edits';
import { guarded, type Feature, type Server } from './feature';

/** Which rows would make a migration fail: counted when somebody asks. */
export const checkData: Feature = {
  listen(server) {
    server.connection.onRequest<CheckDataAnswer, unknown>(
      CHECK_DATA,
      guarded(server, CHECK_DATA, FAILED, async (params: CheckDataParams, token: CancellationToken): Promise<CheckDataAnswer> => {
        await server.workspace.ready(params.uri);
        return answer(params, server, token);
      }),
    );
  },
};

const FAILED: CheckDataAnswer = { state: 'unknown', reason: 'Lockscope failed to find out; the log tells why.' };

/** What can be asked of the data for a document, once for each analysis. */
export function checksFor({ analysis }: Pick<Analysed, 'analysis'>): readonly StatementCheck[] {
  let checks = known.get(analysis);
  if (checks === undefined) known.set(analysis, (checks = analysis.applied === undefined ? dataChecks(analysis) : []));
  return checks;
}

const known = new WeakMap<Analysed['analysis'], readonly StatementCheck[]>();

async function answer({ uri, statement: wanted }: CheckDataParams, server: Server, token: CancellationToken): Promise<CheckDataAnswer> {
  const analysed = analysedNow(uri, server);
  if (analysed === undefined) return { state: 'unknown', reason: 'This document is not a migration that Lockscope analyses.' };
  const { data, analysis } = analysed;
  if (data?.kind !== 'connection') return { state: 'unknown', reason: 'No database is connected. Connect one to check its data.' };
  const checks = checksFor(analysed).filter(({ statement }) => wanted === undefined || statement === wanted);
  if (checks.length === 0) return { state: 'unknown', reason: 'Nothing here can fail because of rows that are there, as far as can be told before it runs.' };
  const { name, live } = data.database;
  const stop = new AbortController();
  token.onCancellationRequested(() => {
    stop.abort();
  });
  const found = await live.check(checks.map(({ check }) => check), {
    next: (done, all) => void server.connection.sendNotification(CHECK_DATA_PROGRESS, { uri, done, all } satisfies CheckDataProgress),
    signal: stop.signal,
  });
  if (typeof found === 'string') return { state: 'unknown', reason: `${name} could not be read: ${found}` };
  return {
    state: 'read',
    database: name,
    checks: checks.flatMap(({ statement, check }) => {
      const counted = found.get(checkKey(check));
      const span = analysis.statements[statement]?.span;
      if (counted === undefined || span === undefined) return [];
      const isKnown = !('problem' in counted);
      const inWords = isKnown ? violationsInWords(check, counted) : `not counted which ${check.unit}s ${check.what}: ${counted.problem}`;
      return [{ range: rangeOf(analysis.lines, span), inWords, count: isKnown ? counted.count : undefined, query: check.shown }];
    }),
  };
}
