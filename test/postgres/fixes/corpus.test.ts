/** The proof of the quick-fixes on the corpus: original and fixed migration leave the same schema and rows behind. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FILE_RULES, RULES } from '../../../server/src/core/rules';
import { loadRewriter } from '../../../server/src/core/rewrites/batches/typed-tree';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { tokensOf } from '../../../server/src/core/sql/postgres/scan';
import { applyEdits } from '../../../server/src/core/text';
import { startServer, type Server } from '../servers';
import { CORPUS, corpusOn, PROVEN_ON, SCRIPTS, STATEMENTS } from './corpus';
import { complaintOf } from './expected';
import { openLanes, type Lanes } from './lanes';
import { fixesOf, migration } from './mend';
import { done } from './traffic';
import { DATA, SCHEMA } from './world';

// Nearly every migration lacks a lock_timeout: that fix is proven on the scripts, with the rest switched off.
const WITHOUT_TIMEOUT = ['missing-lock-timeout'];

/** Rules that report what the server refuses: their fixes have to make the migration run. */
const MENDS_FAILURES: ReadonlySet<string> = new Set(['not-in-transaction', 'enum-value-used-in-transaction', 'concurrently-on-partitioned', 'begin-without-commit']);

/** Fixes that were run beside their originals. */
let proven = 0;

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

test('the corpus is large enough, and nothing stands in it twice', () => {
  expect(CORPUS.length).toBeGreaterThanOrEqual(200);
  expect(new Set(CORPUS.map(({ sql }) => sql)).size).toBe(CORPUS.length);
});

test('each rule that has a fix is proven three times', () => {
  const proofs = new Map<string, number>();
  for (const { meta, ...rule } of RULES) if ('mend' in rule) proofs.set(meta.id, 0);
  const count = (rule: string, more: number): unknown => proofs.set(rule, (proofs.get(rule) ?? 0) + more);
  for (const { meta } of [...RULES, ...FILE_RULES]) {
    const examples = meta.bad.filter((example) => example.fixed !== undefined && example.unproven === undefined).length;
    if (examples > 0) count(meta.id, examples);
  }
  for (const { sql } of CORPUS) for (const { rule } of fixesOf(migration(sql, SCHEMA, 18))) count(rule, 1);
  expect([...proofs].filter(([, proven]) => proven < 3)).toEqual([]);
});

describe.each(['/* %s */ ', '-- %s\n'])('comments everywhere, as %j', (form) => {
  test.each(PROVEN_ON)('no fix for PostgreSQL %i takes one away', (major) => {
    let offered = 0;
    for (const { sql, since = 0 } of STATEMENTS) {
      if (since > major) continue;
      const { text, comments } = commented(sql, form);
      const fixes = fixesOf(migration(text, SCHEMA, major, WITHOUT_TIMEOUT));
      offered += fixes.length;
      const lost = fixes.flatMap((fix) => {
        const all = [fix.text, ...fix.files].join('\n');
        return comments.filter((comment) => !all.includes(comment)).map((comment) => `${fix.title} loses ${comment} of\n${text}`);
      });
      expect(lost).toEqual([]);
    }
    // Nearly as many as without comments.
    expect(offered).toBeGreaterThan(100);
  });
});

describe.each(PROVEN_ON)('PostgreSQL %i', (major) => {
  let server: Server;
  let lanes: Lanes;
  beforeAll(async () => {
    server = await startServer(major);
    lanes = await openLanes(server, 3);
  });
  afterAll(async () => {
    console.info(`corpus: ${String(proven)} fixes of ${String(CORPUS.length)} migrations proven up to PostgreSQL ${String(major)}, beside ${String(done.reads)} reads and ${String(done.writes)} writes`);
    await server.stop();
  });

  const suitable = corpusOn(major).map((one) => ({ ...one, name: one.sql.trim() }));

  test.concurrent.each(suitable)('$name', async ({ sql, same }) => {
    const off = SCRIPTS.some((script) => script.sql === sql) ? [] : WITHOUT_TIMEOUT;
    const fixes = fixesOf(migration(sql, SCHEMA, major, off));
    const original = await lanes.run(SCHEMA + DATA, same ?? sql);
    expect(original.error).toBeUndefined();
    // What is wrong with a migration that cannot run is for one rule to mend; fixes of others leave it as it is.
    const trouble = same === undefined ? undefined : (await lanes.run(SCHEMA + DATA, sql)).error;
    expect(same === undefined || trouble !== undefined).toBe(true);
    const failures: string[] = [];
    for (const fix of fixes) {
      const outcome = await lanes.run(SCHEMA + DATA, [fix.text, ...fix.files].join('\n'), sql);
      if (outcome.error !== undefined && !MENDS_FAILURES.has(fix.rule) && reasonOf(outcome.error) === reasonOf(trouble)) continue;
      const leftOpen = outcome.open && (!original.open || fix.rule === 'begin-without-commit') ? 'it leaves a transaction open' : undefined;
      const complaint = outcome.error ?? leftOpen ?? complaintOf(fix.rule, original.lines, outcome.lines);
      if (complaint !== undefined) failures.push(`${fix.rule}: ${fix.title}\n--- original\n${sql}\n--- fixed\n${[fix.text, ...fix.files].join('\n--- new file\n')}\n--- ${complaint}\n`);
    }
    expect(failures.join('\n')).toBe('');
    proven += fixes.length;
  });
});

/** A statement with a comment before each of its words that are not part of a dotted name (nor behind NULLS, where the parser takes none), in a form with a place (`%s`) for its number. */
function commented(sql: string, form: string): { readonly text: string; readonly comments: readonly string[] } {
  const words = tokensOf(sql).filter(({ kind, text, offset }) => kind !== 'comment' && offset > 0 && text !== '.' && !/(?:\.|\bnulls )$/iu.test(sql.slice(0, offset)));
  const edits = words.map(({ offset }, at) => ({ offset, length: 0, text: form.replace('%s', `why ${String(at)};`) }));
  return { text: applyEdits(sql, edits), comments: edits.map(({ text }) => text.trim()) };
}

/** A server's message without the statement that it is about, which a fix may have written differently. */
const reasonOf = (error: string | undefined): string | undefined => error?.replace(/ in: .*$/s, '').replace(/"[^"]*"/g, '"…"');
