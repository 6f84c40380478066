import type { Fix } from '../rules/rule';
import type { MigrationTool, ToolFile } from '../script/script';
import { createParseMemo, statementsOf } from '../sql/postgres/parse';
import { applyEdits, editBetween, type Edit } from '../text';
import { afterLineEnd, indentAt, lineEndOf, lineStop } from './edits';

/**
 * A fix for a tool that splits at every semicolon: what it adds with semicolons of its own (a block, a function) stands
 * between the lines by which the tool takes it as one statement.
 */
export function enclosed(fix: Fix, file: ToolFile, tool: MigrationTool): Fix {
  if (tool.enclosed === undefined) return fix;
  const known = new Set(loose(file, tool).map(({ text }) => text));
  const mended = applyEdits(file.text, fix.edits);
  const marked = withMarks({ ...file, text: mended }, tool, known);
  const files = fix.files?.map((added) => ({ ...added, text: withMarks({ ...file, ...added }, tool, known) }));
  const edits = marked === mended ? fix.edits : [editBetween(file.text, marked)];
  return files === undefined ? { ...fix, edits } : { ...fix, edits, files };
}

interface Loose {
  readonly text: string;
  readonly offset: number;
  /** Behind its semicolon. */
  readonly end: number;
}

/** The statements of a file that hold semicolons and that the tool would split there. */
function loose(file: ToolFile, tool: MigrationTool): readonly Loose[] {
  return tool.read(file).segments.flatMap(({ text, offset, send }) => {
    if (send !== 'statement') return [];
    return statementsOf(text, createParseMemo()).flatMap(({ parsed, span }) => {
      if (!parsed.text.includes(';')) return [];
      const stop = offset + span.offset + span.length;
      return [{ text: parsed.text, offset: offset + span.offset, end: stop + (/^\s*;/u.exec(file.text.slice(stop))?.[0].length ?? 0) }];
    });
  });
}

function withMarks(file: ToolFile, tool: MigrationTool, known: ReadonlySet<string>): string {
  let { text } = file;
  // One after the other, since each may change what the next stands in.
  for (let rounds = 0; rounds < MOST; rounds++) {
    const next = loose({ ...file, text }, tool).find((statement) => !known.has(statement.text));
    if (next === undefined) break;
    const marked = applyEdits(text, typeof tool.enclosed === 'function' ? tool.enclosed(text, next) : betweenMarks(text, next, tool));
    if (marked === text) break;
    text = marked;
  }
  return text;
}

/** No fix adds as many. */
const MOST = 100;

function betweenMarks(text: string, { offset, end }: Loose, { enclosed: marks }: MigrationTool): readonly Edit[] {
  if (marks === undefined || typeof marks === 'function') return [];
  const eol = lineEndOf(text);
  const start = offset - indentAt(text, offset).length;
  const begins = start === 0 || /[\r\n]/u.test(text.charAt(start - 1));
  const stop = lineStop(text, end);
  const alone = text.slice(end, stop).trim() === '';
  const behind = alone ? afterLineEnd(text, stop) : end;
  return [
    { offset: start, length: 0, text: `${begins ? '' : eol}${marks.begin}${eol}` },
    { offset: behind, length: 0, text: `${alone && behind > stop ? '' : eol}${marks.end}${eol}` },
  ];
}
