// npm run package: builds, small, and makes the .vsix. vsce prints what is in it and how large it is.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX } from '@vscode/vsce';
import { run } from './lib/process.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packagePath = join(root, `${manifest.name}-${manifest.version}.vsix`);

await run(process.execPath, [join(root, 'scripts/build.mjs'), '--minify'], { cwd: root });
await createVSIX({
  cwd: root,
  packagePath,
  dependencies: false,
  allowMissingRepository: true,
  // Relative links in the README need a public address to lead to.
  rewriteRelativeLinks: manifest.repository !== undefined,
});
// The last line, for programs that call this one.
console.log(packagePath);
