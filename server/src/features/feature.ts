import { LSPErrorCodes, ResponseError, type CancellationToken, type Connection, type ServerCapabilities } from 'vscode-languageserver/node';
import type { Client } from '../workspace/client';
import type { Workspace } from '../workspace/workspace';

/** What every feature works with. */
export interface Server {
  readonly connection: Connection;
  readonly workspace: Workspace;
  /** What the editor can do; known once it said so. */
  readonly client: () => Client;
}

/** One thing the server can do. */
export interface Feature {
  /** What is announced to the editor. */
  capabilities?(client: Client): ServerCapabilities;
  /** Registers its handlers. */
  listen(server: Server): void;
  /** Something other than an edit changed what is to be said of open documents. */
  changed?(server: Server): void;
}

/**
 * Makes a handler that never fails towards the editor: what goes wrong is logged, and the answer is the empty one.
 * @param name what failed, for the log
 */
export function guarded<P extends unknown[], R>(server: Server, name: string, empty: R, handler: (...parameters: P) => R | Promise<R>): (...parameters: P) => R | Promise<R> {
  const failed = (error: unknown): R => {
    // Not a failure: the editor did not want the answer any more.
    if (error instanceof ResponseError) throw error;
    server.connection.console.error(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return empty;
  };
  return (...parameters) => {
    try {
      const result = handler(...parameters);
      return result instanceof Promise ? result.catch(failed) : result;
    } catch (error) {
      return failed(error);
    }
  };
}

/** Runs `then` once a document can be read from memory: now, if that is so already. Nothing is done for a request cancelled meanwhile. */
export function whenReady<R>({ workspace }: Server, uri: string, then: () => R, token?: CancellationToken): R | Promise<R> {
  const ready = workspace.ready(uri);
  return ready === undefined ? then() : unlessCancelled(ready, then, token);
}

/** Waits, and then does something for a request that nobody cancelled meanwhile. */
export async function unlessCancelled<R>(waiting: Promise<unknown>, then: () => R, token: CancellationToken | undefined): Promise<R> {
  await waiting;
  if (token?.isCancellationRequested === true) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
  return then();
}
