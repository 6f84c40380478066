/** Real migration tools against a real server: installed from npm into the cache when a test first needs them. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Server } from '../postgres/servers';
import { systemProgram, type Probe } from '../system-programs';

const cache = fileURLToPath(new URL('../../.cache/tools', import.meta.url));

export interface Ran {
  readonly code: number;
  /** Standard output and standard error. */
  readonly output: string;
}

/** Where a tool comes from: packages of npm by name, each with its exact version; a program of the system's packages; or what it needs of both. */
export interface Source {
  readonly npm?: Readonly<Record<string, string>>;
  readonly system?: Probe;
}

/**
 * Installs what a tool needs, once: its npm packages in one go with those of the other tools that need nothing else.
 * @param all what the tools of the test file need
 * @returns the folder that holds its node_modules (none for a tool that has none), or why that is impossible
 */
export async function provide(name: string, { npm, system }: Source, all: readonly Source[]): Promise<{ readonly folder: string } | { readonly missing: string }> {
  if (system !== undefined && (await systemProgram([system])) === undefined) return { missing: `${name} is not run: ${system.program} with what it needs is not here and cannot be installed` };
  if (npm === undefined) return { folder: '/nonexistent' };
  return installPackages(system === undefined ? together(all) : npm);
}

function together(all: readonly Source[]): Readonly<Record<string, string>> {
  const packages = new Map<string, string>();
  for (const { npm = {}, system } of all) {
    if (system !== undefined) continue;
    for (const [name, version] of Object.entries(npm)) {
      if ((packages.get(name) ?? version) !== version) throw new Error(`two tools want ${name} in two versions: ${version} and ${packages.get(name) ?? ''}`);
      packages.set(name, version);
    }
  }
  return Object.fromEntries(packages);
}

/**
 * Installs npm packages into a folder of the cache, once.
 * @param packages by name, each with its exact version
 * @returns the folder that holds node_modules, or why that is impossible
 */
async function installPackages(packages: Readonly<Record<string, string>>): Promise<{ readonly folder: string } | { readonly missing: string }> {
  const wanted = JSON.stringify({ private: true, dependencies: packages });
  const folder = path.join(cache, createHash('sha256').update(wanted).digest('hex').slice(0, 16));
  // It gets its name when everything is in it.
  if (existsSync(folder)) return { folder };
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(path.join(cache, 'fresh-'));
  await writeFile(path.join(fresh, 'package.json'), wanted);
  const { code, output } = await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'], { cwd: fresh, timeout: 240_000 });
  if (code === 0) {
    await rename(fresh, folder);
    return { folder };
  }
  await rm(fresh, { recursive: true, force: true });
  return { missing: `npm install of ${Object.keys(packages).join(', ')} failed: ${output.slice(-400)}` };
}

/** Runs a program to its end; a program that cannot be started, or takes too long, has a code other than 0. */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env = {}, timeout = 60_000 }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly timeout?: number },
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, NO_COLOR: '1', NO_UPDATE_NOTIFIER: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: error.message });
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}

/**
 * A project with the given files, in a temporary folder that is removed afterwards.
 * @param modules a folder whose node_modules the project sees
 */
export async function withProject<T>(files: Readonly<Record<string, string>>, modules: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockscope-tool-'));
  try {
    await addFiles(folder, files);
    await symlink(path.join(modules, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes files into a project. */
export async function addFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

let databases = 0;

/**
 * A new database whose statements the server logs.
 * @param sql that is run in it first
 * @returns its URL, and what the server was sent for it since
 */
export async function newDatabase(server: Server, sql: string): Promise<{ readonly name: string; readonly url: string; sent(): readonly string[] }> {
  const name = `tool_${String((databases += 1))}_${String(process.pid)}`;
  const admin = await server.connect();
  await admin.query("ALTER SYSTEM SET log_line_prefix = '<%d> '");
  await admin.query('SELECT pg_reload_conf()');
  await admin.query(`CREATE DATABASE ${name}`);
  const client = await server.connect(name);
  await client.query(sql);
  await client.end();
  for (const setting of ["log_statement = 'all'", "log_min_messages = 'log'"]) await admin.query(`ALTER DATABASE ${name} SET ${setting}`);
  await admin.end();
  return { name, url: server.url(name), sent: () => statementsIn(server.log(), name) };
}

/** The statements in a server's log; `statement:` for a simple query, `execute …:` for a prepared one. */
function statementsIn(log: string, database: string): readonly string[] {
  // What continues a statement is indented by a tab.
  const entries = log.replaceAll('\n\t', '\u0000').split('\n');
  return entries.flatMap((entry) => {
    const [, of, sent] = /^<(\w*)> LOG: {2}(?:statement|execute [^:]*): (.*)$/su.exec(entry) ?? [];
    return of === database && sent !== undefined ? [sent.replaceAll('\u0000', '\n')] : [];
  });
}
