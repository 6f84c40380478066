import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withReference } from '../scripts/lib/reference.mjs';
import { rulesByTool } from '../scripts/lib/rules-by-tool.mjs';
import { RULE_METAS } from '../server/src/core/rules';
import { TOOLS } from '../server/src/core/script/tools';
import { rulePages } from '../server/src/reporters/rule-page';
import { toolsPage } from '../server/src/reporters/tools-page';
import { CODE_CASES } from './tools/code-cases';
import { SQL_CASES } from './tools/sql-cases';

const folder = new URL('../docs/rules/', import.meta.url);

// `node scripts/generate-docs.mjs` writes them.
test('docs/rules holds the page of every rule as declared, and no other', () => {
  const wanted = rulePages(RULE_METAS);
  const present = readdirSync(folder).filter((name) => name.endsWith('.md'));
  expect(present.sort()).toEqual([...wanted.keys()].sort());
  for (const [name, text] of wanted) expect(readFileSync(new URL(name, folder), 'utf8'), name).toBe(text);
});

test('the README lists every command, setting and rule as declared', () => {
  const [readme, manifest] = ['../README.md', '../package.json'].map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'));
  expect(readme).toBe(withReference(readme ?? '', JSON.parse(manifest ?? '{}') as object, RULE_METAS));
});

test('docs/rules-by-tool.md says which other tool has each rule, and speaks of no rule that is none', () => {
  expect(readFileSync(new URL('../docs/rules-by-tool.md', import.meta.url), 'utf8')).toBe(rulesByTool(RULE_METAS));
});

test('docs/tools.md tells of every migration tool as declared', () => {
  expect(readFileSync(new URL('../docs/tools.md', import.meta.url), 'utf8')).toBe(toolsPage(TOOLS));
});

test('the tools that are said to be run are those that the tests run, in the release that they install', () => {
  const cases = [...SQL_CASES, ...CODE_CASES];
  const run = TOOLS.filter(({ about }) => about.run !== undefined);
  expect(run.map(({ id }) => id).sort()).toEqual([...new Set(cases.map(({ tool }) => tool))].sort());
  for (const { id, about } of run) {
    const [version] = Object.values(cases.find(({ tool }) => tool === id)?.source.npm ?? {});
    if (version === undefined) expect(about.run, id).toContain('from Debian');
    else expect(about.run, id).toMatch(new RegExp(`^${version.replace(/-.*/u, '').replaceAll('.', '\\.')} from npm`, 'u'));
  }
});
