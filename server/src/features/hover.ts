import { MarkupKind, type Hover } from 'vscode-languageserver/node';
import { findingsAt, rangeOf, statementAt } from './convert';
import { timesOf } from './estimates';
import { guarded, whenReady, type Feature, type Server } from './feature';
import { findingText, statementText } from './hover-text';

/** What a statement does: its locks with their reasons, its work, and what the rules at this place are about. */
export const hover: Feature = {
  capabilities: () => ({ hoverProvider: true }),

  listen(server) {
    server.connection.onHover(
      guarded(server, 'textDocument/hover', null, ({ textDocument: { uri }, position }, token) => whenReady(server, uri, () => hoverAt(uri, position, server), token)),
    );
  },
};

function hoverAt(uri: string, position: { readonly line: number; readonly character: number }, { workspace }: Server): Hover | null {
  const reading = workspace.read(uri);
  if (reading?.state !== 'analysed') return null;
  const { analysis } = reading;
  const offset = analysis.lines.offsetAt(position);
  const found = statementAt(analysis, offset);
  const findings = findingsAt(analysis, { offset, length: 0 });
  const said = found === undefined ? undefined : statementText(found.statement, reading, timesOf(reading)[found.index]);
  const rules = [...new Set(findings.map(({ rule }) => rule))].map(findingText);
  const parts = [said, ...rules].filter((part) => part !== undefined);
  const span = found?.statement.span ?? findings[0]?.span;
  if (parts.length === 0 || span === undefined) return null;
  return { contents: { kind: MarkupKind.Markdown, value: parts.join('\n\n---\n\n') }, range: rangeOf(analysis.lines, span) };
}
