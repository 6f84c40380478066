/**
 * Interpreters, and tools of other languages, from the system's package manager: what tests of all kinds want is
 * installed in one go when a test first misses some of it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installSystemPackages } from '../scripts/lib/system-packages.mjs';

/** Debian's names. */
const PACKAGES: readonly string[] = [
  ...['python3', 'python3-psycopg', 'python3-psycopg2', 'python3-django', 'alembic', 'python3-yoyo'],
  ...['ruby', 'ruby-pg', 'ruby-activerecord'],
  ...['php-cli', 'php-pgsql', 'php-illuminate-database', 'php-illuminate-filesystem'],
  ...['sqitch', 'libdbd-pg-perl', 'postgresql-client', 'sql-migrate', 'default-jre-headless'],
];

/** A program, and arguments with which it ends with 0 where it has all that is wanted of it. */
export interface Probe {
  readonly program: string;
  readonly args: readonly string[];
}

/** The first probe that works here, after the packages were installed where none did; undefined where that cannot be. */
export async function systemProgram(probes: readonly Probe[]): Promise<string | undefined> {
  const working = (): string | undefined => probes.find(({ program, args }) => spawnSync(program, args, { stdio: 'ignore' }).status === 0)?.program;
  return working() ?? ((await installed(working)), working());
}

const lock = path.join(tmpdir(), 'lockscope-system-packages.lock');

/** Test processes take turns; whoever waited finds that the one before it has done the work. */
async function installed(isThere: () => unknown): Promise<void> {
  const abandonedAfterMs = 300_000;
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > abandonedAfterMs) rmSync(lock, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  try {
    const missing = PACKAGES.filter((name) => !isInstalled(name));
    if (isThere() === undefined && missing.length > 0) await installSystemPackages(missing, () => undefined);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
  return stdout === 'installed';
}
