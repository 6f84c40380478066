/** The proof of the quick-fixes on random tables: original and fixed statement leave the same schema and rows behind. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRewriter } from '../../../server/src/core/rewrites/batches/typed-tree';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { startServer, type Server } from '../servers';
import { GENERATED, world } from './arbitrary';
import { PROVEN_ON } from './corpus';
import { complaintOf } from './expected';
import { openLanes, type Lanes } from './lanes';
import { findingsIn, fixAll, fixesOf, migration } from './mend';

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

describe.each(PROVEN_ON)('PostgreSQL %i', (major) => {
  let server: Server;
  let lanes: Lanes;
  beforeAll(async () => {
    server = await startServer(major);
    lanes = await openLanes(server, 1);
  });
  afterAll(() => server.stop());

  test('each fix of a random statement does what the statement does', { timeout: 240_000 }, async () => {
    let proofs = 0;
    await fc.assert(
      fc.asyncProperty(world, async ({ schema, data, statement }) => {
        const fixes = fixesOf(migration(statement, schema, major, ['missing-lock-timeout']));
        const before = schema + data;
        const original = await lanes.run(before, statement);
        expect(original.error).toBeUndefined();
        for (const { rule, title, text, files } of fixes) {
          const outcome = await lanes.run(before, [text, ...files].join('\n'), statement);
          const complaint = outcome.error ?? (outcome.open ? 'it leaves a transaction open' : undefined) ?? complaintOf(rule, original.lines, outcome.lines);
          if (complaint !== undefined) throw new Error(`${rule}: ${title}\n--- schema\n${schema}\n--- original\n${statement}\n--- fixed\n${[text, ...files].join('\n--- new file\n')}\n--- ${complaint}`);
          proofs += 1;
        }
      }),
      { ...GENERATED, endOnFailure: true },
    );
    console.info(`generated: ${String(proofs)} fixes of ${String(GENERATED.numRuns)} random migrations proven on PostgreSQL ${String(major)}`);
    expect(proofs).toBeGreaterThan(GENERATED.numRuns / 2);
  });
});

test('fixes of random statements come to an end, and make nothing that cannot run', () => {
  fc.assert(
    fc.property(world, fc.constantFrom(...PROVEN_ON), ({ schema, statement }, version) => {
      const all = fixAll(migration(statement, schema, version));
      const again = migration(all.text, schema, version);
      expect(findingsIn(again).filter(({ rule }) => rule === 'not-in-transaction')).toEqual([]);
      expect(fixAll(again).text).toBe(all.text);
    }),
    { ...GENERATED, numRuns: 2 * GENERATED.numRuns },
  );
});
