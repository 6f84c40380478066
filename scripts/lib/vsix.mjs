// The .vsix for programs that need one: what `npm run package` makes, without what it prints.
import { fileURLToPath } from 'node:url';
import { run } from './process.mjs';

let made;

/** Gives back the path of the .vsix, which is made once a process. Throws when the build fails. */
export function makeVsix() {
  return (made ??= run(process.execPath, [fileURLToPath(new URL('../package.mjs', import.meta.url))]).then(lastLine));
}

const lastLine = (output) => output.trimEnd().split('\n').at(-1);
