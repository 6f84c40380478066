// What npm cannot bring: a browser, a C++ compiler. Installed where that takes no questions, else named.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath, run } from './process.mjs';

/**
 * Installs Debian packages through apt-get, as root or through `sudo -n`.
 * Gives back whether it could; never asks for a password and never throws.
 */
export async function installSystemPackages(packages, log) {
  const aptGet = findOnPath('apt-get');
  const prefix = aptGet && (await rootPrefix());
  if (!prefix) return false;
  log(`Installing ${packages.join(', ')} with apt-get …`);
  // One at a time: tests that run side by side may each lack something, and apt-get gives up where another one works.
  const flock = findOnPath('flock');
  const inTurn = flock ? [flock, join(tmpdir(), 'lockscope-apt-get.lock')] : [];
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, ...inTurn, 'env', 'DEBIAN_FRONTEND=noninteractive', aptGet, '-q', ...args];
    return run(command, rest);
  };
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages);
  try {
    await apt('update').then(install, install);
    return true;
  } catch (error) {
    log(error.message);
    return false;
  }
}

async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = findOnPath('sudo');
  if (!sudo) return undefined;
  return run(sudo, ['-n', 'true']).then(() => [sudo, '-n'], () => undefined);
}
