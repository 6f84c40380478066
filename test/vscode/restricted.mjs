// Lockscope in Restricted Mode. VS Code trusts any folder in which it runs a suite, so this looks at the page instead.
import { join } from 'node:path';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import { startCodeServer } from '../../scripts/lib/code-server.mjs';
import { openWorkbench, workbenchAddress } from '../../scripts/lib/workbench.mjs';
import { checkReport } from './report.mjs';

/**
 * Throws unless the editor is in Restricted Mode and marks the unsafe statement all the same; nor without the report.
 * Gives back how many things it looked at.
 */
export async function checkRestrictedMode({ workspace, userDataDir, extensionsDir }) {
  const server = await startCodeServer({ userDataDir, extensionsDir, workspaceTrust: true });
  const browser = await launchChromium();
  try {
    const files = [join(workspace, 'migrations/002_users_email.sql')];
    const page = await openWorkbench(browser, workbenchAddress(server, { folder: workspace, files }));
    for (const [what, selector] of Object.entries(expected)) {
      await page.waitForSelector(selector, { state: 'attached' });
      console.log(`  ✔ ${what}`);
    }
    return Object.keys(expected).length + (await checkReport(page));
  } finally {
    await browser.close();
    await server.stop();
  }
}

const expected = {
  'the folder is not trusted': '.statusbar-item:has-text("Restricted Mode")',
  'the unsafe statement is marked': '.squiggly-error, .squiggly-warning',
  'the lens shows its lock': '.codelens-decoration:has-text("SHARE")',
};
