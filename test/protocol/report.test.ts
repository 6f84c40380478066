import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { ESTIMATE, REPORT, SHOW_REPORT_COMMAND, type EstimateResult, type ReportResult } from '../../server/src/protocol';
import { Editor } from './editor';

describe('estimates and reports', () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await Editor.start({ initializationOptions: { commands: [SHOW_REPORT_COMMAND] } });
  });
  afterAll(() => editor.stop());

  const estimate = (uri: string): Promise<EstimateResult | null> => editor.connection.sendRequest(ESTIMATE, { uri });
  const report = (uri: string, format: string, nonce?: string): Promise<ReportResult | null> => editor.connection.sendRequest(REPORT, { uri, format, nonce });

  it('says how long each statement takes, by million rows where no size is known', async () => {
    const uri = await editor.open('migrations/001_a.sql', 'ALTER TABLE users ADD COLUMN n int;\nCREATE INDEX i ON users (n);\nFOO;\n');
    const found = await estimate(uri);
    expect(found?.statements.map((one) => one?.kind ?? null)).toEqual(['ALTER TABLE', 'CREATE INDEX', null]);
    const [instant, index] = found?.statements ?? [];
    expect(instant).toMatchObject({ inWords: 'milliseconds', perMillionRows: null, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 34 } } });
    expect(index).toMatchObject({ runs: null, basis: 'default' });
    expect(index?.inWords).toMatch(/^about .* for each million rows$/);
    expect(found).toMatchObject({ runs: null, blocksWrites: null });
    expect(found?.summary).toMatch(/^runs about .* for each million rows, keeps .*writes waiting about .* for each million rows$/);
  });

  it('is null for what is not analysed, and for what is not open', async () => {
    const uri = await editor.open('notes/a.sql', 'SELECT 1;');
    expect([await estimate(uri), await report(uri, 'html'), await report(editor.uri('migrations/nowhere.sql'), 'markdown')]).toEqual([null, null, null]);
  });

  it('can be cancelled', async () => {
    const uri = await editor.open('migrations/002_a.sql', 'DROP TABLE users;');
    const source = new CancellationTokenSource();
    const asked = editor.connection.sendRequest(ESTIMATE, { uri }, source.token);
    source.cancel();
    // Answered already, or cancelled: never left hanging.
    await Promise.allSettled([asked]);
    expect(await estimate(uri)).not.toBeNull();
  });

  it('makes a page, one for a webview, and Markdown, with the places of the statements', async () => {
    const uri = await editor.open('migrations/003_a.sql', '-- 🔒\nDROP TABLE users; DROP TABLE orders;\n');
    const page = await report(uri, 'html');
    expect(page?.text).toMatch(/^<!DOCTYPE html>.*style-src 'sha256-/su);
    expect(page).toMatchObject({ name: '003_a.sql', statements: [{ start: { line: 1, character: 0 } }, { start: { line: 1, character: 18 } }] });
    expect((await report(uri, 'webview', 'abc'))?.text).toContain(`script-src 'nonce-abc'`);
    expect((await report(uri, 'markdown'))?.text).toMatch(/^### Migration report: `migrations\/003_a\.sql`/);
  });

  it('lenses lead to the report where the client can show it', async () => {
    const uri = await editor.open('migrations/004_a.sql', 'SELECT 1; DROP TABLE users;');
    const lenses = await editor.connection.sendRequest<{ command: { command: string; arguments: unknown[] } }[]>('textDocument/codeLens', { textDocument: { uri } });
    expect(lenses.map(({ command }) => [command.command, command.arguments])).toEqual([[SHOW_REPORT_COMMAND, [uri, 1]]]);
  });
});
