import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { FILE_RULES, RULES } from '../../../server/src/core/rules';
import type { Example } from '../../../server/src/core/rules/rule';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../../server/src/core/text';
import { loadLanguages } from '../../grammars';
import { analyzeExample } from './example';

beforeAll(async () => {
  await loadPostgresParser();
  await loadLanguages(...METAS.flatMap(({ bad, good }) => [...bad, ...good].flatMap(({ path }) => path ?? [])));
});

const METAS = [...RULES, ...FILE_RULES].map(({ meta }) => meta);

/** Each fixed text has to be as quiet as it claims: what it mends is gone, and it can run. */
function findingsOf(rule: string, example: Example): string[] {
  return analyzeExample(example).findings.filter((finding) => finding.rule === rule).map(({ message }) => message);
}

describe.each(METAS)('$id', ({ id, bad, good, summary, danger, safeWay, whenToIgnore }) => {
  test('is told in full', () => {
    expect(bad.length).toBeGreaterThanOrEqual(2);
    expect(good.length).toBeGreaterThanOrEqual(2);
    expect(summary).not.toMatch(/\.$|\n/);
    for (const prose of [danger, safeWay, whenToIgnore]) expect(prose).toMatch(/\S.*[.`]$/s);
  });

  test.each(bad)('reports $sql', (example) => {
    const analysis = analyzeExample(example);
    expect(analysis.problems).toEqual([]);
    const found = analysis.findings.filter((finding) => finding.rule === id);
    expect(found).not.toEqual([]);
    for (const { message, span } of found) {
      expect(message).toMatch(/^\S.*\.$/s);
      const marked = analysis.text.slice(span.offset, span.offset + span.length);
      if (id !== 'begin-without-commit') expect(marked).toMatch(/^\S[^\r\n]*$/);
    }
  });

  test.each(good)('is silent on $sql', (example) => {
    expect(analyzeExample(example).problems).toEqual([]);
    expect(findingsOf(id, example)).toEqual([]);
  });

  const mended = bad.filter((example) => example.fixed !== undefined);
  test.each(mended)('mends $sql, once', (example) => {
    const analysis = analyzeExample(example);
    const [fix] = analysis.findings.find((finding) => finding.rule === id)?.fixes() ?? [];
    expect(fix && applyEdits(analysis.text, fix.edits)).toBe(example.fixed);
    const again = { ...example, sql: example.fixed ?? '' };
    expect(analyzeExample(again).problems).toEqual([]);
    expect(findingsOf(id, again)).toEqual([]);
    expect(findingsOf('not-in-transaction', again)).toEqual([]);
  });
});

test('a rule is a file of its name', () => {
  const files = readdirSync(new URL('../../../server/src/core/rules/', import.meta.url)).map((name) => name.replace(/\.ts$/, ''));
  expect(METAS.map(({ id }) => id).filter((id) => !files.includes(id))).toEqual([]);
  expect(new Set(METAS.map(({ id }) => id)).size).toBe(METAS.length);
});
