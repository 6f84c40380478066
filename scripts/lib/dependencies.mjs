// The packages of package-lock.json, installed once.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from './process.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Installs what package-lock.json names, unless that was done before. Throws when npm fails.
 * Not by `npm ci`: it refuses a lock file that lacks the optional packages of other platforms, as npm writes it
 * where the registry does not offer those. Versions are the lock file's all the same, and it is not written.
 */
export async function installDependencies({ log = console.error } = {}) {
  if (existsSync(join(root, 'node_modules/.package-lock.json'))) return;
  log('Installing …');
  await npm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root });
}
