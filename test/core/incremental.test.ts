/** What is remembered changes how fast an answer comes, never the answer: each edit of a script, analysed upon the memo and anew. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Analysis } from '../../server/src/core/analysis';
import { analyze } from '../../server/src/core/analyze';
import { createMemo, type AnalysisMemo } from '../../server/src/core/memo';
import { UNKNOWN_SCHEMA, type Schema } from '../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../server/src/core/schema/statistics';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { DEFAULT_TARGET } from '../../server/src/core/target';

beforeAll(loadPostgresParser);

const OPTIONS = { lockBudget: 500, batchSize: 1000 };
const SEVERITIES = {};

/** What is not listed in it is known not to be there. */
const COMPLETE_SCHEMA: Schema = { ...UNKNOWN_SCHEMA, complete: true };

function run(text: string, memo: AnalysisMemo, schema: Schema = UNKNOWN_SCHEMA): Analysis {
  return analyze({ path: 'm.sql', text, target: DEFAULT_TARGET, schema, statistics: NO_STATISTICS, options: OPTIONS, severities: SEVERITIES, tool: undefined }, memo);
}

/** All that people can see of an analysis, and the schema before each statement. */
function visible({ statements, findings, problems, after }: Analysis): unknown {
  return {
    statements: statements.map(({ span, effects, moment, transaction, before }) => ({
      span,
      kind: effects?.kind,
      locks: effects?.locks,
      work: [effects?.rewrites, effects?.scans, effects?.rebuilds],
      scope: moment.scope,
      held: moment.held,
      settings: moment.settings,
      transaction,
      unseen: [...before.unseen].sort(([a], [b]) => (a < b ? -1 : 1)),
      relations: inOrder(before),
      searchPath: before.searchPath,
    })),
    findings: findings.map(({ rule, severity, message, span, statement, related }) => ({ rule, severity, message, span, statement, related })),
    problems,
    after: inOrder(after),
  };
}

function inOrder({ relations }: Schema): readonly unknown[] {
  return [...relations].sort(([a], [b]) => (a < b ? -1 : 1));
}

const STATEMENTS = [
  'CREATE TABLE a (id bigint PRIMARY KEY, n int, t text)',
  'CREATE TABLE a (id bigint, n int)',
  'CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a (id))',
  'ALTER TABLE a ADD COLUMN c int',
  'ALTER TABLE a ADD COLUMN c int DEFAULT random()',
  'ALTER TABLE a DROP COLUMN n',
  'ALTER TABLE a ALTER COLUMN n SET NOT NULL',
  'ALTER TABLE a ADD CONSTRAINT nn CHECK (n IS NOT NULL) NOT VALID',
  'ALTER TABLE a VALIDATE CONSTRAINT nn',
  'ALTER TABLE a RENAME TO z',
  'ALTER TABLE b ALTER COLUMN a_id TYPE int',
  'CREATE INDEX i ON a (n)',
  'CREATE INDEX CONCURRENTLY j ON b (a_id)',
  'DROP INDEX i',
  'DROP TABLE a CASCADE',
  'CREATE VIEW v AS SELECT * FROM a',
  'UPDATE a SET n = 1',
  'DELETE FROM b USING a WHERE a.id = b.a_id',
  'INSERT INTO b SELECT id, id FROM a',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT s',
  'ROLLBACK TO s',
  "SET lock_timeout = '2s'",
  "SET LOCAL lock_timeout = '1s'",
  'SET search_path = app, public',
  'CREATE SCHEMA app',
  'REINDEX SCHEMA public',
  'SELEC half typed',
  'DO $$ BEGIN ALTER TABLE a ADD COLUMN d int; END $$',
  "DO $$ BEGIN EXECUTE 'CREATE TABLE c (id int)'; END $$",
  // Each of these changes a part of a table, and looks at others.
  'CREATE UNIQUE INDEX u ON a (id)',
  'ALTER TABLE a ADD PRIMARY KEY USING INDEX u',
  'ALTER TABLE a SET UNLOGGED',
  'ALTER TABLE a REPLICA IDENTITY FULL',
  'ALTER TABLE a INHERIT b',
  'ALTER TABLE a ADD COLUMN s bigserial',
  'ALTER TABLE a ALTER COLUMN n TYPE bigint',
  'ALTER TABLE a RENAME COLUMN n TO c',
  'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
  'CREATE TRIGGER f BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f()',
  'CREATE TABLE p (id bigint, n int) PARTITION BY RANGE (id)',
  'ALTER TABLE p ATTACH PARTITION a FOR VALUES FROM (1) TO (9)',
  'CREATE INDEX ON p (n)',
  'CLUSTER a USING i',
  'REINDEX TABLE a',
  'TRUNCATE a CASCADE',
  "COMMENT ON TABLE a IS 'a'",
  'GRANT SELECT ON a TO reporting',
  'DELETE FROM a WHERE n = 1',
];

const script = fc.array(fc.constantFrom(...STATEMENTS), { maxLength: 14 });
/** An edit: at which statement, how many it takes out, and what it brings in. */
const edit = fc.record({ at: fc.nat(14), removed: fc.nat(3), added: fc.array(fc.constantFrom(...STATEMENTS), { maxLength: 2 }), blank: fc.constantFrom('', '\n', '-- ü 😀\n') });

test('an analysis upon a memo equals one from nothing', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.constantFrom(UNKNOWN_SCHEMA, COMPLETE_SCHEMA), script, fc.array(edit, { minLength: 1, maxLength: 8 }), (schema, start, edits) => {
      const memo = createMemo();
      let statements = start;
      let text = statements.map((sql) => `${sql};\n`).join('');
      expect(visible(run(text, memo, schema))).toEqual(visible(run(text, createMemo(), schema)));
      for (const { at, removed, added, blank } of edits) {
        statements = [...statements.slice(0, at), ...added, ...statements.slice(at + removed)];
        text = blank + statements.map((sql) => `${sql};\n`).join('');
        expect(visible(run(text, memo, schema)), text).toEqual(visible(run(text, createMemo(), schema)));
      }
    }),
    { numRuns: 200, seed: 7 },
  );
});

test.each([
  ['a column', 'ALTER TABLE t ADD COLUMN note text', 'note', ['UPDATE', 'ADD CONSTRAINT', 'COMMENT', 'INDEX CONCURRENTLY', 'DELETE', 'GRANT']],
  ['a constraint', 'ALTER TABLE t ADD CONSTRAINT positive CHECK (total > 0) NOT VALID', 'total >', ['COMMENT', 'INDEX CONCURRENTLY', 'DELETE', 'GRANT']],
  ['an index', 'CREATE INDEX i ON t (state)', 'state', ['ADD CONSTRAINT', 'COMMENT', 'INDEX CONCURRENTLY', 'DELETE', 'ALTER COLUMN', 'GRANT']],
])('an edit of %s is nothing to statements that look at other parts of the table', (_, edited, word, untouched) => {
  const later = [
    "UPDATE t SET state = 'x' WHERE id = 1",
    'ALTER TABLE t ADD CONSTRAINT small CHECK (total < 9) NOT VALID',
    "COMMENT ON TABLE t IS 't'",
    'CREATE INDEX CONCURRENTLY j ON t (total)',
    'DELETE FROM t USING c WHERE c.id = t.id',
    'ALTER TABLE t ALTER COLUMN total SET NOT NULL',
    'GRANT SELECT ON t TO reporting',
  ];
  const text = [edited, ...later].map((sql) => `${sql};\n`).join('');
  const memo = createMemo();
  const before = run(text, memo);
  const after = run(text.replace(word, `x${word}`), memo);
  const same = before.statements.filter(({ effects }, index) => effects !== undefined && effects === after.statements[index]?.effects).map(({ parsed }) => parsed.text);
  for (const part of untouched) expect(same).toContainEqual(expect.stringContaining(part));
});

/** Forty tables, each made, indexed and filled: an edit of one of them is nothing to the others. */
const TABLES = Array.from({ length: 40 }, (_, n) => [`CREATE TABLE t_${String(n)} (id bigint PRIMARY KEY, n int)`, `CREATE INDEX i_${String(n)} ON t_${String(n)} (n)`, `UPDATE t_${String(n)} SET n = 1`]);

test.each([
  ['by themselves', (made: readonly string[]): readonly string[] => made],
  ['in a transaction each', (made: readonly string[]): readonly string[] => ['BEGIN', ...made, 'COMMIT']],
  ['in transactions that roll back every third time', (made: readonly string[], n: number): readonly string[] => ['BEGIN', ...made, n % 3 === 0 ? 'ROLLBACK' : 'COMMIT']],
])('many edits that stay, the next ones before and behind the last: statements %s', (_, wrapped) => {
  const statements = TABLES.map((made) => [...made]);
  const memo = createMemo();
  const textNow = (): string => statements.flatMap((made, n) => wrapped(made, n)).map((sql) => `${sql};\n`).join('');
  run(textNow(), memo);
  for (let edit = 0; edit < 36; edit++) {
    // Up and down through the file, so that what differs before a statement grows and shrinks.
    const table = statements[(edit * 17) % statements.length];
    const at = edit % 2;
    if (table?.[at] !== undefined) table[at] = table[at].replace(at === 0 ? 'n int' : 'INDEX i', at === 0 ? 'n int, more int' : 'INDEX other_i');
    const now = run(textNow(), memo);
    if (edit % 12 === 11) expect(visible(now)).toEqual(visible(run(textNow(), createMemo())));
  }
});
