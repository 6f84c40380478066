import type { CostClass, Pace } from '../schema/speed';

/**
 * What work costs. Times are microseconds for one row, byte or comparison; the defaults were measured on PostgreSQL 15 to
 * 17 on two shared cores with the tables in memory, tables of 0.1 to 5 million rows (docs/estimates.md says how far the
 * estimates are from the truth with them). A calibration replaces {@link CostConstants.factors}, not the shape of the model.
 */
export interface CostConstants {
  /** Reading one row of a page and looking at its header (heapgettup). */
  readonly row: number;
  /** Evaluating one condition or reading one column of a row (ExecQual). */
  readonly check: number;
  /** One byte of a page that is in shared_buffers or in the cache of the machine. */
  readonly cachedByte: number;
  /** One byte of a page that is on disk. */
  readonly diskByte: number;
  /** One byte written to a relation's file, with its share of checkpoints. */
  readonly writtenByte: number;
  /** One byte of write-ahead log. */
  readonly walByte: number;
  /** Making one row anew (heap_form_tuple, heap_insert). */
  readonly form: number;
  /** Compressing, splitting and storing one byte outside of its row (toast_save_datum), reading it included. */
  readonly toastByte: number;
  /** One comparison of a sort, by what is compared. */
  readonly compare: Readonly<Record<SortKind, number>>;
  /** One comparison of a sort whose input is in order already: there is one for each row. */
  readonly compareSorted: number;
  /** Handing one row of a table to an index build (heapam_index_build_range_scan, FormIndexDatum). */
  readonly indexRow: number;
  /** Making one entry of a sorted index (_bt_buildadd). */
  readonly entry: number;
  /** Making one entry of an index of another method. */
  readonly method: Readonly<Record<string, number>>;
  /** One more element of a value in a GIN index. */
  readonly ginElement: number;
  /** Looking one value of a foreign key up in the hash of the referenced ones. */
  readonly probe: number;
  /** Putting one row of the referenced table in that hash. */
  readonly hash: number;
  /** Writing another version of a row, without its bytes (heap_update). */
  readonly update: number;
  /** The same on the same page, without index entries (HOT). */
  readonly hotUpdate: number;
  /** Marking a row as deleted (heap_delete). */
  readonly remove: number;
  /** Storing one new row (heap_insert) in a statement. */
  readonly insert: number;
  /** Adding one entry to an index that is in order with the rows. */
  readonly insertSorted: number;
  /** Adding one entry at any place of an index that is in memory; {@link insertFar} for each doubling beyond 100,000 entries. */
  readonly insertRandom: number;
  readonly insertFar: number;
  /** What keys of 30 bytes and more add to that: more pages, whose first change after a checkpoint is logged whole. */
  readonly insertText: number;
  /** Calling a row trigger in PL/pgSQL. */
  readonly trigger: number;
  /** A foreign key's look at the other table for one row (RI_FKey_check by SPI, an index scan). */
  readonly referenced: number;
  /** Calling one function or operator on a row, and on each byte of a text that it is given. */
  readonly call: number;
  readonly callByte: number;
  /** gen_random_uuid and its kin, which ask the operating system. */
  readonly random: number;
  /** A second pass of CREATE INDEX CONCURRENTLY: one entry sorted and merged (validate_index). */
  readonly validateEntry: number;
  /** One batch that is committed, without its rows. */
  readonly batch: number;
  /** A statement that only changes the catalogue: locks, a few rows, a commit that waits for the disk. In µs. */
  readonly statement: number;
  /** How many times as long as on the servers of these constants all work takes on this one. */
  readonly server: number;
  /** How far off each kind of work is on this server, and how sure that is. */
  readonly factors: Readonly<Record<CostClass, Factor>>;
}

export type SortKind = 'number' | 'uuid' | 'numeric' | 'text C' | 'text icu' | 'text libc' | 'other';

/** What a time is multiplied with, and what it is divided by and multiplied with for the ends of its range. */
export interface Factor {
  readonly factor: number;
  readonly spread: number;
  /** How many timings of this very server it rests on; 0 for the built-in one. */
  readonly seen: number;
}

export const COST_CLASSES: readonly CostClass[] = ['scan', 'index', 'other index', 'rewrite', 'foreign key', 'update', 'insert', 'delete', 'query'];

const unmeasured = (spread: number): Factor => ({ factor: 1, spread, seen: 0 });

/**
 * Sources: scan, foreign key, index, rewrite, UPDATE and DELETE were fitted to timings of 1 and 5 million rows of 150
 * bytes (PostgreSQL 15: scan 0.084 to 0.14 µs a row, cold 0.46; index of random integers 0.63 to 0.74, of sorted ones 0.30
 * to 0.46, of text 0.78 to 1.31 with C and 1.1 to 1.7 with ICU; rewrite 1.06 to 3.1; UPDATE 3.9 to 5.6, HOT 1.8 to 2.2, one
 * more index 1.5 to 8; DELETE 0.8 to 1.1; a row trigger 1.3). The rest was measured by `npm run bench:estimate`. Spreads are
 * about what nine of ten of its statements need.
 */
export const DEFAULT_CONSTANTS: CostConstants = {
  row: 0.035,
  check: 0.03,
  cachedByte: 1 / 3000,
  diskByte: 1 / 450,
  writtenByte: 1 / 900,
  walByte: 1 / 700,
  form: 0.45,
  toastByte: 1 / 180,
  compare: { number: 0.0175, uuid: 0.022, numeric: 0.024, 'text C': 0.03, 'text icu': 0.05, 'text libc': 0.055, other: 0.04 },
  compareSorted: 0.05,
  indexRow: 0.08,
  entry: 0.12,
  method: { hash: 1.5, gin: 2.4, gist: 6, spgist: 4, brin: 0.03 },
  ginElement: 0.6,
  probe: 0.35,
  hash: 0.2,
  update: 3.1,
  hotUpdate: 1.5,
  remove: 0.7,
  insert: 0.8,
  insertSorted: 0.6,
  insertRandom: 1.5,
  insertFar: 0.85,
  insertText: 2.4,
  trigger: 1.3,
  referenced: 6,
  call: 0.08,
  callByte: 0.005,
  random: 1.5,
  validateEntry: 0.1,
  batch: 3000,
  statement: 1000,
  server: 1,
  factors: {
    scan: unmeasured(2),
    index: unmeasured(2),
    'other index': unmeasured(3),
    rewrite: unmeasured(2.2),
    'foreign key': unmeasured(2.2),
    update: unmeasured(2.2),
    insert: unmeasured(2.5),
    delete: unmeasured(2.5),
    query: unmeasured(5),
  },
};

/** The pace (databases/postgres/pace.ts) of the server that the built-in constants were measured on, while it was idle. */
export const USUAL_PACE: Pace = { numbers: 0.3, texts: 0.9 };

const paced = (spread: number, factor = 1): Factor => ({ factor, spread, seen: 0 });

/**
 * The factors where the pace is known, beside that pace itself: a processor that others use as well slows what writes down
 * more, and what only reads less. Spreads are what nine of ten statements of `npm run bench:estimate` need.
 */
export const PACED_FACTORS: Readonly<Record<CostClass, Factor>> = {
  scan: paced(2.2, 0.88),
  index: paced(2.2),
  'other index': paced(3, 0.9),
  rewrite: paced(2.4),
  'foreign key': paced(2.2, 0.88),
  update: paced(2.3, 1.2),
  insert: paced(2.6, 1.2),
  delete: paced(2.6, 1.1),
  query: paced(4, 0.85),
};
