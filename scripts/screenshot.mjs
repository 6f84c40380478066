// Makes the pictures of the README from a real editor: node scripts/screenshot.mjs
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './lib/chromium.mjs';
import { installExtension, startCodeServer } from './lib/code-server.mjs';
import { startDemoDatabase } from './lib/demo-database.mjs';
import { makeVsix } from './lib/vsix.mjs';
import { connectDatabase, openWorkbench, workbenchAddress } from './lib/workbench.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const images = join(root, 'docs/images');
/** The example on the picture, and the word on which the quick-fix menu is opened. */
const example = 'migrations/003_order_items_product.sql';
const word = 'CONSTRAINT';

const settings = {
  'breadcrumbs.enabled': false,
  'chat.commandCenter.enabled': false,
  'editor.fontSize': 14,
  'editor.lineHeight': 22,
  'editor.minimap.enabled': false,
  'editor.occurrencesHighlight': 'off',
  'editor.renderLineHighlight': 'none',
  'editor.scrollbar.horizontal': 'hidden',
  'editor.scrollbar.vertical': 'hidden',
  'editor.selectionHighlight': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'window.commandCenter': false,
  'window.title': '${activeEditorShort} — Lockscope',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.editor.empty.hint': 'hidden',
  'workbench.layoutControl.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

const folder = mkdtempSync(join(tmpdir(), 'lockscope-picture-'));
const profile = { userDataDir: join(folder, 'user'), extensionsDir: join(folder, 'extensions') };
/** Its name stands over the list of files. */
const workspace = join(folder, 'shop');
const cleanups = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })];
try {
  cpSync(join(root, 'examples'), workspace, { recursive: true });
  mkdirSync(join(profile.userDataDir, 'User'), { recursive: true });
  writeFileSync(join(profile.userDataDir, 'User/settings.json'), JSON.stringify(settings));
  await installExtension({ ...profile, extension: await makeVsix() });
  const server = await startCodeServer(profile);
  cleanups.push(server.stop);
  const browser = await launchChromium();
  cleanups.push(() => browser.close());
  await takePictures(browser, server);
  const database = await startDemoDatabase();
  cleanups.push(database.stop);
  await takeConnectedPicture(browser, server, database.url);
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}

async function takePictures(browser, server) {
  const address = workbenchAddress(server, { folder: workspace, files: [join(workspace, example)] });
  const viewport = { width: 1280, height: 580 };
  const page = await openWorkbench(browser, address, { viewport, deviceScaleFactor: 1.5, colorScheme: 'dark' });
  await page.waitForSelector('.squiggly-error, .squiggly-warning', { state: 'attached' });
  await page.waitForSelector('.codelens-decoration');
  mkdirSync(images, { recursive: true });
  await page.locator('.view-line span span', { hasText: word }).first().click();
  await page.keyboard.press('Control+.');
  await page.waitForSelector('.action-widget .monaco-list-row');
  await picture(page, 'editor.png');
}

/** The lenses of a migration while a database is connected, which is found in .env and chosen as a person would. */
async function takeConnectedPicture(browser, server, url) {
  writeFileSync(join(workspace, '.env'), `DATABASE_URL=${url}\n`);
  const address = workbenchAddress(server, { folder: workspace, files: [join(workspace, 'migrations/005_wider_columns.sql')] });
  const page = await openWorkbench(browser, address, { viewport: { width: 1280, height: 300 }, deviceScaleFactor: 1.5, colorScheme: 'dark' });
  await page.waitForSelector('.codelens-decoration');
  await connectDatabase(page);
  await page.keyboard.press('Escape');
  await picture(page, 'connected.png');
}

async function picture(page, name) {
  await page.mouse.move(900, 5); // away from anything that would show a hover
  await page.waitForTimeout(1500); // for fades and late lenses
  const path = join(images, name);
  await page.screenshot({ path, caret: 'hide' });
  console.log(path);
}
