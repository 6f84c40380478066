#!/usr/bin/env node
// Stands in for the desktop VS Code: @vscode/test-electron starts it as its `vscodeExecutablePath`, and it does
// what that program would do with the same arguments, by way of code-server and a headless Chromium.
//
//   launcher.mjs [FOLDER] --extensionDevelopmentPath=DIR… --extensionTestsPath=FILE   runs a suite; its status is ours
//   launcher.mjs --install-extension FILE.vsix                                        installs an extension
//
// Both take --user-data-dir and --extensions-dir. Other options of VS Code are accepted and mean nothing here.
// The suite finds the name of a file in LOCKSCOPE_TEST_OUTPUT; what it appends to that file is printed here.
// LOCKSCOPE_TEST_TIMEOUT: seconds after which the whole run counts as failed (default 300).
// LOCKSCOPE_TEST_DEBUG: any value prints what the workbench logs.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import { installExtension, startCodeServer } from '../../scripts/lib/code-server.mjs';

const timeoutSeconds = Number(process.env.LOCKSCOPE_TEST_TIMEOUT ?? 300);
const cleanups = [];

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: 'string', multiple: true, default: [] },
    extensionTestsPath: { type: 'string' },
    'install-extension': { type: 'string', multiple: true, default: [] },
    'user-data-dir': { type: 'string' },
    'extensions-dir': { type: 'string' },
  },
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => finish(1));
process.exitCode = 1;
main().then(finish, (error) => {
  console.error(error);
  return finish(1);
});

async function main() {
  const profile = {
    userDataDir: values['user-data-dir'] ?? temporaryFolder('user-data'),
    extensionsDir: values['extensions-dir'] ?? temporaryFolder('extensions'),
    log: console.error,
  };
  for (const extension of values['install-extension']) await installExtension({ ...profile, extension });
  if (values['install-extension'].length > 0) return 0;
  if (!values.extensionTestsPath) throw new Error('launcher.mjs: --extensionTestsPath is missing.');
  return runSuite(profile);
}

/** Resolves with the exit status of the suite, as the extension host gives it to the workbench. */
async function runSuite(profile) {
  const output = join(temporaryFolder('output'), 'output.txt');
  const printed = printWhileItGrows(output);
  cleanups.push(printed.stop);
  const server = await startCodeServer({ ...profile, env: { ...process.env, LOCKSCOPE_TEST_OUTPUT: output } });
  cleanups.push(server.stop);
  const browser = await launchChromium({ log: console.error });
  cleanups.push(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });

  const problems = [];
  const note = (type, parts) => {
    const line = `[workbench ${type}] ${parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' ')}`;
    if (process.env.LOCKSCOPE_TEST_DEBUG) console.error(line);
    else if (type === 'error') problems.push(line);
  };
  // The two functions through which the workbench in a browser reports to whoever runs tests in it.
  const ended = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
  await page.exposeFunction('codeAutomationLog', note);

  const status = await Promise.race([
    page.goto(address(server), { waitUntil: 'domcontentloaded', timeout: timeoutSeconds * 1000 }).then(() => ended),
    new Promise((_, reject) => {
      server.exited.then((text) => reject(new Error(`code-server ended before the suite did:\n${text}`)));
      page.on('crash', () => reject(new Error('The page crashed before the suite ended.')));
      const late = () => reject(new Error(`The suite did not end within ${timeoutSeconds} s.`));
      setTimeout(late, timeoutSeconds * 1000).unref();
    }),
  ]).finally(() => {
    if (!printed.any()) console.error(problems.slice(-20).join('\n'));
  });
  return status;
}

function address({ url, port }) {
  const remote = (path) => `vscode-remote://127.0.0.1:${port}${encodeURI(resolve(path))}`;
  const payload = [
    ...values.extensionDevelopmentPath.map((path) => ['extensionDevelopmentPath', remote(path)]),
    ['extensionTestsPath', remote(values.extensionTestsPath)],
    ['skipWelcome', 'true'],
  ];
  const folder = positionals[0] ? `folder=${encodeURIComponent(resolve(positionals[0]))}` : 'ew=true';
  return `${url}?${folder}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** Creates a file and copies to standard output whatever others append to it. */
function printWhileItGrows(file) {
  writeFileSync(file, '');
  const descriptor = openSync(file, 'r');
  const buffer = Buffer.alloc(64 * 1024);
  let total = 0;
  const copy = () => {
    for (let read; (read = readSync(descriptor, buffer, 0, buffer.length, null)) > 0; total += read) {
      process.stdout.write(buffer.subarray(0, read));
    }
  };
  const timer = setInterval(copy, 100);
  const stop = () => {
    clearInterval(timer);
    copy();
    closeSync(descriptor);
  };
  return { stop, any: () => (copy(), total > 0) };
}

function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `lockscope-${name}-`));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function finish(status) {
  for (const cleanup of cleanups.reverse()) await Promise.resolve(cleanup()).catch(() => {});
  process.exit(status);
}
