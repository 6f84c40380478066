import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCK_MODES, type LockMode, conflicts } from '../../server/src/core/effects/postgres/lock-modes';
import { type Server, startServer } from './servers';

/** What a server says about two sessions and one table, mode against mode. */
describe('the conflict matrix', () => {
  let server: Server;
  let holder: pg.Client;
  let asker: pg.Client;

  beforeAll(async () => {
    server = await startServer(18);
    [holder, asker] = await Promise.all([server.connect(), server.connect()]);
    await holder.query('CREATE TABLE t ()');
  }, 120_000);
  afterAll(() => server.stop());

  it.each(LOCK_MODES)('%s against every other', async (held) => {
    const measured: [LockMode, boolean][] = [];
    await holder.query(`BEGIN; LOCK TABLE t IN ${held} MODE`);
    for (const asked of LOCK_MODES) measured.push([asked, await mustWait(asker, asked)]);
    await holder.query('ROLLBACK');
    expect(LOCK_MODES.map((asked) => [asked, conflicts(held, asked)])).toEqual(measured);
  });
});

async function mustWait(session: pg.Client, mode: LockMode): Promise<boolean> {
  const lockNotAvailable = '55P03';
  await session.query('BEGIN');
  try {
    await session.query(`LOCK TABLE t IN ${mode} MODE NOWAIT`);
    return false;
  } catch (error) {
    if ((error as pg.DatabaseError).code === lockNotAvailable) return true;
    throw error;
  } finally {
    await session.query('ROLLBACK');
  }
}
