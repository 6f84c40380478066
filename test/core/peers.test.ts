/** Inputs that other linters get wrong, each with what is right. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../server/src/core/analysis';
import type { AnalysisInput } from '../../server/src/core/analyze';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../server/src/core/text';
import { loadRewriter } from '../../server/src/core/rewrites/batches/typed-tree';
import { analyzeExample } from './rules/example';

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

const SCHEMA = `
  CREATE SCHEMA app;
  CREATE TABLE t (id bigint PRIMARY KEY, a int, c int, e int, name varchar(50), sum numeric(10, 2), done boolean NOT NULL DEFAULT false);
  CREATE TABLE app.orders (id bigint PRIMARY KEY, user_id bigint);
  CREATE TABLE "Users" (id bigint PRIMARY KEY, "firstName" text);
  CREATE TABLE users (id bigint PRIMARY KEY, "firstName" text);
  CREATE UNIQUE INDEX t_c ON t (c);
  CREATE INDEX t_a ON t (a);`;

const read = (sql: string, changes: Partial<AnalysisInput> = {}, version?: number): Analysis =>
  analyzeExample({ schema: SCHEMA, sql, ...(version === undefined ? {} : { version }) }, { severities: { 'missing-lock-timeout': 'off' }, ...changes });

const rules = (analysis: Analysis): string[] => analysis.findings.filter(({ severity }) => severity !== 'hint').map(({ rule }) => rule);

/** The strongest lock that a text's statement takes on a relation. */
const lock = (sql: string, relation: string): string | undefined =>
  read(sql).statements.at(-1)?.effects?.locks.find((claim) => claim.relation.endsWith(relation))?.mode;

const fixed = (sql: string, rule: string, version?: number): string | undefined => {
  const analysis = read(sql, {}, version);
  const [fix] = analysis.findings.find((finding) => finding.rule === rule)?.fixes() ?? [];
  return fix === undefined ? undefined : applyEdits(sql, fix.edits);
};

describe('a statement that cannot be read', () => {
  test.each([
    ['unfinished', 'CREATE INDEX i ON t (a);\nALTER TABLE t ADD COLUMN;\nDROP TABLE users;\n', 1],
    ['half a word', 'CREATE INDEX i ON t (a);\nALTER TABL;\nDROP TABLE users;\n', 1],
    ['variables of psql', '\\set tbl users\nCREATE INDEX i ON t (a);\n\\copy t FROM x.csv\nALTER TABLE :tbl ADD x int;\nDROP TABLE users;\n', 0],
    ['placeholders', 'CREATE INDEX i ON t (a);\nALTER TABLE {{ table }} ADD x int;\nALTER TABLE ${table} ADD x int;\nDROP TABLE users;\n', 0],
    ['COPY data', 'CREATE INDEX i ON t (a);\nCOPY t (id) FROM stdin;\n1;\nALTER TABLE nonsense\n\\.\nDROP TABLE users;\n', 0],
  ])('%s leaves its neighbours judged', (_, sql, problems) => {
    const analysis = read(sql);
    expect(analysis.problems).toHaveLength(problems);
    expect(rules(analysis)).toEqual(expect.arrayContaining(['create-index-blocking', 'drop-table']));
    const relations = analysis.statements.flatMap(({ effects }) => effects?.locks.map((claim) => String(claim.relation)) ?? []);
    expect(relations.filter((name) => name.includes('nonsense'))).toEqual([]);
  });

  test('a blank line inside a statement does not end it', () => {
    expect(read('ALTER TABLE t\n\n\n  ADD COLUMN x int\n\n;\n').statements).toHaveLength(1);
  });
});

describe('bodies', () => {
  test.each([
    ['DO $$ BEGIN ALTER TABLE t ALTER COLUMN a SET NOT NULL; END $$;', 'set-not-null-scanning'],
    ['DO $$ BEGIN IF true THEN DROP TABLE users; END IF; END $$;', 'drop-table'],
  ])('%s', (sql, rule) => {
    expect(rules(read(sql))).toContain(rule);
  });

  test('dynamic SQL is said to be unknown', () => {
    const findings = read("DO $$ DECLARE r record; BEGIN FOR r IN SELECT relname FROM pg_class LOOP EXECUTE 'DROP TABLE ' || r.relname; END LOOP; END $$;").findings.map(({ rule }) => rule);
    expect(findings).toContain('dynamic-sql-unknown');
  });
});

describe('columns', () => {
  test.each([
    'int DEFAULT -1',
    'date DEFAULT current_date',
    "text DEFAULT lower('X')",
    'timestamptz DEFAULT pg_catalog.now()',
    'timestamptz NOT NULL DEFAULT now()',
    'text GENERATED ALWAYS AS (upper(name)) VIRTUAL',
    'bigint REFERENCES app.orders (id)',
  ])('%s does not rewrite, and is not flagged', (definition) => {
    const analysis = read(`ALTER TABLE t ADD COLUMN x ${definition};`);
    expect(analysis.statements[0]?.effects?.rewrites).toEqual([]);
    expect(analysis.statements[0]?.effects?.scans).toEqual([]);
    expect(rules(analysis)).toEqual([]);
  });

  test.each(['bigint GENERATED ALWAYS AS IDENTITY', 'uuid DEFAULT gen_random_uuid()', 'bigserial', 'text GENERATED ALWAYS AS (upper(name)) STORED'])('%s rewrites', (definition) => {
    const analysis = read(`ALTER TABLE t ADD COLUMN x ${definition};`);
    expect(analysis.statements[0]?.effects?.rewrites.map(String)).toHaveLength(1);
    expect(rules(analysis)).not.toEqual([]);
  });

  test.each(['name TYPE text', 'name TYPE varchar(500)', 'sum TYPE numeric(20, 2)'])('%s widens, and is silent', (change) => {
    const analysis = read(`ALTER TABLE t ALTER COLUMN ${change};`);
    expect(analysis.statements[0]?.effects?.rewrites).toEqual([]);
    expect(rules(analysis)).toEqual([]);
  });
});

describe('locks', () => {
  // docs: Table-Level Locks, and AlterTableGetLockLevel in tablecmds.c
  test.each([
    ['ALTER TABLE t ADD CHECK (a > 0)', 'ACCESS EXCLUSIVE'],
    ['ALTER TABLE t ADD UNIQUE (a)', 'ACCESS EXCLUSIVE'],
    ['ALTER TABLE t ADD PRIMARY KEY (a)', 'ACCESS EXCLUSIVE'],
    ['ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES users (id)', 'SHARE ROW EXCLUSIVE'],
    ['ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT k', 'SHARE UPDATE EXCLUSIVE'],
    ['ALTER TABLE t ALTER a SET STATISTICS 5', 'SHARE UPDATE EXCLUSIVE'],
    ['ALTER TABLE t SET (fillfactor = 70)', 'SHARE UPDATE EXCLUSIVE'],
    ['ALTER TABLE t DISABLE TRIGGER USER', 'SHARE ROW EXCLUSIVE'],
  ])('%s: %s', (sql, mode) => {
    expect(lock(`${sql.replace('ADD PRIMARY KEY', 'DROP CONSTRAINT t_pkey, ADD PRIMARY KEY')};`, '.t')).toBe(mode);
  });
});

describe('transactions', () => {
  test('what cannot run in one is said, each', () => {
    const found = rules(read('BEGIN;\nDROP INDEX CONCURRENTLY t_a;\nVACUUM t;\nCOMMIT;\n'));
    expect(found.filter((rule) => rule === 'not-in-transaction')).toHaveLength(2);
  });

  test('CONCURRENTLY without BEGIN can run', () => {
    expect(rules(read('CREATE INDEX CONCURRENTLY i ON t (a, c);\n'))).toEqual([]);
  });

  test('the fix inside BEGIN … COMMIT moves the index out', () => {
    const sql = 'BEGIN;\nALTER TABLE users ADD x int;\nCREATE INDEX i ON t (a, c);\nCOMMIT;\n';
    expect(fixed(sql, 'create-index-blocking')).toBe('BEGIN;\nALTER TABLE users ADD x int;\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON t (a, c);\n');
  });

  test('timeouts that are set elsewhere are configured once', () => {
    const sql = 'ALTER TABLE t ADD COLUMN x int;';
    expect(analyzeExample({ schema: SCHEMA, sql }, { severities: {} }).findings.map(({ rule }) => rule)).toContain('missing-lock-timeout');
    expect(rules(read(sql))).toEqual([]);
  });
});

describe('fixes touch what is theirs', () => {
  test('one of three subcommands', () => {
    const after = fixed('ALTER TABLE t ADD x int, ALTER c SET NOT NULL, DROP e;\n', 'set-not-null-scanning', 17) ?? '';
    expect(after).toContain('ADD x int');
    expect(after).toContain('DROP e');
    expect(after).toContain('VALIDATE CONSTRAINT');
  });

  test.each([
    ['CREATE INDEX i ON app.orders (user_id);\n', 'CREATE INDEX CONCURRENTLY i ON app.orders (user_id);\n'],
    ['CREATE INDEX "I" ON "Users" ("firstName");\n', 'CREATE INDEX CONCURRENTLY "I" ON "Users" ("firstName");\n'],
    ['-- why\nCREATE INDEX i ON t (a, c); -- so\n', '-- why\nCREATE INDEX CONCURRENTLY i ON t (a, c); -- so\n'],
    ['CREATE INDEX i ON t (a, c)', 'CREATE INDEX CONCURRENTLY i ON t (a, c)'],
  ])('%j', (sql, expected) => {
    expect(fixed(sql, 'create-index-blocking')).toBe(expected);
  });
});

describe('names compare by identity', () => {
  test.each([
    ['CREATE TABLE fresh (id bigint PRIMARY KEY, x bigint);\nCREATE INDEX i ON fresh (x);\nALTER TABLE fresh ALTER x SET NOT NULL, ADD FOREIGN KEY (x) REFERENCES fresh (id);\nALTER TABLE fresh DROP COLUMN x;\n', []],
    ['CREATE TABLE app.t (id bigint PRIMARY KEY);\nCREATE INDEX i ON t (a, c);\n', ['create-index-blocking']],
    ['CREATE TABLE "T" (id bigint PRIMARY KEY);\nDROP TABLE t;\n', ['drop-table']],
  ])('%s', (sql, expected) => {
    expect(rules(read(sql))).toEqual(expected);
  });

  test('"Users" is not users', () => {
    const locked = (name: string): string[] => read(`ALTER TABLE ${name} ADD x int;`).statements[0]?.effects?.locks.map((claim) => String(claim.relation)) ?? [];
    expect(locked('"Users"')).not.toEqual(locked('users'));
    expect(locked('Users')).toEqual(locked('users'));
  });
});

describe('what is proven is silent', () => {
  const proof = 'ALTER TABLE t ADD CONSTRAINT p CHECK (a IS NOT NULL) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT p;\n';
  test('SET NOT NULL after a validated CHECK', () => {
    const analysis = read(`${proof}ALTER TABLE t ALTER a SET NOT NULL;\n`);
    expect(analysis.statements.at(-1)?.effects?.scans).toEqual([]);
    expect(rules(analysis)).toEqual([]);
  });

  test('SET NOT NULL after a CHECK that an earlier file validated', () => {
    const earlier = analyzeExample({ schema: SCHEMA, sql: proof });
    const analysis = read('ALTER TABLE t ALTER a SET NOT NULL;\n', { schema: earlier.after });
    expect(analysis.statements.at(-1)?.effects?.scans).toEqual([]);
    expect(rules(analysis)).toEqual([]);
  });

  test('UNIQUE USING INDEX', () => {
    expect(rules(read('ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX t_c;'))).toEqual([]);
  });

  test('PRIMARY KEY USING INDEX shows the scan for NOT NULL, and only that', () => {
    const schema = 'CREATE TABLE k (id bigint); CREATE UNIQUE INDEX k_id ON k (id);';
    const of = (ddl: string): Analysis => analyzeExample({ schema: ddl, sql: 'ALTER TABLE k ADD PRIMARY KEY USING INDEX k_id;' }, { severities: { 'missing-lock-timeout': 'off' } });
    expect(of(schema).statements[0]?.effects?.scans).toHaveLength(1);
    expect(of(schema.replace('bigint', 'bigint NOT NULL')).statements[0]?.effects?.scans).toEqual([]);
    expect(rules(of(schema.replace('bigint', 'bigint NOT NULL')))).toEqual([]);
  });

  test('SELECT 1', () => {
    expect(read('SELECT 1;').findings).toEqual([]);
  });
});

describe('with a database', () => {
  const rows = (count: number): Partial<AnalysisInput> => ({ statistics: { sizeOf: () => ({ rows: count, bytes: undefined }) } });

  test('a change of metadata is brief, whatever the size', () => {
    expect(rules(read('ALTER TABLE t ADD COLUMN x int;', rows(20_000_000)))).toEqual([]);
  });

  test('UPDATE … WHERE id > 0 is warned of, with the rows', () => {
    const [finding] = read('UPDATE t SET a = 1 WHERE id > 0;', rows(20_000_000)).findings.filter(({ rule }) => rule === 'update-whole-table');
    expect(finding?.message).toContain('20 M rows');
  });

  test('the rows of a partitioned table are those of its partitions', () => {
    const schema = 'CREATE TABLE p (id int, x int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9); CREATE TABLE p2 PARTITION OF p DEFAULT;';
    // What a database says of the parent itself: nothing.
    const statistics: AnalysisInput['statistics'] = { sizeOf: (name) => ({ rows: String(name).endsWith('p') ? 0 : 1_000_000, bytes: undefined }) };
    const analysis = analyzeExample({ schema, sql: 'UPDATE p SET x = 1;' }, { statistics });
    expect(analysis.findings.find(({ rule }) => rule === 'update-whole-table')?.message).toContain('2 M rows');
  });
});
