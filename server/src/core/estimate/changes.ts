import { displayName } from '../schema/names';
import type { CostConstants } from './constants';
import { exactly, plus, reading, type Piece, type Pricing } from './costs';
import type { Duration } from './estimate';
import type { IndexShape, TableShape } from './shapes';

/** What else happens for each row that is changed. */
export interface PerRow {
  /** Row triggers that fire. */
  readonly triggers: number;
  /** Foreign keys that are looked up, with an index. */
  readonly lookUps: number;
  /** Functions and operators that are called. */
  readonly calls: number;
}

/** How many rows of a table a statement changes. */
export type Rows = Duration;

/**
 * UPDATE: each row gets another version, and an entry in every index unless none of them is concerned and the page has
 * room (HOT; src/backend/access/heap/README.HOT).
 * @param touched columns that get other values
 */
export function updateRows(table: TableShape, rows: Rows, touched: ReadonlySet<string>, perRow: PerRow, committedInParts: boolean, pricing: Pricing): Piece {
  const { constants } = pricing;
  // From 16 on BRIN indexes do not stand in the way (the release notes).
  const hinders = table.indexes.some((index) => [...index.columns].some((column) => touched.has(column)) && !(index.method === 'brin' && pricing.version >= 16));
  // In one transaction a page has room only for what fillfactor left free; between commits room is made.
  const room = Math.min(1, (100 - table.fillfactor) / table.fillfactor);
  const hot = hinders ? 0 : committedInParts ? Math.max(room, table.hotShare ?? 0) : room;
  const entries = table.indexes.reduce((sum, index) => sum + entryCost(index, table.rows, constants), 0);
  const each = hot * constants.hotUpdate + (1 - hot) * (constants.update + entries + rowBytes(table, constants)) + extra(perRow, constants);
  const wal = table.width * 1.5 + 60 + (1 - hot) * table.indexes.reduce((sum, index) => sum + 64 + keyWidth(index), 0);
  const bytes = table.width + (1 - hot) * table.indexes.reduce((sum, index) => sum + 20 + keyWidth(index), 0);
  return change('update', `updates ${displayName(table.name)}`, table, rows, each, bytes, table.unlogged ? 0 : wal, pricing);
}

/** DELETE: rows are marked, indexes are left for VACUUM. */
export function deleteRows(table: TableShape, rows: Rows, perRow: PerRow, pricing: Pricing): Piece {
  return change('delete', `deletes from ${displayName(table.name)}`, table, rows, pricing.constants.remove + extra(perRow, pricing.constants), 0, table.unlogged ? 0 : 90, pricing);
}

/** INSERT: rows are added, with an entry in every index. What the rows are made from is a piece of its own. */
export function insertRows(table: TableShape, rows: Rows, perRow: PerRow, pricing: Pricing): Piece {
  const { constants } = pricing;
  const after = table.rows + rows.likely;
  const each = constants.insert + table.indexes.reduce((sum, index) => sum + index.share * entryCost(index, after, constants), 0) + extra(perRow, constants);
  const bytes = table.width + table.indexes.reduce((sum, index) => sum + 20 + keyWidth(index), 0);
  return { ...change('insert', `inserts into ${displayName(table.name)}`, table, rows, each, bytes, table.unlogged ? 0 : bytes + 50, pricing, 0), bytesRead: 0 };
}

function change(
  kind: 'update' | 'delete' | 'insert',
  what: string,
  table: TableShape,
  rows: Rows,
  each: number,
  bytes: number,
  wal: number,
  pricing: Pricing,
  read = table.bytes,
): Piece {
  const { constants } = pricing;
  const found = read === 0 ? exactly(0) : plus(reading(read, pricing), exactly(table.rows * (constants.row + constants.check)));
  const micros = { low: rows.low * each, likely: rows.likely * each, high: rows.high * each };
  return {
    kind,
    what,
    relation: table.name,
    rows: rows.likely,
    bytesRead: read,
    bytesWritten: rows.likely * bytes,
    walBytes: rows.likely * wal,
    cost: kind,
    micros: plus(found, micros),
    assumed: table.assumed && (read > 0 || rows.high > 1000),
  };
}

/** One more entry of an index: at its end, or anywhere, which costs the more the larger it is. */
export function entryCost(index: IndexShape, rows: number, constants: CostConstants): number {
  const [first] = index.keys;
  if (index.method === 'brin') return 0.1;
  if (index.method === 'gin') return index.keys.reduce((sum, { width }) => sum + Math.max(1, width / 12) * 2, 0);
  if (first !== undefined && (first.correlation ?? 0) > 0.95) return constants.insertSorted;
  const doublings = Math.max(0, Math.log2(Math.max(1, rows) / 100_000));
  const long = constants.insertText * Math.min(1, Math.max(0, keyWidth(index) - 8) / 22);
  const known = constants.insertRandom + doublings * constants.insertFar + long;
  return index.method === 'btree' || index.method === 'hash' ? known : known * 2;
}

function keyWidth({ keys }: IndexShape): number {
  return keys.reduce((sum, { width }) => sum + width, 0);
}

/** Another version of a row is logged, and the page that it leaves as well after a checkpoint. */
function rowBytes({ width, unlogged }: TableShape, { writtenByte, walByte }: CostConstants): number {
  return width * (writtenByte + (unlogged ? 0 : 1.5 * walByte));
}

function extra({ triggers, lookUps, calls }: PerRow, constants: CostConstants): number {
  return triggers * constants.trigger + lookUps * constants.referenced + calls * constants.call;
}
