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

describe('bad input', () => {
  test.each<[string, string, string, number]>([
    ['an unknown directive', '-- +goose Up\n-- +goose Sideways\nSELECT 1;\n', 'm/1.sql', 0],
    ['a block that nothing ends', '-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n', 'm/1.sql', 0],
    ['a down part before the up part', '-- migrate:down\nDROP TABLE a;\n-- migrate:up\nCREATE TABLE a (id bigint PRIMARY KEY);\n', 'm/1.sql', 0],
    ['the marks of two tools', '-- +goose Up\n-- migrate:up\nSELECT 1;\n', 'm/V1__x.sql', 0],
    ['a changeset without a name', '--liquibase formatted sql\n--changeset\nSELECT 1;\n', 'm/1.sql', 0],
    ['a delimiter that is no expression', '--liquibase formatted sql\n--changeset a:1 endDelimiter:((\nSELECT 1((\n', 'm/1.sql', 0],
    ['a placeholder for a keyword', '-- +goose Up\n${verb} TABLE users ADD COLUMN age int;\nSELECT 1;\n', 'm/1.sql', 1],
    ['a placeholder for a name', '-- +goose Up\nALTER TABLE ${schema}.users ADD COLUMN ${column} int;\n', 'm/1.sql', 0],
    ['nothing at all', '', 'm/V1__x.sql', 0],
    ['half a word', '-- +goose Up\nALT', 'm/1.sql', 1],
  ])('%s', (_, text, path, problems) => {
    for (const lines of [text, text.replaceAll('\n', '\r\n'), text.replace('\n', '\r\n')]) {
      const analysis = analyzeExample({ sql: lines, path });
      expect(analysis.problems.length).toBe(problems);
      for (const { message, span } of analysis.problems) {
        expect(message).toMatch(/\S/u);
        expect(span.offset + span.length).toBeLessThanOrEqual(lines.length);
      }
      for (const finding of analysis.findings) for (const fix of finding.fixes()) applyEdits(lines, fix.edits);
    }
  });

  test('what hangs on a placeholder is said to be not analysed, at the placeholder', () => {
    const text = '-- +goose Up\n${verb} TABLE users ADD COLUMN age int;\n';
    const [problem] = analyzeExample({ sql: text, path: 'm/1.sql' }).problems;
    expect(problem?.message).toContain('not analysed: ${verb}');
    expect(problem && text.slice(problem.span.offset, problem.span.offset + problem.span.length)).toBe('${verb}');
  });

  test('fixes keep the placeholders that the file has', () => {
    const text = '-- +goose Up\nCREATE INDEX ${prefix}_i ON ${schema}.users (age);\n';
    const [fix] = analyzeExample({ sql: text, path: 'm/1.sql' }).findings.find(({ rule }) => rule === 'create-index-blocking')?.fixes() ?? [];
    expect(fix && applyEdits(text, fix.edits)).toBe('-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY ${prefix}_i ON ${schema}.users (age);\n');
  });

  test('Liquibase: what an edit adds in a rollback is in its comment, too', () => {
    const text = '--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n--rollback ALTER TABLE users ADD CHECK (age > 0);\n';
    const analysis = analyzeExample({ sql: text, path: 'm/1.sql' });
    const down = analysis.statements.find(({ segment }) => segment.direction === 'down');
    expect(down && text.slice(down.span.offset, down.span.offset + down.span.length)).toBe('ALTER TABLE users ADD CHECK (age > 0)');
    for (const finding of analysis.findings) {
      for (const { edits } of finding.fixes()) expect(applyEdits(text, edits).split('\n').filter((line) => line !== '' && !line.startsWith('--'))).toEqual(['SELECT 1;']);
    }
  });
});

test('findings of a down part are one level milder', () => {
  const severities = analyzeExample({ sql: '-- +goose Up\nCREATE INDEX i ON users (age);\n-- +goose Down\nCREATE INDEX j ON users (age);\n', path: 'm/1.sql' }, { severities: {} })
    .findings.filter(({ rule }) => rule === 'create-index-blocking')
    .map(({ severity }) => severity);
  expect(severities).toEqual(['error', 'warning']);
});

describe('Liquibase splits at every semicolon: a block that a fix adds is sent whole', () => {
  const fixed = (text: string): string => {
    const analysis = analyzeExample({ sql: text, path: 'm/1.sql', schema: 'CREATE TABLE users (id bigint PRIMARY KEY, name text);' });
    const fixes = analysis.findings.find(({ rule }) => rule === 'update-whole-table')?.fixes() ?? [];
    return applyEdits(text, fixes.find(({ edits }) => edits.some((edit) => edit.text.includes('DO $')))?.edits ?? []);
  };
  /** The file with the block's own lines left out. */
  const outline = (text: string): string => text.replace(/^DO (\$\w*\$)[^]*?^\1;?$/gmu, 'BLOCK');

  test.each<[string, string, string]>([
    ['alone in its changeset', '--changeset ann:1 runInTransaction:false\nUPDATE users SET name = upper(name);\n--rollback SELECT 1;\n', '--changeset ann:1 runInTransaction:false splitStatements:false\nBLOCK\n--rollback SELECT 1;\n'],
    [
      'between others',
      '--changeset ann:1 splitStatements:true runInTransaction:false\nSELECT 1;\nUPDATE users SET name = upper(name);\nSELECT 2;\n--changeset ann:1-2\nSELECT 3;\n',
      '--changeset ann:1 splitStatements:true runInTransaction:false\nSELECT 1;\n--changeset ann:1-3 splitStatements:false runInTransaction:false\nBLOCK\n--changeset ann:1-4 splitStatements:true runInTransaction:false\nSELECT 2;\n--changeset ann:1-2\nSELECT 3;\n',
    ],
  ])('%s', (_, before, after) => {
    const head = '--liquibase formatted sql\n';
    expect(outline(fixed(head + before))).toBe(head + after);
    const returns = fixed((head + before).replaceAll('\n', '\r\n'));
    expect(outline(returns.replaceAll('\r\n', '\n'))).toBe(head + after);
    expect(returns.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/u);
  });
});

test('Ecto prepares what it sends: no fix makes one call send two statements', () => {
  const fixesOf = (call: string): readonly string[] => {
    const text = `defmodule A do\n  use Ecto.Migration\n\n  def change do\n    ${call}\n  end\nend\n`;
    const fixes = analyzeExample({ sql: text, path: 'priv/repo/migrations/1_a.exs' }).findings.find(({ rule }) => rule === 'add-check-validating')?.fixes() ?? [];
    return fixes.map(({ edits }) => applyEdits(text, edits));
  };
  const sql = 'ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0)';
  // Its two strings belong to one call, which cannot be two.
  expect(fixesOf(`execute("${sql}", "SELECT 1")`)).toEqual([]);
  expect(fixesOf(`execute("${sql}")`).every((text) => text.includes('execute("ALTER TABLE users VALIDATE CONSTRAINT c")'))).toBe(true);
});
