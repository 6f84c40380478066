// Measures every case of test/postgres on real servers and writes .cache/truth/<major>.json.
//   node scripts/record-truth.mjs [MAJOR…] [--only TEXT]    measures (or prints what --only finds)
//   node scripts/record-truth.mjs --check [MAJOR…]          compares the model with what was recorded, without a server
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const program = process.argv.includes('--check') ? 'check' : 'record';
const outfile = join(root, '.cache', 'truth', `${program}.mjs`);
mkdirSync(join(root, '.cache', 'truth'), { recursive: true });
await build({
  entryPoints: [join(root, 'test', 'postgres', `${program}.ts`)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit', cwd: root });
process.exit(status ?? 1);
