// Lockscope in Restricted Mode. VS Code trusts any folder in which it runs a suite, so this looks at the page instead.
import { join } from 'node:path';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import { startCodeServer } from '../../scripts/lib/code-server.mjs';
import { openWorkbench, workbenchAddress } from '../../scripts/lib/workbench.mjs';

/** Throws unless the editor is in Restricted Mode and marks the unsafe statement all the same. */
export async function checkRestrictedMode({ workspace, userDataDir, extensionsDir }) {
  const server = await startCodeServer({ userDataDir, extensionsDir, workspaceTrust: true });
  const browser = await launchChromium();
  try {
    const files = [join(workspace, 'migrations/002_users_email.sql')];
    const page = await openWorkbench(browser, workbenchAddress(server, { folder: workspace, files }));
    await page.waitForSelector('.statusbar-item:has-text("Restricted Mode")', { timeout: 30_000 });
    console.log('  ✔ the folder is not trusted');
    await page.waitForSelector('.squiggly-error, .squiggly-warning', { state: 'attached', timeout: 30_000 });
    console.log('  ✔ the unsafe statement is marked');
    await page.waitForSelector('.codelens-decoration:has-text("SHARE")', { timeout: 15_000 });
    console.log('  ✔ the lens shows its lock');
  } finally {
    await browser.close();
    await server.stop();
  }
}
