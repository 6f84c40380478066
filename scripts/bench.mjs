// npm run bench: Lockscope beside squawk and postgres-language-server, on the same texts in the same run.
//
//   node scripts/bench.mjs [typing] [check] [--built]
//
// typing: from an edit to its diagnostics, in documents of 300 and 3,000 statements. check: 1,500 files from the command
// line, and where its time goes. Without either, both. --built takes server/dist as it is instead of building it anew.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureChecking, measureStages } from '../test/bench/checking.mjs';
import { measureTyping } from '../test/bench/typing.mjs';
import { buildInto } from './build.mjs';

const EDITS = 60;

/**
 * What is aimed at, p95 in ms: ours, on a machine on which the best of the others takes this long. On another machine the
 * aim is the same part of what that one takes there.
 */
const AIMS = new Map([
  [300, { ours: 5, best: 35 }],
  [3000, { ours: 16, best: 500 }],
]);

const args = process.argv.slice(2);
const unknown = args.filter((arg) => !['typing', 'check', '--built'].includes(arg));
if (unknown.length > 0) {
  console.error(`bench: there is no such thing as ${unknown.join(' ')}; it takes: typing, check, --built`);
  process.exit(2);
}
const all = !args.includes('typing') && !args.includes('check');
const scratch = mkdtempSync(join(tmpdir(), 'lockscope-bench-build-'));
try {
  const dist = args.includes('--built') ? fileURLToPath(new URL('../server/dist', import.meta.url)) : scratch;
  if (dist === scratch) {
    await buildInto(scratch, { entries: { main: 'server/src/main.ts', cli: 'server/src/cli.ts' }, assets: ['libpg-query.wasm'], minify: true });
  }
  if (all || args.includes('typing')) {
    for (const statements of AIMS.keys()) {
      const results = await measureTyping({ statements, edits: EDITS, lockscope: join(dist, 'main.js') });
      typingTable(statements, results);
    }
  }
  if (all || args.includes('check')) {
    const size = { files: 1500, statements: 11_000, folders: 10 };
    checkTable(size, await measureChecking({ ...size, runs: 5, lockscope: join(dist, 'cli.js') }));
    stagesTable(await measureStages(size));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function typingTable(statements, results) {
  const rows = results.map(({ name, failure, open, edits, diagnostics }) => {
    if (failure !== undefined) return { name, failure };
    return { name, p50: quantile(edits, 0.5), p95: quantile(edits, 0.95), open, diagnostics };
  });
  const [ours] = rows;
  console.log(`\nEdit to diagnostics, ${statements.toLocaleString('en')} statements, ${EDITS} edits (ms)`);
  line('', 'p50', 'p95', 'p95 ratio', 'on opening', 'diagnostics');
  for (const { name, failure, p50, p95, open, diagnostics } of rows) {
    if (failure === undefined) line(name, p50.toFixed(1), p95.toFixed(1), ratio(p95, ours.p95), open.toFixed(0), String(diagnostics));
    else console.log(`  ${name} could not be measured: ${failure}`);
  }
  const best = Math.min(...rows.slice(1).flatMap(({ p95 }) => p95 ?? []));
  if (Number.isFinite(best) && ours.p95 !== undefined) aimLine(AIMS.get(statements), ours.p95, best);
}

function aimLine(aim, ours, best) {
  const here = (aim.ours * best) / aim.best;
  const verdict = ours < here ? 'reached' : 'missed';
  console.log(`  The aim is a p95 of ${aim.ours} ms where the best other takes ${aim.best} ms; it takes ${best.toFixed(0)} ms here, which makes it ${here.toFixed(1)} ms: ${verdict} (${ours.toFixed(1)} ms).`);
}

function checkTable({ files, statements, folders }, rows) {
  const [ours] = rows;
  console.log(`\nCommand line, ${files.toLocaleString('en')} files with ${statements.toLocaleString('en')} statements in ${folders} folders (s)`);
  line('', 'wall', 'CPU', 'wall ratio');
  for (const { name, failure, wall, cpu } of rows) {
    if (failure === undefined) line(name, wall.toFixed(2), cpu.toFixed(2), ratio(wall, ours.wall));
    else console.log(`  ${name} could not be measured: ${failure}`);
  }
}

function stagesTable(stages) {
  console.log('\nWhere the time of lockscope check goes, in one warm process (CPU s)');
  line('', 'up to here', 'this stage');
  for (const [index, { name, cpu }] of stages.entries()) line(name, cpu.toFixed(2), (index < 2 ? cpu : cpu - stages[index - 1].cpu).toFixed(2));
}

function line(name, ...cells) {
  console.log(`  ${name.padEnd(40)}${cells.map((cell) => cell.padStart(12)).join('')}`);
}

function ratio(theirs, ours) {
  return ours === undefined ? '' : `${(theirs / ours).toFixed(theirs / ours < 10 ? 1 : 0)}×`;
}

/** The nearest-rank quantile. */
function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}
