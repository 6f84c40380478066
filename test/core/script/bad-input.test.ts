/** Files that are not as they should be: nothing crashes, nothing is reported at a wrong place, and one clear message says what is not understood. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../../server/src/core/analysis';
import { analyze } from '../../../server/src/core/analyze';
import { createMemo } from '../../../server/src/core/memo';
import { UNKNOWN_SCHEMA } from '../../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../../server/src/core/schema/statistics';
import type { ToolExample } from '../../../server/src/core/script/script';
import { TOOLS } from '../../../server/src/core/script/tools';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { tokensOf } from '../../../server/src/core/sql/postgres/scan';
import { DEFAULT_TARGET } from '../../../server/src/core/target';
import { applyEdits } from '../../../server/src/core/text';
import { loadLanguages } from '../../grammars';
import { analyzeExample } from '../rules/example';

beforeAll(async () => {
  await loadPostgresParser();
  await loadLanguages(...TOOLS.flatMap(({ examples }) => examples.map(({ path }) => path)));
});

/** What is reported lies in the file, and what mends it can be applied. */
function isInPlace({ text, findings, problems, statements }: Analysis, withFixes = true): void {
  for (const { span } of [...findings, ...problems, ...statements]) {
    // Without expect(): there are hundreds of thousands of them.
    if (span.offset < 0 || span.length < 0 || span.offset + span.length > text.length) expect.fail(`${JSON.stringify(span)} is not in ${text}`);
  }
  if (withFixes) for (const finding of findings) for (const { edits } of finding.fixes()) applyEdits(text, edits);
}

describe('a placeholder in every place', () => {
  const before = 'DROP INDEX first_one;\n';
  const behind = ';\nDROP INDEX last_one;\n';
  const STATEMENTS = [
    "ALTER TABLE shop.users ADD COLUMN age int DEFAULT 1 CHECK (age > 0 AND name <> 'x')",
    'CREATE UNIQUE INDEX IF NOT EXISTS i ON users USING btree (lower(name) DESC) WHERE age IS NOT NULL',
    'UPDATE users SET name = upper(name) WHERE id IN (SELECT id FROM old WHERE n = 5) RETURNING id',
  ];

  test.each(['${x}', '{{ x }}', ':x', ':"x"', ":'x'", '%s', '__x__'])('%s', (placeholder) => {
    for (const statement of STATEMENTS) {
      for (const { offset: start, length } of tokensOf(statement)) {
        const end = start + length;
        // Instead of each token, and before it.
        for (const until of [end, start]) {
          const text = `${before}${statement.slice(0, start)}${placeholder} ${statement.slice(until)}${behind}`;
          const analysis = analyzeExample({ sql: text, path: 'migrations/1.sql' });
          isInPlace(analysis);
          expect(analysis.problems.length, text).toBeLessThanOrEqual(1);
          for (const { message, span } of analysis.problems) {
            expect(message).toMatch(/\S/u);
            expect(span.offset, text).toBeGreaterThanOrEqual(before.length);
            expect(span.offset + span.length, text).toBeLessThanOrEqual(text.length - behind.length + 1);
          }
          // Its neighbours are read whatever it is.
          const dropped = analysis.statements.filter(({ parsed }) => parsed.ok && parsed.nodeKind === 'DropStmt').map(({ parsed }) => parsed.text);
          expect(dropped, text).toEqual(['DROP INDEX first_one', 'DROP INDEX last_one']);
        }
      }
    }
  }, 60_000);
});

test('a dump of a megabyte, with data and meta-commands, has nothing that is not understood', () => {
  const tables = Array.from({ length: 220 }, (_, index) => {
    const name = `public.t${String(index)}`;
    const rows = Array.from({ length: 60 }, (_row, id) => `${String(id)}\tit's; $$ \\N ${'x'.repeat(40)}\t{"a": "b\\\\c"}`).join('\n');
    return [
      `--\n-- Name: t${String(index)}; Type: TABLE; Schema: public; Owner: -\n--\n`,
      `CREATE TABLE ${name} (\n    id bigint NOT NULL,\n    name character varying(80) DEFAULT 'a;b'::character varying,\n    data jsonb\n);\n`,
      `CREATE FUNCTION public.f${String(index)}() RETURNS trigger\n    LANGUAGE plpgsql\n    AS $$\nBEGIN\n  NEW.name := ';';\n  RETURN NEW;\nEND;\n$$;\n`,
      `COPY ${name} (id, name, data) FROM stdin;\n${rows}\n\\.\n\n`,
      `ALTER TABLE ONLY ${name}\n    ADD CONSTRAINT t${String(index)}_pkey PRIMARY KEY (id);\n`,
    ].join('\n');
  });
  const text = `\\restrict aB3\n\nSET statement_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n\n\\connect app\n\n${tables.join('\n')}\n\\unrestrict aB3\n`;
  expect(text.length).toBeGreaterThan(1_000_000);
  for (const dump of [text, text.replaceAll('\n', '\r\n')]) {
    const analysis = analyzeExample({ sql: dump, path: 'db/structure.sql' });
    expect(analysis.problems).toEqual([]);
    expect(analysis.statements.length).toBe(2 + 220 * 4);
    const last = analysis.statements.at(-1);
    expect(last && dump.slice(last.span.offset, last.span.offset + last.span.length).replaceAll('\r\n', '\n')).toBe('ALTER TABLE ONLY public.t219\n    ADD CONSTRAINT t219_pkey PRIMARY KEY (id)');
  }
}, 120_000);

test('mixed line ends: the same is found, at the same words', () => {
  for (const { id, examples } of TOOLS) {
    for (const { path, text, beside = {}, schema, fails } of examples) {
      let line = 0;
      const mixed = text.replace(/\n/gu, () => ((line += 1) % 2 === 0 ? '\n' : '\r\n'));
      const analysis = analyzeExample({ sql: mixed, path, ...(schema === undefined ? {} : { schema }) }, { beside: new Map(Object.entries(beside)) });
      expect(analysis.script.tool).toBe(id);
      expect(analysis.problems).toEqual([]);
      isInPlace(analysis);
      const marked = analysis.findings.filter(({ rule }) => rule === 'not-in-transaction').map(({ span }, index) => mixed.slice(span.offset, span.offset + (fails[index]?.length ?? 0)));
      expect(marked).toEqual(fails);
    }
  }
});

describe('half-typed files', () => {
  /** As an editor does it: each text upon what is remembered of the one before. */
  function typing({ path, beside = {} }: ToolExample): (text: string) => Analysis {
    const memo = createMemo();
    const surroundings = { target: DEFAULT_TARGET, schema: UNKNOWN_SCHEMA, statistics: NO_STATISTICS, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined, beside: new Map(Object.entries(beside)) };
    return (text) => analyze({ path, text, ...surroundings }, memo);
  }

  const EXAMPLES = TOOLS.flatMap(({ id, examples }) => examples.map((example, index) => ({ ...example, name: `${id} ${String(index + 1)}` })));

  test.each(EXAMPLES)('$name: every beginning, and every letter missing', (example) => {
    const { text } = example;
    const read = typing(example);
    for (let at = 0; at <= text.length; at++) isInPlace(read(text.slice(0, at)), at % 16 === 0);
    for (let at = 0; at < text.length; at++) isInPlace(read(text.slice(0, at) + text.slice(at + 1)), at % 16 === 8);
    // What was remembered on the way changes nothing.
    expect(seen(read(text))).toEqual(seen(typing(example)(text)));
  });

  test('files with the marks of all tools', () => {
    const everything = TOOLS.flatMap(({ examples }) => examples.filter(({ path }) => path.endsWith('.sql')).map(({ text }) => text)).join('\n');
    for (const { examples } of TOOLS) {
      const [example] = examples;
      if (example?.path.endsWith('.sql') === true) isInPlace(typing(example)(everything));
    }
  });
});

/** What is said of a file, and where. */
function seen({ findings, problems, statements }: Analysis): unknown {
  return { findings: findings.map(({ rule, span, message }) => ({ rule, span, message })), problems, statements: statements.map(({ span, parsed, moment }) => ({ span, text: parsed.text, scope: moment.scope })) };
}
