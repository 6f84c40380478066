import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../../server/src/core/sql/postgres/parse';
import type { Statement } from '../../../server/src/core/sql/statement';

beforeAll(() => loadPostgresParser());

const PIECES = [
  'CREATE INDEX a ON t (x);\n', 'ALTER TABLE x ADD\n', 'DROP TABLE u;', 'SELECT 1', ';', '\n', '\n\n', "'", '"', '$$', '$a$', '/*', '*/', '--', '(', ')', "INSERT INTO t VALUES ('x', 'it''s');\n",
  'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC\n', 'CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql;\n', 'END;\n', ' CASE ', 'CREATE RULE r AS ON INSERT TO t DO (', 'SET standard_conforming_strings = off;\n',
  'SET standard_conforming_strings = on;\n', '\\', "E'\\'", '😀', 'é', '\ud83d', '\r\n', '\0', '\ufeff', 'UPDATE x SET y = 1;\n', '  DELETE FROM t', 'SET a = 1;\n', 'COMMENT ON TABLE t IS \'a\nDROP TABLE u;\n\';\n', 'x', ' ',
];

const piece = fc.constantFrom(...PIECES);

/** Enough text around the edits for the incremental way to be taken. */
const BEFORE = Array.from({ length: 40 }, (_, i) => `ALTER TABLE t${String(i)} ADD COLUMN c text DEFAULT 'x';\n`).join('');
const BEHIND = Array.from({ length: 40 }, (_, i) => `UPDATE t${String(i)} SET c = 'y' WHERE d = "e";\n`).join('');

const plain = (statements: readonly Statement[]): unknown[] =>
  statements.map(({ parsed, span }) => (parsed.ok ? [span.offset, span.length, parsed.text, parsed.nodeKind] : [span.offset, span.length, parsed.text, parsed.message, parsed.span]));

describe('reading a text again after an edit', () => {
  it('gives what reading it afresh gives', () => {
    const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), near: fc.boolean(), remove: fc.integer({ min: 0, max: 30 }), insert: fc.array(piece, { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(edit, { minLength: 1, maxLength: 8 }), (parts, edits) => {
        const memo = createParseMemo();
        let text = BEFORE + parts.join('') + BEHIND;
        statementsOf(text, memo);
        for (const { at, near, remove, insert } of edits) {
          // Half of the edits are where the odd pieces are.
          const from = near ? BEFORE.length + Math.floor(at * (text.length - BEFORE.length - BEHIND.length)) : Math.floor(at * text.length);
          text = text.slice(0, Math.max(0, from)) + insert.join('') + text.slice(Math.max(0, from) + remove);
          const again = statementsOf(text, memo);
          expect(plain(again)).toEqual(plain(statementsOf(text, createParseMemo())));
          for (const { parsed, span } of again) expect(parsed.text).toBe(text.slice(span.offset, span.offset + span.length));
        }
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('keeps the statements that the edit does not touch, also while a quote is open', () => {
    const memo = createParseMemo();
    const before = statementsOf(BEFORE + BEHIND, memo);
    const after = statementsOf(`${BEFORE}SELECT 'a;\n${BEHIND}`, memo);
    expect(after.length).toBe(before.length + 1);
    expect(after.slice(0, 40)).toEqual(before.slice(0, 40));
    expect(after.slice(0, 40).every((statement, index) => statement === before[index])).toBe(true);
    expect(after.slice(41).every(({ parsed }, index) => parsed === before[40 + index]?.parsed)).toBe(true);
  });

  it('gives the same array for the same text', () => {
    const memo = createParseMemo();
    expect(statementsOf(BEFORE + BEHIND, memo)).toBe(statementsOf(BEFORE + BEHIND, memo));
  });
});
