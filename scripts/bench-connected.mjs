// npm run bench:connected: what a connected check, a snapshot and a language server cost beside a database of many tables, in time
// and in memory.
//
//   node scripts/bench-connected.mjs [--tables 10000] [--partitions 50000] [--database-url URL]
//
// Makes the tables on a server of its own, which takes minutes, or takes the database that the URL names. Fails where check
// or snapshot takes 150 MB or more: that much is promised of 60,000 tables. The rest is printed and not judged: times are the
// machine's, and most of a language server's memory is there before a database is.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildInto, webAssembly } from './build.mjs';

const root = join(import.meta.dirname, '..');
const outfile = join(root, '.cache', 'bench', 'connected.mjs');
mkdirSync(join(root, '.cache', 'bench'), { recursive: true });
await build({ entryPoints: [join(root, 'test', 'bench', 'connected.ts')], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning' });
const dist = mkdtempSync(join(tmpdir(), 'lockscope-bench-'));
try {
  await buildInto(dist, { entries: { cli: 'server/src/cli.ts', main: 'server/src/main.ts' }, assets: webAssembly, minify: true });
  const { status } = spawnSync(process.execPath, [outfile, '--program', join(dist, 'cli.js'), '--server', join(dist, 'main.js'), ...process.argv.slice(2)], { stdio: 'inherit', cwd: root });
  process.exitCode = status ?? 1;
} finally {
  rmSync(dist, { recursive: true, force: true });
}
