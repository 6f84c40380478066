import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemaFromCatalog } from '../../server/src/core/schema/postgres/catalog/schema-from-catalog';
import type { RelationName } from '../../server/src/core/schema/names';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { readContents } from '../../server/src/databases/database';
import { readDatabase } from '../../server/src/databases/postgres/connection';
import { expectedRows } from '../../server/src/databases/postgres/explain';
import { startServer, type Major, type Server } from '../postgres/servers';

const SCHEMA = `
  CREATE TABLE busy (id bigint PRIMARY KEY, price numeric CHECK (price > 0), gross numeric GENERATED ALWAYS AS (price * 2) STORED, name text);
  CREATE INDEX busy_lower ON busy (lower(name)) WHERE price > 1;
  CREATE VIEW busy_view AS SELECT id FROM busy;
  CREATE RULE busy_rule AS ON DELETE TO busy DO INSTEAD NOTHING;
  CREATE TABLE quiet (id bigint PRIMARY KEY, price numeric CHECK (price > 0));
  CREATE VIEW quiet_view AS SELECT id FROM quiet;
  CREATE SEQUENCE numbers;
  INSERT INTO busy (id, price) SELECT n, 1 FROM generate_series(1, 1000) n;
  INSERT INTO quiet SELECT n, 1 FROM generate_series(1, 1000) n;
  ANALYZE quiet;
`;

/** In ms: more than the 50 that are waited for a lock, less than one wait for a lock of 2 s. */
const WITHOUT_WAITING = 1000;

/** For how long a session was seen waiting for a lock while something went on, in ms by the server's clock: how busy the machine is does not count. */
async function longestWait(observer: pg.Client, during: Promise<unknown>): Promise<number> {
  const state = { isDone: false };
  const done = during.finally(() => (state.isDone = true));
  const since = new Map<number, number>();
  let longest = 0;
  while (!state.isDone) {
    const { rows } = await observer.query<{ pid: number; at: number }>('SELECT pid, extract(epoch FROM clock_timestamp())::float8 * 1000 AS at FROM pg_locks WHERE NOT granted');
    for (const pid of [...since.keys()]) if (!rows.some((row) => row.pid === pid)) since.delete(pid);
    for (const { pid, at } of rows) {
      const first = since.get(pid) ?? at;
      since.set(pid, first);
      longest = Math.max(longest, at - first);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await done;
  return longest;
}

describe.each<Major>([13, 15, 18])('PostgreSQL %i', (major) => {
  let server: Server;
  let application: pg.Client;
  beforeAll(async () => {
    await loadPostgresParser();
    server = await startServer(major);
    application = await server.connect();
    await application.query(SCHEMA);
    await readContents(server.url());
  }, 120_000);
  afterAll(async () => {
    await server.stop();
  });

  test.each([
    'CREATE TABLE public.mine (id int)',
    'CREATE TEMPORARY VIEW mine AS SELECT nextval(\'public.numbers\')',
    'INSERT INTO public.quiet VALUES (5000, 1)',
    'UPDATE public.quiet SET price = 2',
    'DELETE FROM public.quiet',
    'TRUNCATE public.quiet',
    "SELECT nextval('public.numbers')",
    "SELECT setval('public.numbers', 7)",
    'SELECT * FROM public.quiet FOR UPDATE',
    'SET TRANSACTION READ WRITE',
  ])('even a superuser writes nothing: %s', async (sql) => {
    const attempt = readDatabase(server.url(), (reading) => reading.rows(sql));
    await expect(attempt).rejects.toThrow(/read-only|read-write|READ WRITE/u);
  });

  test.each([
    ['changes a row', 'UPDATE quiet SET price = 2 WHERE id = 1', 1],
    ['changes all', 'DELETE FROM quiet', 1000],
    ['calls what writes', "INSERT INTO quiet SELECT nextval('numbers'), 1 FROM quiet", 1000],
    ['is two statements', 'UPDATE quiet SET price = 2; DROP TABLE quiet', undefined],
    ['is not one', 'UPDATE quiet SET', undefined],
  ])('asked how many rows a statement would change, nothing is changed or kept locked: it %s', async (_title, text, rows) => {
    const found = await readDatabase(server.url(), async (reading) => {
      const expected = await expectedRows(reading, { text, searchPath: ['public'] });
      const locks = await reading.rows("SELECT mode FROM pg_catalog.pg_locks WHERE pid = pg_catalog.pg_backend_pid() AND relation = 'public.quiet'::regclass");
      return { expected, locks };
    });
    expect(found).toEqual({ expected: rows, locks: [] });
    const { rows: after } = await application.query("SELECT count(*)::int AS count, min(price)::int AS price, (SELECT last_value FROM numbers)::int AS number FROM quiet");
    expect(after).toEqual([{ count: 1000, price: 1, number: 1 }]);
  });

  test('asked so while somebody holds the table, it does not wait', async () => {
    await application.query('BEGIN; LOCK TABLE quiet IN SHARE MODE');
    const asked = readDatabase(server.url(), (reading) => expectedRows(reading, { text: 'DELETE FROM quiet', searchPath: ['public'] }));
    expect(await longestWait(application, asked)).toBeLessThan(WITHOUT_WAITING);
    await application.query('ROLLBACK');
    expect(await asked).toBeUndefined();
  });

  test('there are two sessions at most', async () => {
    const most = await Promise.all(
      Array.from({ length: 5 }, () =>
        readDatabase(server.url(), async (reading) => Number((await reading.rows("SELECT count(*), pg_sleep(0.05) FROM pg_stat_activity WHERE application_name = 'lockscope'"))[0]?.[0])),
      ),
    );
    expect(most).toHaveLength(5);
    expect(Math.max(...most)).toBeLessThanOrEqual(2);
  });

  test('what every session sets', async () => {
    const names = ['default_transaction_read_only', 'transaction_read_only', 'transaction_isolation', 'lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', 'application_name'];
    const settings = await readDatabase(server.url(), async (reading) => (await reading.rows(`SELECT ${names.map((name) => `current_setting('${name}')`).join(', ')}`))[0]);
    expect(settings).toEqual(['on', 'on', 'repeatable read', '1800ms', '2s', '10s', 'lockscope']);
  });

  test('nobody waits for us and we wait for nobody under ACCESS EXCLUSIVE; what is locked is unknown, not wrong', async () => {
    await application.query('BEGIN; LOCK TABLE busy IN ACCESS EXCLUSIVE MODE');
    const reading = readContents(server.url());
    expect(await longestWait(application, reading)).toBeLessThan(WITHOUT_WAITING);
    const { catalog, sizes } = await reading;
    await application.query('ROLLBACK');

    const schema = schemaFromCatalog(catalog);
    const busy = schema.relations.get('public.busy' as RelationName);
    if (busy?.kind !== 'table') throw new Error('missing');
    expect(busy.columns.map(({ name, type, notNull }) => [name, type.name, notNull])).toEqual([
      ['id', 'pg_catalog.int8', true],
      ['price', 'pg_catalog."numeric"', false],
      ['gross', 'pg_catalog."numeric"', false],
      ['name', 'pg_catalog.text', false],
    ]);
    const unknown = { A_Const: { isnull: true } };
    expect(busy.constraints.find(({ kind }) => kind === 'check')).toMatchObject({ name: 'busy_price_check', expression: unknown });
    expect(busy.columns[2]?.generated?.expression).toEqual(unknown);
    expect(schema.relations.get('public.busy_lower' as RelationName)).toMatchObject({ keys: [{ expression: unknown }], predicate: unknown });
    expect(schema.relations.get('public.busy_view' as RelationName)).toMatchObject({ kind: 'view', query: undefined, reads: ['public.busy'] });
    expect(schema.relations.get('public.quiet_view' as RelationName)).toMatchObject({ query: { SelectStmt: {} } });
    expect(sizes['public.busy']).toMatchObject({ rows: undefined, bytes: undefined });
    expect(sizes['public.quiet']).toMatchObject({ rows: 1000 });
  });

  test('the transaction keeps no lock on a relation of the application, so that an ALTER TABLE goes on beside it', async () => {
    const { readWhole } = await import('../../server/src/databases/postgres/pages');
    await readDatabase(server.url(), async (reading) => {
      await readWhole(reading);
      const { rows } = await application.query("SELECT relation::regclass::text FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE application_name = 'lockscope' AND relation >= 16384");
      expect(rows).toEqual([]);
      await application.query("SET lock_timeout = '1s'; ALTER TABLE quiet ADD COLUMN more int; ALTER TABLE busy ADD COLUMN more int; RESET lock_timeout");
    });
  });
});
