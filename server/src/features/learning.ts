import { WorkDoneProgress, type CancellationToken } from 'vscode-languageserver/node';
import { LEARN, LEARNING_PLAN, REHEARSAL_PLAN, REHEARSE, type DocumentParams, type LearnParams, type LearnResult, type RehearseParams, type RehearseResult } from '../protocol';
import { learnFor, learningPlan } from '../workspace/learning';
import { rehearsalPlanFor, rehearseFor } from '../workspace/rehearsing';
import { guarded, type Feature, type Server } from './feature';

/** On request: learning how fast a database's server is, and running a migration on a copy. */
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
        return learnFor(params, workspace, signalOf(token), teller(params, server));
      }),
    );
    connection.onRequest(
      REHEARSAL_PLAN,
      guarded(server, REHEARSAL_PLAN, null, async ({ uri }: DocumentParams) => {
        await workspace.ready(uri);
        return rehearsalPlanFor(uri, workspace);
      }),
    );
    connection.onRequest<RehearseResult, unknown>(
      REHEARSE,
      guarded(server, REHEARSE, FAILED, async (params: RehearseParams, token: CancellationToken): Promise<RehearseResult> => {
        await workspace.ready(params.uri);
        return rehearseFor(params, workspace, signalOf(token), teller(params, server));
      }),
    );
  },
};

/** Aborted when the editor cancels. */
function signalOf(token: CancellationToken): AbortSignal {
  const stop = new AbortController();
  token.onCancellationRequested(() => {
    stop.abort();
  });
  return stop.signal;
}

/** Tells the editor how far something is, where it wants to know. */
function teller({ workDoneToken }: { readonly workDoneToken?: string | number }, { connection }: Server): (message: string, share: number) => void {
  return (message, share) => {
    if (workDoneToken !== undefined) void connection.sendProgress(WorkDoneProgress.type, workDoneToken, { kind: 'report', message, percentage: Math.round(100 * share) });
  };
}

const FAILED: LearnResult & RehearseResult = { ok: false, problem: 'Lockscope failed; the log tells why' };
