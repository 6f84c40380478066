import { applyEdits, type Edit, type Span } from '../text';
import type { Embedded, FileEdit, Literal, Opaque, PartingEdit, Run, Script, Segment } from './script';
import { withWritten } from './opaque';

/** What edits are carried over with. */
export interface Host {
  /** The statements of a text of SQL, each with the comments before it. */
  split(sql: string): readonly string[];
  /** What begins a line that stands under an offset of the file: a line end and its indentation. */
  lead(offset: number): string;
  /** What goes when a stretch of the file goes: its line too, where nothing else is on it. */
  withLine(span: Span): Span;
}

/** The stretch of the file that a stretch of embedded text comes from. */
export function spanInFile({ runs }: Embedded, { offset, length }: Span): Span {
  const start = startInFile(runs, offset);
  if (length === 0) return { offset: start, length: 0 };
  return { offset: start, length: Math.max(0, endInFile(runs, offset + length) - start) };
}

/**
 * Edits of embedded text as edits of the file, written as its string literals have it. Undefined where one cannot be:
 * it would cut an escape or an interpolation in two, or join literals of different kinds.
 */
export function editsInFile(script: Script, embedded: Embedded, edits: readonly Edit[], host: Host): readonly Edit[] | undefined {
  const out: Edit[] = [];
  const bySegment = new Map<Segment, Edit[]>();
  for (const edit of edits) {
    if (isFileEdit(edit)) {
      out.push({ offset: edit.offset, length: edit.length, text: edit.text });
      continue;
    }
    const segment = script.segments.find(({ offset, text }) => offset <= edit.offset && edit.offset + edit.length <= offset + text.length);
    if (segment === undefined) return undefined;
    const known = bySegment.get(segment);
    if (known === undefined) bySegment.set(segment, [edit]);
    else known.push(edit);
  }
  for (const [segment, own] of bySegment) {
    const calls = newCalls(segment, own, host);
    const written = calls ?? own.map((edit) => inLiteral(embedded, segment, edit));
    for (const edit of written) {
      if (edit === undefined) return undefined;
      out.push(edit);
    }
  }
  return out;
}

/** SQL as a literal has it; the interpolations in it stay as they are. */
export function encodedSql(sql: string, literal: Literal, opaque: readonly Opaque[]): string | undefined {
  const kept = opaque.flatMap(({ written }) => (written !== undefined && sql.includes(written) ? [written] : []));
  let rest = sql;
  let out = '';
  for (;;) {
    const [next] = kept.map((written) => ({ written, at: rest.indexOf(written) })).filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at || b.written.length - a.written.length);
    const piece = literal.encode(next === undefined ? rest : rest.slice(0, next.at));
    if (piece === undefined) return undefined;
    out += piece;
    if (next === undefined) return out;
    out += next.written;
    rest = rest.slice(next.at + next.written.length);
  }
}

function isFileEdit(edit: Edit): edit is FileEdit {
  return 'inFile' in edit;
}

function isParting(edit: Edit): edit is PartingEdit {
  return 'parting' in edit;
}

/** The edit that replaces the call of a segment, where edits leave it with no statement or more than it had, or part them, or it has no literal that they could be written in. */
function newCalls({ text, offset, call, opaque, single }: Segment, edits: readonly Edit[], host: Host): readonly (Edit | undefined)[] | undefined {
  if (call === undefined && single !== true) return undefined;
  const after = host.split(applyEdits(text, edits.map((edit) => ({ ...edit, offset: edit.offset - offset }))));
  if (call === undefined) return after.length > 1 ? [undefined] : undefined;
  if (after.length === 0) return [{ ...host.withLine(call.file), text: '' }];
  if (call.instead === undefined && after.length <= host.split(text).length && !edits.some(isParting)) return undefined;
  const statements = after.map((sql) => withWritten(sql, { text, opaque }));
  if (!statements.every((sql) => sql !== undefined)) return [undefined];
  if (call.instead !== undefined) {
    const instead = call.instead(statements);
    return instead === undefined ? [undefined] : [...instead.imports, { ...call.file, text: instead.text }];
  }
  const sent = statements.map((sql) => call.sending(sql));
  return [sent.includes(undefined) ? undefined : { ...call.file, text: sent.join(host.lead(call.file.offset)) }];
}

function inLiteral({ runs }: Embedded, segment: Segment, { offset, length, text }: Edit): Edit | undefined {
  const end = offset + length;
  const first = runs[length === 0 ? insertionRun(runs, offset) : runAt(runs, offset)];
  const last = length === 0 ? first : runs[runAt(runs, end - 1)];
  if (first === undefined || first.literal.kind !== last?.literal.kind) return undefined;
  const start = edge(first, offset);
  const stop = length === 0 ? start : edge(last, end);
  if (start === undefined || stop === undefined) return undefined;
  const sql = withWritten(text, segment);
  const written = sql === undefined ? undefined : encodedSql(sql, first.literal, segment.opaque);
  return written === undefined ? undefined : { offset: start, length: stop - start, text: written };
}

/** Where an offset of the text lies in the file, within one run; undefined inside of an indivisible one. */
function edge({ offset, length, file }: Run, at: number): number | undefined {
  if (at === offset) return file.offset;
  if (at === offset + length) return file.offset + file.length;
  return length === file.length ? file.offset + (at - offset) : undefined;
}

/** The run that something inserted goes with: the one that the offset is in, or that ends there, or that begins there. */
function insertionRun(runs: readonly Run[], offset: number): number {
  const before = offset > 0 ? runAt(runs, offset - 1) : -1;
  return before === -1 ? runAt(runs, offset) : before;
}

/** The index of the run that holds an offset, or -1. */
function runAt(runs: readonly Run[], offset: number): number {
  const index = lastFrom(runs, offset);
  const run = runs[index];
  return run !== undefined && offset < run.offset + run.length ? index : -1;
}

/** The index of the last run that starts at or before an offset, or -1. */
function lastFrom(runs: readonly Run[], offset: number): number {
  let low = -1;
  let high = runs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((runs[middle]?.offset ?? Infinity) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function startInFile(runs: readonly Run[], offset: number): number {
  const index = lastFrom(runs, offset);
  const run = runs[index];
  if (run === undefined) return runs[0]?.file.offset ?? 0;
  if (offset < run.offset + run.length) return run.file.offset + (run.length === run.file.length ? offset - run.offset : 0);
  // Between two runs: what starts there is in the next, and what is at the very end in this one.
  const next = runs[index + 1];
  return next !== undefined && offset > run.offset + run.length ? next.file.offset : run.file.offset + run.file.length;
}

function endInFile(runs: readonly Run[], offset: number): number {
  const run = runs[lastFrom(runs, offset - 1)];
  if (run === undefined) return 0;
  const into = offset - run.offset;
  return run.file.offset + (run.length === run.file.length ? Math.min(into, run.length) : run.file.length);
}
