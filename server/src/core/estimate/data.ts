import type { DeleteStmt, InsertStmt, Node, UpdateStmt } from '@pgsql/types';
import type { Action } from '../effects/effects';
import { asTable, foreignKeysOf, foreignKeysTo, indexOf } from '../effects/postgres/relations';
import { displayName, type RelationName } from '../schema/names';
import { some } from '../schema/postgres/walk';
import type { Table } from '../schema/schema';
import { batchesOf, hasLoop, isBatchLoop, ownCondition } from './batches';
import { deleteRows, insertRows, updateRows, type PerRow, type Rows } from './changes';
import { exactly, times, type Piece } from './costs';
import { callsIn, type TableShape } from './shapes';
import { shareOf } from './shares';
import { sourceOf } from './query';
import type { Job } from './statement';

/** What INSERT, UPDATE, DELETE, MERGE and COPY do to rows. */
export function dataChange(action: Extract<Action, { readonly kind: 'update' | 'delete' | 'insert' | 'merge' | 'copy' }>, job: Job): void {
  const name = action.relation;
  if (name === undefined) return;
  const relation = job.schema.relation(name);
  if (relation?.kind === 'view') {
    job.cannot(`which rows are behind the view ${displayName(name)} is not known`);
    return;
  }
  if (action.kind === 'copy') {
    if (action.into) job.cannot('how many rows are copied in is not known');
    return;
  }
  if (action.kind === 'merge') {
    merge(action, name, job);
    return;
  }
  if (hasLoop(job.text) && (action.kind === 'insert' || !isBatchLoop(job.text))) {
    job.cannot('how often its loop runs is not known');
    return;
  }
  if (action.kind === 'insert') insert(action, name, job);
  else alter(action, name, job);
}

function insert(action: Extract<Action, { readonly kind: 'insert' }>, name: RelationName, job: Job): void {
  const stmt: InsertStmt = 'InsertStmt' in action.node ? action.node.InsertStmt : {};
  let rows: Rows = exactly(action.rows ?? 1);
  let assumed = false;
  if (action.select && stmt.selectStmt !== undefined) {
    const source = sourceOf(stmt.selectStmt, job);
    if (source === undefined) return;
    ({ rows, assumed } = source);
    job.add(...source.pieces);
    const expected = expectedOf(job);
    if (expected !== undefined) [rows, assumed] = [planned(expected, Infinity), false];
  }
  if (stmt.onConflictClause !== undefined) rows = { ...rows, low: 0 };
  rows = unsure(action, rows);
  const table = asTable(job.schema.relation(name));
  const shape = job.shape(name);
  if (shape === undefined) return;
  // The table's own size matters little: what is added counts.
  const perRow: PerRow = { triggers: triggers(table, 'insert'), lookUps: table === undefined ? 0 : foreignKeysOf(table).filter(({ enforced }) => enforced).length, calls: 0 };
  const piece = insertRows(shape, rows, perRow, job.pricing);
  job.add({ ...piece, assumed });
  const before = job.sizes.sizeOf(name);
  if (!assumed && before?.rows !== undefined) {
    const added = Math.round(rows.likely);
    job.sizes = job.sizes.with(name, { ...before, rows: before.rows + added, bytes: (before.bytes ?? 0) + added * shape.width });
  }
}

function alter(action: Extract<Action, { readonly kind: 'update' | 'delete' }>, name: RelationName, job: Job): void {
  const { node } = action;
  const stmt: UpdateStmt & DeleteStmt = 'UpdateStmt' in node ? node.UpdateStmt : 'DeleteStmt' in node ? node.DeleteStmt : {};
  const others = [...(stmt.fromClause ?? []), ...(stmt.usingClause ?? [])];
  if (others.length > 0) {
    const source = sourceOf({ SelectStmt: { fromClause: others, op: 'SETOP_NONE', limitOption: 'LIMIT_OPTION_DEFAULT' } }, job, name);
    if (source === undefined) return;
    job.add(...source.pieces);
  }
  const batches = isBatchLoop(job.text) ? batchesOf(job.text) : undefined;
  const members = stmt.relation?.inh === false ? [job.shape(name)].filter((shape) => shape !== undefined) : job.stored(name);
  const table = asTable(job.schema.relation(name));
  const columns = table === undefined || table.partial === true ? undefined : new Set(table.columns.map(({ name: column }) => column));
  const where = batches === undefined ? stmt.whereClause : ownCondition(stmt.whereClause, stmt.relation?.alias?.aliasname ?? stmt.relation?.relname, columns);
  const targets = (stmt.targetList ?? []).flatMap((target) => ('ResTarget' in target ? [target.ResTarget] : []));
  const touched = new Set(targets.flatMap(({ name: column }) => column ?? []));
  const calls = targets.reduce((sum, { val }) => sum + callsIn(val), 0);
  const guessed = members.map((member) => rowsOf(action, where, others, member, members.length));
  const all = guessed.reduce((sum, { likely }) => sum + likely, 0);
  const expected = batches === undefined && !action.wholeTable && action.keyRows === undefined ? expectedOf(job) : undefined;
  let count = 0;
  for (const [index, member] of members.entries()) {
    const guess = guessed[index] ?? exactly(0);
    const rows = unsure(action, expected === undefined || member.assumed ? guess : planned(all > 0 ? (expected * guess.likely) / all : expected / members.length, member.rows));
    count += rows.likely;
    const perRow = perRowOf(action.kind, table, touched, calls, job);
    const piece = action.kind === 'update' ? updateRows(member, rows, touched, perRow, batches !== undefined, job.pricing) : deleteRows(member, rows, perRow, job.pricing);
    // By a key the rows are found through its index.
    const found = action.byKey && action.keyRows !== undefined ? { ...piece, bytesRead: 0, micros: times(exactly(action.keyRows), 40), assumed: false } : piece;
    job.add(found, ...referencing(action.kind, table, touched, rows, member, job));
    grow(action.kind, member, rows, job);
  }
  if (batches === undefined) return;
  const number = Math.ceil(count / batches.rows);
  const pause = number * batches.pause;
  job.batches = { count: number, rows: batches.rows, pause };
  const [first] = members;
  if (first !== undefined) job.add(overhead(first, number, pause, batches.rescans, job));
}

/** How many rows the server's planner expects, where the whole statement is this change. */
function expectedOf({ effects, expected, text }: Job): number | undefined {
  return effects.actions.length === 1 && !hasLoop(text) ? expected : undefined;
}

/** The planner's numbers rest on statistics of single columns: they are often right, and at times far from it. */
function planned(expected: number, most: number): Rows {
  return { low: expected / 2, likely: Math.min(expected, most), high: Math.min(expected * 2, most) };
}

/** MERGE: which of its rows it changes, only the server can guess. Each costs at most what an update of all columns does. */
function merge(action: Extract<Action, { readonly kind: 'merge' }>, name: RelationName, job: Job): void {
  const expected = expectedOf(job);
  const stmt = 'MergeStmt' in action.node ? action.node.MergeStmt : undefined;
  const shape = job.shape(name);
  if (expected === undefined || stmt?.sourceRelation === undefined || shape === undefined) {
    job.cannot('how many rows a MERGE changes is not known');
    return;
  }
  const source = sourceOf({ SelectStmt: { fromClause: [stmt.sourceRelation], op: 'SETOP_NONE', limitOption: 'LIMIT_OPTION_DEFAULT' } }, job, name);
  if (source === undefined) return;
  const table = asTable(job.schema.relation(name));
  const columns = new Set(table?.columns.map(({ name: column }) => column));
  const rows = { ...planned(expected, Infinity), low: 0 };
  job.add(...source.pieces, { ...updateRows(shape, rows, columns, perRowOf('update', table, columns, 0, job), false, job.pricing), what: `merges into ${displayName(name)}` });
}

/** What a batch costs besides its rows: finding where it ends, a commit, the pause; and where each one looks from the start, what it passes over. */
function overhead(table: TableShape, count: number, pause: number, rescans: boolean, job: Job): Piece {
  const { batch, row } = job.pricing.constants;
  const passed = rescans ? (count * table.rows * row) / 2 : 0;
  const own = count * batch + passed;
  return {
    kind: 'other',
    what: `commits ${String(count)} batches`,
    relation: table.name,
    rows: undefined,
    bytesRead: passed === 0 ? 0 : (count * table.bytes) / 2,
    bytesWritten: 0,
    walBytes: 0,
    cost: 'scan',
    micros: { low: pause * 1e6 + own / 3, likely: pause * 1e6 + own, high: pause * 1e6 + own * 3 },
    assumed: table.assumed,
  };
}

/** How many rows of a table a WHERE picks. */
function rowsOf({ wholeTable, keyRows }: Extract<Action, { readonly kind: 'update' | 'delete' }>, where: Node | undefined, others: readonly Node[], table: TableShape, members: number): Rows {
  if (keyRows !== undefined) return exactly(Math.min(keyRows, table.rows) / members);
  if (wholeTable || where === undefined) return exactly(table.rows);
  if (others.length > 0) return { low: 0, likely: table.rows, high: table.rows };
  const { share, known } = shareOf(where, table);
  // A subquery may pick any of them.
  const certain = known && !some(where, (kind) => kind === 'SubLink');
  return certain ? { low: table.rows * share * 0.8, likely: table.rows * share, high: Math.min(table.rows, table.rows * share * 1.25) } : { low: 0, likely: table.rows * share, high: table.rows };
}

/** In a branch it may not run at all. */
function unsure(action: Action, rows: Rows): Rows {
  return action.conditional && !action.isNew ? { ...rows, low: 0 } : rows;
}

function triggers(table: Table | undefined, event: 'insert' | 'update' | 'delete'): number {
  return table?.triggers.filter((trigger) => trigger.row && trigger.enabled && trigger.events.includes(event)).length ?? 0;
}

function perRowOf(kind: 'update' | 'delete', table: Table | undefined, touched: ReadonlySet<string>, calls: number, job: Job): PerRow {
  const fired = triggers(table, kind);
  if (table === undefined) return { triggers: fired, lookUps: 0, calls };
  const own = kind === 'delete' ? 0 : foreignKeysOf(table).filter(({ columns, enforced }) => enforced && columns.some((column) => touched.has(column))).length;
  const incoming = pointing(kind, table, touched, job).filter(({ owner, columns }) => hasIndex(owner, columns, job)).length;
  return { triggers: fired, lookUps: own + incoming, calls };
}

interface Pointing {
  readonly owner: Table;
  readonly columns: readonly string[];
  readonly cascades: boolean;
}

/** Foreign keys to a table that are looked at when its rows go or their keys change. */
function pointing(kind: 'update' | 'delete', table: Table, touched: ReadonlySet<string>, job: Job): readonly Pointing[] {
  return foreignKeysTo(table, job.schema).flatMap(({ table: owner, key }) => {
    const concerned = key.enforced && (kind === 'delete' || key.referencedColumns.some((column) => touched.has(column)));
    const follows = kind === 'delete' ? key.onDelete : key.onUpdate;
    return concerned ? [{ owner, columns: key.columns, cascades: follows !== 'no action' && follows !== 'restrict' }] : [];
  });
}

function hasIndex(table: Table, columns: readonly string[], job: Job): boolean {
  return table.indexes.some((name) => indexOf(name, job.schema)?.keys.slice(0, columns.length).every(({ column }) => column !== undefined && columns.includes(column)) === true);
}

/** Tables that reference the rows: without an index each is read whole for every row; those that cascade lose or change rows too. */
function referencing(kind: 'update' | 'delete', table: Table | undefined, touched: ReadonlySet<string>, rows: Rows, from: TableShape, job: Job): readonly Piece[] {
  if (table === undefined) return [];
  return pointing(kind, table, touched, job).flatMap(({ owner, columns, cascades }): readonly Piece[] => {
    const shape = job.shape(owner.name);
    if (shape === undefined || shape.name === from.name) return [];
    const pieces: Piece[] = [];
    if (!hasIndex(owner, columns, job)) {
      // It grows with both tables: so much for each million rows would be wrong for any number but that.
      if (shape.assumed || from.assumed) job.cannot(`${displayName(owner.name)} is read once for each row, since ${columns.join(', ')} has no index, and the size of ${displayName(shape.assumed ? owner.name : from.name)} is not known`);
      const { row, check, cachedByte } = job.pricing.constants;
      const once = shape.rows * (row + check) + shape.bytes * cachedByte;
      pieces.push({
        kind: 'foreign key',
        what: `reads ${displayName(owner.name)} once for each row, since ${columns.join(', ')} has no index`,
        relation: owner.name,
        rows: rows.likely * shape.rows,
        bytesRead: rows.likely * shape.bytes,
        bytesWritten: 0,
        walBytes: 0,
        cost: 'foreign key',
        micros: times(rows, once),
        assumed: shape.assumed,
      });
    }
    if (cascades && rows.high > 0) {
      const share = from.rows === 0 ? 0 : rows.likely / from.rows;
      const concerned: Rows = { low: 0, likely: shape.rows * Math.min(1, share), high: shape.rows };
      const perRow: PerRow = { triggers: triggers(owner, kind), lookUps: 1, calls: 0 };
      const piece = kind === 'delete' ? deleteRows(shape, concerned, perRow, job.pricing) : updateRows(shape, concerned, new Set(columns), perRow, false, job.pricing);
      pieces.push({ ...piece, what: `${piece.what} too` });
    }
    return pieces;
  });
}

/** The table after it, for what follows in the migration. */
function grow(kind: 'update' | 'delete', table: TableShape, rows: Rows, job: Job): void {
  const size = job.sizes.sizeOf(table.name);
  if (size?.rows === undefined || table.assumed) return;
  if (kind === 'update') job.sizes = job.sizes.with(table.name, { ...size, bytes: (size.bytes ?? table.bytes) + rows.likely * table.width });
  else job.sizes = job.sizes.with(table.name, { ...size, rows: Math.max(0, Math.round(size.rows - rows.likely)) });
}
