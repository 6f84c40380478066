/** What a statement really does: locks, file nodes, scans and transactions, read off a server. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { Case } from './case';
import { Copies, type Copy, WORLD } from './copies';
import { repositoryRoot } from './installation';
import { observeOutside } from './outside';
import { type Lock, type LockRow, type Relation, type Snapshot, locksOf, snapshotQuery, strongest, toSnapshot } from './relations';
import type { Server } from './servers';

export interface Truth {
  /** Relations that existed before the statement, each with the strongest mode it took on them. */
  readonly locks: readonly Lock[];
  /** Tables and materialised views that were written anew (another file node), those merely emptied left out. */
  readonly rewrites: readonly string[];
  /** Indexes that existed before and were built anew, those of emptied tables left out. */
  readonly rebuilds: readonly string[];
  /** Tables that were emptied by giving them a new file: TRUNCATE, REFRESH … WITH NO DATA. */
  readonly emptied: readonly string[];
  /** Tables of which a sequential scan read rows, and both sides of a foreign key that was validated. */
  readonly scans: readonly string[];
  /** The server's own words for the work, from its DEBUG1 messages. */
  readonly notes: readonly string[];
  readonly inTransaction: boolean;
  readonly error: string | null;
}

export interface World {
  /** Runs a case and leaves the world as it was. May be asked for several cases at the same time. */
  measure(example: Case): Promise<Truth>;
  close(): Promise<void>;
}

/** The DDL of the world, as it would be given to `--schema`. */
export const worldSchema = (): string => worldFile('world.sql');
const worldFile = (name: string): string => readFileSync(path.join(repositoryRoot(), 'test', 'postgres', name), 'utf8');

/** Creates the world on a server. Cases without a setup that roll back share one copy of it. */
export async function openWorld(server: Server): Promise<World> {
  const admin = await server.connect();
  await admin.query(`CREATE DATABASE ${WORLD}`);
  const builder = await server.connect(WORLD);
  await builder.query(worldSchema());
  await builder.query(worldFile('world-data.sql'));
  await builder.end();

  // Reads pg_locks while `admin` makes and drops databases, which takes long.
  const watcher = await server.connect();
  const copies = new Copies(server, admin);
  const common = await copies.open(undefined);
  let special: { readonly setup: string; readonly copy: Copy } | undefined;
  const leaveSpecial = async (): Promise<void> => {
    if (special !== undefined) await copies.close(special.copy);
    special = undefined;
  };
  const copyFor = async (setup: string | undefined): Promise<Copy> => {
    if (setup === undefined) return common;
    if (special?.setup === setup) return special.copy;
    await leaveSpecial();
    special = { setup, copy: await copies.open(setup) };
    return special.copy;
  };

  const inTurn = turns();
  return {
    measure: async (example) => {
      try {
        const inside = await inTurn(async () => observeInside(await copyFor(example.setup), watcher, example));
        if (!refusesTransaction(inside.error)) return inside.truth;
      } catch (error) {
        return { ...NOTHING, inTransaction: true, error: `setup: ${messageOf(error)}` };
      }
      return measureOutside(copies, server, watcher, example);
    },
    close: async () => {
      await leaveSpecial();
      await copies.close(common);
      await Promise.all([admin.end(), watcher.end()]);
    },
  };
}

/** Runs what it is given one after the other: statements that are rolled back share a session. */
function turns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const mine = last.then(task);
    last = mine.catch(() => undefined);
    return mine;
  };
}

const NOTHING = { locks: [], rewrites: [], rebuilds: [], emptied: [], scans: [], notes: [] } as const;

/** BEGIN; the statement; a look at its locks from the side; ROLLBACK. */
async function observeInside(copy: Copy, watcher: pg.Client, example: Case): Promise<{ truth: Truth; error: unknown }> {
  const { session } = copy;
  await session.query('BEGIN');
  const before = toSnapshot((await session.query(snapshotQuery('transaction'))).rows);
  const notes = listen(session);
  try {
    await runStatement(session, example);
  } catch (error) {
    await session.query('ROLLBACK');
    return { truth: { ...NOTHING, inTransaction: true, error: messageOf(error) }, error };
  } finally {
    notes.stop();
  }
  const rows = (await watcher.query<LockRow>(locksOf, [copy.pid, copy.database])).rows;
  const work = await workBetween(before, session, 'transaction', notes.list);
  await session.query('ROLLBACK');
  return { truth: { locks: strongest(rows, before), ...work, inTransaction: true, error: null }, error: undefined };
}

/** active_sql_transaction; invalid_transaction_termination: COMMIT in a DO block or procedure. */
function refusesTransaction(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '25001' || error.code === '2D000');
}

/** Once more for statements that may ask for SHARE: a holder's SHARE lets them pass unseen, its ROW EXCLUSIVE does not. */
async function measureOutside(copies: Copies, server: Server, watcher: pg.Client, example: Case): Promise<Truth> {
  const first = await observeHeldUp('SHARE', copies, server, watcher, example);
  if (!/^\s*(reindex|do|call)\b/i.test(example.sql)) return first.truth;
  const second = await observeHeldUp('ROW EXCLUSIVE', copies, server, watcher, example);
  return { ...first.truth, locks: strongest([...first.rows, ...second.rows], first.before) };
}

async function observeHeldUp(
  mode: 'SHARE' | 'ROW EXCLUSIVE',
  copies: Copies,
  server: Server,
  watcher: pg.Client,
  example: Case,
): Promise<{ truth: Truth; rows: LockRow[]; before: Snapshot }> {
  const { session, database, pid } = await copies.open(example.setup);
  const before = toSnapshot((await session.query(snapshotQuery('database'))).rows);
  const notes = listen(session);
  const seen = await observeOutside({ server, watcher, database, pid, relations: before, mode }, () => runStatement(session, example));
  notes.stop();
  // A session hands in its statistics when it ends.
  await session.end();
  const reader = await server.connect(database);
  if (server.major < 15) await untilCollected(reader, before);
  const work = await workBetween(before, reader, 'database', notes.list);
  await reader.end();
  await copies.drop(database);
  const rows = seen.locks.filter(({ relation }) => before.has(relation));
  const error = seen.error === undefined ? null : messageOf(seen.error);
  return { truth: { locks: strongest(rows, before), ...work, inTransaction: false, error }, rows, before };
}

/** Up to 14 statistics travel to a collector, which writes them down every half second. */
async function untilCollected(reader: pg.Client, before: Snapshot): Promise<void> {
  const patience = Date.now() + 700;
  while (Date.now() < patience) {
    const now = toSnapshot((await reader.query(snapshotQuery('database'))).rows);
    if ([...now.values()].some(({ oid, scanned }) => scanned > (before.get(oid)?.scanned ?? 0))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

type Work = Pick<Truth, 'rewrites' | 'rebuilds' | 'emptied' | 'scans' | 'notes'>;

/** What happened to the relations of `before` until now, as `reader` sees it. */
async function workBetween(
  before: Snapshot,
  reader: pg.Client,
  scansOf: 'transaction' | 'database',
  notes: readonly string[],
): Promise<Work> {
  const after = toSnapshot((await reader.query(snapshotQuery(scansOf))).rows);
  const afterByName = new Map([...after.values()].map((relation) => [relation.name, relation]));
  // A changed column type replaces an index by one of the same name.
  const successor = (relation: Relation): Relation | undefined =>
    after.get(relation.oid) ?? (isIndex(relation) ? afterByName.get(relation.name) : undefined);
  // ADD CONSTRAINT … USING INDEX gives an index of before another name.
  const filesBefore = new Set([...before.values()].map(({ filenode }) => filenode));
  const renewed = [...before.values()].filter((relation) => {
    const now = successor(relation);
    return now !== undefined && relation.filenode !== 0 && now.filenode !== relation.filenode && !filesBefore.has(now.filenode);
  });

  const tables = renewed.filter(({ kind }) => kind === 'table' || kind === 'materialized view');
  const { rows } = await reader.query<{ oid: number }>(EMPTY, [tables.map(({ oid }) => oid)]);
  const emptied = new Set(rows.map(({ oid }) => oid));
  const read = [...before.values()].filter(
    (relation) => HAS_ROWS.has(relation.kind) && (after.get(relation.oid)?.scanned ?? 0) > relation.scanned,
  );
  const scanned = new Set(read.map(({ oid }) => oid));
  const validated = notes.flatMap((note) => /^validating foreign key constraint "(.+)"$/.exec(note)?.[1] ?? []);
  for (const { oid } of (await reader.query<{ oid: number }>(REFERENCED, [validated, [...scanned]])).rows) scanned.add(oid);
  return {
    rewrites: names(tables.filter(({ oid }) => !emptied.has(oid))),
    rebuilds: names(renewed.filter((relation) => isIndex(relation) && !emptied.has(relation.table ?? 0))),
    emptied: names(tables.filter(({ oid }) => emptied.has(oid))),
    scans: names([...scanned].flatMap((oid) => before.get(oid) ?? [])),
    notes: notes.filter((note) => /^(rewriting table|verifying table|validating foreign key|building index (?!"pg_toast))/.test(note)),
  };
}

const EMPTY = 'SELECT oid::int8::float8 AS oid FROM pg_class WHERE oid = ANY ($1::oid[]) AND pg_relation_size(oid) = 0';
/** The tables that validated foreign keys ($1) of the scanned tables ($2) refer to; partitions in place of a partitioned table. */
const REFERENCED = `WITH RECURSIVE referenced (oid) AS (
    SELECT confrelid FROM pg_constraint WHERE contype = 'f' AND conname = ANY ($1::text[]) AND conrelid = ANY ($2::oid[])
    UNION SELECT inhrelid FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid AND c.relispartition JOIN referenced r ON inhparent = r.oid)
  SELECT c.oid::int8::float8 AS oid FROM referenced JOIN pg_class c USING (oid) WHERE c.relkind <> 'p'`;
const HAS_ROWS = new Set<Relation['kind']>(['table', 'materialized view']);
const isIndex = ({ kind }: Relation): boolean => kind === 'index' || kind === 'partitioned index';
const names = (relations: readonly Relation[]): string[] => relations.map(({ name }) => name).sort();

/** Runs the statement; COPY … FROM STDIN gets the case's input. */
function runStatement(session: pg.Client, example: Case): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(example.sql) as pg.Query & { handleCopyInResponse(connection: CopyIn): void };
    query.handleCopyInResponse = (connection) => {
      if (example.input !== undefined) connection.sendCopyFromChunk(Buffer.from(example.input));
      connection.endCopyFrom();
    };
    query.on('end', () => {
      resolve();
    });
    query.on('error', reject);
    session.query(query);
  });
}

interface CopyIn {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

function listen(session: pg.Client): { readonly list: readonly string[]; stop(): void } {
  const list: string[] = [];
  const hear = (notice: { message?: string | undefined }): void => {
    if (notice.message !== undefined) list.push(notice.message);
  };
  session.on('notice', hear);
  return { list, stop: () => session.off('notice', hear) };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
