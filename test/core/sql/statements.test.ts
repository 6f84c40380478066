import fc from 'fast-check';
import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, describe, expect, it } from 'vitest';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../../server/src/core/sql/postgres/parse';
import type { Statement } from '../../../server/src/core/sql/statement';

beforeAll(() => Promise.all([loadPostgresParser(), loadModule()]));

/** Each statement as `kind: text`, or `! message @ what it is about`. */
function read(text: string): string[] {
  return statementsOf(text, createParseMemo()).map((statement) => shown(text, statement));
}

function shown(text: string, { parsed, span }: Statement): string {
  expect(parsed.text).toBe(text.slice(span.offset, span.offset + span.length));
  if (parsed.ok) return `${parsed.nodeKind}: ${parsed.text}`;
  return `! ${parsed.message} @ ${parsed.text.slice(parsed.span.offset, parsed.span.offset + parsed.span.length)}`;
}

const kinds = (text: string): string[] => read(text).map((line) => (line.startsWith('!') ? '!' : line.slice(0, line.indexOf(':'))));

describe('splitting', () => {
  it.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['blanks and comments', ' -- a\n/* b; */ ', []],
    ['semicolons alone', ' ;; ; ', []],
    ['no semicolon at the end', 'SELECT 1', ['SelectStmt: SELECT 1']],
    ['leading and trailing comments', '-- one\nSELECT 1 /* in */ ; -- behind\n/* b */ SELECT 2 -- end\n', ['SelectStmt: SELECT 1', 'SelectStmt: SELECT 2']],
    ['quotes with semicolons', `SELECT ';', ";", E'\\';', $$;$$, $a$;$$;$a$; SELECT 2`, [`SelectStmt: SELECT ';', ";", E'\\';', $$;$$, $a$;$$;$a$`, 'SelectStmt: SELECT 2']],
    ['nested comments', 'SELECT /* ; /* ; */ ; */ 1; SELECT 2', ['SelectStmt: SELECT /* ; /* ; */ ; */ 1', 'SelectStmt: SELECT 2']],
    ['a byte order mark, carriage returns, wide characters', "\ufeffSELECT '😀';\r\nSELECT 'é';\r\n", ["SelectStmt: SELECT '😀'", "SelectStmt: SELECT 'é'"]],
    ['an empty line in a statement', 'SELECT\n\n1;\nSELECT 2;', ['SelectStmt: SELECT\n\n1', 'SelectStmt: SELECT 2']],
    ['the body of a rule', 'CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3', ['RuleStmt: CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)', 'SelectStmt: SELECT 3']],
    [
      'a body in SQL with CASE … END',
      'CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2 AS end; END; SELECT 3',
      ['CreateFunctionStmt: CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2 AS end; END', 'SelectStmt: SELECT 3'],
    ],
    ['a procedure in SQL', 'CREATE PROCEDURE p() BEGIN ATOMIC DELETE FROM a; DELETE FROM b; END; BEGIN; END;', ['CreateFunctionStmt: CREATE PROCEDURE p() BEGIN ATOMIC DELETE FROM a; DELETE FROM b; END', 'TransactionStmt: BEGIN', 'TransactionStmt: END']],
    ['names like begin', 'CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS \'SELECT 1\'; SELECT 2', ["CreateFunctionStmt: CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1'", 'SelectStmt: SELECT 2']],
    ['a string continued on the next line', "SELECT 'a'\n'b;'; SELECT 2", ["SelectStmt: SELECT 'a'\n'b;'", 'SelectStmt: SELECT 2']],
    ['standard_conforming_strings off', "SET standard_conforming_strings = off; SELECT 'a\\';b'; SET standard_conforming_strings TO on; SELECT 'a\\'; SELECT 2",
      ['VariableSetStmt: SET standard_conforming_strings = off', "SelectStmt: SELECT 'a\\';b'", 'VariableSetStmt: SET standard_conforming_strings TO on', "SelectStmt: SELECT 'a\\'", 'SelectStmt: SELECT 2']],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('where the server accepts a text as a whole', () => {
  it('the statements are those that the server finds', () => {
    const piece = fc.constantFrom(
      'SELECT 1', ';', ' ; ', '\n', '-- a;\'\n', '/* b; /* " */ */', "SELECT 'a;''b'", 'SELECT $$;$$', 'SELECT $a$ $$;$$ $a$', 'SELECT "a;b"', "SELECT E'\\';'", 'CREATE TABLE t (a int)', ' /* c */ ', '(', ')', "'",
      'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; DELETE FROM u;)', 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END', 'CREATE FUNCTION f() RETURNS int AS $f$ BEGIN RETURN 1; END $f$ LANGUAGE plpgsql',
      'BEGIN', 'END', 'é', "SELECT '😀'", '\r\n', 'CREATE PROCEDURE p() BEGIN ATOMIC END', 'CREATE OR REPLACE PROCEDURE case.begin() BEGIN ATOMIC SELECT 1 AS end; END', ' AS x ', ' , 2',
    );
    let compared = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (parts, semicolons) => {
        const text = parts.join(semicolons ? ';' : '');
        let expected: string[];
        try {
          const bytes = Buffer.from(text);
          expected = (parseSync(text).stmts ?? []).map(({ stmt_location: from = 0, stmt_len: length }) => bytes.subarray(from, length === undefined ? undefined : from + length).toString());
        } catch {
          return;
        }
        compared += expected.length;
        // Comments around a statement are the server's, not ours.
        expect(read(text).map((line) => line.slice(line.indexOf(': ') + 2))).toHaveLength(expected.length);
        for (const [index, line] of read(text).entries()) {
          expect(line.startsWith('!')).toBe(false);
          expect(expected[index]).toContain(line.slice(line.indexOf(': ') + 2));
        }
      }),
      { numRuns: 1500 },
    );
    expect(compared).toBeGreaterThan(200);
  });
});

describe('a statement that does not parse', () => {
  it.each<[string, string, string[]]>([
    ['between two good ones', 'CREATE INDEX a ON t (x);\nALTER TABL t;\nCREATE INDEX b ON t (x);', ['IndexStmt: CREATE INDEX a ON t (x)', '! syntax error at or near "TABL" @ TABL', 'IndexStmt: CREATE INDEX b ON t (x)']],
    ['unfinished, no semicolon', 'CREATE INDEX a ON t (x);\nALTER TABLE x ADD\nCREATE INDEX b ON t (x);', ['IndexStmt: CREATE INDEX a ON t (x)', '! syntax error at end of input @ ADD', 'IndexStmt: CREATE INDEX b ON t (x)']],
    ['a semicolon too few', 'ALTER TABLE x ADD y int\nCREATE INDEX b ON t (x);', ['AlterTableStmt: ALTER TABLE x ADD y int', '! syntax error at or near "CREATE": a semicolon is missing before it @ ', 'IndexStmt: CREATE INDEX b ON t (x)']],
    ['an open bracket', 'CREATE TABLE x (a int,\n\nCREATE INDEX b ON t (x);', ['! syntax error at end of input @ ,', 'IndexStmt: CREATE INDEX b ON t (x)']],
    ['an open bracket and a semicolon', 'SELECT (1;\nCREATE INDEX b ON t (x);', ['! syntax error at end of input @ 1', 'IndexStmt: CREATE INDEX b ON t (x)']],
    ['an open quote', "SELECT 'abc;\nCREATE INDEX b ON t (x);\nINSERT INTO t VALUES ('x');", [`! unterminated quoted string at or near "'abc;" @ 'abc;`, 'IndexStmt: CREATE INDEX b ON t (x)', "InsertStmt: INSERT INTO t VALUES ('x')"]],
    ['an open quote that the next one seems to close', "SELECT 'abc;\nINSERT INTO t VALUES ('x');\nDROP TABLE u;", [`! unterminated quoted string at or near "'abc;" @ 'abc;`, "InsertStmt: INSERT INTO t VALUES ('x')", 'DropStmt: DROP TABLE u']],
    ['an open name', 'ALTER TABLE "x ADD y int;\nDROP TABLE u;', ['! unterminated quoted identifier at or near ""x ADD y int;" @ "x ADD y int;', 'DropStmt: DROP TABLE u']],
    ['an open comment', 'DROP TABLE a;\n/* b\nDROP TABLE u;', ['DropStmt: DROP TABLE a', '! unterminated /* comment at or near "/* b" @ /* b', 'DropStmt: DROP TABLE u']],
    ['an open dollar quote', 'DO $$\nBEGIN\n  UPDATE x SET y = 1;\nEND;\nDROP TABLE u;', ['! unterminated dollar-quoted string at or near "$$…" @ $$', 'DropStmt: DROP TABLE u']],
    ['an open dollar quote before another function', 'CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; LANGUAGE sql;\nCREATE FUNCTION g() RETURNS int AS $$ SELECT 2; $$ LANGUAGE sql;\nDROP TABLE u;',
      ['! unterminated dollar-quoted string at or near "$$ SELECT 1; LANGUAGE sql;" @ $$ SELECT 1; LANGUAGE sql;', 'CreateFunctionStmt: CREATE FUNCTION g() RETURNS int AS $$ SELECT 2; $$ LANGUAGE sql', 'DropStmt: DROP TABLE u']],
    ['with a body that is none of its neighbours', 'CREATE FUNCTION f() RETURNS int AS $$\nUPDATE x SET y = 1;\nSELECT 1;\n$$ LANGAGE sql;\nDROP TABLE u;', ['! syntax error at or near "LANGAGE" @ LANGAGE', 'DropStmt: DROP TABLE u']],
    ['a routine whose END is not there yet', 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;\nCREATE INDEX b ON t (x);\nDROP TABLE u;', ['! syntax error at end of input @ ;', 'IndexStmt: CREATE INDEX b ON t (x)', 'DropStmt: DROP TABLE u']],
    ['a broken rule', 'CREATE RULE r AS ON INSRT TO t DO (\nDELETE FROM a;\nDELETE FROM b);\nDROP TABLE u;', ['! syntax error at or near "INSRT" @ INSRT', 'DropStmt: DROP TABLE u']],
    ['a word that continues a statement', 'INSRT INTO t\nSELECT 1;\nDROP TABLE u;', ['! syntax error at or near "INSRT" @ INSRT', 'DropStmt: DROP TABLE u']],
    ['a lone character', 'DROP TABLE a;\n\\\nDROP TABLE b;', ['DropStmt: DROP TABLE a', '! syntax error at or near "\\" @ \\', 'DropStmt: DROP TABLE b']],
    ['wide characters before the error', "SELECT '😀é' FOO BAR BAZ;", ['! syntax error at or near "BAR" @ BAR']],
    ['a NUL byte', 'SELECT 1;\nSELECT \0;\nSELECT 2;', ['SelectStmt: SELECT 1', '! invalid byte sequence for encoding "UTF8": 0x00 @ \0', 'SelectStmt: SELECT 2']],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('limits', () => {
  const after = ';\nDROP TABLE u;';
  it.each<[string, string, string]>([
    ['10,000 brackets', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`, '!'],
    ['a million open brackets', `SELECT ${'('.repeat(1_000_000)}`, '!'],
    ['a chain of 100,000 operators', `SELECT ${'1+'.repeat(100_000)}1`, '!'],
    ['50,000 UNIONs', `SELECT 1${' UNION SELECT 1'.repeat(50_000)}`, '!'],
    ['10,000 ANDs, which are a list', `SELECT ${'a = 1 AND '.repeat(10_000)}true`, 'SelectStmt'],
    ['a statement of 1 MB', `INSERT INTO t VALUES ${Array<string>(60_000).fill("(1, 'abcdefgh')").join(',')}`, 'InsertStmt'],
    ['3 MB in one string', `SELECT '${'x'.repeat(3_000_000)}'`, '!'],
    ['a lone surrogate', "SELECT '\ud800'", 'SelectStmt'],
  ])('%s', (_, text, kind) => {
    expect(kinds(text + after)).toEqual([kind, 'DropStmt']);
  });

  it('no semicolon in 2,000 statements', () => {
    expect(kinds('CREATE TABLE a (x int)\n'.repeat(2000)).filter((kind) => kind === 'CreateStmt')).toHaveLength(2000);
  });
});

describe('places', () => {
  it('offsetOf turns the locations of the tree into UTF-16 units', () => {
    const text = "SELECT 1;\r\nALTER TABLE \"é😀\" ADD COLUMN ü int, ADD COLUMN z text;";
    const parsed = statementsOf(text, createParseMemo())[1]?.parsed;
    if (parsed?.ok !== true || !('AlterTableStmt' in parsed.node)) throw new Error('does not parse');
    const { relation, cmds } = parsed.node.AlterTableStmt;
    const places = [relation?.location, ...(cmds ?? []).map((cmd) => ('AlterTableCmd' in cmd && cmd.AlterTableCmd.def !== undefined && 'ColumnDef' in cmd.AlterTableCmd.def ? cmd.AlterTableCmd.def.ColumnDef.location : -1))];
    expect(places.map((place) => parsed.text.slice(parsed.offsetOf(place ?? 0)).split(/[ ,]/)[0])).toEqual(['"é😀"', 'ü', 'z']);
  });
});

describe('identity', () => {
  it('the same text is the same object', () => {
    const memo = createParseMemo();
    const [a, , b] = statementsOf('DROP TABLE a; SELECT 1; DROP TABLE a;', memo);
    expect(b?.parsed).toBe(a?.parsed);
    expect(statementsOf('SELECT 2; DROP TABLE a', memo)[1]?.parsed).toBe(a?.parsed);
  });

  it('a plain string read with other settings is not the same', () => {
    const memo = createParseMemo();
    const [, a] = statementsOf("SET standard_conforming_strings = off; SELECT 'a\\n'; ", memo);
    const [b] = statementsOf("SELECT 'a\\n'; ", memo);
    expect(b?.parsed).not.toBe(a?.parsed);
  });
});

describe('placeholders', () => {
  it('an error at a placeholder is no syntax error', () => {
    const text = 'ALTER TABLE t _action; DROP TABLE x;';
    const [broken, drop] = statementsOf(text, createParseMemo(), [{ offset: 14, length: 7, written: ':action' }]);
    expect(broken?.parsed).toMatchObject({ ok: false, message: 'not analysed: :action stands where PostgreSQL expects a keyword', span: { offset: 14, length: 7 } });
    expect(drop?.parsed.ok).toBe(true);
  });
});
