import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeAction, Range } from 'vscode-languageserver/node';
import { Editor, MODERN, SIMPLE } from './editor';

const TEXT = '-- keep me\r\nCREATE INDEX "Users_email" ON users (email); -- and me\r\n\r\nDROP INDEX old_idx;\r\n';
const AT_INDEX: Range = { start: { line: 1, character: 3 }, end: { line: 1, character: 3 } };

describe('code actions', () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await Editor.start();
  });
  afterAll(() => editor.stop());

  const actionsAt = async (uri: string, of = editor): Promise<CodeAction[]> => {
    const diagnostics = (await of.diagnostics(uri)).filter(({ code }) => code === 'create-index-blocking');
    const actions = await of.actions(uri, AT_INDEX, ['quickfix'], diagnostics);
    return actions.filter(({ title, diagnostics: at }) => at?.some(({ code }) => code === 'create-index-blocking') === true || title.includes('create-index-blocking'));
  };

  it('mend a finding, the preferred fix first, by an edit for this version that touches nothing else', async () => {
    const uri = await editor.open('migrations/001_a.sql', TEXT);
    const [fix] = await actionsAt(uri);
    expect(fix).toMatchObject({ kind: 'quickfix', isPreferred: true, diagnostics: [{ code: 'create-index-blocking' }] });
    expect(fix?.edit).toBeUndefined();
    const { edit } = await editor.resolve(fix);
    expect(edit?.documentChanges).toMatchObject([{ textDocument: { uri, version: 1 } }]);
    expect(editor.applied(uri, edit ?? {})).toBe(TEXT.replace('CREATE INDEX', 'CREATE INDEX CONCURRENTLY'));
  });

  it('have no edit once the text moved on', async () => {
    const uri = await editor.open('migrations/002_a.sql', TEXT);
    const [fix] = await actionsAt(uri);
    await editor.edit(uri, 0, 0, '\r\n');
    expect((await editor.resolve(fix)).edit).toBeUndefined();
  });

  it('ignore a finding with a reason to type over, after which it is silent', async () => {
    const uri = await editor.open('migrations/003_a.sql', TEXT);
    const ignore = (await actionsAt(uri)).find(({ title }) => title.startsWith('Ignore'));
    const { edit } = await editor.resolve(ignore);
    expect(JSON.stringify(edit)).toMatch(/lockscope-ignore create-index-blocking: \$\{1:/);
    const text = editor.applied(uri, edit ?? {});
    expect(text).toMatch(/^-- keep me\r\n-- lockscope-ignore create-index-blocking: .+\r\nCREATE INDEX "Users_email"/);
    await editor.replaceAll(uri, text);
    expect((await editor.diagnostics(uri)).filter(({ code }) => code === 'create-index-blocking')).toEqual([]);
  });

  it('open the rule’s page in the browser', async () => {
    const uri = await editor.open('migrations/004_a.sql', TEXT);
    const command = (await actionsAt(uri)).find(({ command: of }) => of !== undefined)?.command;
    await editor.connection.sendRequest('workspace/executeCommand', { command: command?.command, arguments: command?.arguments });
    expect(editor.shown).toEqual([expect.stringMatching(/^https:.*\/create-index-blocking/)]);
  });

  it('split a migration into phases, as files of the folder, when a menu of refactorings is asked for', async () => {
    const text = 'ALTER TABLE people ADD COLUMN full_name text;\r\nALTER TABLE people DROP COLUMN name;\r\n';
    const uri = await editor.open('phases/001_names.sql', text);
    expect((await editor.actions(uri, AT_INDEX)).filter(({ kind }) => kind === 'refactor.rewrite')).toEqual([]);
    const [split] = await editor.actions(uri, AT_INDEX, ['refactor']);
    expect(split).toMatchObject({ kind: 'refactor.rewrite', title: expect.stringContaining('expand, contract') as unknown });
    const { edit } = await editor.resolve(split);
    const created = uri.replace('001_names.sql', '002_names_contract.sql');
    expect(edit?.documentChanges?.slice(0, 2)).toEqual([
      { kind: 'create', uri: created },
      { textDocument: { uri: created, version: null }, edits: [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, newText: 'ALTER TABLE people DROP COLUMN name;\r\n' }] },
    ]);
    expect(editor.applied(uri, edit ?? {})).toBe('ALTER TABLE people ADD COLUMN full_name text;\r\n');
    const one = await editor.open('phases/007_one.sql', 'ALTER TABLE people ADD COLUMN age int;\n');
    expect(await editor.actions(one, AT_INDEX, ['refactor'])).toEqual([]);
  });

  it('mend everything safe at once, when asked for it by kind', async () => {
    const uri = await editor.open('migrations/005_a.sql', TEXT);
    const everything: Range = { start: { line: 0, character: 0 }, end: { line: 4, character: 0 } };
    expect((await editor.actions(uri, everything)).filter(({ kind }) => kind !== 'quickfix')).toEqual([]);
    const [all, ...others] = await editor.actions(uri, everything, ['source.fixAll']);
    expect(others).toEqual([]);
    expect(all?.kind).toBe('source.fixAll.lockscope');
    const { edit } = await editor.resolve(all);
    const mended = editor.applied(uri, edit ?? {});
    expect(mended).toContain('-- keep me\r\n');
    expect(mended).toContain('CREATE INDEX CONCURRENTLY "Users_email" ON users (email); -- and me\r\n');
    expect(mended).toContain('DROP INDEX CONCURRENTLY old_idx;\r\n');
    await editor.replaceAll(uri, mended);
    expect(await editor.actions(uri, everything, ['source.fixAll'])).toEqual([]);
  });

  it('come with their edits for editors that cannot ask for them later', async () => {
    const simple = await Editor.start({ capabilities: { ...SIMPLE, textDocument: { ...SIMPLE.textDocument, diagnostic: {} } } });
    const uri = await simple.open('migrations/001_a.sql', TEXT);
    const [fix, ignore] = await actionsAt(uri, simple);
    expect(fix?.data).toBeUndefined();
    expect(fix?.edit?.changes?.[uri]).toHaveLength(1);
    expect(simple.applied(uri, fix?.edit ?? {})).toBe(TEXT.replace('CREATE INDEX', 'CREATE INDEX CONCURRENTLY'));
    expect(ignore?.title).toMatch(/^Ignore/);
    await simple.stop();
  });

  it('are none for editors that know commands only', async () => {
    const { codeAction: _, ...rest } = MODERN.textDocument ?? {};
    const old = await Editor.start({ capabilities: { ...MODERN, textDocument: rest } });
    const uri = await old.open('migrations/001_a.sql', TEXT);
    expect(await old.actions(uri, AT_INDEX)).toEqual([]);
    await old.stop();
  });

  it('are given to clients of the custom request as one edit', async () => {
    const uri = await editor.open('migrations/006_a.sql', TEXT);
    const edit = await editor.connection.sendRequest('lockscope/fixAll', { uri });
    expect(editor.applied(uri, edit as object)).toContain('CREATE INDEX CONCURRENTLY');
    const clean = await editor.open('migrations/007_a.sql', 'SELECT 1;\n');
    expect(await editor.connection.sendRequest('lockscope/fixAll', { uri: clean })).toBeNull();
  });
});
