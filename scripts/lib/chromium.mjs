// The browser that shows the editor in tests and screenshots: one that is there already, or the system's own package.
import { existsSync } from 'node:fs';
import { findOnPath, isExecutable } from './process.mjs';
import { installSystemPackages } from './system-packages.mjs';

/**
 * Flags under which Chromium stays silent on a closed network and starts in a container.
 * Chromium refuses its sandbox to root.
 */
const chromiumFlags = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--force-prefers-reduced-motion',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of a Chromium or Chrome, installed through apt-get if there is none. Throws when there is no way to one. */
async function ensureChromium({ log = console.error } = {}) {
  const given = process.env.CHROME_PATH;
  if (given) {
    if (isExecutable(given)) return given;
    throw new Error(`CHROME_PATH is ${given}, which is not an executable file.`);
  }
  const found = find();
  if (found) return found;
  if (await installSystemPackages(['chromium', 'fonts-dejavu-core'], log)) {
    const installed = find();
    if (installed) return installed;
  }
  throw new Error(
    'No Chromium or Chrome found. Install one (on Debian: apt-get install chromium), or name it in CHROME_PATH.',
  );
}

/** Starts a headless Chromium, driven by playwright-core. */
export async function launchChromium({ log } = {}) {
  const [executablePath, { chromium }] = await Promise.all([ensureChromium({ log }), import('playwright-core')]);
  return chromium.launch({ executablePath, args: chromiumFlags, handleSIGINT: false, handleSIGTERM: false });
}

function find() {
  return (
    findOnPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome') ??
    wellKnown.find((file) => existsSync(file))
  );
}

const wellKnown = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];
