// Writes into package.json what follows from the sources: the settings' rules, ranges and default globs.
//
//   node scripts/generate-manifest.mjs [--check]
//
// With --check nothing is written, and the exit status is 1 when the manifest is not current.
import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = join(root, 'package.json');

/** The text that package.json should have. Throws when the sources do not compile. */
export async function manifestText() {
  const { configurationSchema, DEFAULT_MIGRATIONS } = await declarations();
  const { rules, serverVersion } = configurationSchema().properties;
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const properties = Object.assign({}, ...manifest.contributes.configuration.map((section) => section.properties));
  Object.assign(properties['lockscope.rules'], { properties: rules.properties, additionalProperties: false });
  Object.assign(properties['lockscope.serverVersion'], { minimum: serverVersion.minimum, maximum: serverVersion.maximum });
  properties['lockscope.migrations'].markdownDescription = migrationsText(DEFAULT_MIGRATIONS);
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

function migrationsText(globs) {
  const list = globs.map((glob) => `\`${glob}\``).join(', ');
  return `Controls which files are migrations and are analysed: globs from the workspace folder; one that starts with \`!\` takes files out again. When empty, \`lockscope.json\` decides, and without one the layouts of common tools: ${list}. Files that carry a migration tool’s marker (\`-- +goose Up\`, \`-- migrate:up\`, \`--liquibase formatted sql\` …) are analysed wherever they lie.`;
}

async function declarations() {
  mkdirSync(join(root, 'out'), { recursive: true });
  const folder = mkdtempSync(join(root, 'out/manifest-'));
  try {
    const outfile = join(folder, 'declarations.cjs');
    const contents = `
      export { configurationSchema } from './server/src/core/configuration-schema';
      export { DEFAULT_MIGRATIONS } from './server/src/workspace/migrations';`;
    await build({ stdin: { contents, resolveDir: root, loader: 'ts' }, outfile, bundle: true, platform: 'node', format: 'cjs', mainFields: ['module', 'main'], logLevel: 'warning' });
    return createRequire(import.meta.url)(outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(args) {
  const text = await manifestText();
  if (readFileSync(file, 'utf8') === text) return;
  if (args.includes('--check')) {
    console.error('package.json is not current: run node scripts/generate-manifest.mjs');
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log('wrote package.json');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
