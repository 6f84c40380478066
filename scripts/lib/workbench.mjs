// A page with VS Code in it: its address, and what scripts and tests do there.

/** The address that opens a folder of the machine, and files of it in editors. */
export function workbenchAddress({ url, port }, { folder, files = [] }) {
  const payload = files.map((file) => ['openFile', `vscode-remote://127.0.0.1:${port}${encodeURI(file)}`]);
  const query = new URLSearchParams({ folder, ...(payload.length > 0 && { payload: JSON.stringify(payload) }) });
  return `${url}?${query}`;
}

/**
 * Opens the address and waits until something is there: unless said otherwise, an editor's text. Gives back the page.
 * @param timeout how long that and whatever is waited for later may take, in ms: generous, since other suites run at the same time
 */
export async function openWorkbench(browser, address, { timeout = 180_000, until = '.editor-instance .view-line', ...options } = {}) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 800 }, ...options });
  page.setDefaultTimeout(timeout);
  await page.goto(address, { waitUntil: 'domcontentloaded', timeout });
  await page.waitForSelector(until, { timeout });
  return page;
}

/** So often the palette is opened for a command, and so long it is looked for each time, in ms. */
const ATTEMPTS = 12;
const LOOK = 10_000;

/** Runs a command of the palette by its title. */
export async function runCommand(page, title) {
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  for (let attempt = 1; ; attempt++) {
    await page.keyboard.press('F1');
    try {
      await page.locator('.quick-input-widget .quick-input-box input').waitFor({ timeout: LOOK });
      // At once: the list is sorted anew for each letter.
      await page.keyboard.insertText(title);
      await row.waitFor({ timeout: LOOK });
      break;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      // A palette that is open does not learn of commands that come later, as those of a window that is still starting do.
      await page.keyboard.press('Escape');
    }
  }
  await page.keyboard.press('Enter');
}

/** Connects to the database that the folder's .env mentions, as a person would, and waits until its rows are seen. */
export async function connectDatabase(page) {
  await runCommand(page, 'Lockscope: Connect Database');
  for (const step of ['.quick-input-list .monaco-list-row:has-text("DATABASE_URL")', '.quick-input-message:has-text("Name of the connection")']) {
    await page.waitForSelector(step);
    await page.keyboard.press('Enter');
  }
  await page.waitForSelector('.codelens-decoration:has-text(" rows, ")');
}
