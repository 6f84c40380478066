import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyze } from '../../server/src/core/analyze';
import { checkKey, dataChecks, violationsInWords } from '../../server/src/core/data-checks';
import { createMemo } from '../../server/src/core/memo';
import { knownDatabase, type KnownDatabase } from '../../server/src/core/snapshot';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { wordsOf } from '../../server/src/core/words-of';
import { readContents } from '../../server/src/databases/database';
import { countViolations } from '../../server/src/databases/violations';
import type { CheckDataAnswer } from '../../server/src/protocol';
import { Lockscope } from '../cli/lockscope';
import { startServer, type Server } from '../postgres/servers';
import { Editor } from '../protocol/editor';

const SCHEMA = `
  CREATE TABLE users (id int PRIMARY KEY, email text, "Full Name" text, age bigint, score numeric, org int, other int);
  INSERT INTO users SELECT g, CASE WHEN g % 10 = 0 THEN NULL ELSE 'u' || (g % 50) END, 'n' || g, g, g / 3.0, g, NULL FROM generate_series(1, 100) g;
  UPDATE users SET age = 3000000000 WHERE id <= 4; UPDATE users SET "Full Name" = 'long enough  ' WHERE id = 1;
  CREATE TABLE orgs (id int PRIMARY KEY, part int UNIQUE); INSERT INTO orgs SELECT g, g FROM generate_series(1, 83) g;
  ALTER TABLE users ADD CONSTRAINT grown CHECK (age < 90) NOT VALID;
  CREATE TABLE events (at int, kind text) PARTITION BY RANGE (at); CREATE TABLE events_rest PARTITION OF events DEFAULT; INSERT INTO events SELECT g, 'x' FROM generate_series(1, 30) g;
  CREATE TABLE events_old (at int, kind text); INSERT INTO events_old VALUES (1, 'x'), (500, 'x'), (NULL, 'x');
  CREATE TABLE parent (v int); CREATE TABLE child () INHERITS (parent); INSERT INTO parent VALUES (-1); INSERT INTO child VALUES (-2), (-3), (NULL);
  CREATE TABLE bookings (id int, room int, during int4range, active bool DEFAULT true);
  INSERT INTO bookings SELECT g, g % 4, int4range(g * 10, g * 10 + 5) FROM generate_series(1, 40) g;
  INSERT INTO bookings VALUES (91, 1, '[12,14)', true), (92, 1, '[13,20)', true), (93, 2, '[12,14)', false), (94, 3, NULL, true);
  CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE DOMAIN grown AS positive CONSTRAINT adult CHECK (VALUE >= 18); CREATE DOMAIN given AS text NOT NULL; CREATE DOMAIN short AS varchar(3) CHECK (VALUE <> 'bad');
  CREATE TABLE people (id int, "Age" grown, code positive, nick text, number bigint); INSERT INTO people SELECT g, g + 17, g, CASE g WHEN 1 THEN NULL WHEN 2 THEN 'bad' WHEN 3 THEN 'long' ELSE 'ok' END, g - 3 FROM generate_series(1, 40) g;
  INSERT INTO people VALUES (41, NULL, NULL, 'x', 3000000000);
  ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 50) NOT VALID;
  CREATE TABLE hashed (id int, kind text) PARTITION BY HASH (id, kind); CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 0); INSERT INTO hashed SELECT g, 'k' FROM generate_series(1, 200) g WHERE satisfies_hash_partition('hashed'::regclass, 4, 0, g, 'k'::text);
  CREATE TABLE hashed_1 (id int, kind text); INSERT INTO hashed_1 SELECT id, kind FROM hashed_0 LIMIT 7; INSERT INTO hashed_1 SELECT g, 'k' FROM generate_series(1, 200) g WHERE satisfies_hash_partition('hashed'::regclass, 4, 1, g, 'k'::text);
  CREATE TABLE listed (kind text) PARTITION BY LIST (kind); CREATE TABLE listed_a PARTITION OF listed FOR VALUES IN ('a', NULL); CREATE TABLE listed_b (kind text); INSERT INTO listed_b VALUES ('b'), ('c'), ('c'), (NULL), ('a');
  CREATE ROLE little LOGIN;`;

/** Statements, what is said of the rows that are there, and the server's own error for them. Numbers follow from the INSERTs. */
const CASES: readonly (readonly [string, readonly string[], RegExp | undefined])[] = [
  ['ALTER TABLE users ALTER COLUMN email SET NOT NULL', ['10 rows have users.email NULL'], /contains null values/u],
  ['ALTER TABLE users ALTER COLUMN id SET NOT NULL', ['0 rows have users.id NULL'], undefined],
  ['ALTER TABLE users ADD COLUMN extra int NOT NULL', ['100 rows would have no value for extra, which is NOT NULL and has no default'], /contains null values/u],
  // n2 to n9: the first was changed.
  ['ALTER TABLE users ADD CONSTRAINT c CHECK (length("Full Name") > 2)', ['8 rows do not fulfil CHECK (length("Full Name") > 2)'], /violated by some row/u],
  ['ALTER TABLE users ADD CONSTRAINT c CHECK (other > 1)', ['0 rows do not fulfil CHECK (other > 1)'], undefined],
  // The four of 3,000,000,000.
  ['ALTER TABLE users ADD CHECK (age BETWEEN 5 AND 100)', ['4 rows do not fulfil CHECK (age BETWEEN 5 AND 100)'], /violated by some row/u],
  // 90 to 100, and the four of 3,000,000,000.
  ['ALTER TABLE users VALIDATE CONSTRAINT grown', ['15 rows do not fulfil CHECK (age < 90)'], /violated by some row/u],
  // Of 1 to 100 each value of g % 50 but those of multiples of ten is there twice: 45.
  ['CREATE UNIQUE INDEX u ON users (email)', ['45 values of (email) are there more than once in users'], /could not create unique index/u],
  ['CREATE UNIQUE INDEX u ON users (lower(email)) WHERE id <= 50', ['0 values of ((lower(email))) are there more than once in users'], undefined],
  ['ALTER TABLE users ADD UNIQUE (org)', ['0 values of (org) are there more than once in users'], undefined],
  ['ALTER TABLE users ADD UNIQUE NULLS NOT DISTINCT (other)', ['1 value of (other) is there more than once in users'], /could not create unique index/u],
  ['ALTER TABLE users ADD FOREIGN KEY (org) REFERENCES orgs', ['17 rows refer by (org) to nothing in orgs'], /violates foreign key/u],
  ['ALTER TABLE users ADD FOREIGN KEY (other) REFERENCES orgs (part)', ['0 rows refer by (other) to nothing in orgs'], undefined],
  ['ALTER TABLE users ALTER COLUMN age TYPE int', ['4 rows have a value in users.age that does not fit the new type'], /out of range/u],
  // 11 letters before the blanks, which are cut.
  ['ALTER TABLE users ALTER COLUMN "Full Name" TYPE varchar(11)', ['0 rows have a value in users."Full Name" that does not fit the new type'], undefined],
  ['ALTER TABLE users ALTER COLUMN "Full Name" TYPE varchar(10)', ['1 row has a value in users."Full Name" that does not fit the new type'], /too long/u],
  // 29.67 rounds to 29.7: from 30 on, which is g = 90, it is too much.
  ['ALTER TABLE users ALTER COLUMN score TYPE numeric(3, 1)', ['0 rows have a value in users.score that does not fit the new type'], undefined],
  ['ALTER TABLE users ALTER COLUMN score TYPE numeric(2, 1)', ['71 rows have a value in users.score that does not fit the new type'], /overflow/u],
  ['ALTER TABLE parent ADD CONSTRAINT c CHECK (v > 0)', ['3 rows do not fulfil CHECK (v > 0)'], /violated by some row/u],
  ['ALTER TABLE parent ADD CONSTRAINT c CHECK (v > -2) NO INHERIT', ['0 rows do not fulfil CHECK (v > (-2))'], undefined],
  ['ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (100) TO (400)', ['3 rows of events_old are outside of the bound', '0 rows of the default partition events_rest belong to the new one'], /violated by some row/u],
  ['CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (11)', ['10 rows of the default partition events_rest belong to the new one'], /violated by some row/u],
  ['CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (100) TO (110)', ['0 rows of the default partition events_rest belong to the new one'], undefined],
  ['ALTER TABLE hashed ATTACH PARTITION hashed_1 FOR VALUES WITH (MODULUS 4, REMAINDER 1)', ['7 rows of hashed_1 are outside of the bound'], /violated by some row/u],
  ["ALTER TABLE listed ATTACH PARTITION listed_b FOR VALUES IN ('b', 'c')", ['2 rows of listed_b are outside of the bound'], /violated by some row/u],
  ["ALTER TABLE listed ATTACH PARTITION listed_b DEFAULT", ['2 rows of listed_b are outside of the bound'], /violated by some row/u],
  // 1: [10,15) of room 1, with 91 [12,14) and that with 92 [13,20), which meets the first too. 93 is of room 2, which has [20,25).
  ['ALTER TABLE bookings ADD CONSTRAINT x EXCLUDE USING gist (int4range(room, room, $$[]$$) WITH &&, during WITH &&)', ['3 rows conflict with another row of bookings ((int4range(room, room, \'[]\')) WITH &&, during WITH &&)'], /could not create exclusion constraint/u],
  ['ALTER TABLE bookings ADD EXCLUDE USING gist (during WITH &&) WHERE (active AND id > 91)', ['0 rows conflict with another row of bookings (during WITH &&)'], undefined],
  ['ALTER TABLE bookings ADD EXCLUDE (room WITH OPERATOR(pg_catalog.=)) WHERE (id BETWEEN 3 AND 7)', ['2 rows conflict with another row of bookings (room WITH OPERATOR(pg_catalog.=))'], /could not create exclusion constraint/u],
  ['ALTER DOMAIN positive ADD CONSTRAINT most CHECK (VALUE <= 38)', ['19 rows have a value in people."Age" that does not fulfil CHECK (value <= 38)', '2 rows have a value in people.code that does not fulfil CHECK (value <= 38)'], /contains values that violate/u],
  ['ALTER DOMAIN grown ADD CHECK (VALUE < 100)', ['0 rows have a value in people."Age" that does not fulfil CHECK (value < 100)'], undefined],
  ['ALTER DOMAIN positive ADD CHECK (VALUE < 10) NOT VALID', [], undefined],
  ['ALTER DOMAIN positive VALIDATE CONSTRAINT small', ['8 rows have a value in people."Age" that does not fulfil CHECK (value < 50)', '0 rows have a value in people.code that does not fulfil CHECK (value < 50)'], /contains values that violate/u],
  ['ALTER DOMAIN grown SET NOT NULL', ['1 row has people."Age" NULL'], /contains null values/u],
  // 1 to 41: 17 of them are not grown up.
  ['ALTER TABLE people ALTER COLUMN id TYPE grown', ['0 rows have a value in people.id that does not fit the new type', '17 rows have a value in people.id that does not fulfil CHECK (value::integer >= 18)', '0 rows have a value in people.id that does not fulfil CHECK (value > 0)', '0 rows have a value in people.id that does not fulfil CHECK (value < 50)'], /violates check constraint/u],
  ['ALTER TABLE people ALTER COLUMN nick TYPE given', ['1 row has people.nick NULL'], /does not allow null values/u],
  ['ALTER TABLE people ALTER COLUMN nick TYPE short', ['1 row has a value in people.nick that does not fit the new type', "1 row has a value in people.nick that does not fulfil CHECK (value::text <> 'bad'::text)"], /too long|violates check/u],
  ['ALTER TABLE people ADD COLUMN name given', ['41 rows would have no value for name, whose domain is NOT NULL and has no default'], /does not allow null values|contains null/u],
  ["ALTER TABLE people ADD COLUMN name given DEFAULT 'x'", [], undefined],
  ['CREATE TABLE fresh (a int); ALTER TABLE fresh ALTER COLUMN a SET NOT NULL', [], undefined],
  // What is there now says nothing of what will be.
  ["UPDATE users SET email = id, age = 1; ALTER TABLE users ALTER COLUMN email SET NOT NULL", [], undefined],
  ['ALTER TABLE users ADD CONSTRAINT c CHECK (random() > 2)', [], /violated by some row/u],
];

describe('rows that violate what a migration demands', () => {
  let server: Server;
  let admin: pg.Client;
  let known: KnownDatabase;
  beforeAll(async () => {
    await loadPostgresParser();
    server = await startServer(17);
    admin = await server.connect();
    await admin.query(SCHEMA);
    const { catalog, sizes, settings, version } = await readContents(server.url(), wordsOf(SCHEMA));
    known = knownDatabase({ catalog, sizes, settings, server: { dialect: 'postgresql', version } }, 'connection');
  }, 120_000);
  afterAll(() => server.stop());

  const checksIn = (sql: string): ReturnType<typeof dataChecks> =>
    dataChecks(analyze({ path: 'migrations/1.sql', text: sql, target: known.target, schema: known.schema, statistics: known.statistics, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined }, createMemo()));

  it.each(CASES)('%s', async (sql, expected, error) => {
    const checks = checksIn(sql).map(({ check }) => check);
    const counted = await countViolations(server.url(), checks);
    expect(
      checks.map((check) => {
        const found = counted.get(checkKey(check));
        return found === undefined || 'problem' in found ? found : violationsInWords(check, found);
      }),
    ).toEqual(expected);
    const real = await admin.query(`BEGIN; ${sql}`).then(() => undefined, (reason: unknown) => String(reason));
    await admin.query('ROLLBACK');
    if (error === undefined) expect(real).toBeUndefined();
    else expect(real).toMatch(error);
    // The query for people is one.
    for (const { shown } of checks) await admin.query(shown);
  });

  it('are unknown to a role that may not read them, and where a lock is in the way', async () => {
    const checks = checksIn('ALTER TABLE users ALTER COLUMN email SET NOT NULL').map(({ check }) => check);
    expect([...(await countViolations(server.url().replace('postgres@', 'little@'), checks)).values()]).toEqual([{ problem: 'the role may not read the table' }]);
    const holder = await server.connect();
    await holder.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    expect([...(await countViolations(server.url(), checks)).values()]).toEqual([{ problem: 'somebody has a lock on the table' }]);
    await holder.end();
  });

  it('are no longer counted once nobody wants to know: the server stops at once, and where it does not hear we hang up', async () => {
    const forever = [{ what: 'are there', unit: 'row', sql: 'SELECT FROM pg_catalog.generate_series(1, 2000000000) g WHERE g < 0', shown: '', searchPath: [] }] as const;
    const running = async (): Promise<number | undefined> => (await admin.query<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE application_name = 'lockscope' AND state = 'active'")).rows[0]?.pid;
    for (const isStopped of [false, true]) {
      const stop = new AbortController();
      const counting = countViolations(server.url(), forever, { signal: stop.signal });
      await expect.poll(running).toBeDefined();
      const pid = (await running()) ?? 0;
      if (isStopped) process.kill(pid, 'SIGSTOP');
      const start = Date.now();
      stop.abort();
      try {
        expect(await counting).toEqual(new Map());
        // A cancel and the goodbye; where the server does not hear, a second for each.
        expect(Date.now() - start).toBeLessThan(isStopped ? 5000 : 1500);
        if (!isStopped) expect(await running()).toBeUndefined();
      } finally {
        if (isStopped) process.kill(pid, 'SIGCONT');
      }
      await expect.poll(running).toBeUndefined();
    }
  });

  it('are counted by the command line on request only', async () => {
    const lockscope = await Lockscope.build();
    const folder = lockscope.project({ 'migrations/001_a.sql': 'ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (org) REFERENCES orgs;\n' });
    const run = async (...options: readonly string[]): Promise<string> => (await lockscope.run(['check', 'migrations', '--database-url', server.url(), '--format', 'json', ...options], { cwd: folder })).stdout;
    expect(await run('--check-data')).toContain('17 rows refer by (org) to nothing in orgs, so this fails. What finds them: SELECT c.* FROM ONLY public.users c');
    expect(await run()).not.toContain('data-violates-constraint');
    lockscope.dispose();
  });

  it('are counted in the editor when somebody asks, and become findings', async () => {
    const editor = await Editor.start({ initializationOptions: { commands: ['lockscope.checkData'] }, environment: { LOCKSCOPE_DATABASES: JSON.stringify([{ name: 'shop', url: server.url() }]) } });
    try {
      const uri = await editor.open('migrations/001_a.sql', 'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n');
      const ask = (): Promise<CheckDataAnswer> => editor.connection.sendRequest('lockscope/checkData', { uri });
      await expect.poll(async () => (await ask()).state, { timeout: 20_000 }).toBe('read');
      expect(await ask()).toMatchObject({ database: 'shop', checks: [{ inWords: '10 rows have users.email NULL', count: 10, query: 'SELECT * FROM public.users WHERE email IS NULL LIMIT 100;' }] });
      await expect.poll(async () => (await editor.diagnostics(uri)).map(({ code }) => code)).toContain('data-violates-constraint');
    } finally {
      await editor.stop();
    }
  });
});
