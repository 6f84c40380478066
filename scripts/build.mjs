// npm run build: bundles the extension's client, the language server and the command line into their dist folders.
//
//   node scripts/build.mjs [--minify]
//
// With --minify what ships: small, without source maps. Prints the size of each bundle.
import { build } from 'esbuild';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const wasm = 'libpg-query.wasm';
/** The grammars of the languages that migrations are written in (GRAMMARS in script/code/grammars.ts), and their parser. */
const grammars = ['javascript', 'typescript', 'tsx', 'ruby', 'python', 'php', 'go', 'c-sharp', 'elixir'].map((name) => `tree-sitter-${name}.wasm`);
export const webAssembly = [wasm, 'web-tree-sitter.wasm', ...grammars];

/** The packages that WebAssembly files come from, by the files that are not of @vscode/tree-sitter-wasm. */
const packages = { [wasm]: 'libpg-query', 'web-tree-sitter.wasm': 'web-tree-sitter', 'tree-sitter-elixir.wasm': 'tree-sitter-elixir/package.json' };

/** What is built, by the folder it goes to. */
const bundles = [
  { outdir: 'client/dist', entries: { extension: 'client/src/extension.ts' }, external: ['vscode'] },
  { outdir: 'server/dist', entries: { main: 'server/src/main.ts', cli: 'server/src/cli.ts' }, external: [], assets: webAssembly },
];

/**
 * Builds one of the folders into `outdir` (absolute), with the WebAssembly files beside it that it needs.
 * Gives back esbuild's metafile. Throws when a source does not compile.
 */
export async function buildInto(outdir, { entries, external = [], assets = [], minify = false }) {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir,
    external,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Bundles do not find package.json: the version is written into them.
    define: { 'process.env.LOCKSCOPE_VERSION': JSON.stringify(version) },
    // The ES module builds are smaller: what is not used can be left out. UMD builds hide their requires from a bundler.
    mainFields: ['module', 'main'],
    // Its ES module asks where it lies, which a bundle of CommonJS cannot tell.
    alias: { 'web-tree-sitter': join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
    minify,
    sourcemap: minify ? false : 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  const require = createRequire(import.meta.url);
  for (const asset of assets) {
    copyFileSync(join(dirname(require.resolve(packages[asset] ?? '@vscode/tree-sitter-wasm')), asset), join(outdir, asset));
  }
  return metafile;
}

async function main(args) {
  const unknown = args.filter((arg) => arg !== '--minify');
  if (unknown.length > 0) throw new Error(`No such option: ${unknown.join(' ')}`);
  const minify = args.includes('--minify');
  for (const { outdir, entries, ...rest } of bundles) {
    const there = Object.entries(entries).filter(([, source]) => {
      const exists = existsSync(join(root, source));
      if (!exists) console.warn(`skipped: ${source} does not exist`);
      return exists;
    });
    if (there.length === 0) continue;
    const metafile = await buildInto(join(root, outdir), { entries: Object.fromEntries(there), minify, ...rest });
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
      if (file.endsWith('.js')) print(file, bytes);
    }
    for (const asset of rest.assets ?? []) print(`${outdir}/${asset}`, statSync(join(root, outdir, asset)).size);
  }
}

function print(file, bytes) {
  console.log(`${file.padEnd(36)} ${(bytes / 1024).toFixed(0).padStart(6)} KB`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
