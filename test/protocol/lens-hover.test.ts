import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Editor } from './editor';

describe('lenses and hovers', () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await Editor.start();
  });
  afterAll(() => editor.stop());

  it('a lens stands over each statement that changes what others use', async () => {
    const uri = await editor.open(
      'migrations/001_a.sql',
      'CREATE TABLE fresh (id int);\nCREATE INDEX i ON fresh (id);\n\nCREATE INDEX j ON users (email);\nALTER TABLE users\n  DROP COLUMN email;\nSELECT * FROM users;\nUPDATE users SET a = 1;\n',
    );
    expect(await editor.lenses(uri)).toEqual([
      expect.stringMatching(/^3: blocks writes on users, .* · SHARE/),
      expect.stringMatching(/^4: blocks reads and writes on users, milliseconds · ACCESS EXCLUSIVE/),
      expect.stringMatching(/^7: blocks schema changes on users · .* · ROW EXCLUSIVE/),
    ]);
  });

  it('a hover names each lock, whom it keeps waiting, and the server it is judged for', async () => {
    const uri = await editor.open('migrations/002_a.sql', "SELECT '😀'; CREATE INDEX j ON users (email);\n");
    const text = await editor.hover(uri, { line: 0, character: 20 });
    expect(text).toMatch(/\*\*CREATE INDEX\*\*/);
    expect(text).toMatch(/\| SHARE.*\| `users` \| writes \|/);
    expect(text).toMatch(/SHARE conflicts with ROW EXCLUSIVE, SHARE UPDATE EXCLUSIVE, /);
    expect(text).toMatch(/PostgreSQL 18, which is assumed/);
    expect(text).toMatch(/\[create-index-blocking\]\(https:/);
  });

  it('a hover tells what the transaction still holds', async () => {
    const uri = await editor.open('migrations/003_a.sql', 'BEGIN;\nALTER TABLE users DROP COLUMN a;\nUPDATE orders SET a = 1;\nCOMMIT;\n');
    expect(await editor.hover(uri, { line: 2, character: 1 })).toMatch(/Still held .*ACCESS EXCLUSIVE on `users` since line 2/);
  });

  it('there is no hover on blank lines and comments', async () => {
    const uri = await editor.open('migrations/004_a.sql', '\n-- nothing\n\nSELECT 1;\n');
    expect(await editor.hover(uri, { line: 0, character: 0 })).toBe('');
    expect(await editor.hover(uri, { line: 1, character: 4 })).toBe('');
  });

  it('a setting switches the lenses off', async () => {
    const uri = await editor.open('migrations/005_a.sql', 'DROP TABLE users;\n');
    expect(await editor.lenses(uri)).toHaveLength(1);
    editor.settings = { codeLens: { enable: false } };
    const before = editor.refreshes;
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await editor.until(() => editor.refreshes > before, 'a refresh');
    expect(await editor.lenses(uri)).toEqual([]);
  });
});
