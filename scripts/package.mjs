// npm run package: builds, small, and makes the .vsix. vsce prints what is in it and how large it is.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX } from '@vscode/vsce';
import picomatch from 'picomatch';
import { run } from './lib/process.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packagePath = join(root, `${manifest.name}-${manifest.version}.vsix`);

await run(process.execPath, [join(root, 'scripts/build.mjs'), '--minify'], { cwd: root });
// vsce matches every file below its folder, node_modules and caches among them, with every pattern: that takes half a minute.
const cwd = mkdtempSync(join(tmpdir(), 'lockscope-package-'));
try {
  for (const file of ['.vscodeignore', ...shipped()]) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true });
    cpSync(join(root, file), join(cwd, file));
  }
  await createVSIX({
    cwd,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    // Relative links in the README need a public address to lead to.
    rewriteRelativeLinks: manifest.repository !== undefined,
  });
} finally {
  rmSync(cwd, { recursive: true, force: true });
}
// The last line, for programs that call this one.
console.log(packagePath);

/** The files that .vscodeignore names, which lists what ships. */
function shipped() {
  const patterns = readFileSync(join(root, '.vscodeignore'), 'utf8').split(/\r?\n/).filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  return patterns.flatMap((pattern) => {
    const { base, isGlob } = picomatch.scan(pattern);
    if (!isGlob) return [pattern];
    const found = readdirSync(join(root, base), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1).replaceAll('\\', '/'))
      .filter(picomatch(pattern));
    if (found.length === 0) throw new Error(`.vscodeignore: no file is called ${pattern}.`);
    return found;
  });
}
