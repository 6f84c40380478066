// Lockscope in Restricted Mode. VS Code trusts any folder in which it runs a suite, so this looks at the page instead.
import { join } from 'node:path';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import { startCodeServer } from '../../scripts/lib/code-server.mjs';
import { openWorkbench, runCommand, workbenchAddress } from '../../scripts/lib/workbench.mjs';
import { checkReport } from './report.mjs';

/**
 * Throws unless the editor is in Restricted Mode and marks the unsafe statement all the same; nor without the report; nor
 * unless the database that `npm start` hands over is judged by once the folder is trusted, and not before.
 * Gives back how many things it looked at.
 */
export async function checkRestrictedMode({ workspace, userDataDir, extensionsDir }, databaseUrl) {
  const env = { ...process.env, LOCKSCOPE_DEMO_DATABASE: JSON.stringify({ folder: workspace, url: databaseUrl }) };
  const server = await startCodeServer({ userDataDir, extensionsDir, env, workspaceTrust: true });
  const browser = await launchChromium();
  try {
    const files = [join(workspace, 'migrations/002_users_email.sql')];
    const page = await openWorkbench(browser, workbenchAddress(server, { folder: workspace, files }));
    for (const [what, selector] of Object.entries(expected)) {
      await page.waitForSelector(selector, { state: 'attached' });
      console.log(`  ✔ ${what}`);
    }
    const checked = await checkReport(page);
    return Object.keys(expected).length + checked + (await checkTrust(page));
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Gives back how many things it looked at. */
async function checkTrust(page) {
  await page.keyboard.press('Control+1');
  await page.waitForSelector(expected['the lens shows its lock'], { state: 'attached' });
  if ((await page.locator(ROWS).count()) > 0) throw new Error('A folder that is not trusted is judged by a database.');
  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).click();
  await page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).first().click();
  await page.locator('.tab', { hasText: '002_users_email.sql' }).first().click();
  await page.waitForSelector(ROWS, { state: 'attached' });
  console.log('  ✔ once the folder is trusted, it is judged by the database that npm start hands over');
  await runCommand(page, 'Lockscope: Disconnect Database');
  await page.locator(ROWS).first().waitFor({ state: 'detached' });
  console.log('  ✔ and no longer when it is disconnected');
  return 2;
}

/** A lens that knows the table's size. */
const ROWS = '.codelens-decoration:has-text("users (2 M rows, ")';

const expected = {
  'the folder is not trusted': '.statusbar-item:has-text("Restricted Mode")',
  'the unsafe statement is marked': '.squiggly-error, .squiggly-warning',
  'the lens shows its lock': '.codelens-decoration:has-text("SHARE")',
};
