// npm start: everything to try Lockscope, on a fresh clone. Installs, builds, starts a PostgreSQL server with the
// tables of examples/, and opens an editor on that folder: VS Code where `code` is on the PATH, else VS Code in the
// browser. Ctrl-C stops it all.
//
//   --browser   VS Code in the browser, even where `code` is on the PATH
//   --check     starts all of it (in the browser), asks both servers something, and ends
//
// Runs on plain Node: nothing may be imported at the top that npm has yet to install.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureCodeServer, installExtension, startCodeServer } from './lib/code-server.mjs';
import { installDependencies } from './lib/dependencies.mjs';
import { findOnPath, freePort, run } from './lib/process.mjs';
import { makeVsix } from './lib/vsix.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const examples = join(root, 'examples');
const log = (line) => console.log(line);
/** What to end, in the order of starting. */
const running = [];

const { values: options } = parseArgs({
  options: { browser: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => finish(0));
try {
  await start();
  if (options.check) await finish(0);
} catch (error) {
  console.error(error.message);
  await finish(1);
}

async function start() {
  const desktop = options.browser || options.check ? undefined : findOnPath('code');
  // Most of a first start goes into this. What goes wrong is told when it is needed, and tried again then.
  if (!desktop) ensureCodeServer({ log }).catch(() => {});
  await installDependencies({ log });
  const { startDemoDatabase } = await import('./lib/demo-database.mjs');
  const database = await startDemoDatabase({ log });
  running.push(database);
  const env = { ...process.env, LOCKSCOPE_DEMO_DATABASE: JSON.stringify({ folder: examples, url: database.url }) };
  if (desktop) await openDesktop(desktop, env);
  else await openBrowser(env);
  if (options.check) return check(database.url);
  log(`Database: ${database.url}`);
  log('Lockscope judges examples/ by it, once the folder is trusted.');
  log('Ctrl-C stops it all.');
  keepAlive();
}

async function openDesktop(code, env) {
  log('Building …');
  await run(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root });
  await run(code, [`--extensionDevelopmentPath=${root}`, '--new-window', examples], {
    env,
    shell: process.platform === 'win32',
  });
  log('VS Code opens on examples/.');
}

async function openBrowser(env) {
  log('Building …');
  const extension = await makeVsix();
  const home = join(root, '.cache/editor');
  const profile = { userDataDir: join(home, 'user'), extensionsDir: join(home, 'extensions'), log };
  writeSettings(profile.userDataDir);
  await installExtension({ ...profile, extension });
  const port = await freePort(options.check ? undefined : 8765);
  const server = await startCodeServer({ ...profile, env, port });
  running.push(server);
  server.exited.then(editorEnded);
  const address = `${server.url}?folder=${encodeURIComponent(examples)}`;
  if (options.check) {
    const page = await fetch(address);
    if (!page.ok || !(await page.text()).includes('vscode-workbench')) {
      throw new Error(`${address} does not show VS Code (${page.status}).`);
    }
    log(`The editor answers at ${address}`);
    return;
  }
  log(`VS Code with Lockscope: ${address}`);
  showInBrowser(address);
}

/** Settings for the first start only; afterwards they are the person's own. */
function writeSettings(userDataDir) {
  const file = join(userDataDir, 'User/settings.json');
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true });
  const settings = { 'workbench.startupEditor': 'readme', 'git.openRepositoryInParentFolders': 'never', 'telemetry.telemetryLevel': 'off' };
  writeFileSync(file, JSON.stringify(settings, null, 2));
}

async function check(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    "SELECT current_setting('server_version') AS version, count(*) AS tables FROM pg_stat_user_tables",
  );
  await client.end();
  log(`The database answers: PostgreSQL ${rows[0].version}, ${rows[0].tables} tables`);
}

/** Opens the person's browser where there is one; the address was printed anyway. */
function showInBrowser(address) {
  if (!process.stdout.isTTY) return;
  const opener = process.platform === 'darwin' ? 'open' : process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? 'xdg-open' : undefined;
  const program = opener && findOnPath(opener);
  if (program) spawn(program, [address], { stdio: 'ignore', detached: true }).on('error', () => {}).unref();
}

function keepAlive() {
  setInterval(() => {}, 2 ** 30);
}

function editorEnded(output) {
  if (running.length === 0) return;
  console.error(`The editor ended:\n${output}`);
  finish(1);
}

async function finish(status) {
  for (const part of running.splice(0).reverse()) await part.stop().catch(() => {});
  process.exit(status);
}
