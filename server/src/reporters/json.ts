import type { Analysis, Finding, RelatedPlace, StatementAnalysis } from '../core/analysis';
import type { Effects } from '../core/effects/effects';
import { blocks } from '../core/effects/postgres/lock-modes';
import type { Duration, MigrationEstimate, StatementEstimate } from '../core/estimate/estimate';
import { pageOf } from '../core/rules/page';
import type { Fix } from '../core/rules/rule';
import type { LineIndex, Position, Span } from '../core/text';
import type { TransactionScope } from '../core/timeline';
import type { Reporter } from './reporter';

/**
 * Version 1 of the output that scripts, editors and pipelines read; one file a line. Lines and columns count from 1,
 * columns and offsets in UTF-16 units, ends are exclusive.
 */
export function jsonReporter(): Reporter {
  let files = 0;
  return {
    start: ({ dialect, version, source }) => `{"version":1,"server":${JSON.stringify({ dialect, version, source })},"files":[`,
    file: (analysis, estimate) => `${files++ === 0 ? '\n' : ',\n'}${JSON.stringify(fileOf(analysis, estimate()))}`,
    end: ({ files, statements, findings, problems, applied }) => `\n],"summary":${JSON.stringify({ files, statements, findings, problems, ...(applied.files === 0 ? {} : { applied: applied.files }) })}}\n`,
  };
}

function fileOf({ path, script, applied, statements, findings, problems, lines }: Analysis, estimate: MigrationEstimate): object {
  const transactions = numbered(statements.map((statement) => statement.transaction));
  return {
    path,
    tool: script.tool,
    ...(applied === undefined ? {} : { applied: { table: applied.table, on: applied.on ?? null } }),
    statements: statements.flatMap((statement, index) => (statement.effects === undefined ? [] : [statementOf(statement, statement.effects, transactions, lines, estimate.statements[index])])),
    findings: findings.map((finding) => findingOf(finding, lines)),
    problems: problems.map(({ message, span }) => ({ message, ...range(span, lines) })),
  };
}

function statementOf(
  { span, segment, transaction, moment }: StatementAnalysis,
  effects: Effects,
  transactions: ReadonlyMap<number, number>,
  lines: LineIndex,
  estimate: StatementEstimate | undefined,
): object {
  return {
    ...range(span, lines),
    offset: span.offset,
    length: span.length,
    kind: effects.kind,
    direction: segment.direction,
    // The moment is the one before the statement, and BEGIN belongs to the transaction it opens.
    transaction: { id: transactions.get(transaction) ?? transaction, scope: scopeOf(moment.scope, effects) },
    locks: effects.locks.map(({ relation, mode, reason }) => ({ relation, mode, blocks: blocks(mode), reason })),
    rewrites: effects.rewrites,
    scans: effects.scans,
    rebuilds: effects.rebuilds,
    algorithm: null,
    concurrency: null,
    certainty: effects.certainty,
    estimate: estimateJson(estimate),
  };
}

/** Several statements of a file sent as one query run as if the file were wrapped. */
function scopeOf(scope: TransactionScope, { control }: Effects): string {
  if (scope === 'query') return 'file';
  return scope === 'none' && control?.kind === 'begin' ? 'explicit' : scope;
}

/** Seconds, to four digits; null for what cannot be told. */
export function estimateJson(estimate: StatementEstimate | undefined): object | null {
  return estimate?.runs === undefined ? null : { ...durationJson(estimate.runs), basis: estimate.basis };
}

export function durationJson({ low, likely, high }: Duration): { readonly low: number; readonly likely: number; readonly high: number } {
  return { low: digits(low), likely: digits(likely), high: digits(high) };
}

function digits(seconds: number): number {
  return Number(seconds.toPrecision(4));
}

/** Numbers from 1, in the order in which they first appear. */
export function numbered(ids: readonly number[]): ReadonlyMap<number, number> {
  return new Map([...new Set(ids)].map((id, index) => [id, index + 1]));
}

function findingOf(finding: Finding, lines: LineIndex): object {
  const { rule, severity, message, span, related } = finding;
  const places = related.length === 0 ? {} : { related: related.map((one) => relatedOf(one, lines)) };
  return { rule, severity, message, ...range(span, lines), docs: pageOf(rule), ...places, fixes: finding.fixes().map(fixOf) };
}

function relatedOf({ message, path, span, range: elsewhere }: RelatedPlace, lines: LineIndex): object {
  if (span !== undefined) return { message, path, ...range(span, lines) };
  return { message, path, ...(elsewhere === undefined ? {} : { start: counted(elsewhere.start), end: counted(elsewhere.end) }) };
}

function fixOf({ title, safety, edits, files }: Fix): object {
  return {
    title,
    safety,
    edits: edits.map(({ offset, length, text }) => ({ offset, length, text })),
    ...(files === undefined ? {} : { files: files.map(({ path, text }) => ({ path, text })) }),
  };
}

export function range({ offset, length }: Span, lines: LineIndex): object {
  return { start: place(offset, lines), end: place(offset + length, lines) };
}

function place(offset: number, lines: LineIndex): object {
  return counted(lines.positionAt(offset));
}

function counted({ line, character }: Position): object {
  return { line: line + 1, column: character + 1 };
}
