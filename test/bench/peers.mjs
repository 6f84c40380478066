// The other tools that are measured beside Lockscope: where npm put their programs.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const suffix = process.platform === 'win32' ? '.exe' : '';

/** squawk's program; undefined where it is not installed for this machine. */
export function squawk() {
  return program('squawk-cli', [`@squawk-cli/${process.platform}-${process.arch}`], `bin/squawk${suffix}`);
}

/** postgres-language-server's program, likewise. */
export function postgresLanguageServer() {
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const system = { linux: 'linux-gnu', darwin: 'apple-darwin', win32: 'windows-msvc' }[process.platform];
  return program('@postgres-language-server/cli', [`@postgres-language-server/cli-${arch}-${system}`], `postgres-language-server${suffix}`);
}

/** The platform's package stands beside the main one in node_modules. */
function program(main, platforms, path) {
  let root;
  try {
    root = dirname(require.resolve(`${main}/package.json`));
  } catch {
    return undefined;
  }
  const modules = root.slice(0, root.length - main.length);
  return platforms.map((name) => join(modules, name, path)).find((file) => existsSync(file));
}
