import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../../server/src/core/analysis';
import { toolFor, TOOLS } from '../../../server/src/core/script/tools';
import type { ToolExample } from '../../../server/src/core/script/script';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../../server/src/core/text';
import { loadLanguages } from '../../grammars';
import { analyzeExample } from '../rules/example';

beforeAll(async () => {
  await loadPostgresParser();
  await loadLanguages(...TOOLS.flatMap(({ examples }) => examples.map(({ path }) => path)));
});

const RULE = 'not-in-transaction';

function analysed({ path, text, schema, beside }: ToolExample, tool?: string): Analysis {
  return analyzeExample({ sql: text, path, ...(schema === undefined ? {} : { schema }) }, { beside: new Map(Object.entries(beside ?? {})), tool });
}

const failing = ({ findings, text }: Analysis): string[] =>
  findings.filter(({ rule }) => rule === RULE).map(({ span }) => text.slice(span.offset, span.offset + span.length));

describe.each(TOOLS)('$id', ({ id, title, about, examples }) => {
  test('is told in full, with an example of its own', () => {
    expect([title, about.files, about.transaction, about.optOut].every((text) => text.trim() !== '')).toBe(true);
    expect(examples.length).toBeGreaterThan(0);
  });

  test.each(examples)('$title: recognised, and read without a problem', (example) => {
    const beside = new Map(Object.entries(example.beside ?? {}));
    expect(toolFor({ ...example, beside }).id).toBe(id);
    const { problems, script } = analysed(example);
    expect(problems).toEqual([]);
    expect(script.tool).toBe(id);
  });

  // The same places with the line ends of Windows.
  const returns = (text: string): string => text.replaceAll('\n', '\r\n');
  describe.each([
    ['line feeds', (text: string): string => text],
    ['returns', returns],
  ])('%s', (_, lines) => {
    test.each(examples)('$title: fails where it would', (example) => {
      const analysis = analysed({ ...example, text: lines(example.text) });
      const marked = failing(analysis);
      expect(marked.map((text, index) => text.slice(0, example.fails[index]?.length))).toEqual(example.fails);
    });

    test.each(examples.filter(({ fixed, written }) => fixed !== undefined || written !== undefined))('$title: its fix', (example) => {
      const analysis = analysed({ ...example, text: lines(example.text) });
      const [fix] = analysis.findings.find(({ rule }) => rule === RULE)?.fixes() ?? [];
      expect(fix && applyEdits(analysis.text, fix.edits)).toBe(lines(example.fixed ?? example.text));
      const files = Object.fromEntries((fix?.files ?? []).map(({ path, text }) => [path, text.replaceAll('\r\n', '\n')]));
      expect(files).toEqual(example.written ?? {});
      // What was mended runs: the file, and the files that were written.
      const beside = { ...example.beside, ...files };
      expect(failing(analysed({ ...example, text: lines(example.fixed ?? example.text), beside }))).toEqual(example.fails.slice(1));
      for (const [path, text] of Object.entries(files)) if (path.endsWith('.sql')) expect(failing(analysed({ ...example, path, text }))).toEqual([]);
    });
  });
});
