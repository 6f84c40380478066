import type { Analysis, Finding } from '../core/analysis';
import type { SnippetPlace } from './edits';

const REASON = 'why this is safe here';

/** The comment that silences a finding: on a line of its own before the statement, indented like it, in the file's line ends. */
export function ignoreComment({ text, statements }: Analysis, { rule, statement }: Finding): SnippetPlace {
  const eol = /\r\n|\n|\r/u.exec(text)?.[0] ?? '\n';
  const found = statements[statement];
  if (found === undefined) return { offset: text.startsWith('\uFEFF') ? 1 : 0, before: `-- lockscope-ignore-file ${rule}: `, placeholder: REASON, after: eol };
  const { offset } = found.span;
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const lead = text.slice(lineStart, offset);
  const indent = /^\uFEFF?\s*$/u.test(lead) ? lead.replace('\uFEFF', '') : '';
  return { offset, before: `-- lockscope-ignore ${rule}: `, placeholder: REASON, after: `${eol}${indent}` };
}
