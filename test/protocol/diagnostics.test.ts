import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver/node';
import { Editor, SIMPLE } from './editor';

const INDEX = 'CREATE INDEX users_email_idx ON users (email);\n';
/** The rules that the tests here are about; others may have their say on the same text. */
const isIndex = ({ code }: Diagnostic): boolean => code === 'create-index-blocking';

describe('diagnostics by pull', () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await Editor.start();
  });
  afterAll(() => editor.stop());

  it('name the rule, link to its page and say which lock blocks what', async () => {
    const uri = await editor.open('migrations/001_a.sql', `-- why\n${INDEX}`);
    const [found] = (await editor.diagnostics(uri)).filter(isIndex);
    expect(found).toMatchObject({
      source: 'lockscope',
      severity: 1,
      range: { start: { line: 1, character: 0 } },
      codeDescription: { href: expect.stringMatching(/^https:.*create-index-blocking/) as string },
      message: expect.stringMatching(/SHARE on users.*writes/) as string,
    });
  });

  it('answer "unchanged" for what the editor has already', async () => {
    const uri = await editor.open('migrations/002_a.sql', INDEX);
    const first = await editor.report(uri);
    expect(first.kind).toBe('full');
    expect(await editor.report(uri, first.resultId)).toEqual({ kind: 'unchanged', resultId: first.resultId });
    await editor.edit(uri, INDEX.length, 0, '-- more\n');
    expect((await editor.report(uri, first.resultId)).kind).toBe('full');
  });

  it('are what they were after the keystrokes that the server rehearses in the pause', async () => {
    const text = Array.from({ length: 60 }, (_, n) => `ALTER TABLE t${String(n)} ADD COLUMN c${String(n)} int;\nCREATE INDEX i${String(n)} ON t${String(n)} (c${String(n)}, state);\n`).join('');
    const uri = await editor.open('migrations/006_a.sql', text);
    const first = await editor.report(uri);
    const before = await editor.diagnostics(uri);
    // Longer than the pause after which it begins, and than some of the keystrokes take.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await editor.report(uri, first.resultId)).toEqual({ kind: 'unchanged', resultId: first.resultId });
    await editor.edit(uri, 0, 0, '\n');
    await editor.edit(uri, 0, 1, '');
    expect(await editor.diagnostics(uri)).toEqual(before);
  });

  it('keep the neighbours of a half-typed statement', async () => {
    const uri = await editor.open('migrations/003_a.sql', `${INDEX}ALTER TABLE users ADD CO\n;\n${INDEX.replace('email_idx', 'other_idx')}`);
    const all = await editor.diagnostics(uri);
    expect(all.filter(isIndex).map(({ range }) => range.start.line)).toEqual([0, 3]);
    const problems = all.filter(({ code }) => code === undefined);
    expect(problems.map(({ message, severity }) => [message, severity])).toEqual([[expect.stringMatching(/^syntax error/), 1]]);
  });

  it.each([
    ['an emoji before it', `COMMENT ON TABLE users IS '😀é'; `],
    ['lines that end with CRLF', 'SELECT 1;\r\n\r\n'],
    ['a byte order mark', '\uFEFF'],
    ['a lone carriage return', 'SELECT 1;\r'],
  ])('underline the statement with %s', async (name, before) => {
    const uri = await editor.open(`migrations/004_${String(name.length)}.sql`, before + INDEX);
    const underlined = (await editor.found(uri)).filter((one) => one.startsWith('create-index-blocking'));
    expect(underlined).toEqual([`create-index-blocking: ${INDEX.slice(0, -2)}`]);
  });

  it('are the same after many quick edits as for the text opened anew', async () => {
    const statements = Array.from({ length: 40 }, (_, n) => [`CREATE INDEX i${String(n)} ON t${String(n)} (c);`, `DROP TABLE t${String(n)};`, `SELECT '😀 ${String(n)}';`][n % 3]);
    const uri = await editor.open('migrations/005_a.sql', `${statements.join('\n')}\n`);
    let random = 12345;
    const next = (below: number): number => {
      random = (random * 1103515245 + 12345) % 2147483648;
      return random % below;
    };
    const typed = ['CREATE INDEX x ON y (z);\n', ';', "'", 'CONCURRENTLY ', 'BEGIN;\n', 'COMMIT;\n', '--', '\r\n', '/*', '*/', '$$', 'TABLE'];
    const pending: Promise<unknown>[] = [];
    for (let n = 0; n < 50; n++) {
      const text = editor.text(uri);
      const offset = next(text.length);
      await editor.edit(uri, offset, Math.min(next(12), text.length - offset), next(3) === 0 ? '' : (typed[next(typed.length)] ?? ''));
      // Some are answered while the next edit is on its way.
      if (n % 3 === 0) pending.push(editor.report(uri));
    }
    await Promise.all(pending);
    const warm = await editor.diagnostics(uri);
    const lenses = await editor.lenses(uri);
    const text = editor.text(uri);
    await editor.close(uri);
    const cold = await Editor.start();
    const again = await cold.open('migrations/005_a.sql', text);
    const local = (diagnostics: Diagnostic[], folder: string): unknown => JSON.parse(JSON.stringify(diagnostics).replaceAll(folder, ''));
    expect(local(warm, editor.folder)).toEqual(local(await cold.diagnostics(again), cold.folder));
    expect(lenses).toEqual(await cold.lenses(again));
    await cold.stop();
  });

  it('are empty for a document that was closed', async () => {
    const uri = await editor.open('migrations/006_a.sql', INDEX);
    const asked = editor.report(uri);
    await editor.close(uri);
    await asked;
    expect(await editor.report(uri)).toEqual({ kind: 'full', items: [] });
  });
});

describe('diagnostics by push', () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await Editor.start({ capabilities: SIMPLE });
  });
  afterAll(() => editor.stop());

  it('are not offered by pull as well', () => {
    expect(editor.initialized?.capabilities.diagnosticProvider).toBeUndefined();
  });

  it('come after opening and after each edit, and go with the document', async () => {
    const uri = await editor.open('migrations/001_a.sql', INDEX);
    const published = (version: number, count: number) => (): boolean => {
      const last = editor.published.get(uri);
      return last?.version === version && last.diagnostics.filter(isIndex).length === count;
    };
    await editor.until(published(1, 1), 'a finding in version 1');
    await editor.edit(uri, 'CREATE INDEX '.length, 0, 'CONCURRENTLY ');
    await editor.until(published(2, 0), 'no finding in version 2');
    await editor.edit(uri, 0, 0, INDEX);
    await editor.until(published(3, 1), 'a finding in version 3');
    await editor.close(uri);
    await editor.until(() => editor.published.get(uri)?.diagnostics.length === 0, 'the findings to go');
  });
});
