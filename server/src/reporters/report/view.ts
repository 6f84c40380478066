import type { Analysis } from '../../core/analysis';
import { blocks, LOCK_MODES, strength, type Blocked as Waiting, type LockMode } from '../../core/effects/postgres/lock-modes';
import type { Basis, Duration, MigrationEstimate } from '../../core/estimate/estimate';
import { statementsUnder } from '../../core/estimate/blocked';
import { Sums, type Together } from '../../core/estimate/sums';
import { basisInWords, together } from '../../core/estimate/words';
import { durationInWords, durationParts, isNotable, secondsInWords } from '../../core/quantities';
import { displayName } from '../../core/schema/names';
import { plural } from '../words';
import type { ReportedMigration } from './report';
import { statementViews, type StatementView } from './statements';
import { isUp, timelineOf, type Band, type Bar, type Column, type Lane, type Scale } from './timeline';

/** What a report says of one migration, in words and numbers, before it becomes HTML or Markdown. */
export interface MigrationView {
  readonly path: string;
  /** Its name without folders. */
  readonly name: string;
  /** What the report rests on, each a few words. */
  readonly facts: readonly string[];
  readonly totals: readonly TotalView[];
  readonly timeline: TimelineView;
  readonly statements: readonly StatementView[];
  /** What cannot be read, as sentences. */
  readonly problems: readonly string[];
}

/** `good` where the lock budget holds, `near` where it might not, `bad` where it does not. */
export type Tone = 'plain' | 'good' | 'near' | 'bad' | 'unknown';

export interface TotalView {
  readonly what: 'runs' | 'reads' | 'writes';
  readonly label: string;
  /** The number itself: `40 s`, `never`. */
  readonly headline: string;
  /** Its range, or what it is a number of: `25 to 70`, `for each million rows`. */
  readonly range: string | undefined;
  /** What is to be said besides. */
  readonly detail: string | undefined;
  readonly tone: Tone;
}

export interface TimelineView {
  readonly columns: readonly ColumnView[];
  readonly bands: readonly (Band & { readonly label: string })[];
  readonly lanes: readonly LaneView[];
  /** The lock modes that occur, the strongest first. */
  readonly legend: readonly { readonly mode: LockMode; readonly waiting: string }[];
  readonly scale: Scale;
  /** What the picture leaves out, as sentences. */
  readonly notes: readonly string[];
}

export interface ColumnView extends Column {
  /** The statement's number as the report counts. */
  readonly number: number;
  /** `40 s`, `milliseconds`, `?`. */
  readonly time: string;
  readonly label: string;
}

export interface LaneView {
  readonly relation: string;
  readonly reads: boolean;
  readonly writes: boolean;
  /** How long they wait, one for each transaction that keeps them. */
  readonly times: readonly string[];
  readonly bars: readonly BarView[];
}

export interface BarView extends Bar {
  readonly waiting: string;
  readonly time: string;
  /** Everything about it in one sentence. */
  readonly label: string;
  /** The statement that takes it, and the last that runs under it, as the report counts. */
  readonly numbers: readonly [number, number];
  readonly lines: readonly [number, number];
}

/** Puts a migration into words. */
export function viewOf({ analysis, estimate, lockBudget }: ReportedMigration): MigrationView {
  const statements = statementViews(analysis, estimate);
  return {
    path: analysis.path,
    name: analysis.path.replace(/^.*\//u, ''),
    facts: factsOf(analysis, estimate, lockBudget, statements.length),
    totals: totalsOf(estimate, lockBudget),
    timeline: timelineView(analysis, estimate, statements),
    statements,
    problems: analysis.problems.map(({ message, span }) => `Line ${lineOf(span.offset, analysis)}: ${message}`),
  };
}

const PRODUCTS = { postgresql: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' };
const SOURCES = { default: ' (assumed)', setting: '', snapshot: ' (snapshot)', connection: ' (connected)' };

function factsOf({ target, statements }: Analysis, { statements: estimates }: MigrationEstimate, lockBudget: number, count: number): readonly string[] {
  const transactions = new Set(statements.filter((statement) => isUp(statement)).map(({ transaction }) => transaction)).size;
  return [
    `${PRODUCTS[target.dialect]} ${String(target.version)}${SOURCES[target.source]}`,
    count === 0 ? 'nothing to run' : `${plural(count, 'statement')} in ${plural(transactions, 'transaction')}`,
    // What was best known decides how the whole is to be read; a statement that rests on less says so.
    ...BASES.filter((basis) => estimates.some((one) => one?.runs !== undefined && isNotable(one.runs) && one.basis === basis)).slice(0, 1).map(basisInWords),
    `lock budget ${secondsInWords(lockBudget / 1000)}`,
  ];
}

const BASES: readonly Basis[] = ['rehearsed', 'calibrated', 'catalog', 'default'];

function totalsOf(estimate: MigrationEstimate, lockBudget: number): readonly TotalView[] {
  const all = estimate.statements.keys();
  return [
    total('runs', 'Runs', estimate.runs, together(estimate, all)),
    blockedTotal('reads', 'Keeps reads waiting', estimate.blocksReads, estimate, lockBudget),
    blockedTotal('writes', 'Keeps writes waiting', estimate.blocksWrites, estimate, lockBudget),
  ];
}

function blockedTotal(what: 'reads' | 'writes', label: string, time: Duration | undefined, estimate: MigrationEstimate, lockBudget: number): TotalView {
  const blocking = estimate.blocked.filter(({ blocks }) => blocks.includes(what));
  if (blocking.length === 0) return { what, label, headline: 'never', range: undefined, detail: undefined, tone: 'good' };
  const counted = total(what, label, time, together(estimate, statementsUnder(estimate.blocked, what)));
  const relations = [...new Set(blocking.map(({ relation }) => displayName(relation)))];
  const on = `on ${short(relations)}`;
  if (time === undefined) return { ...counted, detail: counted.detail === undefined ? on : `${on}; ${counted.detail}` };
  return { ...counted, detail: on, tone: toneOf(time, lockBudget / 1000) };
}

function toneOf({ likely, high }: Duration, budget: number): Tone {
  if (likely > budget) return 'bad';
  return high > budget ? 'near' : 'good';
}

function total(what: TotalView['what'], label: string, time: Duration | undefined, { known, perMillionRows, unknown }: Together): TotalView {
  if (time !== undefined) {
    const { likely, range } = durationParts(time);
    return { what, label, headline: likely, range, detail: undefined, tone: 'plain' };
  }
  const besides = isNotable(known) ? `besides ${durationInWords(known)} for what is known` : undefined;
  const detail = [besides, unknown].filter((part) => part !== undefined).join('; ');
  if (perMillionRows === undefined) return { what, label, headline: 'unknown', range: undefined, detail, tone: 'unknown' };
  const { likely, range } = durationParts(perMillionRows);
  return { what, label, headline: likely, range: range === undefined ? 'for each million rows' : `(${range}) for each million rows`, detail, tone: 'unknown' };
}

function timelineView(analysis: Analysis, estimate: MigrationEstimate, statements: readonly StatementView[]): TimelineView {
  const { columns, transactions, lanes, undrawn, more, scale } = timelineOf(analysis, estimate);
  const byIndex = new Map(statements.map((statement) => [statement.index, statement]));
  const modes = new Set(lanes.flatMap(({ bars }) => bars.map(({ mode }) => mode)));
  return {
    columns: columns.map((column) => columnView(column, byIndex.get(column.statement))),
    bands: transactions.map((band) => ({ ...band, label: band.together ? 'one transaction' : band.from === band.to ? 'by itself' : 'each by itself' })),
    lanes: lanes.map((lane) => laneView(lane, estimate, byIndex)),
    legend: LOCK_MODES.filter((mode) => modes.has(mode)).reverse().map((mode) => ({ mode, waiting: waitingFor(blocks(mode)) })),
    scale,
    notes: notesOf({ columns, undrawn, more, scale }),
  };
}

function notesOf({ columns, undrawn, more, scale }: { readonly columns: readonly Column[]; readonly undrawn: number; readonly more: number; readonly scale: Scale }): readonly string[] {
  const notes: string[] = [];
  const drawn = (how: Column['drawn']): boolean => columns.some((column) => column.drawn === how);
  if (scale === 'million rows') notes.push('No sizes are known: drawn as if each table had a million rows.');
  if (scale === 'none' && drawn('unknown')) notes.push('Nobody can say how long the statements take, so all are drawn alike.');
  if (scale !== 'none' && drawn('short')) notes.push('What is too short to be drawn to scale is wider than it lasts.');
  if (scale !== 'none' && drawn('unknown')) notes.push('Where nobody can say how long it lasts, the width says nothing.');
  if (undrawn > 0) notes.push(`${plural(undrawn, 'more statement')} that ${undrawn === 1 ? 'ends' : 'end'} at once ${undrawn === 1 ? 'is' : 'are'} only in the list below.`);
  if (more > 0) notes.push(`${plural(more, 'more relation')} with weaker or shorter locks ${more === 1 ? 'is' : 'are'} not drawn.`);
  return notes;
}

function columnView(column: Column, statement: StatementView | undefined): ColumnView {
  const { number = 0, line = 0, kind = '', time = 'unknown', headline = '?' } = statement ?? {};
  return { ...column, number, time: headline, label: `Statement ${String(number)}, line ${String(line)}, ${kind}: ${time}` };
}

function laneView({ relation, bars, blocked }: Lane, estimate: MigrationEstimate, byIndex: ReadonlyMap<number, StatementView>): LaneView {
  const name = displayName(relation);
  const strongest = bars.reduce((mode, bar) => (strength(bar.mode) > strength(mode) ? bar.mode : mode), bars[0]?.mode ?? 'ACCESS SHARE');
  const waits = blocks(strongest);
  return {
    relation: name,
    reads: waits.includes('read'),
    writes: waits.includes('write'),
    times: blocked.map(({ time, from, to }) => timeOf(time, estimate, from, to)),
    bars: bars.map((bar) => barView(bar, name, estimate, byIndex)),
  };
}

function barView(bar: Bar, relation: string, estimate: MigrationEstimate, byIndex: ReadonlyMap<number, StatementView>): BarView {
  const [first, last] = [byIndex.get(bar.statement), byIndex.get(bar.until)];
  const [from, to] = [first?.number ?? 0, last?.number ?? 0];
  const waiting = waitingFor(blocks(bar.mode));
  const time = timeOf(undefined, estimate, bar.statement, bar.until);
  const where = from === to ? `in statement ${String(from)}` : `from statement ${String(from)} to ${String(to)}`;
  return { ...bar, waiting, time, numbers: [from, to], lines: [first?.line ?? 0, last?.line ?? 0], label: `${relation}: ${bar.mode} ${where}, ${waiting}, ${time}` };
}

/** How long a stretch of statements takes, in words. */
function timeOf(time: Duration | undefined, estimate: MigrationEstimate, from: number, to: number): string {
  if (time !== undefined) return durationInWords(time);
  const { known, perMillionRows, unknown } = Sums.of(estimate.statements).over(from, to);
  if (unknown === undefined) return durationInWords(known);
  const more = perMillionRows === undefined ? undefined : `${durationInWords(perMillionRows)} for each million rows`;
  if (!isNotable(known)) return more ?? 'nobody can say how long';
  return `${durationInWords(known)} and ${more ?? 'more'}`;
}

function waitingFor(waiting: readonly Waiting[]): string {
  if (waiting.includes('read')) return 'reads and writes wait';
  return waiting.includes('write') ? 'writes wait' : 'only schema changes wait';
}

function short(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${String(names.length - 2)} more` : names.join(', ');
}

function lineOf(offset: number, { lines }: Analysis): number {
  return lines.positionAt(offset).line + 1;
}
