// A whole project checked from the command line, beside squawk on the same files.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { corpus } from './documents.mjs';
import { squawk } from './peers.mjs';

/**
 * Runs each tool several times, in turns.
 * @returns {Promise<{ name: string, failure?: string, wall?: number, cpu?: number }[]>} medians, in seconds
 */
export async function measureChecking({ files, statements, folders, runs, lockscope }) {
  const folder = mkdtempSync(join(tmpdir(), 'lockscope-bench-'));
  try {
    const migrations = corpus({ files, statements, folders });
    for (const { path, text } of migrations) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const paths = migrations.map(({ path }) => path);
    const tools = [
      { name: 'lockscope check --format json', command: process.execPath, args: [lockscope, 'check', '.', '--format', 'json'], times: [] },
      { name: 'squawk --reporter json', command: squawk(), args: ['--reporter', 'json', ...paths], times: [] },
    ];
    for (let run = 0; run < runs; run++) {
      for (const tool of tools) {
        if (tool.command === undefined) tool.failure = 'not installed for this machine';
        else if (tool.failure === undefined) {
          const { status, ...time } = await timed(tool.command, tool.args, folder);
          // 0 and 1 are verdicts, anything else is a failure.
          if (status === 0 || status === 1) tool.times.push(time);
          else tool.failure = `it ended with ${status}`;
        }
      }
    }
    return tools.map(({ name, failure, times }) =>
      failure === undefined ? { name, wall: median(times.map(({ wall }) => wall)), cpu: median(times.map(({ cpu }) => cpu)) } : { name, failure },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Works through the same files stage by stage, in this process. Gives the stages with their CPU time in seconds. */
export async function measureStages({ files, statements, folders }) {
  const folder = mkdtempSync(join(tmpdir(), 'lockscope-bench-'));
  try {
    const outfile = join(folder, 'stages.cjs');
    await build({ entryPoints: [fileURLToPath(new URL('stages.ts', import.meta.url))], outfile, bundle: true, platform: 'node', format: 'cjs', mainFields: ['module', 'main'], logLevel: 'warning' });
    copyFileSync(join(dirname(createRequire(import.meta.url).resolve('libpg-query')), 'libpg-query.wasm'), join(folder, 'libpg-query.wasm'));
    const { stagesOf } = createRequire(import.meta.url)(outfile);
    return await stagesOf(corpus({ files, statements, folders }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Wall and CPU time of a program and its threads, in seconds; POSIX shells count those of their children in `times`. */
function timed(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn('sh', ['-c', '"$@" > /dev/null 2>&1; s=$?; times; exit $s', 'sh', command, ...args], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let report = '';
    child.stdout.on('data', (chunk) => (report += chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      const wall = (performance.now() - start) / 1000;
      const children = [...(report.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.,]+)s/g)];
      resolve({ status, wall, cpu: children.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds.replace(',', '.')), 0) });
    });
  });
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
