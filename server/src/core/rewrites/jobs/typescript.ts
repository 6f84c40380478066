import type { JobQueries } from './plan';
import { STATE, type Job } from './state';

/** A job for Node.js and the package pg. */
export function typescriptJob(job: Job, queries: JobQueries): string {
  const time = queries.needsTime ? ', startedAt' : '';
  const sql = (name: string, text: string): string => `const ${name} = \`${quoted(text)}\`;`;
  return `// Does in batches, each committed, what was one statement of ${job.migration}:
${job.statement.map((line) => `//   ${line}`).join('\n')}
//
// Run it with DATABASE_URL set and the package pg installed. Stop it as you like (Ctrl-C, SIGTERM): started again it goes
// on where it was. To make it wait: UPDATE ${STATE} SET paused = true WHERE job = '${job.name}';
import pg from 'pg';

const JOB = '${job.name}';
/** Milliseconds between batches. */
const PAUSE = 50;
/** Seconds that a replica may be behind. */
const MAX_LAG = 5;

${sql('FIRST', queries.first)}
${sql('FINAL', queries.final)}
${sql('END', queries.end)}
${sql('CHANGE', queries.change)}
${sql('NEXT', queries.next)}
${sql('SETUP', job.setup)}

type Key = (string | null)[];

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (stopping = true));

const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });

async function key(sql: string, parameters: unknown[] = []): Promise<Key | undefined> {
  const { rows } = await client.query<Key>({ text: sql, values: parameters, rowMode: 'array' });
  return rows[0];
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits while the job is paused or a replica is too far behind. */
async function wait(): Promise<void> {
  while (!stopping) {
    const { rows: [state] } = await client.query<{ paused: boolean }>('SELECT paused FROM ${STATE} WHERE job = $1', [JOB]);
    // Seeing the lag takes the role pg_monitor; without it there seems to be none.
    const { rows: [replica] } = await client.query<{ lag: number }>('SELECT coalesce(max(extract(epoch FROM replay_lag)), 0)::float8 AS lag FROM pg_stat_replication');
    const lag = replica?.lag ?? 0;
    if (state?.paused !== true && lag <= MAX_LAG) return;
    console.log(state?.paused === true ? 'paused' : \`replicas are \${lag.toFixed(1)} s behind\`);
    await sleep(1000);
  }
}

async function run(): Promise<void> {
  await client.query(SETUP);
  const { rows: [lock] } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS free', ['lockscope ' + JOB]);
  if (lock?.free !== true) throw new Error('the job is running already');
  await client.query('INSERT INTO ${STATE} (job) VALUES ($1) ON CONFLICT DO NOTHING', [JOB]);
  const { rows: [state] } = await client.query<{ next_key: Key | null; final_key: Key | null; finished: boolean; started_at: string }>(
    'SELECT next_key, final_key, finished, started_at::text FROM ${STATE} WHERE job = $1',
    [JOB],
  );
  let first = state?.next_key ?? undefined;
  let final = state?.final_key ?? undefined;
  let finished = state?.finished === true;
${queries.needsTime ? '  const startedAt = state?.started_at;\n' : ''}  if (first === undefined && !finished) {
    first = await key(FIRST);
    final = await key(FINAL);
    finished = first === undefined;
    await client.query('UPDATE ${STATE} SET next_key = $1, final_key = $2, finished = $3 WHERE job = $4', [first ?? null, final ?? null, finished, JOB]);
  }
  while (!finished && first !== undefined && final !== undefined) {
    await wait();
    if (stopping) throw new Error('stopped; start it again to go on');
    const last = await key(END, first);
    await client.query('BEGIN');
    let changed = 0;
    let next: Key | undefined;
    if (last !== undefined) {
      changed = (await client.query(CHANGE, [...first, ...last${time}])).rowCount ?? 0;
      next = await key(NEXT, [...last, ...final]);
    }
    finished = next === undefined;
    const { rows: [progress] } = await client.query<{ done_rows: string }>(
      'UPDATE ${STATE} SET next_key = $1, done_rows = done_rows + $2, finished = $3 WHERE job = $4 RETURNING done_rows',
      [next ?? null, changed, finished, JOB],
    );
    await client.query('COMMIT');
    first = next;
    console.log(\`\${progress?.done_rows ?? ''} rows done\`);
    await sleep(PAUSE);
  }
  console.log('finished');
}

async function main(): Promise<void> {
  await client.connect();
  try {
    await run();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    // What a batch had begun is rolled back with the session.
    await client.end();
  }
}

void main();
`;
}

function quoted(sql: string): string {
  return sql.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
}
