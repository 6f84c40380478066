import type { ColumnStatistics, RelationSize, ServerSettings } from './statistics';

/** More rows or bytes than a table can have: 2^32 pages of 32 kB (storage/block.h), and thousands of partitions. */
const MOST = 1e18;
/** The longest value (MaxAllocSize, utils/memutils.h). */
const WIDEST = 2 ** 30;

const MB = 1024 * 1024;
/** What PostgreSQL comes with (src/backend/utils/misc/guc_tables.c). */
const DEFAULTS = { sharedBuffers: 128 * MB, effectiveCacheSize: 4096 * MB, maintenanceWorkMemory: 64 * MB, parallelMaintenanceWorkers: 2 };
const MOST_WORKERS = 1024;

const known = new WeakMap<RelationSize, RelationSize>();

/**
 * A size without what cannot be: a snapshot is a file that anybody may edit, and counters of a server go wrong. What is not
 * believed is not known; it is never taken for a number.
 */
export function soundSize(size: RelationSize | undefined): RelationSize | undefined {
  if (size === undefined) return undefined;
  let found = known.get(size);
  // What is in order stays the same object: estimates are remembered by it.
  if (found === undefined) known.set(size, (found = isSound(size) ? size : believed(size)));
  return found;
}

function isSound({ rows, bytes, indexBytes, toastBytes, writeRate, changes, columns = {} }: RelationSize): boolean {
  const counted: readonly (number | undefined)[] = changes === undefined ? [] : Object.values(changes);
  return [rows, bytes, indexBytes, toastBytes, writeRate, ...counted].every((value) => value === undefined || isCount(value)) && (changes?.hotUpdated ?? 0) <= (changes?.updated ?? Infinity) && Object.values(columns).every(isColumn);
}

function believed({ rows, bytes, indexBytes, toastBytes, writeRate, changes, columns, ...rest }: RelationSize): RelationSize {
  const [index, toast, rate] = [count(indexBytes), count(toastBytes), count(writeRate)];
  const areChanges = changes !== undefined && Object.values(changes).every(isCount) && (changes.hotUpdated ?? 0) <= changes.updated;
  return {
    ...rest,
    rows: count(rows),
    bytes: count(bytes),
    ...(index === undefined ? {} : { indexBytes: index }),
    ...(toast === undefined ? {} : { toastBytes: toast }),
    ...(rate === undefined ? {} : { writeRate: rate }),
    ...(areChanges ? { changes } : {}),
    ...(columns === undefined ? {} : { columns: Object.fromEntries(Object.entries(columns).filter(([, column]) => isColumn(column))) }),
  };
}

/** As pg_stats has it: distinct values are counted, or a share of the rows below zero. */
function isColumn({ width, nulls, distinct, correlation = 0 }: ColumnStatistics): boolean {
  return isWithin(width, 0, WIDEST) && isWithin(nulls, 0, 1) && isWithin(distinct, -1, MOST) && isWithin(correlation, -1, 1);
}

const settingsKnown = new WeakMap<ServerSettings, ServerSettings>();

/** Settings of which those that cannot be are as PostgreSQL comes. */
export function soundSettings(settings: ServerSettings): ServerSettings {
  let found = settingsKnown.get(settings);
  if (found === undefined) settingsKnown.set(settings, (found = believedSettings(settings)));
  return found;
}

function believedSettings(settings: ServerSettings): ServerSettings {
  const { sharedBuffers, effectiveCacheSize, maintenanceWorkMemory, parallelMaintenanceWorkers } = settings;
  const bytes = (value: number, usual: number): number => (isWithin(value, 1, MOST) ? value : usual);
  return {
    ...settings,
    sharedBuffers: bytes(sharedBuffers, DEFAULTS.sharedBuffers),
    effectiveCacheSize: bytes(effectiveCacheSize, DEFAULTS.effectiveCacheSize),
    maintenanceWorkMemory: bytes(maintenanceWorkMemory, DEFAULTS.maintenanceWorkMemory),
    parallelMaintenanceWorkers: isWithin(parallelMaintenanceWorkers, 0, MOST_WORKERS) ? Math.floor(parallelMaintenanceWorkers) : DEFAULTS.parallelMaintenanceWorkers,
  };
}

function count(value: number | undefined): number | undefined {
  return isCount(value) ? value : undefined;
}

/** Whether it can be a count of rows, bytes or events. */
export function isCount(value: number | undefined): value is number {
  // A negative zero would be written as one.
  return value !== undefined && isWithin(value, 0, MOST) && !Object.is(value, -0);
}

/** False for what is no number. */
function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
