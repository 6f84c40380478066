import { displayName, type RelationName } from '../schema/names';
import type { CostClass } from '../schema/speed';
import type { ServerSettings } from '../schema/statistics';
import type { CostConstants } from './constants';
import type { Duration, Work } from './estimate';
import type { IndexShape, KeyShape, TableShape } from './shapes';

/** A piece of work with what it costs before anything is known of this very server, in µs. */
export interface Piece extends Omit<Work, 'seconds'> {
  readonly cost: CostClass;
  readonly micros: Duration;
  /** Whether it is one for each million rows, since nobody knows how many there are. */
  readonly assumed: boolean;
  /** Whose size is missing, where that is not `relation`. */
  readonly missing?: RelationName | undefined;
}

/** What costs are worked out with: the constants, and the settings of the server where they are known. */
export interface Pricing {
  readonly constants: CostConstants;
  readonly settings: ServerSettings | undefined;
  /** Major version. */
  readonly version: number;
}

const MB = 1024 * 1024;
/** What PostgreSQL comes with (src/backend/utils/misc/guc_tables.c). */
const DEFAULT_MAINTENANCE_MEMORY = 64 * MB;
const DEFAULT_CACHE = 4096 * MB;
const DEFAULT_WORKERS = 2;

/** A piece's time on this server, in seconds. */
export function priced({ cost, micros }: Piece, { factors }: CostConstants): Duration {
  const { factor, spread } = factors[cost];
  const unit = factor / 1e6;
  const soft = Math.sqrt(spread);
  return {
    low: unit * Math.min(micros.likely / spread, micros.low / soft),
    likely: unit * micros.likely,
    high: unit * Math.max(micros.likely * spread, micros.high * soft),
  };
}

export function plus(a: Duration, b: Duration): Duration {
  return { low: a.low + b.low, likely: a.likely + b.likely, high: a.high + b.high };
}

export function times({ low, likely, high }: Duration, factor: number): Duration {
  return { low: low * factor, likely: likely * factor, high: high * factor };
}

export function exactly(value: number): Duration {
  return { low: value, likely: value, high: value };
}

export const NO_TIME: Duration = { low: 0, likely: 0, high: 0 };

/** Reading bytes of a relation: from memory at best, from disk at worst; how much of it is in memory nobody knows beforehand. */
export function reading(bytes: number, { constants, settings }: Pricing): Duration {
  const cache = (settings?.effectiveCacheSize ?? DEFAULT_CACHE) / 2;
  const cached = bytes <= cache ? 1 : cache / bytes;
  const { cachedByte, diskByte } = constants;
  return { low: bytes * cachedByte, likely: bytes * (cached * cachedByte + (1 - cached) * diskByte), high: bytes * diskByte };
}

/**
 * Reading a table once and holding `checks` conditions against each row.
 * @param evaluation µs that working them out takes besides
 */
export function scan(table: TableShape, what: string, checks: number, pricing: Pricing, evaluation = 0): Piece {
  const { row, check } = pricing.constants;
  return {
    kind: 'scan',
    what,
    relation: table.name,
    rows: table.rows,
    bytesRead: table.bytes,
    bytesWritten: 0,
    walBytes: 0,
    cost: 'scan',
    micros: plus(reading(table.bytes, pricing), exactly(table.rows * (row + checks * check + evaluation))),
    assumed: table.assumed,
  };
}

/** How the rows of an index build come and go. */
export interface BuildOptions {
  readonly concurrently?: boolean;
  /** The table was just written, and is in memory. */
  readonly warm?: boolean;
}

/** Building an index from all rows of a table. */
export function buildIndex(table: TableShape, index: IndexShape, what: string, pricing: Pricing, { concurrently = false, warm = false }: BuildOptions = {}): Piece {
  const { constants } = pricing;
  const entries = table.rows * index.share;
  const bytes = newIndexBytes(index, entries, pricing.version);
  const read = warm ? exactly(table.bytes * constants.cachedByte) : reading(table.bytes, pricing);
  const evaluation = table.rows * (constants.row + constants.indexRow + index.keys.reduce((sum, { calls, width }) => sum + constants.check + calls * (constants.call + width * constants.callByte), 0) + (index.share < 1 ? constants.check : 0));
  const isTree = index.method === 'btree';
  const sort = isTree ? sortCost(index.keys, entries, constants) + mergeCost(index.keys, entries, pricing) : 0;
  const speedUp = isTree && index.keys.every(({ calls }) => calls === 0) ? 1 + 0.45 * workersFor(table, pricing) : 1;
  const making = isTree ? entries * constants.entry : otherMethod(index, entries, constants);
  const wal = table.unlogged ? 0 : bytes;
  const writing = bytes * constants.writtenByte + wal * constants.walByte;
  const once = plus(times(plus(read, exactly(evaluation + sort)), 1 / speedUp), exactly(making + writing));
  // A second scan finds the rows that came meanwhile: their places are sorted and merged with those in the index (validate_index).
  const again = concurrently ? plus(exactly(table.bytes * constants.cachedByte), exactly(table.rows * constants.row + entries * constants.validateEntry)) : NO_TIME;
  const unsure = index.shareKnown ? 1 : 0;
  const micros = plus(once, again);
  return {
    kind: 'index build',
    what,
    relation: table.name,
    rows: table.rows,
    bytesRead: table.bytes * (concurrently ? 2 : 1),
    bytesWritten: bytes,
    walBytes: wal,
    cost: isTree ? 'index' : 'other index',
    micros: unsure === 1 ? micros : { ...micros, low: Math.min(micros.low, read.low + evaluation), high: micros.high * 2 },
    assumed: table.assumed,
  };
}

/** The size of an index when it is new: 8 bytes of header, the key aligned to 8, a line pointer of 4, pages filled to 90 % (src/backend/access/nbtree/nbtsort.c). */
function newIndexBytes(index: IndexShape, entries: number, version: number): number {
  const key = index.keys.reduce((sum, { width }) => sum + width, 0) + index.includedWidth;
  const tuple = 12 + Math.ceil(key / 8) * 8;
  switch (index.method) {
    case 'btree': {
      const distinct = distinctOf(index.keys);
      const copies = distinct === undefined ? 1 : Math.max(1, entries / distinct);
      // From 13 on equal keys are stored once, with 6 bytes for each row (nbtdedup.c).
      const deduplicated = version >= 13 && !index.unique && index.includedWidth === 0 && index.keys.every(({ sort }) => sort !== 'numeric' && sort !== 'other');
      return (entries * (deduplicated && copies > 2 ? 6 + tuple / Math.min(copies, 200) : tuple)) / 0.9;
    }
    case 'hash':
      return entries * 28;
    case 'gin':
      return entries * Math.max(4, elements(index) * 5);
    case 'brin':
      return Math.max(3 * 8192, entries / 100);
    default:
      return entries * (key + 40);
  }
}

function distinctOf(keys: readonly KeyShape[]): number | undefined {
  let distinct = 1;
  for (const key of keys) {
    if (key.distinct === undefined) return undefined;
    distinct *= key.distinct;
  }
  return distinct;
}

/** Sorting: n log2 n comparisons, few where the rows are in order already; where many keys are equal the next column decides. */
export function sortCost(keys: readonly KeyShape[], entries: number, constants: CostConstants): number {
  if (entries < 2) return 0;
  const [first] = keys;
  if (first === undefined) return 0;
  const correlation = Math.max(0, first.correlation ?? 0);
  const disorder = correlation > 0.99 ? 0 : 1 - correlation * correlation;
  let compare = constants.compare[first.sort];
  let ties = first.distinct === undefined ? 0 : Math.max(0, 1 - (2 * first.distinct) / entries);
  for (const key of keys.slice(1)) {
    compare += ties * constants.compare[key.sort];
    ties *= key.distinct === undefined ? 0 : Math.max(0, 1 - (2 * key.distinct) / entries);
  }
  // What is equal in all columns is told apart by its place in the table (comparetup_index_btree_tiebreak).
  compare += 0.3 * ties * constants.compare.number;
  return entries * (disorder * compare * Math.log2(entries) + (1 - disorder) * constants.compareSorted);
}

/** What does not fit into maintenance_work_mem is written to temporary files and read again (src/backend/utils/sort/tuplesort.c). */
function mergeCost(keys: readonly KeyShape[], entries: number, { constants, settings }: Pricing): number {
  const tuple = 16 + keys.reduce((sum, { width }) => sum + width, 0);
  if (entries * (tuple + 32) <= (settings?.maintenanceWorkMemory ?? DEFAULT_MAINTENANCE_MEMORY)) return 0;
  return 2 * entries * tuple * 3 * constants.cachedByte;
}

/** Workers that help: one for 8 MB, one more for each tripling, as far as each has 32 MB to sort in (plan_create_index_workers, src/backend/optimizer/plan/planner.c). */
function workersFor(table: TableShape, { settings }: Pricing): number {
  let workers = 0;
  for (let threshold = 8 * MB; table.bytes >= threshold && workers < 8; threshold *= 3) workers += 1;
  workers = Math.min(workers, settings?.parallelMaintenanceWorkers ?? DEFAULT_WORKERS);
  const memory = settings?.maintenanceWorkMemory ?? DEFAULT_MAINTENANCE_MEMORY;
  while (workers > 0 && memory / (workers + 1) < 32 * MB) workers -= 1;
  return workers;
}

function otherMethod(index: IndexShape, entries: number, constants: CostConstants): number {
  const each = constants.method[index.method] ?? constants.method.gist ?? 1;
  if (index.method === 'gin') return entries * (each + elements(index) * constants.ginElement);
  if (index.method === 'brin') return entries * each;
  return entries * each * Math.max(1, Math.log2(Math.max(2, entries)) / 17);
}

/** Elements of a value in a GIN index, by its bytes: words, keys and values, trigrams. */
function elements({ keys }: IndexShape): number {
  return keys.reduce((sum, { width, operatorClass, sort }) => sum + Math.max(1, operatorClass?.includes('trgm') === true ? width : sort.startsWith('text') ? width / 6 : width / 12), 0);
}

/** A table written anew: its rows, what is stored outside of them, and every index it has. */
export function rewrite(table: TableShape, what: string, pricing: Pricing, { calls = 0, random = 0, sorted = false } = {}): readonly Piece[] {
  const { constants } = pricing;
  const written = (table.rows * table.width * 100) / table.fillfactor;
  const unlogged = table.unlogged || pricing.settings?.walLevel === 'minimal';
  const wal = unlogged ? 0 : written;
  const toast = table.toastBytes * constants.toastByte;
  const sort = sorted ? table.rows * constants.compare.number * Math.log2(Math.max(2, table.rows)) + table.bytes * 3 * constants.cachedByte : 0;
  const each = constants.row + constants.form + calls * constants.call + random * constants.random;
  const heap: Piece = {
    kind: 'rewrite',
    what,
    relation: table.name,
    rows: table.rows,
    bytesRead: table.bytes + table.toastBytes,
    bytesWritten: written + table.toastBytes,
    walBytes: wal + (unlogged ? 0 : table.toastBytes),
    cost: 'rewrite',
    micros: plus(reading(table.bytes + table.toastBytes, pricing), exactly(table.rows * each + written * constants.writtenByte + wal * constants.walByte + toast + sort)),
    assumed: table.assumed,
  };
  const fresh = { ...table, bytes: written };
  return [heap, ...table.indexes.map((index) => buildIndex(fresh, index, `builds ${index.name === undefined ? 'an index' : displayName(index.name)} anew`, pricing, { warm: true }))];
}

/** A foreign key held against all rows: both tables read, the smaller put in a hash (RI_Initial_Check, src/backend/utils/adt/ri_triggers.c). */
export function checkForeignKey(table: TableShape, referenced: TableShape, what: string, pricing: Pricing): Piece {
  const { row, probe, hash } = pricing.constants;
  const read = plus(reading(table.bytes, pricing), reading(referenced.bytes, pricing));
  return {
    kind: 'foreign key',
    what,
    relation: table.name,
    rows: table.rows,
    bytesRead: table.bytes + referenced.bytes,
    bytesWritten: 0,
    walBytes: 0,
    cost: 'foreign key',
    micros: plus(read, exactly(table.rows * (row + probe) + referenced.rows * (row + hash))),
    assumed: table.assumed || referenced.assumed,
    missing: table.assumed ? table.name : referenced.name,
  };
}
