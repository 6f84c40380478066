import type { Range } from 'vscode-languageserver/node';
import type { Analysis, Finding, StatementAnalysis } from '../core/analysis';
import type { LineIndex, Span } from '../core/text';

/** A stretch of a text as the protocol has it. */
export function rangeOf(lines: LineIndex, { offset, length }: Span): Range {
  return { start: lines.positionAt(offset), end: lines.positionAt(offset + length) };
}

/** A stretch of a text as the core has it. */
export function spanOf(lines: LineIndex, { start, end }: Range): Span {
  const offset = lines.offsetAt(start);
  return { offset, length: lines.offsetAt(end) - offset };
}

/** Whether two stretches share a place; touching counts. */
export function touches(a: Span, b: Span): boolean {
  return a.offset <= b.offset + b.length && b.offset <= a.offset + a.length;
}

/** The statement at an offset, found in O(log statements). */
export function statementAt({ statements }: Analysis, offset: number): { readonly statement: StatementAnalysis; readonly index: number } | undefined {
  let low = 0;
  let high = statements.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((statements[middle]?.span.offset ?? Infinity) <= offset) low = middle;
    else high = middle - 1;
  }
  const statement = statements[low];
  return statement !== undefined && touches(statement.span, { offset, length: 0 }) ? { statement, index: low } : undefined;
}

/** The findings that touch a stretch, in the order of the file. */
export function findingsAt({ findings }: Analysis, span: Span): Finding[] {
  return findings.filter((finding) => touches(finding.span, span));
}
