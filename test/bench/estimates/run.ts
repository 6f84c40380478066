/** `npm run bench:estimate`: estimates beside what a real server took. */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { takeSample } from '../../../server/src/databases/postgres/sample';
import { repositoryRoot } from '../../postgres/installation';
import { withServer } from '../../postgres/servers';
import { evict, underLoad } from './circumstances';
import { casesFor, createTables, estimateOf, lookAt, probesFor, time, type Run } from './measure';
import { DEFAULT_CONSTANTS } from '../../../server/src/core/estimate/constants';
import { page, summary } from './page';

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? undefined : process.argv[at + 1];
};
const sizes = (option('rows') ?? '100000,1000000,5000000').split(',').map(Number);
/** The size that is also run with cold caches and under load. */
const around = Number(option('around') ?? 1_000_000);
/** What takes longer than this, in seconds and by the estimate, is left to smaller tables. */
const patience = Number(option('patience') ?? 60);
const only = option('only');
const major = 17;

/** As a server comes, but for memory and a checkpoint that does not fall into a measurement by chance. */
const SETTINGS = { shared_buffers: '512MB', fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', max_wal_size: '4GB', checkpoint_timeout: '15min', max_parallel_workers: '8', max_connections: '30' };

await loadPostgresParser();
const runs: Run[] = [];
await withServer(major, async (server) => {
  for (const rows of sizes) {
    const client = await createTables(server, 'bench', rows);
    const known = await lookAt(server, 'bench');
    const samples = await takeSample(server.url('bench'), probesFor(known));
    const measure = async (circumstance: Run['circumstance'], before: () => Promise<void>): Promise<void> => {
      for (const example of casesFor(only)) {
        const { sql } = example;
        const expected = estimateOf({ sql, known }, DEFAULT_CONSTANTS)?.runs?.likely;
        if (expected !== undefined && expected > patience) continue;
        const { clock: actual, processor } = await time(client, example, before);
        const run: Run = { rows, circumstance, sql, actual, processor, known, samples };
        runs.push(run);
        console.log(line(run));
      }
    };
    await measure('warm', () => Promise.resolve());
    if (rows === around) {
      await measure('cold', () => evict(client));
      await underLoad(server, 'bench', () => measure('load', () => Promise.resolve()));
    }
    await client.end();
  }
}, SETTINGS);
console.log(`\n${summary(runs)}`);
if (process.argv.includes('--write')) writeFileSync(path.join(repositoryRoot(), 'docs', 'estimates.md'), page(runs, major, SETTINGS, { processors: cpus().length, load: loadavg()[2] ?? NaN }));

function line(run: Run): string {
  const { rows, circumstance, actual, processor = NaN, sql } = run;
  const { low, likely, high } = estimateOf(run, DEFAULT_CONSTANTS)?.runs ?? { low: NaN, likely: NaN, high: NaN };
  const figures = [actual, processor, likely, low, high].map((seconds) => seconds.toFixed(3).padStart(8)).join('');
  return `${String(rows).padStart(8)} ${circumstance} ${figures} ${(likely / actual).toFixed(2).padStart(5)}${actual >= low && actual <= high ? ' ' : '!'} ${sql}`;
}
