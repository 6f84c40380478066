// Runs the suite inside a real VS Code, with Lockscope from this folder and with its installed .vsix.
//
//   node test/vscode/run.mjs [development] [installed] [restricted] [estimates] [--results FILE]
//
// All parts run when none is named. FILE receives what was counted, as JSON.
// LOCKSCOPE_VSCODE says which VS Code: nothing for VS Code in the browser (code-server and Chromium, which are
// obtained when they are missing), `download` for a desktop one that @vscode/test-electron downloads, or the path
// of a desktop one that is there. The parts `restricted` and `estimates` drive the page and so need the browser.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests, TestRunFailedError,
} from '@vscode/test-electron';
import { build } from 'esbuild';
import { makeVsix } from '../../scripts/lib/vsix.mjs';
import { checkEstimates } from './estimates.mjs';
import { filesWith } from './files-with.mjs';
import { checkRestrictedMode } from './restricted.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const suite = join(root, 'out/test-vscode/index.js');
const launcher = fileURLToPath(new URL('launcher.mjs', import.meta.url));

const given = process.env.LOCKSCOPE_VSCODE;
const executable = given === 'download' ? await downloadAndUnzipVSCode() : given || launcher;
const inBrowser = executable === launcher;

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { results: { type: 'string' } } });
  const parts = { development, installed, restricted, estimates };
  const unknown = positionals.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    console.error(`No such part: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`);
    return 2;
  }
  await bundleSuite();
  const database = await startDatabase();
  const total = { passed: 0, failed: 0, skipped: 0, reasons: [] };
  for (const [name, part] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    console.log(`\n— ${name} —`);
    add(total, await withProfile((profile) => part(profile, database.url)).catch(failed));
  }
  await database.stop();
  if (values.results) writeFileSync(values.results, JSON.stringify(total));
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 ? 1 : 0;
}

function failed(error) {
  console.error(error);
  return { passed: 0, failed: 1, reasons: [] };
}

function add(total, { passed, failed, reasons }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += reasons.length;
  total.reasons.push(...reasons);
}

/** Lockscope as a person who works on it starts it. */
async function development(profile, databaseUrl) {
  return runSuite(profile, databaseUrl, root, root);
}

/** Lockscope as a person who uses it has it. */
async function installed(profile, databaseUrl) {
  install(await makeVsix(), profile);
  return runSuite(profile, databaseUrl, fileURLToPath(new URL('host', import.meta.url)), profile.extensionsDir);
}

/** Lockscope in a folder that the person has not trusted. VS Code trusts every folder in which a suite runs. */
async function restricted(profile, databaseUrl) {
  if (!inBrowser) return { passed: 0, failed: 0, reasons: ['Restricted Mode: looked at in the browser only'] };
  install(await makeVsix(), profile);
  return { passed: await checkRestrictedMode(profile, databaseUrl), failed: 0, reasons: [] };
}

/** What an estimate rests on, clicked as a person does: a suite in the extension host cannot answer what it is asked. */
async function estimates(profile, databaseUrl) {
  if (!inBrowser) return { passed: 0, failed: 0, reasons: ['Calibrating and rehearsing: clicked in the browser only'] };
  install(await makeVsix(), profile);
  return { passed: await checkEstimates(profile, databaseUrl), failed: 0, reasons: [] };
}

/** Gives back what the suite counted. A suite that ended without having counted has failed. */
async function runSuite({ workspace, userDataDir, args }, databaseUrl, extensionDevelopmentPath, extensionDir) {
  const results = join(workspace, '../results.json');
  const status = await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath,
    extensionTestsPath: suite,
    extensionTestsEnv: {
      LOCKSCOPE_TEST_EXTENSION_DIR: extensionDir,
      LOCKSCOPE_TEST_RESULTS: results,
      LOCKSCOPE_TEST_DATABASE_URL: databaseUrl,
      ...(process.stdout.isTTY && { LOCKSCOPE_TEST_COLOUR: '1' }),
    },
    launchArgs: [workspace, ...args],
  }).catch((error) => {
    if (error instanceof TestRunFailedError) return error.code ?? 1;
    throw error;
  });
  if (!existsSync(results)) throw new Error(`The suite did not run to its end (${status}).`);
  const counts = JSON.parse(readFileSync(results, 'utf8'));
  const leaks = filesWith(PASSWORD, userDataDir);
  // Where the trace of the messages is not found, this shows nothing.
  if (filesWith('textDocument/codeLens', userDataDir).length === 0) leaks.push('(the trace of the messages was not written)');
  console.log(leaks.length === 0 ? '    ✔ leaves the database’s password in no log, setting or state' : `    the database's password stands in:\n${leaks.join('\n')}`);
  if (leaks.length === 0) counts.passed += 1;
  else counts.failed += 1;
  return { ...counts, failed: Math.max(counts.failed, status === 0 ? 0 : 1) };
}

/** Not a word that anything else would write. */
const PASSWORD = 'pa55-of-the-suite';

/** A server with a table of 2,000,000 rows: 226 of 36 bytes to a page of 8 kB. */
async function startDatabase() {
  const outfile = join(root, 'out/test-vscode/servers.mjs');
  await build({ absWorkingDir: root, entryPoints: ['test/postgres/servers.ts'], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'warning' });
  const { startServer } = await import(pathToFileURL(outfile).href);
  const server = await startServer(18, { shared_preload_libraries: 'pg_stat_statements' });
  const client = await server.connect();
  await client.query('CREATE TABLE users (n int); INSERT INTO users SELECT generate_series(1, 2000000); ANALYZE users');
  await client.end();
  return { url: server.url().replace('postgres@', `postgres:${PASSWORD}@`), stop: server.stop };
}

function install(file, { args }) {
  const [command, ...own] = inBrowser ? [launcher] : resolveCliArgsFromVSCodeExecutablePath(executable, { reuseMachineInstall: true });
  const { status, error } = spawnSync(command, [...own, ...args, '--install-extension', file, '--force'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${file} could not be installed (${status}).`);
}

/** Gives `use` a workspace, settings and extensions of its own, removes them afterwards, and gives back its result. */
async function withProfile(use) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lockscope-vscode-')));
  const [workspace, userDataDir, extensionsDir] = ['workspace', 'user', 'extensions'].map((name) => join(folder, name));
  try {
    cpSync(fileURLToPath(new URL('workspace', import.meta.url)), workspace, { recursive: true });
    mkdirSync(join(userDataDir, 'User'), { recursive: true });
    mkdirSync(extensionsDir);
    writeFileSync(join(userDataDir, 'User/settings.json'), JSON.stringify(settings));
    return await use({ workspace, userDataDir, extensionsDir, args: ['--user-data-dir', userDataDir, '--extensions-dir', extensionsDir] });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const settings = {
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'security.workspace.trust.banner': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'workbench.reduceMotion': 'on',
  'workbench.startupEditor': 'none',
};

function bundleSuite() {
  return build({
    absWorkingDir: root,
    entryPoints: ['test/vscode/suite/index.ts'],
    outfile: suite,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

process.exit(await main());
