// Running other programs: to the end (`run`), or for as long as they are needed (`stopProcess`).
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/**
 * Runs a program to its end and gives back what it printed, both streams in one.
 * Throws an Error whose message ends with the last lines of that output when the exit status is not 0.
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
			const tail = output.trimEnd().split('\n').slice(-15).join('\n');
			reject(new Error(`${[command, ...args].join(' ')} failed (${signal ?? code}):\n${tail}`));
		});
	});
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

/** A TCP port of the loopback interface that nobody listens on now. */
export function freePort() {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.on('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});
}

/**
 * Ends a child that was spawned with `detached: true`, and everything that it started: first politely,
 * after `graceMs` milliseconds by force. Resolves when the child is gone.
 */
export async function stopProcess(child, { graceMs = 5000, signal = 'SIGTERM' } = {}) {
	if (child.pid === undefined) return;
	const gone = new Promise((resolve) => {
		if (child.exitCode !== null || child.signalCode !== null) resolve();
		else child.once('exit', resolve);
	});
	signalGroup(child.pid, signal);
	const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
	await gone;
	clearTimeout(timer);
	signalGroup(child.pid, 'SIGKILL');
}

function signalGroup(pid, signal) {
	if (process.platform === 'win32') {
		spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' });
		return;
	}
	try {
		process.kill(-pid, signal);
	} catch (error) {
		if (error.code !== 'ESRCH') throw error;
	}
}

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
