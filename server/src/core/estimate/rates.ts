import { objectName } from '../schema/names';
import { deleteRows, updateRows } from './changes';
import { DEFAULT_CONSTANTS } from './constants';
import { buildIndex, checkForeignKey, exactly, rewrite, scan, type Piece, type Pricing } from './costs';
import type { IndexShape, KeyShape, TableShape } from './shapes';

/** Work that grows with a relation. */
export type Effort = 'scan' | 'foreign key' | 'index' | 'rewrite' | 'update' | 'delete';

/**
 * Microseconds that work takes for one row, on the safe side: a row of 150 bytes that is read from disk, text that is compared
 * by the C library, three indexes. A size is called harmless only where even this stays within what is allowed.
 */
export function microsecondsARow(effort: Effort): number {
  return (rates ??= ratesOf())[effort];
}

let rates: Readonly<Record<Effort, number>> | undefined;

/** Above what the model gives for cold caches. */
const MARGIN = 1.2;
const ROWS = 1_000_000;

function ratesOf(): Readonly<Record<Effort, number>> {
  const pricing: Pricing = { constants: DEFAULT_CONSTANTS, settings: undefined, version: 17 };
  const [sorted, number, text] = [key('number', 8, 1), key('number', 8, 0), key('text libc', 32, 0)];
  const narrow = table([index(sorted)]);
  const indexed = table([index(sorted), index(number), index(text)]);
  const each = (...pieces: readonly Piece[]): number => (MARGIN * pieces.reduce((sum, { micros }) => sum + micros.high, 0)) / ROWS;
  const none = { triggers: 0, lookUps: 0, calls: 0 };
  return {
    scan: each(scan(narrow, '', 1, pricing)),
    'foreign key': each(checkForeignKey(narrow, { ...narrow, rows: ROWS / 10, bytes: narrow.bytes / 10 }, '', pricing)),
    index: each(buildIndex(narrow, index(text), '', pricing)),
    rewrite: each(...rewrite(narrow, '', pricing)),
    update: each(updateRows(indexed, exactly(ROWS), new Set(['a']), none, false, pricing)),
    delete: each(deleteRows(narrow, exactly(ROWS), none, pricing)),
  };
}

function table(indexes: readonly IndexShape[]): TableShape {
  return {
    name: objectName('public', 'any'),
    rows: ROWS,
    bytes: ROWS * 150,
    toastBytes: 0,
    width: 150,
    indexes,
    assumed: false,
    unlogged: false,
    fillfactor: 100,
    hotShare: undefined,
    column: () => key('number', 8, 0),
  };
}

function index(only: KeyShape): IndexShape {
  return { name: undefined, method: 'btree', unique: false, share: 1, shareKnown: true, keys: [only], bytes: undefined, columns: new Set(['a']), includedWidth: 0 };
}

function key(sort: KeyShape['sort'], width: number, correlation: number): KeyShape {
  return { width, nulls: 0, distinct: ROWS, correlation, sort, isNew: false, calls: 0, operatorClass: undefined };
}
