import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  closeEverything, findings, hoverText, lenses, lockscope, open, quickFixes, replaceText, ruleOf, until, untilFound,
} from './editor';

const blockingIndex = 'create-index-blocking';

/** Waits until a view has opened, and closes it. */
async function untilTab(label: string): Promise<void> {
  const found = (): vscode.Tab | undefined => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find((tab) => tab.label === label);
  await vscode.window.tabGroups.close(await until(found, () => label));
}

export function defineSuite(): void {
  describe('Lockscope in VS Code', () => {
    afterEach(closeEverything);

    it('is the extension that this run is about', () => {
      const folder = vscode.Uri.file(process.env.LOCKSCOPE_TEST_EXTENSION_DIR ?? '').path;
      const { path } = lockscope().extensionUri;
      assert.ok(path.startsWith(folder), `${path} is not under ${folder}`);
    });

    it('activates when a migration is opened', async () => {
      await open('migrations/001_users.sql');
      await until(() => lockscope().isActive || undefined, () => 'the extension to be active');
    });

    it('has every command that its manifest promises', async () => {
      await lockscope().activate();
      const manifest = lockscope().packageJSON as { contributes: { commands: { command: string }[] } };
      const promised = manifest.contributes.commands.map(({ command }) => command);
      const there = new Set(await vscode.commands.getCommands(true));
      assert.deepEqual(promised.filter((command) => !there.has(command)), []);
      assert.ok(promised.includes('lockscope.fixAll'));
    });

    it('marks an unsafe statement, with a link to the rule', async () => {
      const { document } = await open('migrations/002_users_email.sql');
      const [finding] = await untilFound(document.uri, blockingIndex, 1);
      assert.ok(finding);
      assert.equal(finding.range.start.line, 3);
      assert.match(finding.message, /users/);
      assert.ok(typeof finding.code === 'object' && finding.code.target.toString().includes(blockingIndex));
    });

    it('says nothing about a table that the migration itself creates', async () => {
      await open('migrations/001_users.sql');
      const { document } = await open('migrations/002_users_email.sql');
      await untilFound(document.uri, blockingIndex, 1);
      const created = vscode.workspace.textDocuments.find(({ uri }) => uri.path.endsWith('001_users.sql'));
      assert.ok(created);
      assert.deepEqual(findings(created.uri).map(ruleOf), []);
    });

    it('mends it with a quick-fix that keeps the rest of the text', async () => {
      const { document } = await open('migrations/002_users_email.sql');
      const before = document.getText();
      const [finding] = await untilFound(document.uri, blockingIndex, 1);
      assert.ok(finding);
      const fixes = await quickFixes(document.uri, finding);
      const fix = fixes.find(({ edit, title }) => edit && /concurrently/i.test(title));
      assert.ok(fix?.edit, `no such fix among: ${fixes.map(({ title }) => title).join(' | ')}`);
      assert.ok(fix.isPreferred);
      assert.ok(await vscode.workspace.applyEdit(fix.edit));
      assert.equal(document.getText(), before.replace('CREATE INDEX', 'CREATE INDEX CONCURRENTLY'));
      await untilFound(document.uri, blockingIndex, 0);
    });

    it('marks the neighbours of a half-typed statement', async () => {
      const { document } = await open('migrations/003_half_typed.sql');
      const found = await untilFound(document.uri, blockingIndex, 2);
      assert.deepEqual(found.map(({ range }) => range.start.line).sort(), [0, 4]);
    });

    it('follows the typing', async () => {
      const editor = await open('migrations/004_edited.sql');
      const { uri } = editor.document;
      await replaceText(editor, 'CREATE INDEX a ON users (id);\nCREATE INDEX b ON users (email);\n');
      await untilFound(uri, blockingIndex, 2);
      await replaceText(editor, 'CREATE INDEX CONCURRENTLY a ON users (id);\n');
      await untilFound(uri, blockingIndex, 0);
    });

    it('shows a lens with the lock over the statement', async () => {
      const { document } = await open('migrations/002_users_email.sql');
      const shown = await until(
        async () => {
          const found = (await lenses(document.uri)).filter(({ line }) => line === 3);
          return found.length > 0 ? found.map(({ title }) => title).join(' ') : undefined;
        },
        () => 'a lens on line 4',
      );
      assert.match(shown, /SHARE/);
      assert.match(shown, /users/);
    });

    it('explains the lock in a hover', async () => {
      const { document } = await open('migrations/002_users_email.sql');
      const text = await until(
        async () => (await hoverText(document.uri, new vscode.Position(3, 2))) || undefined,
        () => 'a hover on CREATE INDEX',
      );
      assert.match(text, /SHARE/);
      assert.match(text, /users/);
    });

    for (const command of ['lockscope.estimateRuntime', 'lockscope.showReport']) {
      it(`shows the report on a migration with ${command}, in one panel`, async () => {
        const reports = (): vscode.Tab[] => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ label }) => label.startsWith('Report: '));
        const { document } = await open('migrations/002_users_email.sql');
        await untilFound(document.uri, blockingIndex, 1);
        await vscode.commands.executeCommand(command);
        await until(() => reports().some(({ label }) => label === 'Report: 002_users_email.sql') || undefined, () => 'the report');
        await vscode.commands.executeCommand(command, document.uri.toString(), 0);
        assert.equal(reports().length, 1);
        await vscode.window.tabGroups.close(reports());
      });
    }

    it('mends everything that is safe to mend with a command', async () => {
      const { document } = await open('migrations/002_users_email.sql');
      await untilFound(document.uri, blockingIndex, 1);
      await vscode.commands.executeCommand('lockscope.fixAll');
      await until(() => document.getText().includes('CREATE INDEX CONCURRENTLY') || undefined, () => 'the text to be mended');
      await untilFound(document.uri, blockingIndex, 0);
    });

    it('connects to a database that the folder mentions, shows its sizes, and forgets them when it is disconnected', async function () {
      this.timeout(180_000);
      const url = process.env.LOCKSCOPE_TEST_DATABASE_URL ?? '';
      const folder = vscode.workspace.workspaceFolders?.[0];
      assert.ok(folder);
      const trace = vscode.workspace.getConfiguration('lockscope.trace');
      // Everything that can be logged is: afterwards the logs are searched for the password.
      await vscode.commands.executeCommand('_extensionTests.setLogLevel', 'trace');
      await trace.update('server', 'verbose', vscode.ConfigurationTarget.Global);
      const dotenv = vscode.Uri.joinPath(folder.uri, '.env');
      await vscode.workspace.fs.writeFile(dotenv, new TextEncoder().encode(`DATABASE_URL=${url}\n`));
      const { document } = await open('migrations/002_users_email.sql');
      const lensNow = async (): Promise<string> => (await lenses(document.uri)).filter(({ line }) => line === 3).map(({ title }) => title).join(' ');
      await until(async () => (await lensNow()).includes('SHARE') || undefined, () => 'a lens');
      assert.doesNotMatch(await lensNow(), /2 M rows/);
      const connecting = vscode.commands.executeCommand('lockscope.connectDatabase');
      // What is offered first, and the name that is proposed, are what a person would take.
      await until(
        async () => {
          await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
          return (await lensNow()).includes('users (2 M rows, 69 MB)') || undefined;
        },
        () => 'the rows in the lens',
      );
      await connecting;
      const messages = (): string => findings(document.uri).map(({ message }) => message).join('\n');
      await until(() => messages().includes('users has 2 M rows, 69 MB: writes wait about ') || undefined, () => `the rows in the finding, which are not in\n${messages()}`);
      await vscode.commands.executeCommand('lockscope.checkBlockers');
      await untilTab('Blockers: 002_users_email.sql');
      await vscode.commands.executeCommand('lockscope.refreshDatabase');
      await vscode.commands.executeCommand('lockscope.disconnectDatabase');
      await until(
        async () => {
          const lens = await lensNow();
          return (lens.includes('SHARE') && !lens.includes('2 M rows')) || undefined;
        },
        () => 'the rows to be gone',
      );
      await vscode.workspace.fs.delete(dotenv);
      await trace.update('server', undefined, vscode.ConfigurationTarget.Global);
      await vscode.commands.executeCommand('_extensionTests.setLogLevel', 'info');
    });

    it('goes on after its server was restarted', async () => {
      const editor = await open('migrations/004_edited.sql');
      await vscode.commands.executeCommand('lockscope.restartServer');
      await replaceText(editor, 'CREATE INDEX a ON users (id);\n');
      await untilFound(editor.document.uri, blockingIndex, 1);
    });
  });
}
