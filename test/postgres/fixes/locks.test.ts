/**
 * The proof that a fix is gentler: on tables of at least 200,000 rows, beside a reader and a writer, it keeps others out
 * for far less than the original, by a weaker lock, and both leave the same schema and rows behind.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRewriter } from '../../../server/src/core/rewrites/batches/typed-tree';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { catalogueOf } from '../proof';
import { startServer, type Server } from '../servers';
import { complaintOf } from './expected';
import { EXISTING, LARGE_SCHEMA, lockCases, needsRest, REST_OF_DATA, USERS_DATA, type LockCase } from './lock-cases';
import { INSTANT, measure, MODES, type Held } from './locks';
import { fixesOf, migration } from './mend';
import { PROVEN_ON } from './corpus';

/** What of the original's time the fix may hold at most; its statements are brief, but the machine may stall in one of them. */
const RATIO = 0.5;
/** A measurement that noise spoilt is taken again. */
const ATTEMPTS = 3;

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

/** Room for what every case changes: with the few pages of other servers most of the work would be to fetch them and put them back. */
const ROOM = { shared_buffers: '256MB', max_wal_size: '256MB' };

interface Outcome extends Held {
  /** What it left behind: the catalogues, and of each table that it names the sum of what every tenth row says, without what the writer counts up. */
  readonly lines: readonly string[];
}

let databases = 0;

/** For each table a query of the sum: of its columns by name, since their order is no part of what is compared. */
const SUMS = `
  SELECT format('SELECT format(''rows of %1$s: %%s'', sum(hash_record_extended(ROW(%2$s), 0))) AS line FROM %1$s WHERE id %% 10 = 0', attrelid::regclass, string_agg(quote_ident(attname), ', ' ORDER BY attname)) AS sum
  FROM pg_attribute WHERE attrelid = ANY ($1::regclass[]::oid[]) AND attnum > 0 AND NOT attisdropped AND attname <> 'n' GROUP BY attrelid`;

/** Template databases: what most cases need is half as large, and each measurement copies it. */
const [USERS, ALL] = ['large_users', 'large'];

async function fillTemplates(server: Server): Promise<void> {
  const admin = await server.connect();
  await admin.query(`CREATE DATABASE ${USERS}`);
  for (const [name, sql] of [[USERS, LARGE_SCHEMA + USERS_DATA], [ALL, REST_OF_DATA]] as const) {
    if (name === ALL) await admin.query(`CREATE DATABASE ${ALL} TEMPLATE ${USERS} STRATEGY file_copy`);
    const client = await server.connect(name);
    await client.query(sql);
    await client.query('VACUUM');
    await client.end();
  }
  await admin.end();
}

async function outcome(server: Server, one: LockCase, script: string): Promise<Outcome> {
  const { sql, queue, write = 'UPDATE users SET n = n + 1 WHERE id = (SELECT 1 + floor(random() * 199999)::bigint)' } = one;
  const name = `copy_${(databases += 1)}`;
  const admin = await server.connect();
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${needsRest(one) ? ALL : USERS} STRATEGY file_copy`);
  try {
    const held = await measure(server, name, script, { existing: EXISTING, traffic: ['SELECT count(*) FROM users WHERE id < 10', write], queue });
    const client = await server.connect(name);
    const named = EXISTING.filter((table) => sql.includes(table));
    const { rows: sums } = await client.query<{ sum: string }>(SUMS, [named.length === 0 ? EXISTING : named]);
    const { rows } = await client.query<{ line: string }>(sums.map(({ sum }) => sum).join(' UNION ALL '));
    const lines = [...(await catalogueOf(client)), ...rows.map(({ line }) => line)];
    await client.end();
    return { ...held, lines };
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

describe.each(PROVEN_ON)('PostgreSQL %i', (major) => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer(major, ROOM);
    await fillTemplates(server);
  });
  afterAll(() => server.stop());

  test.each(lockCases(major).map((one) => ({ ...one, name: `${one.sql}${one.title === undefined ? '' : ` ${one.title}`}` })))('$name', { timeout: 180_000 }, async (one) => {
    const { sql, rule, title = '', spares } = one;
    // Ten batches: between two of them there is a pause.
    const input = { ...migration(sql, LARGE_SCHEMA, major, ['missing-lock-timeout']), options: { lockBudget: 500, batchSize: 20_000 } };
    const fix = fixesOf(input).find((candidate) => candidate.rule === rule && candidate.title.startsWith(title));
    if (fix === undefined) throw new Error(`no fix for ${rule}`);
    const mended = [fix.text, ...fix.files].join('\n');
    let seen = '';
    let original = await outcome(server, one, sql);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      // It is nearly always the fix that a stall of the machine made look worse.
      if (attempt === ATTEMPTS) original = await outcome(server, one, sql);
      const fixed = await outcome(server, one, mended);
      expect(original.error).toBeUndefined();
      expect(fixed.error ?? complaintOf(rule, original.lines, fixed.lines), mended).toBeUndefined();
      seen += `\noriginal: ${inWords(original)}; fixed: ${inWords(fixed)}`;
      const gentler = (['readers', 'writers'] as const).every((who) => fixed[who] <= Math.max(INSTANT, RATIO * original[who]));
      const weaker = spares === 'waits' || fixed.strongest < original.strongest;
      if (original[spares] > INSTANT && fixed[spares] < RATIO * original[spares] && gentler && weaker) return;
    }
    throw new Error(`the fix is not gentler\n--- original\n${sql}\n--- fixed\n${mended}\n--- held${seen}`);
  });
});

const inWords = ({ readers, writers, waits, strongest }: Held): string => `${MODES[strongest] ?? 'no lock'}, readers ${readers.toFixed()} ms, writers ${writers.toFixed()} ms, a write took ${waits.toFixed()} ms`;
