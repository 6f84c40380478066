import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../server/src/core/analysis';
import { createMemo } from '../../../server/src/core/memo';
import { replay } from '../../../server/src/core/replay';
import { judge } from '../../../server/src/core/rules/judge';
import { UNKNOWN_SCHEMA } from '../../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../../server/src/core/schema/statistics';
import type { MigrationTool, Segment } from '../../../server/src/core/script/script';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { DEFAULT_TARGET } from '../../../server/src/core/target';
import { applyEdits } from '../../../server/src/core/text';
import { analyzeExample } from '../rules/example';

beforeAll(loadPostgresParser);

interface Row {
  readonly title: string;
  readonly rule: string;
  readonly schema?: string;
  readonly version?: number;
  readonly sql: string;
  /** What the first fix makes of it, or undefined where none may be offered. */
  readonly fixed: string | undefined;
}

function firstFix(findings: readonly Finding[], rule: string) {
  const finding = findings.find((candidate) => candidate.rule === rule);
  expect(finding, 'is reported').toBeDefined();
  return finding?.fixes()[0];
}

describe('what a fix leaves alone', () => {
  test.each<Row>([
    {
      title: 'line ends, emoji and comments around it',
      rule: 'create-index-blocking',
      sql: '\uFEFF-- 😀 first\r\nSELECT 1;\r\n/* a */ create   /* b */ index i\r\n  on "T😀" (a); -- tail\r\nSELECT 2;\r\n',
      fixed: '\uFEFF-- 😀 first\r\nSELECT 1;\r\n/* a */ create   /* b */ index concurrently i\r\n  on "T😀" (a); -- tail\r\nSELECT 2;\r\n',
    },
    {
      title: 'a comment behind the statement stays with it, and line ends are kept',
      rule: 'add-check-validating',
      sql: '  ALTER TABLE t\r\n    ADD CONSTRAINT c CHECK (a > 0); -- why\r\n  SELECT 1;\r\n',
      fixed: '  ALTER TABLE t\r\n    ADD CONSTRAINT c CHECK (a > 0) NOT VALID; -- why\r\n  ALTER TABLE t VALIDATE CONSTRAINT c;\r\n  SELECT 1;\r\n',
    },
    {
      title: 'no semicolon, no last line end',
      rule: 'add-check-validating',
      sql: 'alter table t add constraint c check (a > 0)',
      fixed: 'alter table t add constraint c check (a > 0) not valid;\nalter table t validate constraint c;',
    },
    {
      title: 'a semicolon in a comment or string is none',
      rule: 'add-check-validating',
      sql: "alter table t add constraint c check (a <> ';') -- not here; \n/* nor; here */ ;\nselect 1;\n",
      fixed: "alter table t add constraint c check (a <> ';') not valid -- not here; \n/* nor; here */ ;\nalter table t validate constraint c;\nselect 1;\n",
    },
    {
      title: 'quoted names with dots, quotes and commas',
      rule: 'add-foreign-key-validating',
      sql: 'ALTER TABLE IF EXISTS ONLY "a.b"."c""d,e" ADD FOREIGN KEY ("x,y") REFERENCES p (i), ADD z numeric(10,2);\n',
      fixed:
        'ALTER TABLE IF EXISTS ONLY "a.b"."c""d,e" ADD CONSTRAINT "c""d,e_x,y_fkey" FOREIGN KEY ("x,y") REFERENCES p (i) NOT VALID, ADD z numeric(10,2);\nALTER TABLE IF EXISTS "a.b"."c""d,e" VALIDATE CONSTRAINT "c""d,e_x,y_fkey";\n',
    },
    {
      title: 'the second of three subcommands',
      rule: 'set-not-null-scanning',
      schema: 'CREATE TABLE t (a int, b int);',
      version: 16,
      sql: 'ALTER TABLE t ADD x int,\n  ALTER COLUMN a SET NOT NULL,\n  DROP COLUMN b;\n',
      fixed:
        'ALTER TABLE t ADD x int,\n  ADD CONSTRAINT t_a_is_not_null CHECK (a IS NOT NULL) NOT VALID,\n  DROP COLUMN b;\nALTER TABLE t VALIDATE CONSTRAINT t_a_is_not_null;\nALTER TABLE t ALTER COLUMN a SET NOT NULL;\nALTER TABLE t DROP CONSTRAINT t_a_is_not_null;\n',
    },
    {
      title: 'a key of a column that the same statement adds comes afterwards',
      rule: 'add-unique-blocking',
      sql: 'ALTER TABLE t ADD COLUMN a int, ADD CONSTRAINT u UNIQUE (a);\n',
      fixed: 'ALTER TABLE t ADD COLUMN a int;\nCREATE UNIQUE INDEX CONCURRENTLY u ON t (a);\nALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX u;\n',
    },
  ])('$title', ({ rule, sql, fixed, ...given }) => {
    const analysis = analyzeExample({ sql, ...given });
    const fix = firstFix(analysis.findings, rule);
    expect(fix && applyEdits(sql, fix.edits)).toBe(fixed);
  });
});

describe('transactions', () => {
  test.each<Row>([
    {
      title: 'what is rolled back is not moved to where it would be kept',
      rule: 'create-index-blocking',
      sql: 'BEGIN;\nCREATE INDEX i ON t (a);\nROLLBACK;\n',
      fixed: undefined,
    },
    {
      title: 'a later statement of the transaction speaks of the index',
      rule: 'create-index-blocking',
      sql: "BEGIN;\nCREATE INDEX i ON t (a);\nCOMMENT ON INDEX i IS 'x';\nCOMMIT;\n",
      fixed: undefined,
    },
    {
      title: 'the table is renamed before the COMMIT',
      rule: 'create-index-blocking',
      sql: 'BEGIN;\nCREATE INDEX i ON t (a);\nALTER TABLE t RENAME TO u;\nCOMMIT;\n',
      fixed: undefined,
    },
    {
      title: 'an upsert needs the unique index',
      rule: 'create-index-blocking',
      sql: 'BEGIN;\nCREATE UNIQUE INDEX i ON t (a);\nINSERT INTO t VALUES (1) ON CONFLICT (a) DO NOTHING;\nCOMMIT;\n',
      fixed: undefined,
    },
    {
      title: 'SET LOCAL search_path would be over',
      rule: 'create-index-blocking',
      sql: 'BEGIN;\nSET LOCAL search_path = app;\nCREATE INDEX i ON t (a);\nSELECT 1;\nCOMMIT;\n',
      fixed: undefined,
    },
    {
      title: 'COMMIT AND CHAIN opens the next transaction at once',
      rule: 'create-index-blocking',
      sql: 'BEGIN;\nCREATE INDEX i ON t (a);\nCOMMIT AND CHAIN;\nSELECT 1;\nCOMMIT;\n',
      fixed: undefined,
    },
    {
      title: 'all on one line',
      rule: 'create-index-blocking',
      sql: 'BEGIN; SELECT 1; CREATE INDEX i ON t (a); COMMIT;',
      fixed: 'BEGIN; SELECT 1; COMMIT;\nCREATE INDEX CONCURRENTLY i ON t (a);',
    },
    {
      title: 'comments right above the statement move with it',
      rule: 'not-in-transaction',
      sql: 'BEGIN;\nSELECT 1;\n\n-- one\n  -- two\nCREATE INDEX CONCURRENTLY i ON t (a);\n\nSELECT 2;\nCOMMIT;\n',
      fixed: 'BEGIN;\nSELECT 1;\n\n\nSELECT 2;\nCOMMIT;\n-- one\n-- two\nCREATE INDEX CONCURRENTLY i ON t (a);\n',
    },
    {
      title: 'an index for a constraint is built before the BEGIN only if nothing has touched the table since',
      rule: 'add-unique-blocking',
      sql: 'BEGIN;\nALTER TABLE t ADD COLUMN a int;\nALTER TABLE t ADD CONSTRAINT u UNIQUE (a);\nCOMMIT;\n',
      fixed: 'BEGIN;\nALTER TABLE t ADD COLUMN a int;\nCOMMIT;\nCREATE UNIQUE INDEX CONCURRENTLY u ON t (a);\nALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX u;\n',
    },
    {
      title: 'lock_timeout: the second transaction gets its own',
      rule: 'missing-lock-timeout',
      sql: "BEGIN;\nSET LOCAL lock_timeout = '1s';\nDROP TABLE a;\nCOMMIT;\nBEGIN;\nDROP TABLE b;\nCOMMIT;\n",
      fixed: "BEGIN;\nSET LOCAL lock_timeout = '1s';\nDROP TABLE a;\nCOMMIT;\nBEGIN;\nSET LOCAL lock_timeout = '5s';\nDROP TABLE b;\nCOMMIT;\n",
    },
  ])('$title', ({ rule, sql, fixed, ...given }) => {
    const analysis = analyzeExample({ sql, ...given });
    const fix = firstFix(analysis.findings, rule);
    expect(fix && applyEdits(sql, fix.edits)).toBe(fixed);
  });
});

describe("under a tool's transaction", () => {
  const segment: Omit<Segment, 'text'> = { offset: 0, direction: 'up', wrapper: 'file', send: 'statement', opaque: [] };
  const tool = (canOptOut: boolean, send: Segment['send'] = 'statement'): MigrationTool => ({
    id: 'some',
    title: 'Some',
    about: { files: '', transaction: '', optOut: '' },
    examples: [],
    recognise: () => 1,
    read: ({ text }) => ({ tool: 'some', problems: [], segments: [{ ...segment, send, wrapper: text.startsWith('-- no transaction') ? 'none' : 'file', text }] }),
    optOut: () => (canOptOut ? { title: 'Switch the transaction off', edits: [{ offset: 0, length: 0, text: '-- no transaction\n' }], alone: send === 'segment' } : undefined),
  });

  function fixUnder(used: MigrationTool, sql: string, rule: string): string | undefined {
    const script = used.read({ path: 'm/1.sql', text: sql });
    const { statements } = replay(script, UNKNOWN_SCHEMA, { path: 'm/1.sql', version: 18 }, createMemo());
    const findings = judge(
      { path: 'm/1.sql', text: sql, file: { path: 'm/1.sql', text: sql }, tool: used, script, statements, target: DEFAULT_TARGET, statistics: NO_STATISTICS, options: { lockBudget: 500, batchSize: 5000 }, severities: {} },
      createMemo().judgements,
    );
    const fix = firstFix(findings, rule);
    return fix && applyEdits(sql, fix.edits);
  }

  test('CONCURRENTLY switches it off', () => {
    expect(fixUnder(tool(true), 'CREATE INDEX i ON t (a);\n', 'create-index-blocking')).toBe('-- no transaction\nCREATE INDEX CONCURRENTLY i ON t (a);\n');
    expect(fixUnder(tool(true), 'CREATE INDEX CONCURRENTLY i ON t (a);\n', 'not-in-transaction')).toBe('-- no transaction\nCREATE INDEX CONCURRENTLY i ON t (a);\n');
  });

  test('without a switch there is no such fix', () => {
    expect(fixUnder(tool(false), 'CREATE INDEX i ON t (a);\n', 'create-index-blocking')).toBeUndefined();
    expect(fixUnder(tool(true, 'segment'), 'CREATE INDEX i ON t (a);\nSELECT 1;\n', 'create-index-blocking')).toBeUndefined();
  });

  test('NOT VALID is worth it all the same: the next migration validates', () => {
    expect(fixUnder(tool(false), 'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);\n', 'add-check-validating')).toBe('ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\n');
  });

  test('lock_timeout is local to it', () => {
    expect(fixUnder(tool(false), '-- a\nDROP TABLE t;\n', 'missing-lock-timeout')).toBe("-- a\nSET LOCAL lock_timeout = '5s';\nDROP TABLE t;\n");
  });
});

describe('what cannot be mended is not', () => {
  test.each([
    ['DROP INDEX a CASCADE;', 'drop-index-blocking'],
    ['ALTER TABLE t DROP CONSTRAINT k, ADD CONSTRAINT k UNIQUE (a);', 'add-unique-blocking'],
    ["DO $$ BEGIN CREATE INDEX i ON t (a); END $$;", 'create-index-blocking'],
    ["DO $$ BEGIN ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0); END $$;", 'add-check-validating'],
    ['REINDEX SYSTEM postgres;', 'reindex-blocking'],
  ])('%s', (sql, rule) => {
    expect(firstFix(analyzeExample({ sql }).findings, rule)).toBeUndefined();
  });
});

test('names of 63 bytes are cut as the server does', () => {
  // makeObjectName: "_fkey" takes 5 bytes and "_" 1, so that 57 are left; the longer part is cut first.
  const table = 'é'.repeat(20) + 'x'.repeat(10);
  const column = 'c'.repeat(20);
  const sql = `ALTER TABLE "${table}" ADD FOREIGN KEY (${column}) REFERENCES p;`;
  const fix = firstFix(analyzeExample({ sql }).findings, 'add-foreign-key-validating');
  // 20 × 2 + 10 = 50 bytes and 20 bytes: the table keeps 37 bytes, half a character of which is left out, so 36.
  expect(fix && applyEdits(sql, fix.edits)).toContain(`CONSTRAINT "${'é'.repeat(18)}_${column}_fkey"`);
});
