// Makes the picture of the view of blockers from a real editor and a real server: node scripts/screenshot-blockers.mjs
// docs/images/blockers.png; with --more also light, high contrast and a narrow page, into out/pictures.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { launchChromium } from './lib/chromium.mjs';
import { installExtension, startCodeServer } from './lib/code-server.mjs';
import { startDemoDatabase } from './lib/demo-database.mjs';
import { makeVsix } from './lib/vsix.mjs';
import { connectDatabase, openWorkbench, runCommand, workbenchAddress } from './lib/workbench.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const images = join(root, 'docs/images');
const more = process.argv.includes('--more');

const settings = {
  'breadcrumbs.enabled': false,
  'chat.commandCenter.enabled': false,
  'editor.minimap.enabled': false,
  'editor.renderLineHighlight': 'none',
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'window.commandCenter': false,
  'window.title': '${activeEditorShort} — Lockscope',
  'workbench.activityBar.location': 'hidden',
  'workbench.editor.empty.hint': 'hidden',
  'workbench.layoutControl.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.statusBar.visible': false,
  'workbench.tips.enabled': false,
};

const folder = mkdtempSync(join(tmpdir(), 'lockscope-picture-'));
const profile = { userDataDir: join(folder, 'user'), extensionsDir: join(folder, 'extensions') };
const workspace = join(folder, 'shop');
const file = join(workspace, 'migrations/004_orders_public_id.sql');
const cleanups = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })];
try {
  cpSync(join(root, 'examples'), workspace, { recursive: true });
  mkdirSync(join(profile.userDataDir, 'User'), { recursive: true });
  await installExtension({ ...profile, extension: await makeVsix() });
  const shop = await startShop();
  cleanups.push(shop.stop);
  writeFileSync(join(workspace, '.env'), `DATABASE_URL=${shop.url}\n`);
  const server = await startCodeServer(profile);
  cleanups.push(server.stop);
  const browser = await launchChromium();
  cleanups.push(() => browser.close());
  await takePictures(browser, server);
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}

/** A copy of the demo's database in which much goes on at once: somebody holds orders, a migration waits, others wait behind it. */
async function startShop() {
  const demo = await startDemoDatabase();
  const url = demo.url.replace(/\/demo$/, '/shop');
  const clients = [];
  const session = async (name, connectionString = url) => {
    const client = new pg.Client({ connectionString, application_name: name });
    client.on('error', () => undefined); // it is ended below, whatever it waits for
    await client.connect();
    clients.push(client);
    return client;
  };
  const stop = async () => {
    await Promise.allSettled(clients.map((client) => client.end()));
    const client = await session('', demo.url);
    await client.query('DROP DATABASE shop WITH (FORCE)');
    await client.end();
    await demo.stop();
  };
  const admin = await session('', demo.url);
  await admin.query('DROP DATABASE IF EXISTS shop WITH (FORCE)');
  await admin.query('CREATE DATABASE shop TEMPLATE demo');
  const before = await session('');
  await before.query('ALTER TABLE orders ADD CONSTRAINT orders_paid CHECK (total_cents > 0) NOT VALID; ALTER TABLE users SET (autovacuum_enabled = off); ANALYZE orders');
  await before.query('CREATE UNIQUE INDEX CONCURRENTLY users_country_key ON users (country)').catch(() => undefined); // as it is meant to fail
  await before.query('UPDATE users SET country = upper(country) WHERE id % 5 = 0');
  const checkout = await session('checkout');
  await checkout.query("BEGIN; UPDATE orders SET status = 'paid', note = 'card 4111' WHERE id = 4711");
  const report = await session('monthly report');
  const quietly = (client, sql) => void client.query(sql).catch(() => undefined);
  quietly(report, "SELECT date_trunc('month', placed_at), sum(total_cents), pg_sleep(3600) FROM orders WHERE status <> 'cancelled' GROUP BY 1");
  quietly(await session('vacuum'), "SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 2");
  quietly(clients.at(-1), 'VACUUM (DISABLE_PAGE_SKIPPING) events');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  quietly(await session('deploy 1.4'), 'ALTER TABLE orders ALTER COLUMN coupon TYPE varchar(40)');
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const name of ['web 1', 'web 2']) quietly(await session(name), 'SELECT id, status FROM orders WHERE user_id = 17 ORDER BY placed_at DESC LIMIT 20');
  return { url, stop };
}

/** The view in one window; what is asked for beyond the picture of the README shows it in other themes and widths. */
async function takePictures(browser, server) {
  mkdirSync(images, { recursive: true });
  choose('Default Dark Modern');
  const page = await openWorkbench(browser, workbenchAddress(server, { folder: workspace, files: [file] }), { viewport: { width: 1000, height: 1400 }, deviceScaleFactor: 1.5 });
  await page.waitForSelector('.codelens-decoration');
  await connectDatabase(page);
  await runCommand(page, 'View: Close Primary Side Bar');
  await openView(page);
  await take(page, join(images, 'blockers.png'));
  if (!more) return;
  const pictures = join(root, 'out/pictures');
  mkdirSync(pictures, { recursive: true });
  for (const [theme, name, width] of [['Default Light Modern', 'light', 1000], ['Default High Contrast', 'contrast-dark', 1000], ['Default High Contrast Light', 'contrast-light', 1000], ['Default Dark Modern', 'narrow', 420]]) {
    choose(theme);
    await page.reload({ waitUntil: 'domcontentloaded' });
    await page.waitForSelector('.codelens-decoration:has-text(" rows, ")');
    await openView(page);
    await page.setViewportSize({ width, height: 1400 });
    await take(page, join(pictures, `blockers-${name}.png`));
  }
}

/** Opens the view and gives it the whole width. */
async function openView(page) {
  await runCommand(page, 'Lockscope: Check Blockers');
  const view = page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
  await view.locator('ul.branch ul.branch').first().waitFor();
  await page.locator('.tab', { hasText: 'Blockers: ' }).click();
  await runCommand(page, 'View: Move Editor into Previous Group');
  await view.locator('ul.branch ul.branch').first().waitFor();
}

function choose(theme) {
  writeFileSync(join(profile.userDataDir, 'User/settings.json'), JSON.stringify({ ...settings, 'workbench.colorTheme': theme }));
}

async function take(page, path) {
  await page.mouse.move(300, 700); // away from anything that would show a hover
  await page.waitForTimeout(4000); // for the theme, fades and a reading or two
  await page.screenshot({ path, caret: 'hide' });
  console.log(path);
}
