// npm run bench:estimate: what Lockscope estimates beside what a real PostgreSQL took, in docs/estimates.md.
//
//   node scripts/bench-estimate.mjs [--set fitted | held-out] [--rows 100000,5000000,1000000] [--held-out 200000,1500000] [--around 1000000]
//     [--patience 12] [--minutes N] [--only TEXT] [--resume | --judge] [--write]
//
// --set: only the migrations that the constants were fitted to, or only those that are held out; --rows and --held-out: the sizes
// of their tables. --around: the size that is also run with cold caches and under load. --patience: migrations that would take longer, in
// seconds, are left to smaller tables. --minutes: what is not run by then is left out. --resume: goes on with what an
// interrupted run measured; --judge: measures nothing and judges that anew, after a change of the model. --write: writes
// docs/estimates.md. On an idle machine with two processors it takes about twenty minutes, and 6 GB of disk (in the folder for temporary files, which
// must not lie in memory).
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
