import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Activity } from '../../server/src/core/blockers/activity';
import { blockersReport, type BlockersReport, type MigrationLocks } from '../../server/src/core/blockers/report';
import type { RelationName } from '../../server/src/core/schema/names';
import { replicationInWords } from '../../server/src/core/replication';
import { readSnapshot, type Snapshot } from '../../server/src/core/snapshot';
import { NO_STATISTICS } from '../../server/src/core/schema/statistics';
import { readActivityOf, readContents } from '../../server/src/databases/database';
import { takeSnapshot } from '../../server/src/databases/snapshot';
import { startServer, startStandby, withServer, type Major, type Server } from '../postgres/servers';

/** What `ALTER TABLE … ADD COLUMN` takes. */
const altering = (relation: string): MigrationLocks => ({ locks: [{ relation: relation as RelationName, mode: 'ACCESS EXCLUSIVE', line: 1 }], snapshots: [] });
const reportOn = (activity: Activity, relation = 'public.orders'): BlockersReport => blockersReport(altering(relation), activity, NO_STATISTICS);

/** The snapshot of a server's database as its file has it. */
async function snapshotOf(server: Server): Promise<Snapshot> {
  const pieces: string[] = [];
  await takeSnapshot(server.url(), [], '2024-05-01T12:00:00Z', (piece) => Promise.resolve(void pieces.push(piece)));
  const read = readSnapshot(pieces.join(''));
  if (!read.ok) throw new Error(read.problem);
  return read.snapshot;
}

async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const answer = await ask();
    if (isSo(answer) || attempt === 150) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe.each<Major>([13, 18])('a standby of PostgreSQL %i', (major) => {
  let primary: Server;
  let standby: Server;
  let admin: pg.Client;
  let replica: pg.Client;
  beforeAll(async () => {
    primary = await startServer(major, { max_wal_senders: '4', wal_level: 'logical', wal_keep_size: '256MB', autovacuum: 'off' });
    admin = await primary.connect();
    await admin.query('CREATE TABLE orders (id bigint PRIMARY KEY); INSERT INTO orders SELECT generate_series(1, 1000); ANALYZE orders; CREATE ROLE little LOGIN');
    standby = await startStandby(primary, 'shop_replica');
    replica = await standby.connect();
  }, 120_000);
  afterAll(async () => {
    await standby.stop();
    await primary.stop();
  });

  test('it is seen from its primary, and is worth no word while it keeps up', async () => {
    const activity = await until(() => readActivityOf(primary.url()), ({ replicas }) => replicas[0]?.behind === 0);
    expect(activity.replicas).toMatchObject([{ name: 'shop_replica', state: 'streaming', isSynchronous: false, behind: 0 }]);
    expect(reportOn(activity).notes).toEqual([]);
    const { replication } = await readContents(primary.url());
    expect(replication).toMatchObject({ isStandby: false, replicas: [{ name: 'shop_replica', state: 'streaming', isSynchronous: false, behind: expect.any(Number) as number }], subscriptions: [] });
    expect(replicationInWords({ ...replication, replicas: activity.replicas })).toBe('1 replica, none behind.');
    const little = (await readContents(primary.url().replace('postgres@', 'little@'))).replication;
    expect(little.replicas).toMatchObject([{ name: 'shop_replica', behind: undefined, lag: undefined }]);
    expect(replicationInWords(little)).toBe('1 replica; how far behind, this role may not see.');
    expect((await snapshotOf(primary)).replication).toMatchObject({ isStandby: false, replicas: [{ name: 'shop_replica', state: 'streaming' }] });
    // A role that may see little sees that it is there.
    expect(reportOn(await readActivityOf(primary.url().replace('postgres@', 'little@'))).notes.join('\n')).toContain('The replica shop_replica is there; how far it is behind, this role may not see.');
  });

  test('it says of itself what it is, and tells rows and sizes as its primary does', async () => {
    expect(reportOn(await readActivityOf(standby.url())).notes).toEqual(['This server is a standby: a migration can only run on its primary.']);
    const [here, there] = [await readContents(standby.url()), await readContents(primary.url())];
    expect(here.replication).toEqual({ isStandby: true, replicas: [], subscriptions: [] });
    expect((await snapshotOf(standby)).replication).toEqual({ isStandby: true, replicas: [], subscriptions: [] });
    expect(here.catalog).toEqual(there.catalog);
    expect(here.sizes['public.orders']).toMatchObject({ rows: 1000, bytes: there.sizes['public.orders']?.bytes });
  });

  test('it is behind: by how much', async () => {
    await replica.query('SELECT pg_wal_replay_pause()');
    await admin.query("SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1000000)) FROM generate_series(1, 80)");
    // 80 MB of 1,000,000 bytes, and the frames of the log around them: 76.3 MB of 1,048,576 and a little more.
    const activity = await until(() => readActivityOf(primary.url()), ({ replicas }) => (replicas[0]?.behind ?? 0) > 80_000_000);
    expect(reportOn(activity).notes).toEqual([expect.stringMatching(/^The replica shop_replica is behind: (?:[\d.,]+ m?s, )?7[67] MB\. What the migration writes comes on top\.$/u)]);
    await replica.query('SELECT pg_wal_replay_resume()');
    expect((await until(() => readActivityOf(primary.url()), ({ replicas }) => replicas[0]?.behind === 0)).replicas).toMatchObject([{ behind: 0 }]);
  });

  test('a query on it holds up nobody on the primary, but is in the way of what is replayed there', async () => {
    await replica.query("SET application_name = 'report'; BEGIN; SELECT count(*) FROM orders");
    expect(reportOn(await readActivityOf(primary.url())).blockers).toEqual([]);
    expect(reportOn(await readActivityOf(standby.url())).blockers).toMatchObject([{ application: 'report', why: ['holds ACCESS SHARE on orders; line 1 wants ACCESS EXCLUSIVE'] }]);
    await replica.query('COMMIT');
  });

  test.runIf(major === 18)('a subscription of another server: on both sides', async () => {
    await withServer(15, async (subscriber) => {
      const other = await subscriber.connect();
      await other.query('CREATE TABLE orders (id bigint PRIMARY KEY); CREATE TABLE own (id int)');
      await admin.query('CREATE PUBLICATION shop FOR TABLE orders');
      await other.query(`CREATE SUBSCRIPTION from_shop CONNECTION 'host=127.0.0.1 port=${String(primary.port)} user=postgres dbname=postgres' PUBLICATION shop`);
      await expect.poll(async () => (await other.query<{ count: number }>('SELECT count(*)::int AS count FROM orders')).rows[0]?.count).toBe(1000);
      const here = await readActivityOf(subscriber.url());
      expect(reportOn(here).notes).toEqual(['orders is written by the subscription from_shop: its publisher must fit what the migration makes of it.']);
      expect(reportOn(here, 'public.own').notes).toEqual([]);
      const { replication } = await snapshotOf(subscriber);
      expect(replication?.subscriptions).toEqual([{ name: 'from_shop', tables: ['public.orders'] }]);
      expect(replication === undefined ? undefined : replicationInWords(replication)).toBe('Written by 1 subscription.');
      expect((await snapshotOf(primary)).catalog.publications).toEqual([{ name: 'shop', tables: ['public.orders'] }]);
      // Its walsender is one more replica of the publisher's.
      expect((await readActivityOf(primary.url())).replicas.map(({ name, state }) => [name, state])).toContainEqual(['from_shop', 'streaming']);
      expect((await readContents(primary.url(), new Set(['orders']))).catalog.publications).toEqual([{ name: 'shop', tables: ['public.orders'] }]);
      // What the publisher writes waits on the subscriber behind whoever holds the table there, and is named.
      await other.query("SET application_name = 'holder'; BEGIN; LOCK TABLE orders IN SHARE MODE");
      await admin.query('INSERT INTO orders VALUES (-1)');
      const { waits } = reportOn(await until(() => readActivityOf(subscriber.url()), ({ sessions }) => sessions.some(({ waitsFor }) => waitsFor.length > 0)));
      expect(waits).toMatchObject([{ application: 'holder', waiting: [{ application: 'logical replication worker', waiting: [] }] }]);
      await other.query('COMMIT; ALTER SUBSCRIPTION from_shop DISABLE; ALTER SUBSCRIPTION from_shop SET (slot_name = NONE); DROP SUBSCRIPTION from_shop');
    }, { max_logical_replication_workers: '4', max_worker_processes: '8', wal_level: 'logical', max_wal_senders: '4' });
  });
});

/** Every table of more than 100,000 transactions of age is frozen, even though autovacuum is off. */
test('an autovacuum to prevent wraparound, which does not give way', async () => {
  await withServer(18, async (server) => {
    const admin = await server.connect();
    // It rests after each of some 900 pages.
    await admin.query(`
      CREATE TABLE orders (id bigint, note text) WITH (autovacuum_vacuum_cost_delay = 50, autovacuum_vacuum_cost_limit = 1);
      INSERT INTO orders SELECT n, repeat('x', 100) FROM generate_series(1, 50000) n`);
    await admin.query('CREATE PROCEDURE burn() LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..101000 LOOP PERFORM txid_current(); COMMIT; END LOOP; END $$');
    await admin.query('CALL burn()');
    const report = await until(async () => reportOn(await readActivityOf(server.url())), ({ blockers, progress }) => blockers.length > 0 && progress.length > 0);
    expect(report.blockers).toMatchObject([
      {
        what: 'autovacuum to prevent wraparound',
        application: 'autovacuum',
        query: expect.stringMatching(/^autovacuum: VACUUM (?:ANALYZE )?public\.orders \(to prevent wraparound\)$/u) as string,
        why: ['holds SHARE UPDATE EXCLUSIVE on orders; line 1 wants ACCESS EXCLUSIVE'],
        advice: 'Let it finish: it does not give way, and the server needs it.',
        statement: undefined,
      },
    ]);
    expect(report.progress).toMatchObject([{ title: 'VACUUM on orders', phase: 'scanning heap' }]);
  }, { autovacuum: 'on', autovacuum_naptime: '1', autovacuum_freeze_max_age: '100000', autovacuum_vacuum_cost_delay: '0' });
}, 60_000);
