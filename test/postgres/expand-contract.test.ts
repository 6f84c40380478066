/**
 * The proof of the larger rewrites: the original and the rewritten migration run on real servers over the same rows and
 * must leave the same catalogue and the same rows behind. Only the order of columns may differ.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type pg from 'pg';
import { loadRewriter } from '../../server/src/core/rewrites/batches/typed-tree';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../server/src/core/sql/postgres/parse';
import { PROVEN_ON } from './fixes/corpus';
import { dependenceOf, openLanes, type Lanes } from './fixes/lanes';
import { unmarked, type Traffic } from './fixes/traffic';
import { fingerprint, runScript } from './proof';
import { LARGE_REWRITES, type Rewrite } from './large-rewrites';
import { startServer, type Server } from './servers';

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

describe.each(PROVEN_ON)('PostgreSQL %i', (major) => {
  let server: Server;
  let lanes: Lanes;
  beforeAll(async () => {
    server = await startServer(major);
    lanes = await openLanes(server, 3);
  });
  afterAll(() => server.stop());

  async function inDatabase<T>({ schema, data }: Rewrite, use: (client: pg.Client, traffic: Traffic) => Promise<T>): Promise<T> {
    return lanes.within(async (client, traffic) => {
      for (const before of [schema, data ?? '']) {
        const error = await runScript(client, before);
        if (error !== undefined) throw new Error(`schema or data do not run: ${error}`);
      }
      return use(client, traffic);
    });
  }

  const suitable = LARGE_REWRITES.filter(({ version }) => version === undefined || version <= major);

  test.concurrent.each(suitable)('$title', async (rewrite) => {
    const fixed = rewrite.fixed(rewrite, major);
    const original = await inDatabase(rewrite, async (client, traffic) => {
      const { value: error, settled } = await traffic.beside(rewrite.sql, dependenceOf(rewrite.sql), () => runScript(client, rewrite.same ?? rewrite.sql));
      expect(error).toBeUndefined();
      return settled ? fingerprint(client) : unmarked(await fingerprint(client));
    });
    const mended = await inDatabase(rewrite, async (client, traffic) => {
      const implied: string[] = [];
      client.on('notice', ({ message = '' }) => {
        if (message.includes(' is implied by existing constraints')) implied.push(message);
      });
      if (rewrite.implied !== undefined) await client.query('SET client_min_messages = debug1');
      const { value: error, settled } = await traffic.beside(rewrite.sql, dependenceOf(rewrite.sql), () => runScript(client, fixed));
      expect(error, fixed).toBeUndefined();
      // What the server does not have to read it says so.
      expect(implied, fixed).toHaveLength(rewrite.implied ?? 0);
      return settled ? fingerprint(client) : unmarked(await fingerprint(client));
    });
    expect(mended.map(withoutDoubleCasts), fixed).toEqual(original.map(withoutDoubleCasts));
  });

  test.concurrent.each(suitable.filter(({ writes }) => writes !== undefined))('$title, written to meanwhile', async (rewrite) => {
    const { writes } = rewrite;
    if (writes === undefined) return;
    const statements = statementsOf(rewrite.fixed(rewrite, major), createParseMemo()).map(({ parsed }) => parsed.text);
    const swap = rewrite.untilSwap === true ? statements.findIndex((text) => text.startsWith('LOCK TABLE')) : statements.length;
    const fixed = rewrite.fixed(rewrite, major);
    let count = 0;
    const mended = await inDatabase(rewrite, async (client) => {
      let inside = false;
      for (const [at, text] of statements.entries()) {
        await client.query(text);
        if (/^begin\b/i.test(text)) inside = true;
        if (/^commit\b/i.test(text)) inside = false;
        if (!inside && at < swap) for (const write of writes((count += 1))) await client.query(write);
      }
      return fingerprint(client);
    });
    const original = await inDatabase(rewrite, async (client) => {
      for (let at = 1; at <= count; at++) for (const write of writes(at)) await client.query(write);
      expect(await runScript(client, rewrite.same ?? rewrite.sql)).toBeUndefined();
      return fingerprint(client);
    });
    expect(mended.map(withoutDoubleCasts), fixed).toEqual(original.map(withoutDoubleCasts));
  });
});

/** ALTER TYPE casts what a CHECK or an index had cast to the old type once more; a constraint that is made anew has one cast. */
function withoutDoubleCasts(line: string): string {
  return line.replace(/\(\((\d+)\)::numeric\)::double precision/g, '($1)::double precision');
}
