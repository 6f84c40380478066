import { DiagnosticSeverity, type DiagnosticRelatedInformation } from 'vscode-languageserver/node';
import type { Analysis, Finding, RelatedPlace } from '../core/analysis';
import { pageOf } from '../core/rules/page';
import type { Severity } from '../core/rules/rule';
import type { LineIndex, Span } from '../core/text';
import type { Reading } from '../workspace/document-state';
import { rangeOf } from './convert';
import type { Server } from './feature';

export const SOURCE = 'lockscope';

/** The diagnostics of a document as the text of a JSON array. */
export function diagnosticsJson(reading: Reading, uri: string, server: Server): string {
  switch (reading.state) {
    case 'other':
      return '[]';
    case 'refused':
      return `[${diagnosticJson(RANGE_AT_TOP, tail(DiagnosticSeverity.Information, undefined, reading.message))}]`;
    case 'analysed': {
      const { problems, findings, lines } = reading.analysis;
      const parts = problems.map(({ message, span }) => diagnosticJson(rangeJson(lines, span), tail(DiagnosticSeverity.Error, undefined, message)));
      for (const finding of findings) parts.push(findingJson(finding, reading.analysis, uri, server));
      return `[${parts.join(',')}]`;
    }
  }
}

const TOP = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
const RANGE_AT_TOP = JSON.stringify(TOP);

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

function findingJson({ rule, severity, message, span, related }: Finding, analysis: Analysis, uri: string, server: Server): string {
  const said = tail(SEVERITIES[severity], rule, message);
  const range = rangeJson(analysis.lines, span);
  if (related.length === 0 || !server.client().relatedInformation) return diagnosticJson(range, said);
  const places = related.map((place) => relatedInformation(place, analysis, uri, server));
  return diagnosticJson(range, `${said},"relatedInformation":${JSON.stringify(places)}`);
}

function relatedInformation({ message, path, span, range }: RelatedPlace, analysis: Analysis, uri: string, { workspace }: Server): DiagnosticRelatedInformation {
  if (path === analysis.path) return { message, location: { uri, range: span === undefined ? TOP : rangeOf(analysis.lines, span) } };
  // Only the file is known: its first line.
  return { message, location: { uri: workspace.addressOf(uri, path), range: range ?? TOP } };
}

function diagnosticJson(range: string, rest: string): string {
  return `{"range":${range},${rest}}`;
}

function rangeJson(lines: LineIndex, { offset, length }: Span): string {
  const start = lines.positionAt(offset);
  const end = lines.positionAt(offset + length);
  return `{"start":{"line":${start.line},"character":${start.character}},"end":{"line":${end.line},"character":${end.character}}}`;
}

interface Tail {
  readonly severity: DiagnosticSeverity;
  readonly rule: string | undefined;
  readonly json: string;
}

/** Everything of a diagnostic but its range, by message: findings that are remembered keep their messages. */
const tails = new Map<string, Tail>();
const MOST_TAILS = 20_000;

function tail(severity: DiagnosticSeverity, rule: string | undefined, message: string): string {
  let known = tails.get(message);
  if (known?.rule !== rule || known?.severity !== severity) {
    const code = rule === undefined ? {} : { code: rule, codeDescription: { href: pageOf(rule) } };
    known = { severity, rule, json: JSON.stringify({ severity, ...code, source: SOURCE, message }).slice(1, -1) };
    if (tails.size >= MOST_TAILS) tails.clear();
    tails.set(message, known);
  }
  return known.json;
}
