// Connections and estimates as a person has them: connecting is cancelled, a server is calibrated, a migration is rehearsed,
// what ran is held against what was said, the report is there again after the window was reloaded, a connection is marked as
// production, and another one is switched to.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import { startCodeServer } from '../../scripts/lib/code-server.mjs';
import { connectDatabase, openWorkbench, runCommand, workbenchAddress } from '../../scripts/lib/workbench.mjs';
import { filesWith } from './files-with.mjs';

const INDEX = 'CREATE INDEX users_n_idx ON users (n);';
const MIGRATIONS = {
  '005_users_n.sql': `${INDEX}\nALTER TABLE users ALTER COLUMN n SET NOT NULL;\n`,
  // Nothing that a person could cancel in time would be certain to last that long.
  '006_slow.sql': 'ALTER TABLE users ADD CHECK (n > 0);\nSELECT pg_sleep(600);\n',
};
/** Generous, in ms: other suites run at the same time. */
const TIMEOUT = 150_000;
/** Nobody asks for it there, and still it is nobody's business. */
const PASSWORD = 'told-to-nobody-4711';
const FAILED = fileURLToPath(new URL('../../out/test-vscode/estimates.png', import.meta.url));

/**
 * Throws unless each command says first what it does, shows how far it is, can be cancelled, and does what it says.
 * Gives back how many things it looked at.
 */
export async function checkEstimates({ workspace, userDataDir, extensionsDir }, databaseUrl) {
  for (const [name, sql] of Object.entries(MIGRATIONS)) writeFileSync(join(workspace, 'migrations', name), sql);
  writeFileSync(join(workspace, '.env'), `DATABASE_URL=${databaseUrl}\n`);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()');
  const server = await startCodeServer({ userDataDir, extensionsDir });
  const browser = await launchChromium();
  try {
    // An address that names files opens those and no others: after a reload, too.
    const page = await openWorkbench(browser, workbenchAddress(server, { folder: workspace }), { timeout: TIMEOUT, until: '.explorer-folders-view .monaco-list-row:has-text("migrations")' });
    return await new Person(page, client, databaseUrl, [userDataDir, workspace]).tryEverything().catch(async (error) => {
      await page.screenshot({ path: FAILED }).catch(() => {});
      throw new Error(`${error.message}\n${FAILED} shows the page.`, { cause: error });
    });
  } finally {
    await browser.close();
    await server.stop();
    await client.end();
  }
}

class Person {
  checked = 0;

  constructor(page, client, databaseUrl, folders) {
    this.page = page;
    this.folders = folders;
    this.client = client;
    this.databaseUrl = databaseUrl;
  }

  async tryEverything() {
    await this.open('005_users_n.sql');
    // The palette has the commands once the extension is there.
    await this.page.waitForSelector('.codelens-decoration');
    await this.cancelConnecting();
    await connectDatabase(this.page);
    await this.calibrate();
    await this.rehearse();
    await this.holdAgainstWhatRan();
    await this.reload();
    await this.markProduction();
    await this.switchDatabase();
    await this.searchForThePassword();
    return this.checked;
  }

  /** A server that takes connections and never says a word: only the person can end it soon. */
  async cancelConnecting() {
    const { page } = this;
    const sockets = new Set();
    const silent = createServer((socket) => {
      sockets.add(socket);
      socket.resume().on('error', () => {}).on('close', () => sockets.delete(socket));
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const place = `shop on 127.0.0.1:${silent.address().port}`;
      await this.enterUrl(`postgresql://somebody@127.0.0.1:${silent.address().port}/shop?connect_timeout=600`);
      const running = this.toast(`Lockscope: connecting to ${place}`);
      await this.sees('connecting shows that it runs, and to what', running);
      await this.until('the server is asked, by a process of its own', async () => sockets.size === 1 && probes() === 1);
      await running.getByRole('button', { name: 'Cancel' }).click();
      await this.sees('connecting can be cancelled', running, 'detached');
      await this.until('then the server is left alone, and no process stays', async () => sockets.size === 0 && probes() === 0);
      const said = await page.locator('.notifications-toasts .notification-list-item').allInnerTexts();
      await this.holds('who cancels is told of no error, nor asked for a name', said.every((text) => !/Lockscope/.test(text)) && (await page.locator('.quick-input-widget:visible').count()) === 0);
      await runCommand(page, 'Lockscope: Connect Database');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Enter a URL' }).waitFor();
      const offered = await page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
      await this.holds('nothing of it is kept', offered.every((text) => !text.includes('shop') && !text.includes('Disconnect')));
      await page.keyboard.press('Escape');
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  }

  /** Two databases of one server in which a table of the same name has other rows. */
  async switchDatabase() {
    const { page } = this;
    await this.client.query('CREATE DATABASE second');
    const url = new URL(this.databaseUrl);
    url.pathname = '/second';
    url.password = PASSWORD;
    const second = new pg.Client({ connectionString: url.href });
    await second.connect();
    await second.query('CREATE TABLE users (n int); INSERT INTO users SELECT generate_series(1, 1234); ANALYZE users');
    await second.end();
    await this.open('005_users_n.sql');
    await this.enterUrl(url.href);
    await page.locator('.quick-input-message', { hasText: 'Name of the connection' }).waitFor();
    await page.keyboard.type('the second');
    await page.keyboard.press('Enter');
    await this.sees('a second connection takes the place of the first', this.lens('users (1,234 rows, '));
    const first = `postgres on ${url.host}`;
    await this.switchTo(first, 'the second');
    await this.sees('switched to the first, the lens tells its rows', this.lens('users (2 M rows, '));
    await this.holds('and no longer those of the second', (await this.lens('1,234 rows').count()) === 0);
    await this.switchTo('the second', first);
    await this.sees('and back', this.lens('users (1,234 rows, '));
    await page.locator('.view-line', { hasText: INDEX }).locator('span', { hasText: 'CREATE' }).last().hover();
    await this.sees('the hover tells the rows of the one that was switched to', page.locator('.monaco-hover', { hasText: /1,234 rows/ }).first());
  }

  /** What the editor and the extension have written: settings, state, logs. */
  async searchForThePassword() {
    // Where the extension's log is not found, this shows nothing.
    await this.holds('the extension wrote a log', this.folders.some((folder) => readdirSync(folder, { recursive: true }).some((file) => /Lockscope\.log$/.test(file))));
    const telling = this.folders.flatMap((folder) => filesWith(PASSWORD, folder));
    await this.holds(`no file tells the password (${telling.join(', ')})`, telling.length === 0);
  }

  /** Chooses a connection by the entry beside the language's name, which names the one before. */
  async switchTo(name, before) {
    const { page } = this;
    const entry = page.locator('.hover-language-status .element', { hasText: before });
    await page.locator('[id="status.languageStatus"]').click();
    await this.sees(`the status names ${before}`, entry);
    await entry.getByText('Switch', { exact: true }).click();
    const row = page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first();
    await row.waitFor();
    await row.click();
  }

  async enterUrl(url) {
    const { page } = this;
    await runCommand(page, 'Lockscope: Connect Database');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Enter a URL' }).click();
    await page.locator('.quick-input-message', { hasText: 'Connection URL' }).waitFor();
    await page.keyboard.insertText(url);
    await page.keyboard.press('Enter');
  }

  lens(text) {
    return this.page.locator('.codelens-decoration', { hasText: text }).first();
  }

  async calibrate() {
    const { page } = this;
    await runCommand(page, 'Lockscope: Calibrate Estimates');
    const both = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Past statements and a sample' });
    await this.sees('calibrating says first what it reads', both.filter({ hasText: /Also reads and sorts about 150,000 rows of users, for up to 2 s/ }));
    await both.click();
    const running = this.toast(/calibrating/);
    await this.sees('it shows that it runs', running);
    await running.getByRole('button', { name: 'Cancel' }).click();
    await running.waitFor({ state: 'detached' });
    // What was cancelled was not learned: there is nothing to forget.
    await runCommand(page, 'Lockscope: Calibrate Estimates');
    await both.waitFor();
    await this.holds('it can be cancelled, and then nothing was learned', (await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Built-in timings' }).count()) === 0);
    await both.click();
    await this.sees('it says how much it learned', this.toast(/estimates for .* rest on \d+ more timings? of its server/));
    await this.closeToasts();
    const report = await this.report();
    await this.sees('and the report rests on it', report.getByText('timings of this server').first());
    await this.open('005_users_n.sql');
    await runCommand(page, 'Lockscope: Calibrate Estimates');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Built-in timings' }).click();
    await this.sees('what was learned can be forgotten', this.toast(/what was learned of .* is forgotten/));
    await this.closeToasts();
  }

  async rehearse() {
    const { page } = this;
    await this.open('006_slow.sql');
    await this.askForRehearsal();
    const dialog = page.locator('.monaco-dialog-box');
    await this.sees('rehearsing says first what it copies, and where', dialog.filter({ hasText: /Lockscope reads at most 200,000 rows of users from .*copied to a new database on the server of/ }));
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await this.holds('who says no to that has no database made', (await this.rehearsals()) === 0);
    await this.askForRehearsal();
    await dialog.getByRole('button', { name: 'Rehearse' }).click();
    const running = this.toast(/rehearsing 006_slow\.sql/);
    await this.sees('it shows what it is at', running.filter({ hasText: /running statement 2 of 2/ }));
    await this.holds('on a database of its own', (await this.rehearsals()) === 1);
    await running.getByRole('button', { name: 'Cancel' }).click();
    await this.sees('it can be cancelled while a statement runs', running, 'detached');
    await this.until('its database is removed', async () => (await this.rehearsals()) === 0);
    await this.closeToasts();
    await this.open('005_users_n.sql');
    await this.askForRehearsal();
    await dialog.getByRole('button', { name: 'Rehearse' }).click();
    await this.sees('it says what came of it', this.toast(/rehearsed 2 statements on .*: the times of \d rest on it/));
    await this.closeToasts();
    await this.holds('and leaves the table as it was', (await this.indexes()) === 0 && (await this.rehearsals()) === 0);
    const report = await this.report();
    await this.sees('the report rests on the rehearsal', report.getByText('a rehearsal on a part of the rows').first());
  }

  async askForRehearsal() {
    await runCommand(this.page, 'Lockscope: Rehearse Migration');
    await this.page.locator('.quick-input-title', { hasText: 'Rehearse On' }).waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.monaco-dialog-box').waitFor();
  }

  /** The report has been shown: now the migration runs. */
  async holdAgainstWhatRan() {
    await this.client.query(INDEX);
    await this.client.query('DROP INDEX users_n_idx');
    await this.open('005_users_n.sql');
    const report = await this.report();
    await this.sees('what a statement took when it ran stands beside what was said', report.getByText(/took .* when it ran; the estimate was about/).first());
  }

  async reload() {
    const { page } = this;
    // A report that was just shown takes the focus, and a palette that loses it closes.
    await this.open('005_users_n.sql');
    // A page that is simply loaded again has had no time to write down what was open.
    await this.until('the window can be reloaded', async () => {
      const gone = page.waitForEvent('domcontentloaded', { timeout: 60_000 }).then(() => true, () => false);
      await runCommand(page, 'Developer: Reload Window');
      return gone;
    });
    await this.sees('the report is there again after the window was reloaded', this.frame().locator('a.bar', { hasText: 'SHARE' }).first());
    await this.open('005_users_n.sql');
    await this.page.waitForSelector('.codelens-decoration:has-text(" rows, ")');
  }

  async markProduction() {
    const { page } = this;
    await runCommand(page, 'Lockscope: Mark Connections as Production');
    const row = page.locator('.quick-input-list .monaco-list-row').first();
    await this.sees('marking as production shows the connections', row);
    await row.click();
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await page.waitForSelector('.codelens-decoration:has-text(" rows, ")');
    await this.until('nothing is rehearsed with a connection that is marked as production', async () => {
      await page.keyboard.press('F1');
      await page.keyboard.insertText('Lockscope: Rehearse Migration');
      const offered = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Lockscope: Rehearse Migration' }).first();
      // The server starts anew with what was marked: until then the palette may not have it.
      if (!(await offered.waitFor({ timeout: 5000 }).then(() => true, () => page.keyboard.press('Escape').then(() => false)))) return false;
      await page.keyboard.press('Enter');
      return this.toast(/is marked as production: nothing is rehearsed with its rows/).waitFor({ timeout: 5000 }).then(() => true, () => page.keyboard.press('Escape').then(() => false));
    });
    await this.holds('and no database is made', (await this.rehearsals()) === 0);
  }

  /** Has the active migration estimated; gives the report's page. */
  async report() {
    await runCommand(this.page, 'Lockscope: Estimate Runtime');
    await this.page.locator('.tab', { hasText: 'Report: ' }).first().waitFor();
    return this.frame();
  }

  frame() {
    return this.page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
  }

  async open(name) {
    const { page } = this;
    await page.keyboard.press('Control+1');
    const tab = page.locator('.tab', { hasText: name }).and(page.locator(':not(:has-text("Report"))'));
    if ((await tab.count()) > 0) await tab.first().click();
    else {
      const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
      if ((await row.count()) === 0) await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'migrations' }).first().click();
      await row.dblclick();
    }
    await page.locator('.tab.active', { hasText: name }).first().waitFor();
    await page.keyboard.press('Control+1');
  }

  toast(text) {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first();
  }

  async closeToasts() {
    await runCommand(this.page, 'Notifications: Clear All Notifications');
  }

  async rehearsals() {
    const { rows } = await this.client.query("SELECT count(*)::int AS n FROM pg_database WHERE datname LIKE 'lockscope_rehearsal%'");
    return rows[0].n;
  }

  async indexes() {
    const { rows } = await this.client.query("SELECT count(*)::int AS n FROM pg_indexes WHERE tablename = 'users'");
    return rows[0].n;
  }

  async sees(what, locator, state = 'visible') {
    await locator.waitFor({ state }).catch(async (error) => {
      throw new Error(`${what}: not seen; the page says\n${(await this.page.locator('body').innerText()).slice(0, 3000)}`, { cause: error });
    });
    this.tick(what);
  }

  async holds(what, isTrue) {
    if (!isTrue) throw new Error(`It is not so that ${what}.`);
    this.tick(what);
  }

  async until(what, look) {
    const end = Date.now() + TIMEOUT;
    while (!(await look())) {
      if (Date.now() > end) throw new Error(`It is not so that ${what}.`);
      await this.page.waitForTimeout(200);
    }
    this.tick(what);
  }

  tick(what) {
    console.log(`  ✔ ${what}`);
    this.checked += 1;
  }
}

/** How many processes try a connection. */
function probes() {
  return commandLines().filter((args) => / --probe$/.test(args.trimEnd())).length;
}

/** What runs on the machine, as it was called. Small Linux images have no ps. */
function commandLines() {
  if (process.platform !== 'linux') return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return ''; // it has ended meanwhile
      }
    });
}
