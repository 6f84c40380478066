import type { Analysis, Finding, StatementAnalysis } from '../../core/analysis';
import { blocks, strength, type LockMode } from '../../core/effects/postgres/lock-modes';
import type { Duration, MigrationEstimate, StatementEstimate } from '../../core/estimate/estimate';
import { basisInWords, batchesInWords, ranInWords, timeInWords, workInWords } from '../../core/estimate/words';
import { durationParts, isNotable } from '../../core/quantities';
import { pageOf } from '../../core/rules/page';
import type { Severity } from '../../core/rules/rule';
import { displayName } from '../../core/schema/names';
import { isUp } from './timeline';

/** What a report says of one statement. */
export interface StatementView {
  /** Its place in the analysis. */
  readonly index: number;
  /** Its number in the report, from 1: statements that undo are not counted. */
  readonly number: number;
  /** From 1. */
  readonly line: number;
  /** `CREATE INDEX`; `cannot be read` for one that does not parse. */
  readonly kind: string;
  /** As written, cut short where it is very long. */
  readonly sql: string;
  readonly locks: readonly LockView[];
  /** Locks that are not listed, because there are too many. */
  readonly moreLocks: number;
  /** How long it runs, in words; with the reason where nobody can say. */
  readonly time: string;
  /** The same in a word or two: `40 s`, `?`. */
  readonly headline: string;
  /** Undefined where it is not known or too short to be drawn. */
  readonly duration: Duration | undefined;
  /** What the time rests on; undefined where that does not matter. */
  readonly basis: string | undefined;
  /** What it took when it ran already, in how many batches it commits, and what takes the time, the largest part first. */
  readonly work: readonly string[];
  /** Waits that nothing bounds. */
  readonly waits: readonly string[];
  readonly findings: readonly FindingView[];
}

export interface LockView {
  readonly mode: LockMode;
  readonly relation: string;
  /** Who waits: `reads and writes`, `writes`, `schema changes`, or `nobody` where the migration made the relation itself. */
  readonly waits: string;
}

export interface FindingView {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly page: string;
}

/** What is listed before the rest is only counted. */
const MOST_LOCKS = 8;
const MOST_WORK = 6;
/** In UTF-16 units: a report is read, and a generated INSERT of a megabyte is not. */
const LONGEST = 4000;

/** The statements of a migration's up direction, in order. */
export function statementViews(analysis: Analysis, estimate: MigrationEstimate): readonly StatementView[] {
  const findings = new Map<number, Finding[]>();
  for (const finding of analysis.findings) findings.set(finding.statement, [...(findings.get(finding.statement) ?? []), finding]);
  const views: StatementView[] = [];
  for (const [index, statement] of analysis.statements.entries()) {
    if (isUp(statement)) views.push(viewOf(statement, index, views.length + 1, estimate.statements[index], findings.get(index) ?? [], analysis));
  }
  return views;
}

function viewOf({ effects, span, parsed }: StatementAnalysis, index: number, number: number, estimate: StatementEstimate | undefined, findings: readonly Finding[], { lines, path }: Analysis): StatementView {
  const locks = effects?.locks.filter(({ mode }) => strength(mode) >= strength('ROW EXCLUSIVE')).sort((a, b) => strength(b.mode) - strength(a.mode)) ?? [];
  const runs = estimate?.runs;
  return {
    index,
    number,
    line: lines.positionAt(span.offset).line + 1,
    kind: effects?.kind ?? 'cannot be read',
    sql: parsed.text.length > LONGEST ? `${parsed.text.slice(0, LONGEST)} …` : parsed.text,
    locks: locks.slice(0, MOST_LOCKS).map(({ mode, relation, origin }) => ({ mode, relation: displayName(relation), waits: origin === path ? 'nobody' : waitingFor(mode) })),
    moreLocks: Math.max(0, locks.length - MOST_LOCKS),
    time: estimate === undefined ? 'unknown: it cannot be read' : timeInWords(estimate),
    headline: headlineOf(estimate),
    duration: runs !== undefined && isNotable(runs) ? runs : undefined,
    basis: estimate !== undefined && (runs === undefined ? estimate.perMillionRows !== undefined : isNotable(runs)) ? basisInWords(estimate.basis) : undefined,
    work: estimate === undefined ? [] : workOf(estimate),
    waits: estimate?.waits.map(({ what }) => what) ?? [],
    findings: findings.map(({ rule, severity, message }) => ({ rule, severity, message, page: pageOf(rule) })),
  };
}

function workOf(estimate: StatementEstimate): readonly string[] {
  const { runs, work, batches } = estimate;
  const ran = ranInWords(estimate);
  const parts = runs !== undefined && !isNotable(runs) ? [] : work.slice(0, MOST_WORK).map(workInWords);
  return [...(ran === undefined ? [] : [ran]), ...(batches === undefined ? [] : [batchesInWords(batches)]), ...parts];
}

function headlineOf(estimate: StatementEstimate | undefined): string {
  if (estimate?.runs !== undefined) return durationParts(estimate.runs).likely;
  return estimate?.perMillionRows === undefined ? '?' : `${durationParts(estimate.perMillionRows).likely} per M rows`;
}

function waitingFor(mode: LockMode): string {
  const waiting = blocks(mode);
  if (waiting.includes('read')) return 'reads and writes';
  return waiting.includes('write') ? 'writes' : 'schema changes';
}
