import { readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { readActivityOf, readContents } from '../../server/src/databases/database';
import { readDatabase } from '../../server/src/databases/postgres/connection';
import { withServer, type Server } from '../postgres/servers';

/** What happens to a server happens to whoever reads it: a word about it, in bounded time, and no harm when it is back. */
describe('a server with faults', () => {
  const failure = (attempt: Promise<unknown>): Promise<string> =>
    attempt.then(
      () => 'no failure',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  /** The server's main process, from the first line of postmaster.pid. */
  const processOf = async (client: pg.Client): Promise<number> => {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return Number(readFileSync(path.join(rows[0]?.data_directory ?? '', 'postmaster.pid'), 'utf8').split('\n')[0]);
  };
  const withReader = async (server: Server, meanwhile: (admin: pg.Client) => Promise<void>): Promise<string> => {
    const admin = await server.connect();
    return failure(
      readDatabase(server.url(), async (reading) => {
        await meanwhile(admin);
        return reading.rows('SELECT 1');
      }),
    );
  };

  test('a backend that is terminated, full slots, a paused server, a killed one', async () => {
    await withServer(15, async (server) => {
      const gone = await withReader(server, async (admin) => {
        await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockscope'");
        await new Promise((resolve) => setTimeout(resolve, 100));
      });
      expect(gone).toMatch(/the server ended the connection$/u);
      expect((await readContents(server.url())).version).toBe(15);

      // A role that is no superuser gets none of the reserved ones: 20 less 3 (superuser_reserved_connections).
      const admin = await server.connect();
      await admin.query('CREATE ROLE little LOGIN');
      const url = server.url().replace('postgres@', 'little@');
      const taken: pg.Client[] = [];
      for (let count = 0; count < 17; count++) {
        try {
          taken.push(await server.connect());
        } catch {
          break;
        }
      }
      expect(await failure(readContents(url))).toMatch(/has no free connections \(too many clients\)/u);
      await Promise.all(taken.map((client) => client.end()));

      const pid = await processOf(admin);
      process.kill(pid, 'SIGSTOP');
      try {
        expect(await failure(readActivityOf(`${server.url()}?connect_timeout=1`))).toMatch(/does not answer \(timed out\)/u);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      expect((await readActivityOf(server.url())).isStandby).toBe(false);

      const killed = await withReader(server, async () => {
        process.kill(pid, 'SIGQUIT');
        await new Promise((resolve) => setTimeout(resolve, 300));
      });
      expect(killed).toMatch(/the server ended the connection$/u);
      expect(await failure(readContents(server.url()))).toMatch(/refused the connection/u);
    });
  });
});
