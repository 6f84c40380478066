import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { neutralised } from '../../../server/src/core/script/psql';
import { plain } from '../../../server/src/core/script/tools/plain';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../../server/src/core/sql/postgres/parse';

beforeAll(() => loadPostgresParser());

describe('placeholders', () => {
  it.each<[string, string]>([
    ['SELECT * FROM :tbl', 'SELECT * FROM _tbl'],
    ['SELECT :1, :x', 'SELECT _1, _x'],
    ["COMMENT ON TABLE t IS :'text'", "COMMENT ON TABLE t IS '_text'"],
    ['DROP TABLE :"tbl"', 'DROP TABLE "_tbl"'],
    ['ALTER TABLE ${schema}.t_${n} ADD a int', 'ALTER TABLE __schema_.t___n_ ADD a int'],
    ['SELECT ${flyway:defaultSchema}', 'SELECT __flyway_defaultSchema_'],
    ['DROP TABLE {{ tbl }}', 'DROP TABLE ___tbl___'],
    ['{% if x == \'it\' %}SELECT 1;{% endif %}', `${' '.repeat("{% if x == 'it' %}".length)}SELECT 1;           `],
    ['{{\n  x }} SELECT', '__\n       SELECT'],
    ['SELECT %s, %(name)s WHERE a=%s', 'SELECT _s, __name_s WHERE a=_s'],
    ['ALTER TABLE %s %s', 'ALTER TABLE _s _s'],
    ['SELECT x::int, :x::int', 'SELECT x::int, _x::int'],
    ['SELECT ARRAY[:a, :b]', 'SELECT ARRAY[_a, _b]'],
    ['SELECT a[i + :x]', 'SELECT a[i + _x]'],
    ['LIMIT :n OFFSET :m', 'LIMIT _n OFFSET _m'],
    ['SELECT a = :x', 'SELECT a = _x'],
  ])('%s', (text, expected) => {
    const { text: out, opaque } = neutralised(text);
    expect(out).toBe(expected);
    expect(out.length).toBe(text.length);
    for (const { offset, length, written } of opaque) expect(text.slice(offset, offset + length)).toBe(written);
  });

  it.each([
    'SELECT a::int, f(x := 1), b[1:2], b[:2], b[i:j], b[1:], b[f(1):n], ARRAY[1,2][1:2]',
    "SELECT ':x', \":x\", $$ :x ${y} {{ z }} \\d $$, E'\\' :x' -- :x ${y}\n/* {{ z }} \\i */",
    "SELECT a ? 'b', a ?| b, a ->> 'c', a #> b, a @> '{\"k\": 1}', '%s', x % 2, id%s FROM t",
    "UPDATE t SET a = '12:30:00' WHERE b = '{{ x }}' AND c = '${y}'",
    'SELECT a %s FROM t',
  ])('leaves alone %s', (text) => {
    expect(neutralised(text)).toEqual({ text, opaque: [] });
  });

  it('is the text itself where there is nothing to do', () => {
    const text = 'CREATE TABLE t (a int);';
    expect(neutralised(text).text).toBe(text);
  });
});

describe('psql', () => {
  it.each<[string, string, string]>([
    ['meta-commands', '\\set x 1\nSELECT 1;\n\\echo it\'s "here\nSELECT 2;', `${' '.repeat(8)}\nSELECT 1;\n${' '.repeat('\\echo it\'s "here'.length)}\nSELECT 2;`],
    ['a meta-command within a statement', 'SELECT 1\n\\echo hi\r\n;', 'SELECT 1\n        \r\n;'],
    ['\\gexec', "SELECT 'DROP TABLE x' \\gexec\nSELECT 2", "SELECT 'DROP TABLE x' ;     \nSELECT 2"],
    ['\\g with a file', 'SELECT 1 \\g out.txt\nSELECT 2', 'SELECT 1 ;         \nSELECT 2'],
    ['\\;', 'SELECT 1\\; SELECT 2;', 'SELECT 1;  SELECT 2;'],
    ['\\\\', '\\echo a \\\\ SELECT 1;', '           SELECT 1;'],
    ['\\bind', 'SELECT 1 \\bind 5 \\g\n', 'SELECT 1         ; \n'],
    ['\\copy', "\\copy t from 'a;b.csv'\nSELECT 1;", `${' '.repeat(22)}\nSELECT 1;`],
    ['\\copy with data', "\\copy t from stdin\n1\tit's\n\\.\nSELECT 1;", `${' '.repeat(18)}\n${' '.repeat("1\tit's".length)}\n  \nSELECT 1;`],
    ['data', "COPY t (a) FROM stdin;\nit's; $$\n:x\\N\n\\.\nSELECT 1;", 'COPY t (a) FROM stdin;\n        \n    \n  \nSELECT 1;'],
    ['data with carriage returns', 'COPY t FROM STDIN WITH (FORMAT csv);\r\na\r\n\\.\r\nSELECT 1;', 'COPY t FROM STDIN WITH (FORMAT csv);\r\n \r\n  \r\nSELECT 1;'],
    ['COPY without data', "COPY t FROM 'x.csv';\nSELECT 1; -- \\.\n", "COPY t FROM 'x.csv';\nSELECT 1; -- \\.\n"],
    ['COPY whose data does not end', 'COPY t FROM stdin;\nSELECT 1;\n\\q', 'COPY t FROM stdin;\nSELECT 1;\n  '],
    ['a byte order mark', '\ufeffSELECT 1', ' SELECT 1'],
  ])('%s', (_, text, expected) => {
    expect(neutralised(text).text).toBe(expected);
  });

  it('neighbours of all of these are read', () => {
    const text = [
      '\\set ON_ERROR_STOP on', 'CREATE INDEX a ON :tbl (x);', '\\copy t from x.csv', 'ALTER TABLE {{ schema }}.t ADD a int;', 'COPY t FROM stdin;', "1\t'", '\\.', 'DROP TABLE ${t};',
      'ALTER TABLE t :action;', '\\if :x', 'DROP INDEX a;', '\\endif',
    ].join('\r\n');
    const [segment] = plain.read({ path: 'a.sql', text }).segments;
    if (segment === undefined) throw new Error('no segment');
    expect(statementsOf(segment.text, createParseMemo(), segment.opaque).map(({ parsed }) => (parsed.ok ? parsed.nodeKind : parsed.message))).toEqual([
      'IndexStmt', 'AlterTableStmt', 'CopyStmt', 'DropStmt', 'not analysed: :action stands where PostgreSQL expects a keyword', 'DropStmt',
    ]);
  });
});

describe('whatever the text', () => {
  it('keeps its length, its line ends, and all that is no placeholder', () => {
    const piece = fc.constantFrom(':x', ":'x'", '${x}', '{{', '}}', '{%', '%}', '%s', '%(a)s', '\\g', '\\set a', '\\', '\\.', '\n', '\r\n', ' ', "'", '"', '$$', '--', '/*', '*/', ';', 'COPY t FROM stdin', '[', ']', '::', ':=', 'a', '1', '😀', '\ufeff');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        const { text: out, opaque } = neutralised(text);
        expect(out.length).toBe(text.length);
        expect(out.replace(/[^\r\n]/g, '.')).toBe(text.replace(/[^\r\n]/g, '.'));
        let at = 0;
        for (const { offset, length, written } of opaque) {
          expect(offset).toBeGreaterThanOrEqual(at);
          expect(text.slice(offset, offset + length)).toBe(written);
          at = offset + length;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
