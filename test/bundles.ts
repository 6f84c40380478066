import { join } from 'node:path';
import { inject } from 'vitest';
import { buildInto, webAssembly } from '../scripts/build.mjs';

let built: Promise<string> | undefined;

/** The folder of the language server and the command line, built from the sources once for each process that runs tests. */
export function bundles(): Promise<string> {
  return (built ??= (async () => {
    const folder = join(inject('built'), String(process.pid));
    await buildInto(folder, { entries: { main: 'server/src/main.ts', cli: 'server/src/cli.ts' }, assets: webAssembly });
    return folder;
  })());
}
