// Writes docs/rules from the rules' declarations (a page a rule, and README.md with the table of them all), docs/tools.md from the tools', and the
// reference in the repository's README.md.
//
//   node scripts/generate-docs.mjs [--check]
//
// With --check nothing is written, and the exit status is 1 when a page is missing, stale or of a rule that is gone.
import { build } from 'esbuild';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withReference } from './lib/reference.mjs';
import { rulesByTool } from './lib/rules-by-tool.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'docs/rules');
const readmePath = join(root, 'README.md');
const byToolPath = join(root, 'docs/rules-by-tool.md');
const toolsPath = join(root, 'docs/tools.md');

/** Every page by its file name, and the rules. Throws when the sources do not compile. */
async function declared() {
  mkdirSync(join(root, 'out'), { recursive: true });
  const scratch = mkdtempSync(join(root, 'out/docs-'));
  try {
    const outfile = join(scratch, 'docs.cjs');
    const contents = `
      export { RULE_METAS } from './server/src/core/rules';
      export { TOOLS } from './server/src/core/script/tools';
      export { rulePages } from './server/src/reporters/rule-page';
      export { toolsPage } from './server/src/reporters/tools-page';`;
    await build({
      stdin: { contents, resolveDir: root, loader: 'ts' },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
      logLevel: 'warning',
    });
    const { RULE_METAS, TOOLS, rulePages, toolsPage } = createRequire(import.meta.url)(outfile);
    return { pages: rulePages(RULE_METAS), metas: RULE_METAS, tools: toolsPage(TOOLS) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function main(args) {
  const { pages: wanted, metas, tools } = await declared();
  const toolsCurrent = existsSync(toolsPath) && readFileSync(toolsPath, 'utf8') === tools;
  const readme = readFileSync(readmePath, 'utf8');
  const referenced = withReference(readme, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')), metas);
  const byTool = rulesByTool(metas);
  const isByToolCurrent = existsSync(byToolPath) && readFileSync(byToolPath, 'utf8') === byTool;
  mkdirSync(folder, { recursive: true });
  const present = readdirSync(folder).filter((name) => name.endsWith('.md'));
  const gone = present.filter((name) => !wanted.has(name));
  const stale = [...wanted].filter(([name, text]) => !present.includes(name) || readFileSync(join(folder, name), 'utf8') !== text);
  if (args.includes('--check')) {
    for (const name of [...gone, ...stale.map(([name]) => name)]) console.error(`docs/rules/${name} is not current: run node scripts/generate-docs.mjs`);
    if (referenced !== readme) console.error('README.md is not current: run node scripts/generate-docs.mjs');
    if (!isByToolCurrent) console.error('docs/rules-by-tool.md is not current: run node scripts/generate-docs.mjs');
    if (!toolsCurrent) console.error('docs/tools.md is not current: run node scripts/generate-docs.mjs');
    process.exitCode = gone.length + stale.length > 0 || !toolsCurrent || referenced !== readme || !isByToolCurrent ? 1 : 0;
    return;
  }
  for (const name of gone) rmSync(join(folder, name));
  for (const [name, text] of stale) writeFileSync(join(folder, name), text);
  if (!toolsCurrent) writeFileSync(toolsPath, tools);
  if (referenced !== readme) writeFileSync(readmePath, referenced);
  if (!isByToolCurrent) writeFileSync(byToolPath, byTool);
  console.log(`${wanted.size} pages, ${stale.length} written, ${gone.length} removed`);
}

await main(process.argv.slice(2));
