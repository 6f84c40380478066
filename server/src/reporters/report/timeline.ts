import type { Analysis, StatementAnalysis } from '../../core/analysis';
import { blocksTraffic, strength, type LockMode } from '../../core/effects/postgres/lock-modes';
import type { Blocked, MigrationEstimate, StatementEstimate } from '../../core/estimate/estimate';
import { isNotable } from '../../core/quantities';
import type { RelationName } from '../../core/schema/names';
import { inTransaction } from '../../core/timeline';
import { sharesOf } from './shares';

/** The migration as time goes by: a column for each statement worth one, a lane for each relation, a bar for each lock. */
export interface Timeline {
  readonly columns: readonly Column[];
  readonly transactions: readonly Band[];
  readonly lanes: readonly Lane[];
  /** Statements without a column: they lock nothing of others and end at once, or there are too many. */
  readonly undrawn: number;
  /** Relations without a lane, because there are too many. */
  readonly more: number;
  readonly scale: Scale;
}

/** One statement's stretch of time. */
export interface Column {
  /** Index of the statement. */
  readonly statement: number;
  /** Its share of the whole width, by its likely time. */
  readonly share: number;
  /** `scale` where the share says the time; `short` where the time is too short to be seen, `unknown` where it is not known. */
  readonly drawn: 'scale' | 'short' | 'unknown';
}

/** A stretch of columns that a transaction takes, both ends included. */
export interface Band {
  readonly from: number;
  readonly to: number;
  /** Whether the statements run in one transaction; else each by itself. */
  readonly together: boolean;
}

export interface Lane {
  readonly relation: RelationName;
  readonly bars: readonly Bar[];
  /** How long readers or writers wait, by transaction. */
  readonly blocked: readonly Blocked[];
}

/** A lock from the statement that takes it to the end of its transaction, or to a stronger one. */
export interface Bar {
  readonly mode: LockMode;
  /** Index of the statement that takes it. */
  readonly statement: number;
  /** Index of the last statement that runs under it. */
  readonly until: number;
  /** Columns, both included. */
  readonly from: number;
  readonly to: number;
}

/** More than these cannot be taken in at a glance; the list of statements has all. */
const MOST_COLUMNS = 120;
const MOST_LANES = 40;

/** The weakest mode that gets a bar: what only reads keeps nobody waiting but other schema changes. */
const WEAKEST: LockMode = 'ROW EXCLUSIVE';

/** Lays a migration's up direction out in time. */
export function timelineOf(analysis: Analysis, estimate: MigrationEstimate): Timeline {
  const held = heldLocks(analysis);
  const lanes = lanesOf(held, estimate);
  const ups = analysis.statements.flatMap((statement, index) => (isUp(statement) ? [index] : []));
  const shown = shownStatements(ups, lanes, estimate);
  const scale = scaleOf(shown, estimate);
  const weights = shown.map((index) => weightOf(estimate.statements[index], scale));
  const columns = sharesOf(weights).map((share, at) => ({ statement: shown[at] ?? 0, ...share }));
  const drawn = lanes.map(({ bars, ...lane }) => ({ ...lane, bars: bars.flatMap((bar) => inColumns(bar, shown)) })).filter(({ bars }) => bars.length > 0);
  const kept = mostImportant(drawn);
  return {
    columns,
    transactions: bandsOf(shown, analysis),
    lanes: kept,
    undrawn: ups.length - shown.length,
    more: drawn.length - kept.length,
    scale,
  };
}

/** What the columns' widths say: times as far as they are known; where no size is, the times if each table had a million rows. */
export type Scale = 'time' | 'million rows' | 'none';

function scaleOf(shown: readonly number[], { statements }: MigrationEstimate): Scale {
  const estimates = shown.map((index) => statements[index]);
  if (estimates.some((one) => one?.runs !== undefined && isNotable(one.runs))) return 'time';
  if (estimates.some((one) => one?.perMillionRows !== undefined)) return 'million rows';
  return 'none';
}

function weightOf(estimate: StatementEstimate | undefined, scale: Scale): number | undefined {
  const runs = estimate?.runs?.likely;
  return scale === 'million rows' ? (runs ?? estimate?.perMillionRows?.likely) : runs;
}

export function isUp({ segment }: StatementAnalysis): boolean {
  return segment.direction === 'up';
}

interface Held {
  readonly relation: RelationName;
  readonly mode: LockMode;
  readonly statement: number;
  until: number;
}

/** Every lock on what was there before the file, from the statement that takes it to the last of its transaction. */
function heldLocks({ statements, path }: Analysis): readonly Held[] {
  const all: Held[] = [];
  let open = new Map<RelationName, Held>();
  let transaction: number | undefined;
  let rolledBack = false;
  for (const [index, statement] of statements.entries()) {
    const { effects, moment } = statement;
    if (!isUp(statement)) continue;
    if (statement.transaction !== transaction || !inTransaction(moment)) open = new Map();
    else if (rolledBack) {
      // What was taken since the savepoint is given back.
      const kept = new Map(moment.held.map(({ claim }) => [claim.relation, claim.mode]));
      open = new Map([...open].filter(([relation, { mode }]) => kept.get(relation) === mode));
    }
    ({ transaction } = statement);
    rolledBack = effects?.control?.kind === 'rollback to';
    // COMMIT itself keeps nobody waiting.
    if (effects?.control === undefined) for (const lock of open.values()) lock.until = index;
    for (const { relation, mode, origin } of effects?.locks ?? []) {
      const known = open.get(relation);
      if (origin === path || strength(mode) < strength(WEAKEST) || (known !== undefined && strength(mode) <= strength(known.mode))) continue;
      if (known !== undefined) known.until = index - 1;
      const lock: Held = { relation, mode, statement: index, until: index };
      open.set(relation, lock);
      all.push(lock);
    }
  }
  return all;
}

interface Undrawn extends Omit<Lane, 'bars'> {
  readonly bars: readonly Held[];
}

function lanesOf(held: readonly Held[], { blocked }: MigrationEstimate): readonly Undrawn[] {
  const lanes = new Map<RelationName, Held[]>();
  for (const lock of held) {
    const bars = lanes.get(lock.relation);
    if (bars === undefined) lanes.set(lock.relation, [lock]);
    else bars.push(lock);
  }
  const blockedBy = new Map<RelationName, Blocked[]>();
  for (const one of blocked) blockedBy.set(one.relation, [...(blockedBy.get(one.relation) ?? []), one]);
  return [...lanes].map(([relation, bars]) => ({ relation, bars, blocked: blockedBy.get(relation) ?? [] }));
}

/** The statements that get a column, in order. */
function shownStatements(ups: readonly number[], lanes: readonly Undrawn[], { statements }: MigrationEstimate): readonly number[] {
  const taking = new Map<number, LockMode>();
  for (const { bars } of lanes) {
    for (const { statement, mode } of bars) {
      const known = taking.get(statement);
      if (known === undefined || strength(mode) > strength(known)) taking.set(statement, mode);
    }
  }
  const lasting = (index: number): boolean => {
    const runs = statements[index]?.runs;
    return runs === undefined || isNotable(runs);
  };
  const worth = ups.filter((index) => taking.has(index) || lasting(index));
  if (worth.length <= MOST_COLUMNS) return worth;
  const time = (index: number): number => statements[index]?.runs?.likely ?? Infinity;
  const mode = (index: number): number => strength(taking.get(index) ?? 'ACCESS SHARE');
  // Infinity - Infinity is NaN, which counts as equal here.
  const byWeight = [...worth].sort((a, b) => time(b) - time(a) || mode(b) - mode(a) || a - b);
  return byWeight.slice(0, MOST_COLUMNS).sort((a, b) => a - b);
}

/** A lock as a bar, where any statement under it has a column. */
function inColumns({ mode, statement, until }: Held, shown: readonly number[]): Bar[] {
  const from = shown.findIndex((index) => index >= statement);
  const to = shown.findLastIndex((index) => index <= until);
  return from >= 0 && to >= from ? [{ mode, statement, until, from, to }] : [];
}

/** At most {@link MOST_LANES}, those that keep readers and writers out first, in the order of the migration. */
function mostImportant(lanes: readonly Lane[]): readonly Lane[] {
  if (lanes.length <= MOST_LANES) return lanes;
  const weight = ({ bars, blocked }: Lane): number => {
    const strongest = Math.max(...bars.map(({ mode }) => strength(mode) + (blocksTraffic(mode) ? 10 : 0)));
    const longest = Math.max(0, ...blocked.map(({ time }) => time?.likely ?? 0));
    // The mode counts first; a day more or less decides between lanes of one mode.
    return strongest + Math.min(0.99, longest / 86_400);
  };
  const kept = new Set([...lanes].sort((a, b) => weight(b) - weight(a)).slice(0, MOST_LANES));
  return lanes.filter((lane) => kept.has(lane));
}

function bandsOf(shown: readonly number[], { statements }: Analysis): readonly Band[] {
  const bands: { from: number; to: number; together: boolean; readonly transaction: number | 'none' }[] = [];
  for (const [column, index] of shown.entries()) {
    const statement = statements[index];
    if (statement === undefined) continue;
    const together = inTransaction(statement.moment);
    const transaction = together ? statement.transaction : 'none';
    const last = bands.at(-1);
    if (last?.transaction === transaction) last.to = column;
    else bands.push({ from: column, to: column, together, transaction });
  }
  return bands.map(({ from, to, together }) => ({ from, to, together }));
}
