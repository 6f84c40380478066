// Running other programs: to their end (`run`), or for as long as they are needed (`supervise`).
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/**
 * Runs a program to its end and gives back what it printed, both streams in one.
 * Throws an Error whose message ends with the first and last lines of that output when the exit status is not 0.
 */
export function run(command, args, { cwd, env = process.env, onOutput, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const take = (chunk) => {
      output += chunk;
      onOutput?.(String(chunk));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => reject(new Error(`${command} did not start: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      reject(new Error(`${[command, ...args].join(' ')} failed (${signal ?? code}):\n${excerpt(output)}`));
    });
  });
}

/** Some programs tell the cause first, some last. */
function excerpt(output) {
  const lines = output.trimEnd().split('\n');
  return lines.length <= 24 ? lines.join('\n') : [...lines.slice(0, 8), '…', ...lines.slice(-15)].join('\n');
}

/** Runs npm with a clean environment: what an outer `npm run` says about its own package is not passed on. */
export function npm(args, options = {}) {
  const env = npmEnvironment(options.env);
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.js$/.test(cli)) return run(process.execPath, [cli, ...args], { ...options, env });
  return process.platform === 'win32'
    ? run('npm.cmd', args, { ...options, env, shell: true })
    : run('npm', args, { ...options, env });
}

function npmEnvironment(env = process.env) {
  const ours = /^npm_(package_|lifecycle_|command$|config_(local_prefix|workspace|dry_run|omit|include|ignore_scripts|global$))/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours.test(name)));
}

/** The full path of the first of `names` that is an executable on the PATH, or undefined. */
export function findOnPath(...names) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      for (const ending of endings) {
        const file = join(folder, name + ending);
        if (folder && isExecutable(file)) return file;
      }
    }
  }
  return undefined;
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A TCP port of the loopback interface that nobody listens on now; `preferred` if that is one. */
export function freePort(preferred = 0) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error) => (preferred === 0 ? reject(error) : resolve(freePort())));
    server.listen(preferred, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts a program that runs until `stop` is called or this process ends, by whatever signal: its parent is a small
 * process that waits for the end of its standard input. Both are in a group of their own, so that a terminal's
 * Ctrl-C reaches only us, and we end the program in good order.
 * @param {object} options
 * @param {NodeJS.Signals} [options.signal] what asks the program politely; 5 s later its whole group is killed
 * @param {{uid: number, gid: number}} [options.user] who runs it
 * @returns {{exited: Promise<string>, stop: () => Promise<void>}} `exited` resolves with the program's last output
 */
export function supervise(command, args, { env = process.env, cwd, user, signal = 'SIGTERM' } = {}) {
  const order = JSON.stringify({ command, args, options: { cwd, ...user }, signal });
  const child = spawn(process.execPath, ['-e', supervisor, order], { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.stdin.on('error', () => {
    // The supervisor has ended already.
  });
  const exited = new Promise((resolve) => child.once('exit', () => resolve(output)));
  const stop = async () => {
    child.stdin.end();
    await exited;
  };
  return { exited, stop };
}

const supervisor = `
const { spawn } = require('node:child_process');
const { command, args, options, signal } = JSON.parse(process.argv[1]);
const child = spawn(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
const endAll = () => {
  if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  process.exit();
};
const end = () => {
  child.kill(signal);
  setTimeout(endAll, 5000).unref();
};
child.on('error', (error) => { process.stderr.write(error.message); process.exit(1); });
child.on('exit', endAll);
process.stdin.on('end', end).on('error', end).resume();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, end);
`;

/** Calls `probe` until it gives back something true; throws when `timeoutMs` milliseconds have passed. */
export async function waitFor(what, probe, { timeoutMs, everyMs = 200 }) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`Waited ${Math.round(timeoutMs / 1000)} s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
