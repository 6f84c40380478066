// Renders docs/images/icon.svg to icon.png, because the Marketplace takes no SVG: node scripts/icon.mjs
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './lib/chromium.mjs';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${readFileSync(path('docs/images/icon.svg'), 'utf8')}`);
  await page.screenshot({ path: path('icon.png'), omitBackground: true });
} finally {
  await browser.close();
}
