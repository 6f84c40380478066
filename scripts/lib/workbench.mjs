// A page with VS Code in it: its address, and what scripts and tests do there.

/** The address that opens a folder of the machine, and files of it in editors. */
export function workbenchAddress({ url, port }, { folder, files = [] }) {
  const payload = files.map((file) => ['openFile', `vscode-remote://127.0.0.1:${port}${encodeURI(file)}`]);
  const query = new URLSearchParams({ folder, ...(payload.length > 0 && { payload: JSON.stringify(payload) }) });
  return `${url}?${query}`;
}

/** Opens the address and waits until an editor shows text. Gives back the page. */
export async function openWorkbench(browser, address, { timeout = 60_000, ...options } = {}) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 800 }, ...options });
  await page.goto(address, { waitUntil: 'domcontentloaded' });
  await page.waitForSelector('.editor-instance .view-line', { timeout });
  return page;
}
