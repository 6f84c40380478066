import { WorkDoneProgress, type CancellationToken } from 'vscode-languageserver/node';
import { LEARN, LEARNING_PLAN, type DocumentParams, type LearnParams, type LearnResult } from '../protocol';
import { learnFor, learningPlan } from '../workspace/learning';
import { guarded, type Feature } from './feature';

/** Learning how fast a database's server is, on request. */
export const learning: Feature = {
  listen(server) {
    const { connection, workspace } = server;
    connection.onRequest(
      LEARNING_PLAN,
      guarded(server, LEARNING_PLAN, null, async ({ uri }: DocumentParams) => {
        await workspace.ready(uri);
        return learningPlan(uri, workspace);
      }),
    );
    connection.onRequest<LearnResult, unknown>(
      LEARN,
      guarded(server, LEARN, FAILED, async (params: LearnParams, token: CancellationToken) => {
        await workspace.ready(params.uri);
        const stop = new AbortController();
        token.onCancellationRequested(() => {
          stop.abort();
        });
        const { workDoneToken } = params;
        const tell = (message: string, share: number): void => {
          if (workDoneToken !== undefined) void connection.sendProgress(WorkDoneProgress.type, workDoneToken, { kind: 'report', message, percentage: Math.round(100 * share) });
        };
        return learnFor(params, workspace, stop.signal, tell);
      }),
    );
  },
};

const FAILED: LearnResult = { ok: false, problem: 'Lockscope failed; the log tells why' };
