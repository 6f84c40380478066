import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DatabaseError, type DatabaseContents } from '../../server/src/databases/database';
import { LiveDatabase } from '../../server/src/databases/live';

const CONTENTS: DatabaseContents = {
  version: 18,
  catalog: { schemas: ['public'], relations: [{ name: 'public.big', kind: 'table', columns: [] }], types: [], routines: [], publications: [] },
  sizes: { 'public.big': { rows: 7, bytes: 8192 } },
  applied: [],
  replication: { isStandby: false, replicas: [], subscriptions: [] },
  settings: { sharedBuffers: 1, effectiveCacheSize: 1, maintenanceWorkMemory: 1, parallelMaintenanceWorkers: 0, walLevel: 'replica', dataChecksums: false, collation: 'C' },
};

const START = Date.UTC(2026, 0, 1);
beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A live database whose server answers as `fails` says, and the seconds at which it was asked. */
function live(fails: () => boolean, isWanted = () => true): { readonly database: LiveDatabase; readonly asked: number[] } {
  const asked: number[] = [];
  const read = async (): Promise<DatabaseContents> => {
    asked.push((Date.now() - START) / 1000);
    await Promise.resolve();
    if (fails()) throw new DatabaseError('127.0.0.1:5432 refused the connection');
    return CONTENTS;
  };
  return { database: new LiveDatabase('postgresql://127.0.0.1/x', { parserLoaded: Promise.resolve(), isWanted, changed: () => undefined }, read), asked };
}

test('a server that is away is asked after 2, 4, 8 … seconds, and at last every five minutes', async () => {
  const { database, asked } = live(() => true);
  database.want(new Set());
  await vi.advanceTimersByTimeAsync(20 * 60_000);
  // Each wait is twice the last one, to 300 s: 2, 4, 8, 16, 32, 64, 128, 256, 300, 300.
  expect(asked).toEqual([0, 2, 6, 14, 30, 62, 126, 254, 510, 810, 1110]);
  expect(database.state).toMatchObject({ data: undefined, problem: '127.0.0.1:5432 refused the connection' });
  database.dispose();
});

test('what was read stays while it is away, with its time, and the wait begins anew once it was back', async () => {
  let isAway = false;
  const { database, asked } = live(() => isAway);
  database.setInterval(60_000);
  await database.refresh();
  const { data } = database.state;
  isAway = true;
  await database.refresh();
  expect(database.state).toMatchObject({ problem: '127.0.0.1:5432 refused the connection' });
  expect(database.state.data).toBe(data);
  expect(data?.readAt).toBe(START);
  await vi.advanceTimersByTimeAsync(6000);
  isAway = false;
  await vi.advanceTimersByTimeAsync(8000);
  expect(asked).toEqual([0, 0, 2, 6, 14]);
  while (database.state.isReading) await new Promise((resolve) => setImmediate(resolve));
  expect(database.state.problem).toBeUndefined();
  expect(database.state.data?.readAt).toBe(START + 14_000);
  isAway = true;
  await vi.advanceTimersByTimeAsync(70_000);
  // A minute after it was read it is due, and then 2, 4 seconds …
  expect(asked.slice(5, 8)).toEqual([74, 76, 80]);
  database.dispose();
});

test('nobody asks for what nobody looks at', async () => {
  const { database, asked } = live(() => true, () => false);
  database.want(new Set());
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([0]);
  database.dispose();
});
