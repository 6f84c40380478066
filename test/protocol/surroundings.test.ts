import { describe, expect, it } from 'vitest';
import { Editor, SIMPLE, type EditorOptions } from './editor';

const INDEX = 'CREATE INDEX i ON users (email);\n';

async function withEditor(options: EditorOptions, use: (editor: Editor) => Promise<void>): Promise<void> {
  const editor = await Editor.start(options);
  try {
    await use(editor);
  } finally {
    await editor.stop();
  }
}

const rules = async (editor: Editor, uri: string): Promise<unknown[]> => (await editor.diagnostics(uri)).map(({ code }) => code);

describe('settings', () => {
  it('change severities and the server version, and are asked for again when they change', async () => {
    await withEditor({ settings: { rules: { 'create-index-blocking': 'hint' }, serverVersion: 14 } }, async (editor) => {
      const uri = await editor.open('migrations/001_a.sql', INDEX);
      expect((await editor.diagnostics(uri)).find(({ code }) => code === 'create-index-blocking')?.severity).toBe(4);
      expect(await editor.hover(uri, { line: 0, character: 1 })).toContain('Judged for PostgreSQL 14.');
      editor.settings = { rules: { 'create-index-blocking': 'off' } };
      await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
      await editor.until(() => editor.refreshes > 0, 'a refresh');
      expect(await rules(editor, uri)).not.toContain('create-index-blocking');
    });
  });

  it('come with the initialization where the editor cannot be asked', async () => {
    await withEditor({ capabilities: SIMPLE, initializationOptions: { settings: { serverVersion: 13 } } }, async (editor) => {
      const uri = await editor.open('migrations/001_a.sql', INDEX);
      expect(await editor.hover(uri, { line: 0, character: 1 })).toContain('PostgreSQL 13.');
    });
  });

  it('of the wrong type are named in the status and change nothing else', async () => {
    await withEditor({ settings: { serverVersion: 'seventeen', rules: [], migrations: 7, lockBudget: {} } }, async (editor) => {
      const uri = await editor.open('migrations/001_a.sql', INDEX);
      expect(await rules(editor, uri)).toContain('create-index-blocking');
      const { warnings } = await editor.connection.sendRequest<{ warnings: string[] }>('lockscope/documentStatus', { uri });
      expect(warnings.map((warning) => warning.split(':')[0]).sort()).toEqual(['lockscope.lockBudget', 'lockscope.migrations', 'lockscope.rules', 'lockscope.serverVersion']);
    });
  });

  it('that are not set leave the word to lockscope.json', async () => {
    const settings = { dialect: null, serverVersion: null, migrations: [], schema: '', rules: {}, codeLens: { enable: true } };
    await withEditor({ settings, files: { 'lockscope.json': '{ "serverVersion": 15 }' } }, async (editor) => {
      const uri = await editor.open('migrations/001_a.sql', INDEX);
      expect(await editor.hover(uri, { line: 0, character: 1 })).toContain('PostgreSQL 15.');
    });
  });
});

describe('lockscope.json', () => {
  it('is found above the document, the nearest first, and followed as it changes', async () => {
    await withEditor({ files: { 'lockscope.json': '{ "serverVersion": 13 }', 'api/lockscope.json': '{ "serverVersion": 14 }' } }, async (editor) => {
      const outer = await editor.open('migrations/001_a.sql', INDEX);
      const inner = await editor.open('api/migrations/001_a.sql', INDEX);
      expect(await editor.hover(outer, { line: 0, character: 1 })).toContain('PostgreSQL 13.');
      expect(await editor.hover(inner, { line: 0, character: 1 })).toContain('PostgreSQL 14.');
      editor.writeFile('api/lockscope.json', '{ "serverVersion": 16 }');
      await editor.filesChanged('api/lockscope.json');
      await editor.until(() => editor.refreshes > 0, 'a refresh');
      expect(await editor.hover(inner, { line: 0, character: 1 })).toContain('PostgreSQL 16.');
    });
  });

  it('that is broken is marked at the place, and everything else goes on', async () => {
    const broken = '{\n  "serverVersion": "new",\n  "rulez": {}\n}\n';
    await withEditor({ files: { 'lockscope.json': broken } }, async (editor) => {
      const uri = await editor.open('migrations/001_a.sql', INDEX);
      expect(await rules(editor, uri)).toContain('create-index-blocking');
      const configuration = editor.uri('lockscope.json');
      const lines = (): number[] => (editor.published.get(configuration)?.diagnostics ?? []).map(({ range }) => range.start.line);
      await editor.until(() => lines().length === 2, 'two problems');
      expect(lines()).toEqual([1, 2]);
      const open = await editor.open('lockscope.json', broken, 'jsonc');
      expect(await editor.report(open)).toEqual({ kind: 'full', items: [] });
      await editor.replaceAll(open, '{ "serverVersion": 14 }');
      await editor.until(() => lines().length === 0, 'the problems to go');
      await editor.until(() => editor.refreshes > 0, 'a refresh');
      expect(await editor.hover(uri, { line: 0, character: 1 })).toContain('PostgreSQL 14.');
    });
  });

  it('says which files are migrations', async () => {
    await withEditor({ files: { 'lockscope.json': '{ "migrations": ["changes/*.sql", "!changes/seed*.sql"] }' } }, async (editor) => {
      expect(await rules(editor, await editor.open('changes/a.sql', INDEX))).toContain('create-index-blocking');
      expect(await rules(editor, await editor.open('changes/seed.sql', INDEX))).toEqual([]);
      expect(await rules(editor, await editor.open('migrations/001_a.sql', INDEX))).toEqual([]);
    });
  });
});

describe('which files are analysed', () => {
  it.each([
    ['migrations/001_users.sql', INDEX, true],
    ['db/migrate/add_users.sql', INDEX, true],
    ['prisma/migrations/20240101_x/migration.sql', INDEX, true],
    ['sql/V2__users.sql', INDEX, true],
    ['sql/users.up.sql', INDEX, true],
    ['20240101120000-users.sql', INDEX, true],
    ['queries/report.sql', INDEX, false],
    ['schema.sql', INDEX, false],
    ['queries/goose.sql', `-- +goose Up\n${INDEX}`, true],
    ['queries/liquibase.sql', `--liquibase formatted sql\n--changeset me:1\n${INDEX}`, true],
    ['queries/dbmate.sql', `-- migrate:up\n${INDEX}`, true],
    ['queries/mention.sql', `SELECT '-- migrate:up';\n${INDEX}`, false],
  ])('%s', async (path, text, expected) => {
    await withEditor({}, async (editor) => {
      expect((await rules(editor, await editor.open(path, text))).includes('create-index-blocking')).toBe(expected);
    });
  });

  it('any other one when somebody asks for it', async () => {
    await withEditor({}, async (editor) => {
      const uri = await editor.open('queries/report.sql', INDEX);
      expect(await rules(editor, uri)).toEqual([]);
      expect(await editor.connection.sendRequest('lockscope/analyzeFile', { uri })).toMatchObject({ state: 'analysed', forced: true });
      await editor.until(() => editor.refreshes > 0, 'a refresh');
      expect(await rules(editor, uri)).toContain('create-index-blocking');
    });
  });

  it('every SQL file where no folder is open', async () => {
    await withEditor({ withoutFolder: true }, async (editor) => {
      expect(await rules(editor, await editor.open('anything.sql', INDEX))).toContain('create-index-blocking');
    });
  });
});

describe('earlier files of the folder', () => {
  /** `email` has the type that an earlier file gave it: only then is it known that this change rewrites nothing. */
  const WIDER = 'ALTER TABLE users ALTER COLUMN email TYPE varchar(100);\n';
  const rewrites = async (editor: Editor, uri: string): Promise<boolean> => (await rules(editor, uri)).includes('alter-type-rewriting');
  const users = (type: string): string => `CREATE TABLE users (id bigint PRIMARY KEY, email ${type});\n`;

  it('are what exists before it', async () => {
    await withEditor({ files: { 'migrations/001_users.sql': users('varchar(50)'), 'migrations/003_later.sql': users('int') } }, async (editor) => {
      expect(await rewrites(editor, await editor.open('migrations/002_wider.sql', WIDER))).toBe(false);
      expect(await rewrites(editor, await editor.open('migrations/000_first.sql', WIDER))).toBe(true);
    });
  });

  it('count as the editor shows them, unsaved', async () => {
    await withEditor({ files: { 'migrations/001_users.sql': users('int') } }, async (editor) => {
      const later = await editor.open('migrations/002_wider.sql', WIDER);
      expect(await rewrites(editor, later)).toBe(true);
      const earlier = await editor.open('migrations/001_users.sql', users('int'));
      await editor.replaceAll(earlier, users('varchar(50)'));
      await editor.until(() => editor.refreshes > 0, 'a refresh');
      expect(await rewrites(editor, later)).toBe(false);
      const before = editor.refreshes;
      await editor.close(earlier);
      await editor.until(() => editor.refreshes > before, 'a refresh');
      expect(await rewrites(editor, later)).toBe(true);
    });
  });

  it('are read again when they change on the disk', async () => {
    await withEditor({ files: { 'migrations/001_users.sql': users('int'), 'README.sql': '' } }, async (editor) => {
      const uri = await editor.open('migrations/002_wider.sql', WIDER);
      expect(await rewrites(editor, uri)).toBe(true);
      editor.writeFile('migrations/001_users.sql', users('varchar(50)'));
      await editor.filesChanged('migrations/001_users.sql');
      await editor.until(() => editor.refreshes > 0, 'a refresh');
      expect(await rewrites(editor, uri)).toBe(false);
    });
  });

  it('that cannot be read do no harm', async () => {
    await withEditor({ files: { 'migrations/001_users.sql': users('varchar(50)') } }, async (editor) => {
      editor.writeFile('migrations/000_binary.sql', Uint8Array.of(0, 1, 2, 255));
      editor.writeFile('migrations/000_latin.sql', Uint8Array.of(0x2d, 0x2d, 0xe9, 0x0a));
      expect(await rewrites(editor, await editor.open('migrations/002_wider.sql', WIDER))).toBe(false);
    });
  });

  it('come after the DDL that the setting schema names', async () => {
    const files = { 'lockscope.json': '{ "schema": "db/structure.sql" }', 'db/structure.sql': users('varchar(50)') };
    await withEditor({ files }, async (editor) => {
      const uri = await editor.open('migrations/001_wider.sql', WIDER);
      expect(await rewrites(editor, uri)).toBe(false);
      editor.writeFile('db/structure.sql', users('int'));
      await editor.filesChanged('db/structure.sql');
      await editor.until(() => editor.refreshes > 0, 'a refresh');
      expect(await rewrites(editor, uri)).toBe(true);
    });
  });
});

describe('the code of the workspace', () => {
  it('that still names a dropped column is listed with the finding, as soon as it was searched', async () => {
    const files = { 'src/user.ts': "// users\nexport const sql = 'SELECT full_name FROM users';\n", 'vendor.js': 'users.full_name', '.gitignore': 'vendor.js\n' };
    await withEditor({ files }, async (editor) => {
      const uri = await editor.open('migrations/002_drop.sql', 'ALTER TABLE users DROP COLUMN full_name;\n');
      await editor.diagnostics(uri);
      await editor.until(() => editor.refreshes > 0, 'a refresh');
      const [finding] = (await editor.diagnostics(uri)).filter(({ code }) => code === 'drop-column');
      expect(finding?.relatedInformation).toEqual([
        { message: 'full_name is still mentioned here', location: { uri: uri.replace('migrations/002_drop.sql', 'src/user.ts'), range: { start: { line: 1, character: 27 }, end: { line: 1, character: 36 } } } },
      ]);
    });
  });
});
