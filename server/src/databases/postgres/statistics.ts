import type { ColumnStatistics, RelationSize, RelationSizes, ServerSettings } from '../../core/schema/statistics';
import { nameParts, objectName, type ObjectName } from '../../core/schema/names';
import type { Reading } from './connection';
import { OWN_SCHEMA } from './names';
import { readPageSize } from './page-size';
import type { Scope } from './scope';
import { sequencesNearTheirEnd } from './sequences';
import { unlessLocked } from './texts';

/** Since which version reltuples is −1 where it is not known; before that it is 0 (release notes of PostgreSQL 14). */
const UNKNOWN_IS_NEGATIVE = 140000;

/** Relations whose size is asked for at a time: while one of them is locked by somebody, those of its group have the size of the last VACUUM. */
const AT_A_TIME = 2000;

interface SizeRow {
  readonly oid: number;
  readonly name: ObjectName;
  /** Pages and rows of the last VACUUM, ANALYZE or CREATE INDEX. */
  readonly pages: number;
  readonly tuples: number;
  /** The table, of an index; the relation itself otherwise. */
  readonly owner: number;
  readonly isIndex: boolean;
  readonly toast: number;
}

/** Tables of fewer rows are read, sorted and written in milliseconds, whatever is in their columns. */
const WORTH_A_LOOK = 10_000;

/** Tables whose columns are looked at, the largest first. */
const MOST_LOOKED_AT = 2000;

/** Sizes of the tables, materialised views and indexes of a scope, each by itself, by exact name. What is not known is left out. */
export async function readSizes(reading: Reading, scope: Scope): Promise<RelationSizes> {
  const rows = await readRows(reading, scope);
  const bytes = await readBytes(reading, rows.map(({ oid }) => oid));
  // A table without a page keeps nothing elsewhere.
  const isEmpty = ({ oid }: SizeRow): boolean => bytes.get(oid) === 0;
  const toastBytes = await readBytes(reading, rows.flatMap((row) => (row.toast === 0 || isEmpty(row) ? [] : [row.toast])));
  const pageSize = await readPageSize(reading);
  const activity = await readActivity(reading, scope);
  const columns = await readColumnStatistics(reading, rows);
  const bytesNow = ({ oid, pages, tuples }: SizeRow): number | undefined => {
    const now = bytes.get(oid);
    if (now !== undefined) return now;
    // Somebody's lock is in the way: what the last VACUUM or ANALYZE saw, if there was one.
    return pages > 0 || tuples > 0 ? pages * pageSize : undefined;
  };
  const indexBytes = new Map<number, number | undefined>();
  for (const row of rows) {
    if (!row.isIndex) continue;
    const own = bytesNow(row);
    const sum = indexBytes.has(row.owner) ? indexBytes.get(row.owner) : 0;
    indexBytes.set(row.owner, own === undefined || sum === undefined ? undefined : sum + own);
  }
  const sizes: Record<string, RelationSize> = {};
  for (const row of rows) {
    const own = bytesNow(row);
    const estimated = rowsNow(row, own === undefined ? undefined : own / pageSize, reading.versionNumber);
    const size: RelationSize = { rows: estimated, bytes: own };
    if (row.isIndex) {
      if (own !== undefined) sizes[row.name] = size;
      continue;
    }
    const ofIndexes = indexBytes.has(row.oid) ? indexBytes.get(row.oid) : 0;
    const ofToast = row.toast === 0 || isEmpty(row) ? 0 : toastBytes.get(row.toast);
    sizes[row.name] = {
      ...size,
      ...(ofIndexes === undefined ? {} : { indexBytes: ofIndexes }),
      ...(ofToast === undefined ? {} : { toastBytes: ofToast }),
      ...activity.get(row.oid),
      ...columns.get(row.name),
    };
  }
  return Object.assign(sizes, await readSequences(reading, scope));
}

/** Sequences near their end, with the share of their numbers that is used. */
async function readSequences(reading: Reading, scope: Scope): Promise<RelationSizes> {
  const near = await sequencesNearTheirEnd(reading, scope);
  return Object.fromEntries(near.map(({ name, used }) => [name, { rows: undefined, bytes: undefined, used: Number(used.toFixed(4)) }]));
}

/** The rows that a table has now: as dense as when it was last looked at, on the pages it has now (estimate_rel_size, src/backend/optimizer/util/plancat.c). */
function rowsNow({ pages, tuples }: SizeRow, pagesNow: number | undefined, version: number): number | undefined {
  if (pagesNow === 0) return 0;
  const never = version >= UNKNOWN_IS_NEGATIVE ? tuples < 0 : tuples === 0 && pages === 0;
  if (never || pagesNow === undefined) return undefined;
  // It was empty when it was last looked at, and is not now.
  if (pages === 0) return undefined;
  return Math.round((tuples / pages) * pagesNow);
}

async function readRows(reading: Reading, scope: Scope): Promise<readonly SizeRow[]> {
  const rows = await reading.rows(
    `SELECT c.oid, n.nspname, c.relname, c.relpages, c.reltuples::float8, coalesce(i.indrelid, c.oid), c.relkind = 'i', c.reltoastrelid
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
     WHERE ${scope.has('c.oid')} AND ${OWN_SCHEMA} AND c.relpersistence <> 't' AND c.relkind IN ('r', 'm', 'i') ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`,
  );
  return rows.map(([oid, schema, name, pages, tuples, owner, isIndex, toast]) => ({
    oid: Number(oid),
    name: objectName(String(schema), String(name)),
    pages: Number(pages),
    tuples: Number(tuples),
    owner: Number(owner),
    isIndex: isIndex === true,
    toast: Number(toast),
  }));
}

/** Bytes of the main fork now. pg_relation_size locks the relation for a moment, so locked ones are left out. */
async function readBytes(reading: Reading, oids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const bytes = new Map<number, number>();
  for (let start = 0; start < oids.length; start += AT_A_TIME) {
    const rows = await unlessLocked(reading, 'SELECT oid, pg_catalog.pg_relation_size(oid)::float8 FROM pg_catalog.unnest($2::oid[]) o(oid) WHERE oid <> ALL ($1::oid[])', [
      oids.slice(start, start + AT_A_TIME),
    ]);
    for (const [oid, size] of rows ?? []) if (size !== null) bytes.set(Number(oid), Number(size));
  }
  return bytes;
}

async function readActivity(reading: Reading, scope: Scope): Promise<ReadonlyMap<number, Pick<RelationSize, 'analyzed' | 'changes'>>> {
  const rows = await reading.rows(
    `SELECT relid, pg_catalog.to_char(greatest(last_analyze, last_autoanalyze) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       n_tup_ins::float8, n_tup_upd::float8, n_tup_del::float8, seq_scan::float8, coalesce(idx_scan, 0)::float8, n_tup_hot_upd::float8
     FROM pg_catalog.pg_stat_user_tables WHERE ${scope.has('relid')}`,
  );
  return new Map(
    rows.map(([oid, analyzed, inserted, updated, deleted, sequentialScans, indexScans, hotUpdated]) => [
      Number(oid),
      {
        ...(typeof analyzed === 'string' ? { analyzed } : {}),
        changes: {
          inserted: Number(inserted),
          updated: Number(updated),
          deleted: Number(deleted),
          sequentialScans: Number(sequentialScans),
          indexScans: Number(indexScans),
          hotUpdated: Number(hotUpdated),
        },
      },
    ]),
  );
}

/** What ANALYZE noted of the columns of larger tables. pg_stats shows only what the role may read; what it may not is left out. */
async function readColumnStatistics(reading: Reading, rows: readonly SizeRow[]): Promise<ReadonlyMap<string, { readonly columns: Readonly<Record<string, ColumnStatistics>> }>> {
  const worth = rows.filter(({ isIndex, tuples }) => !isIndex && tuples >= WORTH_A_LOOK).sort((a, b) => b.tuples - a.tuples).slice(0, MOST_LOOKED_AT);
  const byName = new Map<string, Record<string, ColumnStatistics>>();
  if (worth.length === 0) return new Map();
  const found = await reading.rows(
    `SELECT schemaname, tablename, attname, avg_width, null_frac::float8, n_distinct::float8, correlation::float8 FROM pg_catalog.pg_stats
     WHERE tablename = ANY ($1::name[]) AND NOT inherited ORDER BY 1, 2, 3`,
    [worth.map(({ name }) => nameParts(name).name)],
  );
  const wanted = new Set<string>(worth.map(({ name }) => name));
  for (const [schema, table, column, width, nulls, distinct, correlation] of found) {
    const name = objectName(String(schema), String(table));
    if (!wanted.has(name)) continue;
    const columns = byName.get(name) ?? {};
    byName.set(name, columns);
    columns[String(column)] = {
      width: Number(width),
      nulls: rounded(nulls),
      distinct: rounded(distinct),
      ...(correlation === null ? {} : { correlation: rounded(correlation) }),
    };
  }
  return new Map([...byName].map(([name, columns]) => [name, { columns }]));
}

/** Three digits are more than a sample can tell. */
function rounded(value: unknown): number {
  return Number(Number(value).toPrecision(3));
}

/** The settings that decide how fast the server is. None of them is secret. */
export async function readSettings(reading: Reading): Promise<ServerSettings> {
  const provider = reading.versionNumber >= 150000 ? 'datlocprovider' : "'c'";
  const [row] = await reading.rows(
    `SELECT pg_catalog.pg_size_bytes(pg_catalog.current_setting('shared_buffers'))::float8, pg_catalog.pg_size_bytes(pg_catalog.current_setting('effective_cache_size'))::float8,
       pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem'))::float8,
       least(pg_catalog.current_setting('max_parallel_maintenance_workers')::int, pg_catalog.current_setting('max_parallel_workers')::int, pg_catalog.current_setting('max_worker_processes')::int),
       pg_catalog.current_setting('wal_level'), pg_catalog.current_setting('data_checksums') = 'on',
       CASE WHEN ${provider} = 'i' THEN 'icu' WHEN ${provider} = 'b' OR datcollate IN ('C', 'POSIX') THEN 'C' ELSE 'libc' END
     FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()`,
  );
  const [sharedBuffers, effectiveCacheSize, maintenanceWorkMemory, workers, walLevel, checksums, collation] = row ?? [];
  return {
    sharedBuffers: Number(sharedBuffers),
    effectiveCacheSize: Number(effectiveCacheSize),
    maintenanceWorkMemory: Number(maintenanceWorkMemory),
    parallelMaintenanceWorkers: Number(workers),
    walLevel: walLevel === 'minimal' || walLevel === 'logical' ? walLevel : 'replica',
    dataChecksums: checksums === true,
    collation: collation === 'icu' || collation === 'C' ? collation : 'libc',
  };
}
