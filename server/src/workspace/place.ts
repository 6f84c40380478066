import { URI } from 'vscode-uri';

/** Where a document stands: the path that messages and tools see, and the folder it counts from. */
export interface Place {
  /** The workspace folder, or the root of the file system for a document outside of any. */
  readonly root: URI;
  /** From the root, with forward slashes and without a leading one. */
  readonly path: string;
  /** Whether it lies in a folder that the editor opened. */
  readonly inFolder: boolean;
}

/**
 * Finds the place of a document.
 * @param folders the innermost first
 */
export function placeOf(uri: URI, folders: readonly URI[]): Place {
  for (const folder of folders) {
    const prefix = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
    if (uri.scheme === folder.scheme && uri.authority === folder.authority && uri.path.startsWith(prefix)) {
      return { root: folder, path: uri.path.slice(prefix.length), inFolder: true };
    }
  }
  return { root: uri.with({ path: '/', query: null, fragment: null }), path: uri.path.replace(/^\/+/u, ''), inFolder: false };
}

/** The address of a path that counts from a root. */
export function addressOf(root: URI, path: string): string {
  return root.with({ path: `${root.path.replace(/\/+$/u, '')}/${path}` }).toString();
}

/** One spelling for each document: editors differ in what they escape. */
export function canonical(uri: string): string {
  return URI.parse(uri).toString();
}
