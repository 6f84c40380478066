// Measures every case of test/postgres on real servers and writes .cache/truth/<major>.json.
// node scripts/record-truth.mjs [MAJOR…] [--only TEXT]
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outfile = join(root, '.cache', 'truth', 'record.mjs');
mkdirSync(join(root, '.cache', 'truth'), { recursive: true });
await build({
  entryPoints: [join(root, 'test', 'postgres', 'record.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit', cwd: root });
process.exit(status ?? 1);
