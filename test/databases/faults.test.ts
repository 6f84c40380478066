import { readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import type { RelationName } from '../../server/src/core/schema/names';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { readActivityOf, readContents } from '../../server/src/databases/database';
import { LiveDatabase } from '../../server/src/databases/live';
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

  test('a session that stops in the middle of a query: it is hung up, whatever the server says', async () => {
    await withServer(15, async (server) => {
      const admin = await server.connect();
      let backend = 0;
      const stopped = failure(
        readDatabase(
          server.url(),
          async (reading) => {
            backend = Number((await reading.rows('SELECT pg_catalog.pg_backend_pid()'))[0]?.[0]);
            process.kill(backend, 'SIGSTOP');
            return reading.rowsUnlessLocked('SELECT 1', [], 50);
          },
          500,
        ),
      );
      try {
        expect(await stopped).toMatch(/does not answer \(timed out\)/u);
      } finally {
        process.kill(backend, 'SIGCONT');
      }
      // The connection was dropped: when it goes on, it finds nobody there.
      await expect.poll(async () => (await admin.query('SELECT FROM pg_stat_activity WHERE pid = $1', [backend])).rowCount).toBe(0);
      expect((await readContents(server.url())).version).toBe(15);
    });
  });

  test('a catalogue that somebody locked: a word about it, and all is there again', async () => {
    await withServer(18, async (server) => {
      const admin = await server.connect();
      await admin.query('CREATE TABLE big (n int); INSERT INTO big SELECT generate_series(1, 20000); ANALYZE big');
      const read = (parameters = ''): Promise<unknown> => readContents(server.url() + parameters, new Set(['big'])).then(({ sizes }) => sizes['public.big']);
      // The planner looks into pg_statistic; a new session into pg_class, before it takes its settings.
      await admin.query('BEGIN; LOCK TABLE pg_catalog.pg_statistic IN ACCESS EXCLUSIVE MODE');
      expect(await failure(read())).toMatch(/the catalogue is locked by somebody \(lock timeout\); try again/u);
      await admin.query('ROLLBACK; BEGIN; LOCK TABLE pg_catalog.pg_class IN ACCESS EXCLUSIVE MODE');
      expect(await failure(read('?connect_timeout=1'))).toMatch(/does not answer \(timed out\)|the catalogue is locked/u);
      await admin.query('ROLLBACK');
      expect(await read()).toMatchObject({ rows: 20_000, columns: { n: { distinct: -1 } } });
    });
  });

  test('a server that crashes and comes back: what was read stays, is stale meanwhile, and is read again by itself', async () => {
    await withServer(15, async (server) => {
      await loadPostgresParser();
      const admin = await server.connect();
      await admin.query('CREATE TABLE big (n int)');
      const pid = await processOf(admin);
      const live = new LiveDatabase(`${server.url()}?connect_timeout=2`, { parserLoaded: Promise.resolve(), isWanted: () => true, changed: () => undefined });
      await live.refresh();
      const before = live.state.data;
      expect(before?.known.schema.relations.has('public.big' as RelationName)).toBe(true);
      // As long as the main process stands still nobody is let in, and the sessions are cut.
      const { rows } = await admin.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      process.kill(pid, 'SIGSTOP');
      process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
      await live.refresh();
      // It finds a session that was killed, ends all others, and starts anew (manual, restart_after_crash).
      process.kill(pid, 'SIGCONT');
      expect(live.state.problem).toMatch(/does not answer/u);
      expect(live.state.data).toBe(before);
      await expect.poll(() => live.state.problem).toBeUndefined();
      expect(live.state.data?.readAt).toBeGreaterThan(before?.readAt ?? 0);
      live.dispose();
    });
  });

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
