// VS Code in the browser (npm's code-server): the workbench and the Node extension host of a real VS Code.
// Obtained once into .cache/code-server, without the package's own install step, which downloads from elsewhere.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOnPath, freePort, npm, run, supervise, waitFor } from './process.mjs';
import { installSystemPackages } from './system-packages.mjs';

/** VS Code 1.100.3. Pinned: later ones want a newer Node, and its parts are compiled for this one. */
const codeServerVersion = '4.100.3';

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));
const home = join(cache, 'code-server');
const server = join(home, 'node_modules/code-server');
const vscode = join(server, 'lib/vscode');

let ensuring;

/**
 * Makes sure that code-server is there, and gives back the script that starts it.
 * The first time takes one to three minutes and needs npm's registry and a C++ compiler; every step that was
 * finished is remembered, so that an interrupted run is continued. Two callers at once wait for each other.
 * Needs nothing of the project's own packages: it may run while they are installed.
 */
export function ensureCodeServer({ log = console.error } = {}) {
  ensuring ??= ensure(log).catch((error) => {
    ensuring = undefined;
    throw error;
  });
  return ensuring;
}

async function ensure(log) {
  const entry = join(server, 'out/node/entry.js');
  if (isDone('native')) return entry;
  if (process.platform === 'win32') {
    throw new Error('code-server does not run on Windows. Install VS Code and put `code` on the PATH.');
  }
  mkdirSync(cache, { recursive: true });
  const release = await takeLock(log);
  try {
    if (!isDone('native')) await obtain(log);
  } finally {
    release();
  }
  return entry;
}

async function obtain(log) {
  log(`Preparing code-server ${codeServerVersion} in .cache/code-server (once, a few minutes) …`);
  mkdirSync(home, { recursive: true });
  await ensureCompiler(log);
  await step('package', async () => {
    writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true }));
    log('  1/4 the package');
    await npmInstall(home, [`code-server@${codeServerVersion}`, '--save-exact']);
  });
  await step('workbench', async () => {
    log("  2/4 the workbench's dependencies");
    await npmInstall(vscode, ['--omit=dev']);
  });
  await step('extensions', async () => {
    log("  3/4 the built-in extensions' dependencies");
    await npmInstall(join(vscode, 'extensions'), ['--omit=dev']);
  });
  // The last step: when it is done, all of code-server is.
  await step('native', async () => {
    log('  4/4 compiling the native modules');
    await compile(vscode, ['node-pty', '@vscode/spdlog', 'native-watchdog']);
    await compile(home, ['argon2']);
    // The workbench looks for its modules under the name that they have in the desktop product.
    const link = join(vscode, 'node_modules.asar');
    if (!existsSync(link)) symlinkSync('node_modules', link);
    await run(process.execPath, [join(server, 'out/node/entry.js'), '--version']);
  });
  log('  code-server is ready.');
}

function npmInstall(cwd, args) {
  return npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args], { cwd });
}

/** Runs the install scripts of these packages, which compile their C++ parts, and of no others. */
async function compile(cwd, packages) {
  // Newer versions of npm run the scripts of named packages only; older ones do not know the option and ignore it.
  const manifest = join(cwd, 'package.json');
  const text = readFileSync(manifest, 'utf8');
  const allowed = Object.fromEntries(packages.map((name) => [name, true]));
  const { allowScripts, ...rest } = JSON.parse(text);
  writeFileSync(manifest, JSON.stringify({ ...rest, allowScripts: { ...allowScripts, ...allowed } }, null, 2));
  // node-pty's own script calls `npx node-gyp`, which without a terminal asks nobody and gives up, unless told yes.
  // argon2 would look for a prebuilt binary elsewhere first.
  // They are small and wait for the system more than they compute: not optimising them saves minutes of a first start.
  const env = { CXXFLAGS: '-O0', CFLAGS: '-O0', JOBS: 'max', ...process.env, npm_config_yes: 'true', npm_config_build_from_source: 'true', ...headers() };
  await npm(['rebuild', '--foreground-scripts', ...packages], { cwd, env });
}

/** Where this Node's C++ headers are, if they came with it; otherwise node-gyp fetches them. */
function headers() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {};
}

async function ensureCompiler(log) {
  const missing = [
    ['make', 'make'],
    ['g++', process.platform === 'darwin' ? 'c++' : 'g++'],
    ['python3', 'python3'],
  ].filter(([, program]) => !findOnPath(program));
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name);
  if (await installSystemPackages(names, log)) return;
  throw new Error(`code-server has parts to compile, and these programs are missing: ${names.join(', ')}. Install them and start again.`);
}

const marker = (name) => join(home, `${name}.done`);
/** A step counts as done for one version of code-server and one ABI of Node. */
const stamp = `${codeServerVersion} node-${process.versions.modules} ${process.platform}-${process.arch}`;

function isDone(name) {
  try {
    return readFileSync(marker(name), 'utf8') === stamp;
  } catch {
    return false;
  }
}

async function step(name, work) {
  if (isDone(name)) return;
  await work();
  writeFileSync(marker(name), stamp);
}

async function takeLock(log) {
  const lock = join(cache, 'code-server.lock');
  let told = false;
  await waitFor('another process that prepares code-server', () => {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const holder = readHolder(lock);
      if (holder !== undefined && !isAlive(holder)) rmSync(lock, { force: true });
      else if (!told) log('Another process prepares code-server; waiting …');
      told = true;
      return false;
    }
  }, { timeoutMs: 15 * 60_000, everyMs: 500 });
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  return () => {
    process.off('exit', release);
    release();
  };
}

function readHolder(lock) {
  try {
    return Number(readFileSync(lock, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Starts code-server on the loopback interface and waits until its page answers.
 * @param {object} options
 * @param {string} options.userDataDir where settings and logs go
 * @param {string} options.extensionsDir where installed extensions are
 * @param {number} [options.port] a free one if none is given
 * @param {NodeJS.ProcessEnv} [options.env] the environment of the server, its extension hosts and terminals
 * @param {boolean} [options.workspaceTrust] false (the default) trusts every folder without asking
 * @param {(line: string) => void} [options.log] where progress is told
 * @returns {Promise<{port: number, url: string, stop: () => Promise<void>, exited: Promise<string>}>}
 *   `exited` resolves with the last output when the server ends, asked or not.
 */
export async function startCodeServer({ userDataDir, extensionsDir, port, env = process.env, workspaceTrust = false, log }) {
  const entry = await ensureCodeServer({ log });
  const chosen = port ?? (await freePort());
  const server = supervise(
    process.execPath,
    [
      entry,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${chosen}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...profile(userDataDir, extensionsDir),
    ],
    { env: serverEnvironment(env) },
  );
  let ended;
  server.exited.then((output) => (ended = output));
  const url = `http://127.0.0.1:${chosen}/`;
  try {
    await waitFor(`code-server on port ${chosen}`, () => {
      if (ended !== undefined) throw new Error(`code-server did not start:\n${ended}`);
      return answers(`${url}healthz`);
    }, { timeoutMs: 60_000 });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { port: chosen, url, ...server };
}

/** Installs a .vsix (or an extension by id) into `extensionsDir`. */
export async function installExtension({ extension, userDataDir, extensionsDir, log }) {
  const entry = await ensureCodeServer({ log });
  await run(
    process.execPath,
    [entry, ...profile(userDataDir, extensionsDir), '--install-extension', extension, '--force'],
    { env: serverEnvironment(process.env) },
  );
}

function profile(userDataDir, extensionsDir) {
  // A configuration file of the person's own code-server must not leak in.
  return ['--user-data-dir', userDataDir, '--extensions-dir', extensionsDir, '--config', join(userDataDir, 'code-server.yaml')];
}

/** Variables with which an editor's own terminal would make a second code-server talk to the first one. */
function serverEnvironment(env) {
  const outer = /^(VSCODE_|CODE_SERVER_|PASSWORD$|HASHED_PASSWORD$|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !outer.test(name)));
}

async function answers(url) {
  return fetch(url).then((response) => response.ok, () => false);
}
