import { listed } from '../lists';
import type { Analysis, StatementAnalysis } from '../analysis';
import type { Effects } from '../effects/effects';
import { blocks } from '../effects/postgres/lock-modes';
import { displayName } from '../schema/names';
import { isCount } from '../schema/sound';
import type { Rehearsed } from '../schema/speed';
import type { Statistics } from '../schema/statistics';
import type { SchemaView } from '../schema/view';
import { blockedBy, blockedInAll, isFelt } from './blocked';
import { constantsAfter, constantsOf } from './calibration';
import type { CostConstants } from './constants';
import { NO_TIME, plus, priced, type Piece, type Pricing } from './costs';
import type { Basis, Duration, MigrationEstimate, StatementEstimate, Wait, Work } from './estimate';
import { Look, viewOf } from './look';
import { Sizes, SizesLog, type SizeChange } from './sizes';
import { workOf, type Outcome } from './statement';

/**
 * How long a migration takes: each statement, what it blocks for how long, and all of it. Pure and without errors: what
 * cannot be estimated says so.
 * @param constants what work costs: the built-in constants, or those of a calibration
 */
export function estimateMigration(analysis: Analysis, statistics: Statistics, constants: CostConstants = constantsOf(statistics)): MigrationEstimate {
  return estimateFrom(analysis, Sizes.of(statistics), constants).estimate;
}

/** The same from the sizes that earlier migrations left behind; gives those that this one leaves. */
export function estimateFrom(analysis: Analysis, before: Sizes, constants: CostConstants = constantsOf(before.statistics)): { readonly estimate: MigrationEstimate; readonly after: Sizes } {
  let sizes = before;
  const pricing: Pricing = { constants, settings: before.settings, version: analysis.target.version };
  const statements = analysis.statements.map((statement): StatementEstimate | undefined => {
    const { effects, segment } = statement;
    if (effects === undefined || segment.direction !== 'up') return undefined;
    if (isInstant(effects)) return instantly(effects, analysis.path, constants);
    const { estimate, changes } = remembered(statement, effects, sizes, analysis.path, pricing);
    sizes = sizes.after(changes);
    return withSeen(estimate, statement, before.statistics);
  });
  const blocked = blockedBy(analysis, statements);
  const estimate = { statements, blocked, runs: sum(statements), ...blockedInAll(blocked, statements) };
  return { estimate, after: sizes };
}

/** An estimate beside what was seen of its statement on the server. */
function withSeen(estimate: StatementEstimate, { parsed }: StatementAnalysis, { ran: ranOf, running: runningOf }: Statistics): StatementEstimate {
  if (!parsed.ok) return estimate;
  const [ran, running] = [ranOf?.(parsed.text), runningOf?.(parsed.text)];
  if (ran === undefined && running === undefined) return estimate;
  return { ...estimate, ...(ran === undefined ? {} : { ran }), ...(running === undefined ? {} : { running }) };
}

/** What a statement's estimate was, and what it followed from. */
interface Remembered {
  readonly path: string;
  readonly constants: CostConstants;
  readonly settings: Pricing['settings'];
  readonly version: number;
  readonly expected: number | undefined;
  readonly rehearsed: Rehearsed | undefined;
  readonly schema: Look;
  readonly sizes: SizesLog;
  readonly estimate: StatementEstimate;
  readonly changes: readonly SizeChange[];
}

const estimates = new WeakMap<Effects, Remembered[]>();
/** How many situations of one statement are remembered. */
const SITUATIONS = 4;

/** A statement's estimate, as it was worked out before where nothing that it follows from is another: after an edit that is so for nearly all. */
function remembered(statement: StatementAnalysis, effects: Effects, before: Sizes, path: string, pricing: Pricing): Pick<Remembered, 'estimate' | 'changes'> {
  const { constants, settings, version } = pricing;
  const expected = rowsExpected(statement, effects, before.statistics);
  const rehearsed = statement.parsed.ok ? before.statistics.rehearsed?.(statement.parsed.text) : undefined;
  let situations = estimates.get(effects);
  if (situations === undefined) estimates.set(effects, (situations = []));
  for (const known of situations) {
    if (known.path !== path || known.constants !== constants || known.settings !== settings || known.version !== version || known.expected !== expected || known.rehearsed !== rehearsed) continue;
    if (known.sizes.holdsFor(before) && known.schema.holdsFor(statement.version)) return known;
  }
  const schema = new Look(statement.version);
  const sizes = new SizesLog();
  const outcome = workOf(statement, effects, schema, before.logged(sizes), pricing, expected);
  const found: Remembered = { path, constants, settings, version, expected, rehearsed, schema, sizes, estimate: estimateOf(effects, outcome, path, pricing, rehearsed), changes: sizes.changes };
  situations.unshift(found);
  if (situations.length > SITUATIONS) situations.pop();
  return found;
}

/** How many rows the server expects a statement to change, where it was asked. */
function rowsExpected({ parsed, version }: StatementAnalysis, { actions }: Effects, { changedBy }: Statistics): number | undefined {
  if (changedBy === undefined || !parsed.ok || !actions.some(({ kind }) => CHANGES.has(kind))) return undefined;
  const rows = changedBy({ text: parsed.text, searchPath: version.get().searchPath });
  return isCount(rows) ? rows : undefined;
}

const CHANGES = new Set<Effects['actions'][number]['kind']>(['update', 'delete', 'insert', 'merge']);

/**
 * How long one statement by itself takes, in seconds, on relations of the sizes that are known before its migration;
 * undefined where that cannot be told.
 * @param schema what exists before it
 */
export function timeOf(statement: StatementAnalysis, effects: Effects, schema: SchemaView, statistics: Statistics, version: number): Duration | undefined {
  const constants = constantsOf(statistics);
  if (isInstant(effects)) return instant(constants);
  const pricing: Pricing = { constants, settings: statistics.settings, version };
  const expected = rowsExpected(statement, effects, statistics);
  return estimateOf(effects, workOf(statement, effects, schema, Sizes.of(statistics), pricing, expected), '', pricing, undefined).runs;
}

/** What a migration of one statement has to do; undefined where nothing is known of it or it is of several. */
export function piecesOf({ statements: [only, ...others], target }: Analysis, statistics: Statistics, constants: CostConstants): readonly Piece[] | undefined {
  if (only?.effects === undefined || others.length > 0) return undefined;
  const { pieces, unknown } = workOf(only, only.effects, viewOf(only), Sizes.of(statistics), { constants, settings: statistics.settings, version: target.version });
  return unknown === undefined ? pieces : undefined;
}

/** Kinds of action that change the catalogue only, whatever the table holds. */
const CATALOGUE_ONLY = new Set<Effects['actions'][number]['kind']>([
  'drop index', 'drop column', 'rename column', 'drop not null', 'drop default', 'drop expression', 'drop identity', 'add identity', 'set default', 'drop constraint', 'set storage parameters',
  'replica identity', 'row security', 'owner', 'no inherit', 'other alter', 'drop relation', 'drop object', 'lock table', 'add enum value', 'rename enum value', 'create trigger', 'drop trigger',
  'enable trigger', 'disable trigger', 'create policy', 'alter policy', 'drop policy', 'create rule', 'drop rule', 'create view', 'create sequence', 'alter sequence', 'publication', 'statistics',
  'comment', 'grant', 'type', 'other',
]);

function isInstant({ actions, scans, rewrites, rebuilds }: Effects): boolean {
  return scans.length === 0 && rewrites.length === 0 && rebuilds.length === 0 && actions.every(({ kind }) => CATALOGUE_ONLY.has(kind));
}

const instants = new WeakMap<Effects, { readonly path: string; readonly constants: CostConstants; readonly estimate: StatementEstimate }>();

function instantly(effects: Effects, path: string, constants: CostConstants): StatementEstimate {
  const known = instants.get(effects);
  if (known?.constants === constants && known.path === path) return known.estimate;
  const estimate: StatementEstimate = { basis: basisOf([], constants), runs: instant(constants), unknown: undefined, perMillionRows: undefined, work: [], waits: waitsOf(effects, path) };
  instants.set(effects, { path, constants, estimate });
  return estimate;
}

/** A statement that only changes the catalogue: 0.3 to 4 ms in docs/estimates.md; a commit may wait for a disk that is busy. */
function instant({ statement }: CostConstants): Duration {
  const likely = statement / 1e6;
  return { low: likely / 5, likely, high: likely * 40 };
}

function estimateOf(effects: Effects, { pieces: all, unknown, batches }: Outcome, path: string, { constants: usual }: Pricing, rehearsed: Rehearsed | undefined): StatementEstimate {
  const constants = rehearsed === undefined ? usual : constantsAfter(rehearsed, usual);
  // What concerns no row is nothing to speak of.
  const pieces = all.filter(({ micros }) => micros.high > 0);
  const work = pieces.map((piece) => ({ piece, work: workIn(piece, constants) })).sort((a, b) => (b.work.seconds?.likely ?? 0) - (a.work.seconds?.likely ?? 0));
  const runs = work.reduce((total, { work: { seconds } }) => plus(total, seconds ?? NO_TIME), instant(constants));
  const assumed = pieces.filter((piece) => piece.assumed);
  const missing = [...new Set(assumed.flatMap(({ relation, missing: other }) => (relation === undefined ? [] : [displayName(other ?? relation)])))];
  const reason = unknown ?? (missing.length === 0 ? undefined : `the size of ${listed(missing, 2)} is not known`);
  return {
    basis: assumed.length > 0 ? 'default' : rehearsed === undefined ? basisOf(pieces, constants) : 'rehearsed',
    runs: reason === undefined ? runs : undefined,
    unknown: reason,
    perMillionRows: unknown === undefined && assumed.length > 0 ? runs : undefined,
    // Rows and bytes of a size that was only assumed would be told as if they were known.
    work: work.map(({ piece, work: part }) => (piece.assumed ? { ...part, rows: undefined, bytesRead: undefined, bytesWritten: undefined, walBytes: undefined, seconds: undefined } : part)),
    waits: waitsOf(effects, path),
    ...(batches === undefined || assumed.length > 0 ? {} : { batches }),
  };
}

function basisOf(pieces: readonly Piece[], { factors }: CostConstants): Basis {
  if (pieces.length === 0) return 'default';
  return pieces.some(({ cost }) => factors[cost].seen > 0) ? 'calibrated' : 'catalog';
}

function workIn(piece: Piece, constants: CostConstants): Work {
  const { kind, what, relation, rows, bytesRead, bytesWritten, walBytes } = piece;
  return { kind, what, relation, rows: whole(rows), bytesRead: whole(bytesRead), bytesWritten: whole(bytesWritten), walBytes: whole(walBytes), seconds: priced(piece, constants) };
}

function whole(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}

/** What a statement waits for before it starts, and in between. Nothing bounds that but lock_timeout. */
function waitsOf(effects: Effects, path: string): readonly Wait[] {
  const waits: Wait[] = [];
  for (const claim of effects.locks) {
    if (!isFelt(claim, path)) continue;
    const reads = blocks(claim.mode).includes('read');
    waits.push({ for: 'lock', what: reads ? `waits for every transaction that uses ${displayName(claim.relation)}` : `waits for every transaction that has written ${displayName(claim.relation)}`, relation: claim.relation });
  }
  for (const sentence of effects.waits) {
    waits.push({ for: sentence.includes('snapshot') ? 'old snapshots' : 'lock', what: `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1).replace(/\.$/u, '')}`, relation: effects.locks[0]?.relation });
  }
  return waits;
}

/** Undefined where one of them cannot be told. Statements that are not part of the migration's way up count for nothing. */
function sum(estimates: readonly (StatementEstimate | undefined)[]): Duration | undefined {
  let total = NO_TIME;
  for (const estimate of estimates) {
    if (estimate === undefined) continue;
    if (estimate.runs === undefined) return undefined;
    total = plus(total, estimate.runs);
  }
  return total;
}
