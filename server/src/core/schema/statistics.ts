import type { RelationName } from './names';
import { soundSettings, soundSize } from './sound';
import type { Calibration, Pace, Ran, Rehearsed, Running } from './speed';

/** How large a relation is, as the catalogue of a live database or a snapshot tells it. */
export interface RelationSize {
  /** Estimated rows; undefined where the server does not know (never analysed). */
  readonly rows: number | undefined;
  /** Bytes of the heap, without indexes and TOAST. */
  readonly bytes: number | undefined;
  /** Bytes of its indexes together. */
  readonly indexBytes?: number;
  /** Bytes of its TOAST table, without that one's index. */
  readonly toastBytes?: number;
  /** When it was last analysed, by hand or by autovacuum: ISO 8601. */
  readonly analyzed?: string;
  /** Changes since the server's statistics were last reset. */
  readonly changes?: RowChanges;
  /** Rows written a second, between two readings of a live database. */
  readonly writeRate?: number;
  /** Of a sequence: the share of its numbers that is used, 0 to 1; where it is worth a word only. */
  readonly used?: number;
  /** What ANALYZE found out about its columns, by their names; for tables that are not small only. */
  readonly columns?: Readonly<Record<string, ColumnStatistics>>;
}

/** A column as pg_stats has it. */
export interface ColumnStatistics {
  /** Average bytes of a value as it is stored. */
  readonly width: number;
  /** The share of NULLs, 0 to 1. */
  readonly nulls: number;
  /** Different values: their number, or where negative their number as a share of the rows. */
  readonly distinct: number;
  /** How far the order of the rows is that of the values, −1 to 1; undefined for types without an order. */
  readonly correlation?: number;
}

/** What a server's settings say about how fast it can be. */
export interface ServerSettings {
  /** Bytes. */
  readonly sharedBuffers: number;
  /** What the server takes the caches of the machine to hold, in bytes. */
  readonly effectiveCacheSize: number;
  /** Bytes. */
  readonly maintenanceWorkMemory: number;
  /** Workers that help one index build at most. */
  readonly parallelMaintenanceWorkers: number;
  readonly walLevel: 'minimal' | 'replica' | 'logical';
  readonly dataChecksums: boolean;
  /** How the database sorts text where nothing else is said. */
  readonly collation: 'C' | 'icu' | 'libc';
  /** How fast its processor is, where that was timed. */
  readonly pace?: Pace;
}

/** Counters of pg_stat_user_tables: how often rows were written, and how often the table was read whole or by index. */
export interface RowChanges {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly sequentialScans: number;
  readonly indexScans: number;
  /** Of the updated ones, those that needed no new index entry. */
  readonly hotUpdated?: number;
}

/** What is known about sizes. Rooms that judge by size take this; without a database it is {@link NO_STATISTICS}. */
export interface Statistics {
  sizeOf(relation: RelationName): RelationSize | undefined;
  /** Undefined where no server was asked. */
  readonly settings?: ServerSettings;
  /** How many rows the server expects a statement to change; undefined where it was not asked or cannot say. */
  readonly changedBy?: (statement: { readonly text: string; readonly searchPath: readonly string[] }) => number | undefined;
  /** How many rows violate what a statement demands, by `checkKey` of the check; undefined where nobody counted. */
  readonly violationsOf?: (check: string) => { readonly count: number; readonly orMore: boolean } | undefined;
  /** What timings of this very server have taught; undefined where there are none. */
  readonly calibration?: Calibration;
  /** What came of rehearsing a statement of this text; undefined where it was not rehearsed. */
  readonly rehearsed?: (text: string) => Rehearsed | undefined;
  /** What a statement of this text took already; undefined where it did not run, or nobody counts. */
  readonly ran?: (text: string) => Ran | undefined;
  /** How far a statement of this text is that runs just now; undefined where none was seen. */
  readonly running?: (text: string) => Running | undefined;
}

export const NO_STATISTICS: Statistics = { sizeOf: () => undefined };

/** Sizes of relations by their exact names, each by itself, as a server tells them. */
export type RelationSizes = Readonly<Record<string, RelationSize>>;

/**
 * Statistics of sizes. A table with partitions or inheritance children counts with all that is below it, as far as that is
 * known: one child of unknown size makes the sum unknown.
 * @param childrenOf direct partitions and children of a relation
 * @param listed the size of a relation that is not among `sizes`
 */
export function statisticsFrom(
  sizes: RelationSizes,
  childrenOf: (relation: RelationName) => readonly RelationName[],
  settings?: ServerSettings,
  listed: (relation: RelationName) => RelationSize | undefined = () => undefined,
): Statistics {
  const known = new Map(Object.entries(sizes));
  const sums = new Map<string, RelationSize | undefined>();
  const sizeOf = (relation: RelationName, above: ReadonlySet<string>): RelationSize | undefined => {
    if (sums.has(relation)) return sums.get(relation);
    const own = soundSize(known.get(relation) ?? listed(relation));
    const children = childrenOf(relation).filter((child) => !above.has(child));
    if (children.length === 0) return own;
    const path = new Set([...above, relation]);
    const sum = sumOf(own, children.map((child) => sizeOf(child, path)));
    sums.set(relation, sum);
    return sum;
  };
  return { sizeOf: (relation) => sizeOf(relation, new Set()), ...(settings === undefined ? {} : { settings: soundSettings(settings) }) };
}

function sumOf(own: RelationSize | undefined, children: readonly (RelationSize | undefined)[]): RelationSize {
  // A partitioned table has no rows of its own, and so no entry.
  const parts = own === undefined ? children : [own, ...children];
  const total = (pick: (size: RelationSize) => number | undefined): number | undefined => {
    let sum = 0;
    for (const part of parts) {
      const value = part === undefined ? undefined : pick(part);
      if (value === undefined) return undefined;
      sum += value;
    }
    return sum;
  };
  const indexBytes = total((size) => size.indexBytes);
  const toastBytes = total((size) => size.toastBytes ?? 0);
  const changes = parts.every((part) => part?.changes !== undefined) ? addedUp(parts.flatMap((part) => part?.changes ?? [])) : undefined;
  const writeRate = parts.some((part) => part?.writeRate !== undefined) ? parts.reduce((sum, part) => sum + (part?.writeRate ?? 0), 0) : undefined;
  return {
    rows: total((size) => size.rows),
    bytes: total((size) => size.bytes),
    ...(indexBytes === undefined ? {} : { indexBytes }),
    ...(toastBytes === undefined ? {} : { toastBytes }),
    ...(changes === undefined ? {} : { changes }),
    ...(writeRate === undefined ? {} : { writeRate }),
  };
}

function addedUp(all: readonly RowChanges[]): RowChanges {
  const sum = (pick: (changes: RowChanges) => number): number => all.reduce((total, changes) => total + pick(changes), 0);
  return {
    inserted: sum((changes) => changes.inserted),
    updated: sum((changes) => changes.updated),
    deleted: sum((changes) => changes.deleted),
    sequentialScans: sum((changes) => changes.sequentialScans),
    indexScans: sum((changes) => changes.indexScans),
    ...(all.every(({ hotUpdated }) => hotUpdated !== undefined) ? { hotUpdated: sum((changes) => changes.hotUpdated ?? 0) } : {}),
  };
}
