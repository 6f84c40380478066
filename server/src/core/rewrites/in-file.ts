import type { Fix } from '../rules/rule';
import type { Judged } from '../rules/judge';
import { editsInFile, type Host } from '../script/embedded';
import { withWritten } from '../script/opaque';
import type { BesideEdit, NewFile, Segment } from '../script/script';
import { createParseMemo, statementsOf } from '../sql/postgres/parse';
import type { Edit } from '../text';
import { enclosed } from './enclosed';
import { afterLineEnd, indentAt, lineEndOf, lineStart, lineStop } from './edits';

/**
 * Fixes as the file takes them: rules write SQL for the server and count in what the statements count in; the file has
 * placeholders, and perhaps its SQL in string literals. A fix that cannot be written so is left out.
 */
export function inFile(fixes: readonly Fix[], judged: Pick<Judged, 'script' | 'file' | 'tool'>): readonly Fix[] {
  return asWritten(fixes, judged).map((fix) => enclosed(fix, judged.file, judged.tool));
}

function asWritten(fixes: readonly Fix[], { script, file }: Pick<Judged, 'script' | 'file'>): readonly Fix[] {
  const { embedded, segments } = script;
  const opaque = segments.filter((segment) => segment.opaque.length > 0);
  const asIs = embedded === undefined && opaque.length === 0 && segments.every(({ linePrefix }) => linePrefix === undefined);
  return fixes.flatMap((fix) => {
    const own = fix.edits.filter((edit) => !isBeside(edit));
    const added = [...(fix.files ?? []), ...fix.edits.flatMap((edit) => (isBeside(edit) ? [edit.beside] : []))];
    if (asIs) return [withFiles(fix, own, added)];
    const edits = embedded === undefined ? own.map((edit) => written(prefixed(edit, segments), opaque)) : editsInFile(script, embedded, own, hostOf(file.text));
    const files = added.map((one) => {
      const text = allWritten(one.text, opaque);
      return text === undefined ? undefined : { ...one, text };
    });
    if (edits === undefined || !edits.every((edit) => edit !== undefined) || !files.every((one) => one !== undefined)) return [];
    return [withFiles(fix, edits, files)];
  });
}

function hostOf(text: string): Host {
  return {
    split,
    lead: (offset) => lineEndOf(text) + indentAt(text, offset),
    withLine({ offset, length }) {
      const start = lineStart(text, offset);
      const stop = lineStop(text, offset + length);
      const isAlone = text.slice(start, offset).trim() === '' && text.slice(offset + length, stop).trim() === '';
      return isAlone ? { offset: start, length: afterLineEnd(text, stop) - start } : { offset, length };
    },
  };
}

function isBeside(edit: Edit): edit is BesideEdit {
  return 'beside' in edit;
}

function withFiles(fix: Fix, edits: readonly Edit[], files: readonly NewFile[]): Fix {
  return files.length === 0 ? { ...fix, edits } : { ...fix, edits, files };
}

/** In comments every line needs its mark. */
function prefixed(edit: Edit, segments: readonly Segment[]): Edit {
  const segment = segments.find(({ linePrefix, offset, text }) => linePrefix !== undefined && offset <= edit.offset && edit.offset <= offset + text.length);
  return segment?.linePrefix === undefined ? edit : { ...edit, text: edit.text.replace(/\r\n|\r|\n/gu, (end) => end + (segment.linePrefix ?? '')) };
}

function written(edit: Edit, segments: readonly Segment[]): Edit | undefined {
  const { offset, length } = edit;
  const cuts = segments.some((segment) =>
    segment.opaque.some((part) => {
      const start = segment.offset + part.offset;
      const end = start + part.length;
      return offset < end && start < offset + length && (start < offset || offset + length < end);
    }),
  );
  const text = allWritten(edit.text, segments);
  return cuts || text === undefined ? undefined : { ...edit, text };
}

function allWritten(text: string, segments: readonly Segment[]): string | undefined {
  return segments.reduce<string | undefined>((out, segment) => (out === undefined ? undefined : withWritten(out, segment)), text);
}

/** The statements of a SQL text, each with the comments before it. */
function split(sql: string): string[] {
  let start = 0;
  return statementsOf(sql, createParseMemo()).map(({ span }) => {
    const end = span.offset + span.length;
    const text = sql.slice(start, end).replace(/^[\s;]+/u, '');
    start = end;
    return text;
  });
}
