// npm run bench:estimate: what Lockscope estimates beside what a real PostgreSQL took, in docs/estimates.md.
// --help says what it can be told. All of it takes about half an hour on an idle machine with two processors, and 6 GB of disk
// (in the folder for temporary files, which must not lie in memory).
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outfile = join(root, '.cache', 'bench', 'estimates.mjs');
mkdirSync(join(root, '.cache', 'bench'), { recursive: true });
await build({ entryPoints: [join(root, 'test', 'bench', 'estimates', 'run.ts')], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning' });
const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit', cwd: root });
process.exit(status ?? 1);
