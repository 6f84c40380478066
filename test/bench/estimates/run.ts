/** `npm run bench:estimate`: estimates beside what a real server took. */
import { DEFAULT_CONSTANTS } from '../../../server/src/core/estimate/constants';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { withServer } from '../../postgres/servers';
import { casesFor, createTables, estimateOf, lookAt, time, type Run } from './measure';

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? undefined : process.argv[at + 1];
};
const sizes = (option('rows') ?? '100000,1000000,5000000').split(',').map(Number);
const only = option('only');

await loadPostgresParser();
const runs: Run[] = [];
await withServer(17, async (server) => {
  for (const rows of sizes) {
    const client = await createTables(server, 'bench', rows);
    const known = await lookAt(server, 'bench');
    for (const example of casesFor(only)) {
      const { clock: actual, processor } = await time(client, example, () => Promise.resolve());
      const run: Run = { rows, circumstance: 'warm', sql: example.sql, actual, known };
      runs.push(run);
      const estimate = estimateOf(run, DEFAULT_CONSTANTS);
      const { low, likely, high } = estimate?.runs ?? { low: NaN, likely: NaN, high: NaN };
      const within = actual >= low && actual <= high ? ' ' : '!';
      console.log(`${String(rows).padStart(8)} ${(processor ?? NaN).toFixed(2).padStart(6)} ${actual.toFixed(3).padStart(8)} ${likely.toFixed(3).padStart(8)} ${(likely / actual).toFixed(2).padStart(6)}${within} [${low.toFixed(3)} ${high.toFixed(3)}] ${example.sql} ${estimate?.unknown ?? ''}`);
    }
    await client.end();
  }
}, { shared_buffers: '512MB', fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', max_wal_size: '4GB', max_parallel_workers: option('workers') ?? '8', checkpoint_timeout: '15min' });
