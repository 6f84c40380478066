import { BLOCKERS, type BlockersAnswer, type DocumentParams } from '../protocol';
import { blockersOf } from '../workspace/blockers';
import { guarded, type Feature } from './feature';

/** Who would block a migration now: asked again and again while somebody looks at the answer. */
export const blockers: Feature = {
  listen(server) {
    const { connection, workspace } = server;
    connection.onRequest<BlockersAnswer, unknown>(
      BLOCKERS,
      guarded(server, BLOCKERS, UNKNOWN, async ({ uri }: DocumentParams): Promise<BlockersAnswer> => {
        await workspace.ready(uri);
        return blockersOf(uri, workspace);
      }),
    );
  },
};

const UNKNOWN: BlockersAnswer = { state: 'unknown', reason: 'Lockscope failed to find out; the log tells why.' };
