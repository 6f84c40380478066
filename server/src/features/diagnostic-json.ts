import { DiagnosticSeverity, type DiagnosticRelatedInformation, type DocumentDiagnosticReport } from 'vscode-languageserver/node';
import type { Analysis, Finding, RelatedPlace } from '../core/analysis';
import { pageOf } from '../core/rules/page';
import type { Severity } from '../core/rules/rule';
import type { LineIndex, Position, Span } from '../core/text';
import type { Reading } from '../workspace/document-state';
import { rangeOf } from './convert';
import type { Server } from './feature';
import { JsonList } from './json-list';
import { Prepared } from './prepared';

export const SOURCE = 'lockscope';

/** The diagnostics of a document as a JSON array, made from those that were said of it last. */
export type DiagnosticsJson = JsonList<Said>;

export const NO_DIAGNOSTICS: DiagnosticsJson = JsonList.empty({ same, json });

export function diagnosticsJson(reading: Reading, uri: string, server: Server, last: DiagnosticsJson): DiagnosticsJson {
  return last.next(saidOf(reading, uri, server));
}

/**
 * The answer to somebody who asks for the diagnostics of a document.
 * @param id by which they are told apart from later ones
 */
export function fullReport(id: string, items: DiagnosticsJson): DocumentDiagnosticReport {
  const prefix = Buffer.from(`{"kind":"full","resultId":"${id}","items":`);
  return new Prepared([prefix, ...items.pieces, END]) as unknown as DocumentDiagnosticReport;
}

const END = Buffer.from('}');

/** What a diagnostic says; thousands of them are compared for each keystroke, so it has its numbers with it and its words only where asked. */
class Said {
  readonly line: number;
  readonly character: number;
  readonly endLine: number;
  readonly endCharacter: number;

  constructor(
    start: Position,
    end: Position,
    readonly severity: DiagnosticSeverity,
    readonly what: Words,
    /** Whether it links to the page that describes it. */
    readonly isLinked: boolean,
    /** Related places as JSON; empty where there are none. */
    readonly places: string,
  ) {
    this.line = start.line;
    this.character = start.character;
    this.endLine = end.line;
    this.endCharacter = end.character;
  }
}

type Words = Pick<Finding, 'message' | 'words'> & { readonly rule?: string };

function same(a: Said, b: Said): boolean {
  if (a.line !== b.line || a.character !== b.character || a.endLine !== b.endLine || a.endCharacter !== b.endCharacter) return false;
  return a.severity === b.severity && a.places === b.places && sameWords(a.what, b.what);
}

function sameWords(a: Words, b: Words): boolean {
  return (a.words !== undefined && a.words === b.words) || (a.rule === b.rule && a.message === b.message);
}

function json({ line, character, endLine, endCharacter, severity, what: { rule, message }, isLinked, places }: Said): string {
  const range = { start: { line, character }, end: { line: endLine, character: endCharacter } };
  const codeDescription = isLinked && rule !== undefined ? { href: pageOf(rule) } : undefined;
  const text = JSON.stringify({ range, severity, code: rule, codeDescription, source: SOURCE, message });
  return places === '' ? text : `${text.slice(0, -1)},"relatedInformation":${places}}`;
}

function saidOf(reading: Reading, uri: string, server: Server): readonly Said[] {
  switch (reading.state) {
    case 'other':
      return [];
    case 'refused':
      return [new Said(TOP.start, TOP.end, DiagnosticSeverity.Information, reading, false, '')];
    case 'analysed': {
      const { problems, findings, lines } = reading.analysis;
      const all = problems.map((problem) => new Said(...placeOf(problem.span, lines), DiagnosticSeverity.Error, problem, false, ''));
      const { codeDescriptions } = server.client();
      for (const finding of findings) {
        const [start, end] = placeOf(finding.span, lines);
        all.push(new Said(start, end, SEVERITIES[finding.severity], finding, codeDescriptions, placesJson(finding, reading.analysis, uri, server)));
      }
      return all;
    }
  }
}

function placeOf({ offset, length }: Span, lines: LineIndex): readonly [Position, Position] {
  return [lines.positionAt(offset), lines.positionAt(offset + length)];
}

const TOP = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

function placesJson({ related }: Finding, analysis: Analysis, uri: string, server: Server): string {
  if (related.length === 0 || !server.client().relatedInformation) return '';
  return JSON.stringify(related.map((place) => relatedInformation(place, analysis, uri, server)));
}

function relatedInformation({ message, path, span, range }: RelatedPlace, analysis: Analysis, uri: string, { workspace }: Server): DiagnosticRelatedInformation {
  if (path === analysis.path) return { message, location: { uri, range: span === undefined ? TOP : rangeOf(analysis.lines, span) } };
  // Only the file is known: its first line.
  return { message, location: { uri: workspace.addressOf(uri, path), range: range ?? TOP } };
}
