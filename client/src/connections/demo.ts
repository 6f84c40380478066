import * as vscode from 'vscode';
import { placeOf } from '../candidates/candidate';
import { DEMO_VARIABLE, type Connections } from './store';

/** The only hosts that are connected to without having been chosen in the editor. */
const THIS_MACHINE = new Set(['127.0.0.1', 'localhost', '[::1]']);

interface Demo {
  readonly folder: string;
  readonly url: string;
}

/**
 * Judges the examples by the database that `npm start` has started for them. Whoever started the editor so chose it; it has
 * to be on this machine, and only the folder that is named is judged by it, once it is trusted. Who disconnects stays
 * disconnected until the next start, which has another address.
 */
export async function connectDemo(connections: Connections, environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const demo = demoFrom(environment[DEMO_VARIABLE]);
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === demo?.folder);
  if (demo === undefined || folder === undefined) return;
  const connection = await connections.adopt('demo', 'examples', placeOf(demo.url), demo.url);
  if (connection !== undefined) await connections.use(connection, folder);
}

/** Undefined for what is not of the form above, or names another machine; parameters of a URL can name another host. */
function demoFrom(text: string | undefined): Demo | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const { folder, url } = JSON.parse(text) as Partial<Record<keyof Demo, unknown>>;
    if (typeof folder !== 'string' || typeof url !== 'string') return undefined;
    const { protocol, hostname, search } = new URL(url);
    return protocol === 'postgresql:' && THIS_MACHINE.has(hostname) && search === '' ? { folder, url } : undefined;
  } catch {
    return undefined;
  }
}
