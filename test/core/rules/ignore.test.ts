import { beforeAll, describe, expect, test } from 'vitest';
import { ignoreFix } from '../../../server/src/core/rules/ignore';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../../server/src/core/text';
import { analyzeExample } from './example';

beforeAll(loadPostgresParser);

/** The rules among these that a text yields. */
function rulesOf(sql: string): string[] {
  const shown = ['drop-table', 'create-index-blocking', 'missing-lock-timeout', 'unused-ignore'];
  return analyzeExample({ sql }).findings.map(({ rule }) => rule).filter((rule) => shown.includes(rule) && rule !== 'missing-lock-timeout');
}

describe('a comment silences', () => {
  test.each([
    ['the statement below it', '-- lockscope-ignore drop-table: gone\nDROP TABLE a;\nDROP TABLE b;', ['drop-table']],
    ['through other comments and blank lines', '-- lockscope-ignore drop-table: gone\n\n-- more\nDROP TABLE a;', []],
    ['behind the statement’s first line', 'DROP TABLE a; -- lockscope-ignore drop-table: gone', []],
    ['inside the statement', 'DROP TABLE -- lockscope-ignore drop-table: gone\n  a;', []],
    ['several rules', '-- lockscope-ignore drop-table, create-index-blocking: gone\nDROP TABLE a;', ['unused-ignore']],
    ['the whole file, from anywhere', 'DROP TABLE a;\nDROP TABLE b;\n-- lockscope-ignore-file drop-table: all gone\n', []],
    ['\\r\\n and indentation', 'SELECT 1;\r\n  -- lockscope-ignore drop-table: gone\r\n  DROP TABLE a;\r\n', []],
    ['nothing without a reason', '-- lockscope-ignore drop-table\nDROP TABLE a;', ['unused-ignore', 'drop-table']],
    ['nothing with an empty reason', '-- lockscope-ignore drop-table:  \nDROP TABLE a;', ['unused-ignore', 'drop-table']],
    ['nothing without a rule', '-- lockscope-ignore: gone\nDROP TABLE a;', ['unused-ignore', 'drop-table']],
    ['nothing for an unknown rule', '-- lockscope-ignore drop-tables: gone\nDROP TABLE a;', ['unused-ignore', 'drop-table']],
    ['nothing from a string', "SELECT '\n-- lockscope-ignore-file drop-table: no\n';\nDROP TABLE a;", ['drop-table']],
    ['nothing behind the last statement', 'DROP TABLE a;\n-- lockscope-ignore drop-table: late\n', ['drop-table', 'unused-ignore']],
  ])('%s', (_, sql, expected) => {
    expect(rulesOf(sql)).toEqual(expected);
  });
});

describe('ignoring a finding', () => {
  test.each([
    ['SELECT 1;\r\n  DROP TABLE a;\r\n', 'SELECT 1;\r\n  -- lockscope-ignore drop-table: TODO say why this is safe\r\n  DROP TABLE a;\r\n'],
    ['SELECT 1; DROP TABLE a;', 'SELECT 1; \n-- lockscope-ignore drop-table: TODO say why this is safe\nDROP TABLE a;'],
    ['-- about a\nDROP TABLE a;', '-- about a\n-- lockscope-ignore drop-table: TODO say why this is safe\nDROP TABLE a;'],
  ])('%j', (sql, expected) => {
    const analysis = analyzeExample({ sql });
    const [finding] = analysis.findings.filter(({ rule }) => rule === 'drop-table');
    const after = finding === undefined ? '' : applyEdits(sql, ignoreFix(finding, analysis).edits);
    expect(after).toBe(expected);
    expect(rulesOf(after)).toEqual([]);
  });
});
