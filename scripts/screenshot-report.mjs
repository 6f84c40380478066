// Makes the pictures of the report from a real editor: node scripts/screenshot-report.mjs
// docs/images/report-light.png, report-dark.png; with --more also high contrast and a narrow page, into out/pictures.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './lib/chromium.mjs';
import { installExtension, startCodeServer } from './lib/code-server.mjs';
import { startDemoDatabase } from './lib/demo-database.mjs';
import { run } from './lib/process.mjs';
import { makeVsix } from './lib/vsix.mjs';
import { openWorkbench, runCommand, workbenchAddress } from './lib/workbench.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const images = join(root, 'docs/images');
const more = process.argv.includes('--more');

/** The example's shop holds a million orders; a shop whose migrations hurt has more. */
const GROWTH = 40;

const migration = `-- The spring release.
SET lock_timeout = '2s';

BEGIN;
ALTER TABLE events ADD COLUMN source text;
UPDATE events SET source = 'web' WHERE kind IN ('visit', 'search');
COMMIT;

CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);

BEGIN;
ALTER TABLE order_items ALTER COLUMN price_cents TYPE bigint;
ALTER TABLE order_items
    ADD CONSTRAINT order_items_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id);
COMMIT;

ALTER TABLE users ALTER COLUMN country SET NOT NULL;
ALTER TABLE orders ADD COLUMN channel text DEFAULT 'web';
`;

const settings = {
  'breadcrumbs.enabled': false,
  'chat.commandCenter.enabled': false,
  'editor.codeLens': true,
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
const file = join(workspace, 'migrations/009_spring_release.sql');
const cleanups = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })];
try {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, migration);
  const extension = await makeVsix();
  await writeSnapshot();
  mkdirSync(join(profile.userDataDir, 'User'), { recursive: true });
  await installExtension({ ...profile, extension });
  const server = await startCodeServer(profile);
  cleanups.push(server.stop);
  const browser = await launchChromium();
  cleanups.push(() => browser.close());
  await takePictures(browser, server);
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}

/** Catalogue and sizes of the demo's database, as if it had grown. */
async function writeSnapshot() {
  const database = await startDemoDatabase();
  try {
    await run(process.execPath, [join(root, 'scripts/build.mjs')]);
    const snapshot = JSON.parse(await run(process.execPath, [join(root, 'server/dist/cli.js'), 'snapshot'], { env: { ...process.env, LOCKSCOPE_DATABASE_URL: database.url } }));
    for (const size of Object.values(snapshot.sizes)) {
      for (const key of ['rows', 'bytes', 'indexBytes', 'toastBytes']) if (typeof size[key] === 'number') size[key] *= GROWTH;
      for (const index of Object.values(size.indexes ?? {})) if (typeof index.bytes === 'number') index.bytes *= GROWTH;
    }
    writeFileSync(join(workspace, 'snapshot.json'), JSON.stringify(snapshot));
  } finally {
    await database.stop();
  }
  writeFileSync(join(workspace, 'lockscope.json'), JSON.stringify({ migrations: ['migrations/**/*.sql'], snapshot: 'snapshot.json', lockBudget: '500ms' }));
}

async function takePictures(browser, server) {
  mkdirSync(images, { recursive: true });
  await take(browser, server, 'Default Light Modern', join(images, 'report-light.png'));
  await take(browser, server, 'Default Dark Modern', join(images, 'report-dark.png'));
  if (!more) return;
  const pictures = join(root, 'out/pictures');
  mkdirSync(pictures, { recursive: true });
  await take(browser, server, 'Default High Contrast', join(pictures, 'report-contrast-dark.png'));
  await take(browser, server, 'Default High Contrast Light', join(pictures, 'report-contrast-light.png'));
  await take(browser, server, 'Default Dark Modern', join(pictures, 'report-narrow.png'), { width: 560, height: 1100 });
}

/** Opens the editor in a theme, and the report in it. */
async function take(browser, server, theme, path, viewport = { width: 1000, height: 820 }) {
  writeFileSync(join(profile.userDataDir, 'User/settings.json'), JSON.stringify({ ...settings, 'workbench.colorTheme': theme }));
  const page = await openWorkbench(browser, workbenchAddress(server, { folder: workspace, files: [file] }), { viewport, deviceScaleFactor: 1.5 });
  await page.waitForSelector('.codelens-decoration');
  await runCommand(page, 'View: Close Primary Side Bar');
  await runCommand(page, 'Lockscope: Estimate Runtime');
  const report = page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
  await report.locator('a.bar').first().waitFor();
  await runCommand(page, 'View: Move Editor into Previous Group');
  await report.locator('a.bar').first().waitFor();
  await picture(page, path);
  await page.close();
}

async function picture(page, path) {
  await page.mouse.move(500, 2); // away from anything that would show a hover
  await page.waitForTimeout(2500); // for the theme, fades and messages in the status bar
  await page.screenshot({ path, caret: 'hide' });
  console.log(path);
}
