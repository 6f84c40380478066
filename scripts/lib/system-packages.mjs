// What npm cannot bring: a browser, a C++ compiler, the interpreters of other languages. Installed where that takes no questions, else named.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath, run } from './process.mjs';

/**
 * Installs Debian packages through apt-get, as root or through `sudo -n`; those that the system's package lists do not
 * know are left out.
 * Gives back whether it could install all of them; never asks for a password and never throws.
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
  try {
    // Lists that cannot be refreshed may still do.
    await apt('update').catch(() => undefined);
    const known = await knownOf(packages);
    // Another installation may be under way: apt waits for its end, in seconds.
    if (known.length > 0) await apt('install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=240', ...known);
    return known.length === packages.length;
  } catch (error) {
    log(error.message);
    return false;
  }
}

/** Those of the packages that can be installed (apt-cache policy). One unknown name would keep apt-get from installing the others. */
async function knownOf(packages) {
  const policies = await run('apt-cache', ['policy', ...packages], { env: { ...process.env, LC_ALL: 'C' } });
  const candidates = new Map([...policies.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (.*)$/gm)].map(([, name, candidate]) => [name, candidate]));
  return packages.filter((name) => !['(none)', undefined].includes(candidates.get(name)));
}

async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = findOnPath('sudo');
  if (!sudo) return undefined;
  return run(sudo, ['-n', 'true']).then(() => [sudo, '-n'], () => undefined);
}
