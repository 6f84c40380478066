import type { Node, SelectStmt } from '@pgsql/types';
import { displayName, type RelationName } from '../schema/names';
import { isBuiltinFunction } from '../schema/postgres/builtin-lookup';
import { rangesIn } from '../schema/postgres/relations-in';
import { relationName } from '../schema/postgres/resolve';
import { strings, walk } from '../schema/postgres/walk';
import { buildIndex, exactly, plus, scan, sortCost, times, type Piece } from './costs';
import type { Duration } from './estimate';
import { shapeOf, type TableShape } from './shapes';
import { shareOf } from './shares';
import type { Job } from './statement';

/** What is known of a query: what it reads, and how many rows it gives. */
export interface Source {
  readonly pieces: readonly Piece[];
  readonly rows: Duration;
  /** Whether the rows are those of a table of unknown size. */
  readonly assumed: boolean;
}

/** CREATE TABLE AS, CREATE MATERIALIZED VIEW: the rows are written once, without indexes. */
export function createAs(statement: Node, name: RelationName, job: Job): void {
  const stmt = 'CreateTableAsStmt' in statement ? statement.CreateTableAsStmt : undefined;
  const node = 'SelectStmt' in statement ? statement : stmt?.query;
  if (node === undefined || stmt?.into?.skipData === true) return;
  if (stmt?.if_not_exists === true && job.schema.relation(name) !== undefined) return;
  const source = sourceOf(node, job);
  if (source === undefined) return;
  const { constants } = job.pricing;
  const width = 60;
  // Temporary and unlogged tables write no WAL.
  const isLogged = (stmt?.into?.rel?.relpersistence ?? 'p') === 'p';
  const each = constants.form + width * 2 * (constants.writtenByte + (isLogged ? constants.walByte : 0));
  const { rows, assumed } = source;
  job.add(...source.pieces, {
    kind: 'insert',
    what: `fills ${displayName(name)}`,
    relation: name,
    rows: rows.likely,
    bytesRead: 0,
    bytesWritten: rows.likely * width,
    walBytes: isLogged ? rows.likely * width : 0,
    cost: 'query',
    micros: times(rows, each),
    assumed,
  });
  if (!assumed) job.sizes = job.sizes.with(name, { rows: Math.round(rows.likely), bytes: Math.round(rows.likely * width) });
}

/** REFRESH MATERIALIZED VIEW: as many rows as it has now; CONCURRENTLY compares the new ones with the old (refresh_by_match_merge, src/backend/commands/matview.c). */
export function refresh(name: RelationName, concurrently: boolean, job: Job): void {
  const view = job.schema.relation(name);
  if (view?.kind !== 'materialized view' || view.query === undefined) {
    job.cannot(`the query of ${displayName(name)} is not known`);
    return;
  }
  const source = sourceOf(view.query, job);
  if (source === undefined) return;
  const known = job.sizes.sizeOf(name)?.rows;
  const shape: TableShape = { ...shapeOf(view, job.schema, job.sizes), ...(known === undefined ? { rows: source.rows.likely, assumed: source.assumed } : {}) };
  const { constants } = job.pricing;
  const each = constants.form + shape.width * 2 * (constants.writtenByte + constants.walByte) + (concurrently ? 4 : 0);
  const filled: Piece = {
    kind: 'rewrite',
    what: concurrently ? `brings ${displayName(name)} up to date` : `fills ${displayName(name)} anew`,
    relation: name,
    rows: shape.rows,
    bytesRead: concurrently ? shape.bytes : 0,
    bytesWritten: shape.rows * shape.width,
    walBytes: shape.rows * shape.width,
    cost: 'query',
    micros: exactly(shape.rows * each),
    assumed: shape.assumed,
  };
  const indexes = concurrently ? [] : shape.indexes.map((index) => buildIndex(shape, index, `builds ${index.name === undefined ? 'an index' : displayName(index.name)} anew`, job.pricing, { warm: true }));
  job.add(...source.pieces, filled, ...indexes);
}

/** A SELECT by itself: built-in functions without a table are quick, but for those that wait. */
export function selectAlone(node: Node, job: Job): void {
  const called = callsOf(node);
  const foreign = called.find((name) => !isBuiltinFunction(name));
  if (foreign !== undefined) {
    job.cannot(`what the function ${foreign} does is not known`);
    return;
  }
  const waits = called.find((name) => WAITING.test(name));
  if (waits !== undefined) {
    job.cannot(`${waits} waits`);
    return;
  }
  const source = sourceOf(node, job);
  if (source !== undefined) job.add(...source.pieces);
}

const WAITING = /^pg_(?:sleep|advisory|promote|wal_replay_wait)/u;

function callsOf(node: Node): readonly string[] {
  const names: string[] = [];
  walk(node, (kind, body) => {
    if (kind === 'FuncCall') names.push(strings(body.funcname as readonly Node[]).at(-1) ?? '');
    return undefined;
  });
  return names;
}

/** What a query reads and how many rows it gives; undefined, with the reason noted, where that cannot be told. */
export function sourceOf(query: Node, job: Job, without?: string): Source | undefined {
  const shapes = new Map<string, TableShape>();
  for (const { range, use } of rangesIn(query)) {
    if (use !== 'read' && use !== 'lock') continue;
    const name = relationName(range, job.schema);
    if (name === without) continue;
    const relation = job.schema.relation(name);
    if (relation?.kind === 'view') {
      const below = relation.query === undefined ? undefined : sourceOf(relation.query, job, without);
      if (below === undefined) {
        job.cannot(`how many rows the view ${displayName(name)} gives is not known`);
        return undefined;
      }
      for (const { relation: read } of below.pieces) for (const shape of read === undefined ? [] : job.stored(read)) shapes.set(shape.name, shape);
      continue;
    }
    if (name.startsWith('pg_catalog.') || name.startsWith('information_schema.')) continue;
    for (const shape of job.stored(name)) shapes.set(shape.name, shape);
    if (relation?.kind === 'foreign table') return undefined;
  }
  const tables = [...shapes.values()];
  const largest = tables.reduce((most, { rows }) => Math.max(most, rows), 0);
  const select = 'SelectStmt' in query ? query.SelectStmt : undefined;
  const { constants } = job.pricing;
  const joins = Math.max(0, tables.length - 1);
  const grouped = select !== undefined && ((select.groupClause ?? []).length > 0 || (select.sortClause ?? []).length > 0 || select.distinctClause !== undefined);
  const extra = joins * (constants.probe + constants.hash) + (grouped ? sortCost([{ width: 8, nulls: 0, distinct: undefined, correlation: 0, sort: 'other', isNew: false, calls: 0, operatorClass: undefined }], largest, constants) / Math.max(1, largest) : 0);
  const pieces = tables.map((shape): Piece => {
    const read = scan(shape, `reads ${displayName(shape.name)}`, 2, job.pricing);
    return { ...read, cost: 'query', micros: plus(read.micros, exactly(shape.rows * extra)) };
  });
  const rows = select === undefined ? exactly(largest) : rowsOf(select, tables, largest);
  return { pieces, rows, assumed: tables.some(({ assumed }) => assumed) && rows.high > 1000 };
}

/** How many rows a SELECT gives, at least, likely and at most. */
function rowsOf(select: SelectStmt, tables: readonly TableShape[], largest: number): Duration {
  if (select.valuesLists !== undefined) return exactly(select.valuesLists.length);
  const series = seriesRows(select);
  const [only] = tables;
  let rows: Duration;
  if (tables.length === 0) rows = series === undefined ? exactly(1) : exactly(series);
  else {
    const { share, known } = only === undefined || tables.length > 1 ? { share: select.whereClause === undefined ? 1 : 1 / 3, known: false } : shareOf(select.whereClause, only);
    const likely = largest * share * (series ?? 1);
    rows = known ? exactly(likely) : { low: 0, likely, high: largest * (series ?? 1) * (tables.length > 1 ? 3 : 1) };
  }
  if ((select.groupClause ?? []).length > 0 || select.distinctClause !== undefined) rows = { low: Math.min(1, rows.low), likely: rows.likely / 5, high: rows.high };
  else if (isAggregate(select)) rows = exactly(1);
  const limit = constantLimit(select.limitCount);
  return limit === undefined ? rows : { low: Math.min(rows.low, limit), likely: Math.min(rows.likely, limit), high: Math.min(rows.high, limit) };
}

function isAggregate({ targetList }: SelectStmt): boolean {
  return callsOf({ List: { items: [...(targetList ?? [])] } }).some((name) => AGGREGATES.has(name)) && targetList?.every((target) => !('ResTarget' in target) || target.ResTarget.val === undefined || !('ColumnRef' in target.ResTarget.val)) === true;
}

const AGGREGATES = new Set(['count', 'sum', 'min', 'max', 'avg', 'array_agg', 'string_agg', 'bool_and', 'bool_or', 'json_agg', 'jsonb_agg']);

/** The rows of generate_series with constant ends in FROM. */
function seriesRows({ fromClause }: SelectStmt): number | undefined {
  let rows: number | undefined;
  for (const item of fromClause ?? []) {
    if (!('RangeFunction' in item)) continue;
    walk(item, (kind, body) => {
      if (kind !== 'FuncCall' || strings(body.funcname as readonly Node[]).at(-1) !== 'generate_series') return undefined;
      const [first, last, step] = ((body.args ?? []) as readonly Node[]).map(constantLimit);
      if (first !== undefined && last !== undefined) rows = (rows ?? 1) * Math.max(0, Math.floor((last - first) / (step ?? 1)) + 1);
      return undefined;
    });
  }
  return rows;
}

/** A whole number that is written out; 0 is left out of the tree. */
export function constantLimit(node: Node | undefined): number | undefined {
  if (node === undefined) return undefined;
  if ('TypeCast' in node) return constantLimit(node.TypeCast.arg);
  if (!('A_Const' in node)) return undefined;
  const { ival, fval, isnull } = node.A_Const;
  if (isnull === true) return undefined;
  if (ival !== undefined) return ival.ival ?? 0;
  const number = Number(fval?.fval);
  return Number.isFinite(number) && fval !== undefined ? number : undefined;
}

