// Runs everything that must hold and ends with one line that counts: `N passed, N failed, N skipped`.
// Usage: node scripts/test.mjs [--only STEP[,STEP…]]   (steps: see STEPS below)
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCodeServer } from './lib/code-server.mjs';
import { installDependencies } from './lib/dependencies.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const results = join(root, 'out', 'results');
const bin = (name) => join(root, 'node_modules', '.bin', name);

/** Each step counts as the tests it ran, or as one test where it is a single check. */
const STEPS = {
  // By its path: typescript, which dependency-cruiser reads the sources with, has a tsc too, slower by far.
  types: async (hear) => counted(await run(process.execPath, ['node_modules/typescript-native/bin/tsc', '--build'], hear)),
  lint: async (hear) => counted(await run(bin('oxlint'), ['--deny-warnings'], hear)),
  imports: async (hear) => counted(await run(bin('depcruise'), ['--config', '.dependency-cruiser.mjs', 'client', 'server'], hear)),
  unused: async (hear) => counted(await run(bin('knip'), [], hear)),
  build: async (hear) => counted(await run(process.execPath, ['scripts/build.mjs', '--minify'], hear)),
  vitest: (hear) => suite(hear, 'vitest', bin('vitest'), (file) => ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`], readVitest),
  vscode: (hear) => suite(hear, 'vscode', process.execPath, (file) => ['test/vscode/run.mjs', '--results', file], readMocha),
};

/** Steps of one row run at the same time. Each step but the last of a row says what it has to say in one piece, when it is done. */
const ROWS = [['types', 'lint', 'imports', 'unused'], ['build'], ['vscode', 'vitest']];

const only = process.argv[process.argv.indexOf('--only') + 1]?.split(',');
const chosen = process.argv.includes('--only') ? only : Object.keys(STEPS);
const unknown = chosen.filter((step) => !(step in STEPS));
if (unknown.length > 0) {
  console.error(`There is no step called ${unknown.join(', ')}. Steps: ${Object.keys(STEPS).join(', ')}.`);
  process.exit(2);
}

// VS Code takes minutes to prepare, which begins while the packages are installed. What goes wrong is told by its own step, which tries again.
if (chosen.includes('vscode') && !process.env.LOCKSCOPE_VSCODE) ensureCodeServer().catch(() => {});
await install();

const total = { passed: 0, failed: 0, skipped: 0 };
const table = [];
for (const row of ROWS) {
  const steps = row.filter((step) => chosen.includes(step));
  await Promise.all(steps.map((step, index) => take(step, index === steps.length - 1)));
}
table.sort(([a], [b]) => chosen.indexOf(a) - chosen.indexOf(b));

async function take(step, live) {
  const started = performance.now();
  const title = `\n── ${step} ${'─'.repeat(Math.max(0, 60 - step.length))}`;
  let output = '';
  if (live) console.log(title);
  const counts = await STEPS[step](live ? undefined : (text) => (output += text));
  if (!live) console.log(`${title}\n${output}`);
  for (const key of Object.keys(total)) total[key] += counts[key] ?? 0;
  table.push([step, counts, (performance.now() - started) / 1000]);
}

console.log('');
for (const [step, counts, seconds] of table) {
  console.log(`${step.padEnd(8)} ${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(3)} failed ${String(counts.skipped ?? 0).padStart(3)} skipped ${seconds.toFixed(1).padStart(7)} s`);
  for (const reason of counts.reasons ?? []) console.log(`         skipped: ${reason}`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

/** A fresh clone has no packages yet. */
async function install() {
  try {
    await installDependencies();
  } catch (error) {
    console.error(`The packages could not be installed: ${error.message}\nLockscope needs Node 20.19 or later and a reachable npm registry.`);
    console.log('0 passed, 1 failed, 0 skipped');
    process.exit(1);
  }
}

function counted(code) {
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

/** Runs a suite that writes its results to a file; a suite that wrote none has failed, whatever its exit status. */
async function suite(hear, name, command, args, read) {
  mkdirSync(results, { recursive: true });
  const file = join(results, `${name}.json`);
  rmSync(file, { force: true });
  const code = await run(command, args(file), hear);
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const counts = read(JSON.parse(readFileSync(file, 'utf8')));
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (counts.passed + counts.failed === 0) counts.failed = 1;
  return counts;
}

function readVitest(report) {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const skipped = report.testResults.flatMap((file) => file.assertionResults.filter((test) => ['pending', 'skipped', 'todo'].includes(test.status)));
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken, skipped: skipped.length, reasons: skipped.map((test) => test.fullName) };
}

function readMocha(report) {
  return { passed: report.passed, failed: report.failed, skipped: report.skipped, reasons: report.reasons ?? [] };
}

/** Gives the exit status. What the program prints goes to `hear`, or is shown as it comes. */
function run(command, args, hear) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: hear === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_UPDATE_NOTIFIER: '1' } });
    if (hear !== undefined) for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
