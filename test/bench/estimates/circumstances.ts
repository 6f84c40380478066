import { writeFileSync } from 'node:fs';
import type pg from 'pg';
import type { Server } from '../../postgres/servers';

/** Empties the server's buffers, and the machine's cache where that is allowed (root, Linux). */
export async function evict(client: pg.Client): Promise<void> {
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_buffercache');
  await client.query('CHECKPOINT');
  await client.query('SELECT count(pg_buffercache_evict(bufferid)) FROM pg_buffercache WHERE relfilenode IS NOT NULL');
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '1');
  } catch {
    // Without the permission only the server's own buffers are cold.
  }
}

const CLIENTS = 4;
const ACCOUNTS = 200_000;

/** Lets clients read and change single rows of a table of their own, as pgbench does, while `work` runs. */
export async function underLoad(server: Server, database: string, work: () => Promise<void>): Promise<void> {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => server.connect(database)));
  const [first] = clients;
  await first?.query(`CREATE TABLE IF NOT EXISTS accounts AS SELECT n AS id, 0 AS balance, repeat('x', 80) AS filler FROM generate_series(1, ${String(ACCOUNTS)}) n`);
  await first?.query('CREATE UNIQUE INDEX IF NOT EXISTS accounts_id ON accounts (id)');
  const state = { over: false };
  const loops = clients.map(async (client, number) => {
    for (let turn = 0; !state.over; turn++) {
      const id = 1 + ((turn * 7919 + number * 104_729) % ACCOUNTS);
      await client.query('UPDATE accounts SET balance = balance + 1 WHERE id = $1', [id]);
      await client.query('SELECT balance FROM accounts WHERE id = $1', [ACCOUNTS - id]);
      // pgbench with --rate: a machine with two processors shall have something left.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
  try {
    await work();
  } finally {
    state.over = true;
    await Promise.allSettled(loops);
    await Promise.allSettled(clients.map((client) => client.end()));
  }
}
