/** What fixes make is as quiet as they claim, and fixes applied again change nothing. */
import { beforeAll, describe, expect, test } from 'vitest';
import { loadRewriter } from '../../../server/src/core/rewrites/batches/typed-tree';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { insideTransaction, SCRIPTS, STATEMENTS, type Migration } from '../../postgres/fixes/corpus';
import { findingsIn, fixAll, fixesOf, migration } from '../../postgres/fixes/mend';
import { SCHEMA } from '../../postgres/fixes/world';

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

const CORPUS: readonly Migration[] = [...STATEMENTS, ...STATEMENTS.map(insideTransaction), ...SCRIPTS];

describe.each([15, 18])('for PostgreSQL %i', (version) => {
  test.each(CORPUS.map(({ sql }) => sql))('%s', (sql) => {
    const input = migration(sql, SCHEMA, version);
    const count = (text: string, rule: string): number => findingsIn(migration(text, SCHEMA, version)).filter((finding) => finding.rule === rule).length;
    for (const { rule, text } of fixesOf(input)) {
      // One fix mends one finding: two of a kind leave the other.
      expect(count(text, rule), text).toBeLessThan(count(sql, rule));
      expect(count(text, 'not-in-transaction'), text).toBeLessThanOrEqual(count(sql, 'not-in-transaction'));
    }
    const all = fixAll(input);
    expect(count(all.text, 'not-in-transaction'), all.text).toBe(0);
    expect(fixAll(migration(all.text, SCHEMA, version)).text).toBe(all.text);
  });
});
