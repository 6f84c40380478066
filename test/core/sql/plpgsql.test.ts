import { beforeAll, describe, expect, it } from 'vitest';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../../server/src/core/sql/postgres/parse';
import { bodyOf, type RoutineBody } from '../../../server/src/core/sql/postgres/plpgsql';

beforeAll(() => loadPostgresParser());

function body(text: string): RoutineBody | undefined {
  const parsed = statementsOf(text, createParseMemo())[0]?.parsed;
  if (parsed?.ok !== true) throw new Error(parsed?.message ?? 'no statement');
  return bodyOf(parsed);
}

/** Each step in a line; `?` before what is conditional. Offsets and places are checked against the text. */
function steps(text: string): string[] {
  const read = body(text);
  if (read === undefined) return ['none'];
  if (read.problem !== undefined) return [`problem: ${read.problem}`];
  return read.steps.map((step) => {
    const mark = step.conditional ? '? ' : '';
    if (step.kind === 'dynamic') return `${mark}dynamic: ${step.text}`;
    if (step.kind !== 'static') {
      expect(step.place === undefined ? undefined : text.slice(step.place.offset, step.place.offset + step.place.length).toLowerCase()).toBe(step.kind);
      return `${mark}${step.kind}${step.chain ? ' and chain' : ''}`;
    }
    const { parsed, offset } = step;
    if (offset === undefined) return `${mark}${parsed.text} (moved)`;
    const added = 'SELECT '.length;
    const there = text.slice(offset, offset + parsed.text.length);
    // PERFORM and expressions got their SELECT from us; INTO is blanked.
    const same = there === parsed.text || there.slice(added) === parsed.text.slice(added) || there.replace(/ into \w+/i, (into) => ' '.repeat(into.length)) === parsed.text;
    return `${mark}${parsed.text}${same ? '' : ` (not at ${String(offset)}: ${there})`}`;
  });
}

const block = (statements: string, declarations = ''): string => `DO $$\n${declarations}\nBEGIN\n${statements}\nEND\n$$`;

describe('PL/pgSQL', () => {
  it.each<[string, string, string[]]>([
    ['static statements', block('ALTER TABLE a ADD b int;\n  DROP TABLE c;'), ['ALTER TABLE a ADD b int', 'DROP TABLE c']],
    ['the same statement twice', block('DELETE FROM a; DELETE FROM a;'), ['DELETE FROM a', 'DELETE FROM a']],
    ['branches', block('IF EXISTS (SELECT 1 FROM t) THEN DROP TABLE a; ELSIF f() THEN DROP TABLE b; ELSE DROP TABLE c; END IF; DROP TABLE d;'),
      ['SELECT EXISTS (SELECT 1 FROM t)', '? DROP TABLE a', '? SELECT f()', '? DROP TABLE b', '? DROP TABLE c', 'DROP TABLE d']],
    ['CASE', block('CASE g() WHEN h() THEN DROP TABLE a; ELSE DROP TABLE b; END CASE; CASE WHEN k() THEN DROP TABLE c; END CASE;'),
      ['SELECT g()', '? SELECT h()', '? DROP TABLE a', '? DROP TABLE b', '? SELECT k()', '? DROP TABLE c']],
    ['loops', block('FOR r IN SELECT * FROM u LOOP DELETE FROM w; END LOOP; WHILE f() LOOP DELETE FROM x; END LOOP; LOOP EXIT WHEN g(); END LOOP; FOR i IN 1..h() LOOP NULL; END LOOP; FOREACH i IN ARRAY arr() LOOP NULL; END LOOP;', 'DECLARE r record; i int;'),
      ['SELECT * FROM u', '? DELETE FROM w', 'SELECT f()', '? DELETE FROM x', '? SELECT g()', 'SELECT h()', 'SELECT arr()']],
    ['exception handlers', block('BEGIN INSERT INTO z VALUES (1); EXCEPTION WHEN others THEN DROP TABLE a; END;'), ['INSERT INTO z VALUES (1)', '? DROP TABLE a']],
    ['expressions that are queries', block('v := (SELECT max(x) FROM y);\nv := v + 1;\nv = max(x) FROM y;\nPERFORM  f(1);\nRAISE NOTICE \'%\', h();\nASSERT k();', 'DECLARE v int := g();'),
      ['SELECT g()', 'SELECT (SELECT max(x) FROM y)', 'SELECT max(x) FROM y', 'SELECT f(1)', 'SELECT h()', 'SELECT k()']],
    ['INTO', block('SELECT count(*) INTO v FROM q;', 'DECLARE v int;'), [`SELECT count(*)${' '.repeat(7)} FROM q`]],
    ['CALL', block('CALL p(2);'), ['CALL p(2)']],
    ['EXECUTE of a constant', block("EXECUTE 'DROP TABLE x';\nEXECUTE 'DROP ' || 'TABLE y';\nEXECUTE format('DROP TABLE z');\nEXECUTE $q$ALTER TABLE é ADD \"ü\" int; DROP TABLE w$q$;\nEXECUTE format('DROP TABLE %I', 'A b');\nEXECUTE 'SELECT ''a''';"),
      ['DROP TABLE x', 'DROP TABLE y (moved)', 'DROP TABLE z', 'ALTER TABLE é ADD "ü" int', 'DROP TABLE w', 'DROP TABLE "A b" (moved)', "SELECT 'a' (moved)"]],
    ['EXECUTE of something else', block("EXECUTE 'DROP TABLE ' || v; EXECUTE format('DROP TABLE %I', v) USING f(); EXECUTE 'NO SQL';", 'DECLARE v text;'),
      ["dynamic: 'DROP TABLE ' || v", "dynamic: format('DROP TABLE %I', v)", 'SELECT f()', 'dynamic: NO SQL']],
    ['COMMIT and ROLLBACK', block('DELETE FROM a; COMMIT; LOOP DELETE FROM b; ROLLBACK AND CHAIN; END LOOP;'), ['DELETE FROM a', 'commit', '? DELETE FROM b', '? rollback and chain']],
    ['cursors', 'CREATE FUNCTION f() RETURNS SETOF t LANGUAGE plpgsql AS $$ DECLARE c CURSOR FOR SELECT * FROM cc; d refcursor; BEGIN OPEN d FOR SELECT 5; OPEN d FOR EXECUTE \'TABLE e\'; RETURN QUERY SELECT * FROM t; RETURN QUERY EXECUTE \'TABLE g\'; RETURN; END $$',
      ['SELECT * FROM cc', 'SELECT 5', 'TABLE e', 'SELECT * FROM t', 'TABLE g']],
    ['wide characters and carriage returns', 'DO $ü$\r\nBEGIN\r\n  -- 😀\r\n  UPDATE "é😀" SET a = \'ü\';\r\nEND $ü$', ['UPDATE "é😀" SET a = \'ü\'']],
    ['a body in plain quotes', "DO 'BEGIN DROP TABLE a; INSERT INTO b VALUES (''x''); DROP TABLE c; END'", ['DROP TABLE a', "INSERT INTO b VALUES ('x') (moved)", 'DROP TABLE c']],
    ['a trigger function', 'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.x := g(); INSERT INTO log VALUES (NEW.id); RETURN NEW; END $$', ['SELECT g()', 'INSERT INTO log VALUES (NEW.id)']],
    ['a body that does not compile', block('alter tabel x;'), ['problem: syntax error at or near "tabel"']],
  ])('%s', (_, text, expected) => {
    expect(steps(text)).toEqual(expected);
  });

  it('gives the place of what it cannot give an offset for', () => {
    const text = block("EXECUTE 'DROP ' || 'TABLE y';");
    const place = body(text)?.steps[0]?.place;
    expect(text.slice(place?.offset, (place?.offset ?? 0) + (place?.length ?? 0))).toBe("'DROP ' || 'TABLE y'");
  });

  it('ends for a body of any depth', () => {
    expect(body(block(`${'IF true THEN '.repeat(2000)}NULL;${'END IF;'.repeat(2000)}`))?.problem).toBe('the body is nested too deeply to be analysed');
  });
});

describe('SQL', () => {
  it.each<[string, string, string[]]>([
    ['a string', "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ DELETE FROM a; SELECT 1 $$", ['DELETE FROM a', 'SELECT 1']],
    ['BEGIN ATOMIC', 'CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC DELETE FROM a; UPDATE b SET c = CASE WHEN true THEN 1 END; RETURN 5; END', ['DELETE FROM a', 'UPDATE b SET c = CASE WHEN true THEN 1 END', 'SELECT 5']],
    ['RETURN', 'CREATE FUNCTION f(a int) RETURNS int RETURN g(a)', ['SELECT g(a)']],
    ['another language', 'CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ return 1 $$', ['none']],
    ['no routine', 'SELECT 1', ['none']],
  ])('%s', (_, text, expected) => {
    expect(steps(text)).toEqual(expected);
  });
});
