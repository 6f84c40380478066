// From an edit to its diagnostics, all servers side by side on the same document and the same edits.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { script, typingPlaces } from './documents.mjs';
import { LanguageServer } from './language-server.mjs';
import { postgresLanguageServer, squawk } from './peers.mjs';

/** The extension starts its server with these. */
const ENGINE_OPTIONS = JSON.parse(readFileSync(new URL('../../client/src/engine-options.json', import.meta.url), 'utf8'));
/** Edits before the measured ones, so that no server is judged by its first. */
const WARM_UP = 6;
/** How long a server is left alone before the next edit, in ms: about the time between two letters of somebody who types. */
const PAUSE = 200;
/** So many edits are made in one server before it is the next one's turn: people type in bursts, not a letter a minute. */
const BURST = 10;

/**
 * Measures each server.
 * @returns {Promise<{ name: string, failure?: string, open?: number, edits?: number[], diagnostics?: number }[]>} times in ms
 */
export async function measureTyping({ statements, edits, lockscope }) {
  const folder = mkdtempSync(join(tmpdir(), 'lockscope-bench-'));
  writeFileSync(join(folder, 'postgres-language-server.jsonc'), JSON.stringify({ db: { disableConnection: true } }));
  const path = join(folder, 'migrations/001_bench.sql');
  mkdirSync(dirname(path));
  const text = script(statements);
  writeFileSync(path, text);
  const contestants = [];
  try {
    for (const candidate of servers(lockscope)) contestants.push(await enter(candidate, folder, pathToFileURL(path).href, text));
    const places = typingPlaces(text, Math.ceil((edits + WARM_UP) / 2));
    for (let from = 0; from < edits + WARM_UP; from += BURST) {
      for (const contestant of contestants) {
        for (let n = from; n < Math.min(from + BURST, edits + WARM_UP); n++) await type(contestant, n, text, places[Math.floor(n / 2)]);
      }
    }
  } finally {
    for (const { server } of contestants) await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return contestants.map(({ name, failure, open, edits: times, diagnostics }) => (failure === undefined ? { name, open, edits: times, diagnostics } : { name, failure }));
}

/** The edit of a number: even ones type a letter at an offset, odd ones take it back. */
async function type(contestant, n, text, offset) {
  if (contestant.server === undefined) return;
  const typed = n % 2 === 0;
  const after = typed ? `${text.slice(0, offset)}x${text.slice(offset)}` : text;
  const change = { range: { start: place(text, offset), end: place(text, offset, typed ? 0 : 1) }, text: typed ? 'x' : '' };
  try {
    const { duration, diagnostics } = await contestant.server.change(contestant.uri, n + 2, change, after);
    if (n >= WARM_UP) contestant.edits.push(duration);
    contestant.diagnostics = diagnostics.length;
  } catch (error) {
    contestant.failure = error.message;
    contestant.server = undefined;
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
}

function servers(lockscope) {
  return [
    { name: 'Lockscope', command: process.execPath, args: [...ENGINE_OPTIONS, lockscope, '--stdio'] },
    { name: 'squawk server', command: squawk(), args: ['server'] },
    { name: 'postgres-language-server', command: postgresLanguageServer(), args: ['lsp-proxy'] },
  ];
}

async function enter({ name, command, args }, folder, uri, text) {
  if (command === undefined) return { name, failure: 'not installed for this machine' };
  try {
    const server = await LanguageServer.start({ command, args, folder, env: { PGT_LOG_PATH: folder } });
    const { duration, diagnostics } = await server.open(uri, text);
    return { name, server, uri, open: duration, edits: [], diagnostics: diagnostics.length };
  } catch (error) {
    return { name, failure: error.message };
  }
}

function place(text, offset, shift = 0) {
  const before = text.slice(0, offset);
  const line = before.split('\n').length - 1;
  return { line, character: offset - (before.lastIndexOf('\n') + 1) + shift };
}
