import { CancellationTokenSource } from 'vscode-languageserver/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Editor } from './editor';

const INDEX = 'CREATE INDEX i ON users (email);\n';

describe('the server lives on', () => {
  let editor: Editor;
  let uri: string;
  beforeAll(async () => {
    editor = await Editor.start();
    uri = await editor.open('migrations/001_a.sql', INDEX);
  });
  afterAll(() => editor.stop());

  const isWell = async (): Promise<void> => {
    expect((await editor.diagnostics(uri)).map(({ code }) => code)).toContain('create-index-blocking');
  };

  it.each([
    ['textDocument/diagnostic', {}],
    ['textDocument/diagnostic', null],
    ['textDocument/hover', { textDocument: { uri: 'file:///x.sql' } }],
    ['textDocument/hover', { textDocument: { uri: 'no address' }, position: { line: -1, character: 1e9 } }],
    ['textDocument/codeAction', { textDocument: {} }],
    ['textDocument/codeAction', { textDocument: { uri: 'file:///gone.sql' }, range: {}, context: {} }],
    ['textDocument/codeLens', 7],
    ['codeAction/resolve', { title: 'not ours' }],
    ['codeAction/resolve', { title: 'x', data: { uri: 'file:///gone.sql', version: 1, finding: 99, fix: 99 } }],
    ['workspace/executeCommand', { command: 'rm' }],
    ['lockscope/documentStatus', {}],
    ['lockscope/fixAll', { uri: 'file:///gone.sql' }],
    ['lockscope/analyzeFile', undefined],
    ['lockscope/noSuchRequest', {}],
  ])('after %s with %j', async (method, parameters) => {
    await editor.connection.sendRequest(method, parameters).catch(() => undefined);
    await isWell();
  });

  it('after positions outside of the text', async () => {
    expect(await editor.hover(uri, { line: 1e6, character: 1e6 })).toBe('');
    await editor.hover(uri, { line: 0, character: 1e6 });
    await editor.actions(uri, { start: { line: 5, character: 0 }, end: { line: 0, character: 0 } });
    await isWell();
  });

  it('after notifications that make no sense', async () => {
    await editor.connection.sendNotification('textDocument/didChange', { textDocument: { uri: 'file:///never-opened.sql', version: 2 }, contentChanges: [{ text: 'x' }] });
    await editor.connection.sendNotification('textDocument/didClose', { textDocument: { uri: 'file:///never-opened.sql' } });
    await editor.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///nowhere/x.sql', type: 3 }] });
    await editor.connection.sendNotification('workspace/didChangeConfiguration', {});
    await editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event: { added: [], removed: [{ uri: 'file:///nowhere', name: 'x' }] } });
    await isWell();
  });

  it.each([
    ['is binary', 'CREATE\0INDEX', /NUL/],
    ['is larger than 10 MB', `${INDEX}${'-- a long line of no interest\n'.repeat(400_000)}`, /10 MB/],
  ])('and says once, at the top, why it leaves a file alone that %s', async (_, text, why) => {
    const odd = await editor.open('migrations/900_odd.sql', text);
    expect(await editor.diagnostics(odd)).toEqual([
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, severity: 3, source: 'lockscope', message: expect.stringMatching(why) as string },
    ]);
    expect(await editor.lenses(odd)).toEqual([]);
    await editor.close(odd);
    await isWell();
  });

  it.each([
    ['nothing in it', ''],
    ['ten thousand parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)};\n`],
    ['a quote that is never closed', `SELECT 'abc;\n${INDEX}`],
    ['only a semicolon', ';'],
    ['lone surrogates', "SELECT '\ud83d';\n"],
  ])('with a file that has %s', async (_, text) => {
    const odd = await editor.open('migrations/901_odd.sql', text);
    await editor.diagnostics(odd);
    await editor.lenses(odd);
    await editor.hover(odd, { line: 0, character: 0 });
    await editor.close(odd);
    await isWell();
  });

  it('when a request is cancelled', async () => {
    const source = new CancellationTokenSource();
    const asked = editor.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } }, source.token);
    source.cancel();
    await asked.catch(() => undefined);
    await isWell();
  });

  it('and has nothing to complain of in its log but what was asked in a wrong way', () => {
    expect(editor.log.filter((line) => !/failed: (?:TypeError|Error)/u.test(line))).toEqual([]);
  });
});

describe('several folders', () => {
  it('each with its own configuration, opened and closed while the server runs', async () => {
    const editor = await Editor.start({ files: { 'a/lockscope.json': '{ "serverVersion": 13 }', 'a/b/lockscope.json': '{ "serverVersion": 14 }', 'a/b/migrations/001_t.sql': INDEX } });
    const uri = await editor.open('a/b/migrations/002_x.sql', INDEX);
    expect(await editor.hover(uri, { line: 0, character: 1 })).toContain('PostgreSQL 14.');
    const folder = (path: string): { uri: string; name: string } => ({ uri: editor.uri(path), name: path });
    await editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event: { added: [folder('a/b/migrations')], removed: [] } });
    await editor.until(() => editor.refreshes > 0, 'a refresh');
    // The configuration above the folder is not part of it any more.
    expect(await editor.hover(uri, { line: 0, character: 1 })).toContain('which is assumed');
    await editor.stop();
  });
});
