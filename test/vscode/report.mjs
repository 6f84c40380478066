// The report as a person uses it: opened from a lens, read in a webview, and clicked.

/**
 * Throws unless the lens over a statement opens the report, a click in it leads back to the statement, and it can be exported.
 * Gives back how many things it looked at.
 */
export async function checkReport(page) {
  let checked = 0;
  const check = async (what, look) => {
    await look();
    console.log(`  ✔ ${what}`);
    checked += 1;
  };
  await page.locator('.codelens-decoration a', { hasText: 'SHARE' }).first().click();
  const report = page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
  const bar = report.locator('a.bar', { hasText: 'SHARE' });
  await check('the lens opens the report, with a bar for its lock', () => bar.waitFor());
  await check('no style and no script of the page was refused', async () => {
    const { width, height } = await bar.boundingBox();
    if (width < 20 || height < 10) throw new Error(`the bar is ${width} by ${height} pixels`);
    // The script gives each timeline one stop for the Tab key.
    await report.locator('.scroll [data-row][tabindex="0"]').waitFor({ state: 'attached' });
  });
  // Out of the statement's line first, so that coming back to it is seen.
  await page.keyboard.press('Control+1');
  await page.keyboard.press('Control+Home');
  await page.locator('[id="status.editor.selection"]', { hasText: 'Ln 1, Col 1' }).waitFor();
  await bar.click();
  await check('a click on the bar leads to the statement', () => page.locator('[id="status.editor.selection"]', { hasText: 'Ln 4, ' }).waitFor());
  // The same without a mouse.
  await page.keyboard.press('Control+1');
  await page.keyboard.press('Control+Home');
  await page.locator('[id="status.editor.selection"]', { hasText: 'Ln 1, Col 1' }).waitFor();
  await check('the arrow keys go from the number of a statement to its bar', async () => {
    await report.locator('.scroll [data-row="0"]').first().focus();
    await page.keyboard.press('ArrowDown');
    await report.locator('a.bar:focus').waitFor();
  });
  await page.keyboard.press('Enter');
  await check('Enter on the bar leads to the statement', () => page.locator('[id="status.editor.selection"]', { hasText: 'Ln 4, ' }).waitFor());
  const status = (text) => page.locator('.statusbar-item', { hasText: text }).waitFor();
  await report.locator('button[data-command="markdown"]').click();
  await check('its Markdown goes to the clipboard', () => status('the report is in the clipboard, as Markdown'));
  await report.locator('button[data-command="html"]').click();
  const dialog = page.locator('.quick-input-widget input').first();
  await dialog.waitFor();
  await page.keyboard.press('Enter');
  await check('its page is saved as a file', () => status('saved 002_users_email.report.html'));
  return checked;
}
