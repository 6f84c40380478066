import { beforeAll, describe, expect, test } from 'vitest';
import { inFile } from '../../../server/src/core/rewrites/in-file';
import { spanInFile } from '../../../server/src/core/script/embedded';
import type { Literal, Opaque, Run, Script, Segment } from '../../../server/src/core/script/script';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { applyEdits, type Edit } from '../../../server/src/core/text';
import { plain } from '../../../server/src/core/script/tools/plain';

beforeAll(loadPostgresParser);

const single: Literal = { kind: "'", encode: (sql) => sql.replaceAll("'", String.raw`\'`).replaceAll('\n', String.raw`\n`) };
const double: Literal = { kind: '"', encode: (sql) => sql.replaceAll('"', String.raw`\"`) };

/** A script of one segment from the file's text: `«…»` is a run of single quotes, `‹…›` one of double quotes; `\n` in it is an escape, `${x}` an interpolation. */
function scriptOf(marked: string, changes: Partial<Segment> = {}): { readonly file: string; readonly script: Script } {
  const runs: Run[] = [];
  const opaque: Opaque[] = [];
  let file = '';
  let text = '';
  let literal: Literal | undefined;
  for (const [part] of marked.matchAll(/[«‹]|[»›]|\\n|\$\{\w+\}|[^]/gu)) {
    if (part === '«' || part === '‹') literal = part === '«' ? single : double;
    else if (part === '»' || part === '›') literal = undefined;
    else {
      if (literal !== undefined) {
        const sql = part === String.raw`\n` ? '\n' : part.startsWith('${') ? `_${part.slice(2, -1)}` : part;
        if (part.startsWith('${')) opaque.push({ offset: text.length, length: sql.length, written: part });
        runs.push({ offset: text.length, length: sql.length, file: { offset: file.length, length: part.length }, literal });
        text += sql;
      }
      file += part;
    }
  }
  const segment: Segment = { text, offset: 0, direction: 'up', wrapper: 'none', send: 'segment', opaque, ...changes };
  return { file, script: { tool: 'test', problems: [], segments: [segment], embedded: { text, runs } } };
}

const CALL = "raw('«DROP TABLE a;\\nDROP TABLE ${b}_x»')";

describe('places', () => {
  test.each([
    [CALL, 'DROP TABLE a', 'DROP TABLE a'],
    [CALL, 'a;\nDROP', String.raw`a;\nDROP`],
    [CALL, '_b_x', '${b}_x'],
    ["raw('«DROP »' + \"‹TABLE a›\")", 'DROP TABLE', 'DROP \' + "TABLE'],
  ])('in %s, %s', (marked, sql, expected) => {
    const { file, script } = scriptOf(marked);
    const { embedded } = script;
    if (embedded === undefined) throw new Error('not embedded');
    const { offset, length } = spanInFile(embedded, { offset: embedded.text.indexOf(sql), length: sql.length });
    expect(file.slice(offset, offset + length)).toBe(expected);
  });
});

describe('edits', () => {
  const written = (marked: string, edit: (sql: string) => Edit, changes: Partial<Segment> = {}): string | undefined => {
    const { file, script } = scriptOf(marked, changes);
    const [fix] = inFile([{ title: '', safety: 'safe', edits: [edit(script.embedded?.text ?? '')] }], { script, tool: plain, file: { path: 'm.ts', text: file } });
    return fix && applyEdits(file, fix.edits);
  };
  const replace =
    (old: string, text: string) =>
    (sql: string): Edit => ({ offset: sql.indexOf(old), length: old.length, text });

  test.each<[string, string, string, string | undefined]>([
    [CALL, 'TABLE a', "TABLE 'b'", String.raw`raw('DROP TABLE \'b\';\nDROP TABLE ` + "${b}_x')"],
    [CALL, 'a;\n', 'a\n;', String.raw`raw('DROP TABLE a\n;DROP TABLE ` + "${b}_x')"],
    // What stands for an interpolation is one again, and is not taken apart.
    [CALL, 'TABLE _b_x', 'VIEW _b_x', String.raw`raw('DROP TABLE a;\nDROP VIEW ` + "${b}_x')"],
    [CALL, 'TABLE _b_x', 'VIEW _b_x_idx', undefined],
    [CALL, '_b', '_', "raw('DROP TABLE a;\\nDROP TABLE __x')"],
    [CALL, 'b_x', 'y', undefined],
    ["raw('«DROP »' + '«TABLE a»')", 'DROP TABLE', 'DROP VIEW', "raw('DROP VIEW a')"],
    ["raw('«DROP »' + \"‹TABLE a›\")", 'DROP TABLE', 'DROP VIEW', undefined],
  ])('%s: %s becomes %s', (marked, old, text, expected) => {
    expect(written(marked, replace(old, text))).toBe(expected);
  });

  const call = { file: { offset: 0, length: 21 }, sending: (sql: string) => `raw('${single.encode(sql) ?? ''}');` };

  test.each<[string, Edit, string]>([
    ['taken out', { offset: 0, length: 12, text: '' }, ''],
    ['added', { offset: 12, length: 0, text: ';\n-- why\nDROP TABLE b' }, String.raw`raw('DROP TABLE a');` + '\n' + String.raw`raw('-- why\nDROP TABLE b');`],
    ['changed', { offset: 5, length: 5, text: 'VIEW' }, "raw('DROP VIEW a');"],
  ])('a statement that is %s', (_, edit, expected) => {
    expect(written("raw('«DROP TABLE a»');", () => edit, { call: { ...call, file: { offset: 0, length: 20 } } })).toBe(expected);
  });
});
