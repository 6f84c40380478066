import { spawn } from 'node:child_process';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WorkDoneProgress } from 'vscode-languageserver/node';
import type { BlockersAnswer, DatabaseStatus, DocumentStatus, EstimateResult, LearnResult } from '../../server/src/protocol';
import { Editor, serverFile, type EditorOptions } from '../protocol/editor';
import { startServer, type Server } from '../postgres/servers';
import { Gate } from './gate';

const PASSWORD = 'hun&ter two';
const INDEXES = 'CREATE INDEX big_idx ON big (n);\nCREATE INDEX small_idx ON "Small" (n);\n';

describe('an editor with a database', () => {
  let server: Server;
  let admin: pg.Client;
  let gate: Gate;
  let editor: Editor | undefined;
  beforeAll(async () => {
    server = await startServer(15);
    admin = await server.connect();
    // 226 rows of 36 bytes to a page of 8 kB: 2,000,000 rows take 8,850 pages.
    await admin.query(`
      CREATE TABLE big (n int); INSERT INTO big SELECT generate_series(1, 2000000);
      CREATE TABLE "Small" (n int); INSERT INTO "Small" VALUES (1), (2); CREATE TABLE never (n int); INSERT INTO never VALUES (1);
      CREATE TABLE parts (n int, kind text) PARTITION BY RANGE (n); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (50001); CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
      INSERT INTO parts SELECT g, CASE WHEN g % 4 = 0 THEN 'a' ELSE 'b' END FROM generate_series(1, 200000) g; ANALYZE parts;
      ANALYZE big; ANALYZE "Small"; CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'; GRANT SELECT, INSERT, UPDATE, DELETE ON big, parts TO reader`);
    const { rows } = await admin.query<{ hba_file: string }>('SHOW hba_file');
    await admin.query(`COPY (VALUES ('host all reader 127.0.0.1/32 scram-sha-256'), ('host all all 127.0.0.1/32 trust')) TO '${rows[0]?.hba_file ?? ''}'`);
    await admin.query('SELECT pg_reload_conf()');
    gate = await Gate.open(server.port);
  }, 120_000);
  afterEach(async () => {
    await editor?.stop();
    editor = undefined;
    await gate.reopen();
  });
  afterAll(async () => {
    await gate.shut();
    await server.stop();
  });

  const url = (): string => `postgresql://reader:${encodeURIComponent(PASSWORD)}@127.0.0.1:${String(gate.port)}/postgres`;
  const start = async (options: EditorOptions = {}): Promise<Editor> => {
    editor = await Editor.start({ environment: { LOCKSCOPE_DATABASES: JSON.stringify([{ name: 'shop', url: url() }]) }, ...options });
    return editor;
  };
  const statusOf = async (one: Editor, uri: string): Promise<DocumentStatus> => one.connection.sendRequest('lockscope/documentStatus', { uri });
  const untilStatus = async (one: Editor, uri: string, state: DatabaseStatus['state']): Promise<DatabaseStatus> => {
    for (;;) {
      const { database } = await statusOf(one, uri);
      if (database?.state === state) return database;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const blocking = async (one: Editor, uri: string): Promise<string[]> =>
    (await one.diagnostics(uri)).filter(({ code }) => code === 'create-index-blocking').map(({ range }) => one.text(uri).split('\n')[range.start.line] ?? '');

  it('answers before the database did, and then by its sizes', async () => {
    const one = await start();
    const uri = await one.open('migrations/001_a.sql', INDEXES);
    await untilStatus(one, uri, 'current');
    await one.until(() => one.refreshes > 0, 'a refresh');
    expect(await statusOf(one, uri)).toMatchObject({ server: 'PostgreSQL 15', source: 'connection', database: { kind: 'connection', name: 'shop' } });
    expect(await blocking(one, uri)).toEqual(['CREATE INDEX big_idx ON big (n);']);
    expect(await one.lenses(uri)).toEqual([
      expect.stringContaining('blocks writes on big (2 M rows, 69 MB), about '),
      expect.stringContaining('blocks writes on "Small" (2 rows, 8 kB), milliseconds'),
    ]);
    expect(await one.hover(uri, { line: 0, character: 1 })).toMatch(/`big` \(2 M rows, 69 MB\)[^]*Judged for PostgreSQL 15\. Sizes are those of shop, read just now\./u);
    expect(one.output).not.toMatch(/hun|ter two/u);
  });

  it('learns how fast the server is, after saying what it reads, and forgets it again', async () => {
    const one = await start();
    const uri = await one.open('migrations/001_a.sql', INDEXES);
    await untilStatus(one, uri, 'current');
    const basis = async (): Promise<string | undefined> => (await one.connection.sendRequest<EstimateResult | null>('lockscope/estimate', { uri }))?.statements[0]?.basis;
    expect(await basis()).toBe('catalog');
    expect(await one.connection.sendRequest('lockscope/learningPlan', { uri })).toMatchObject({ database: 'shop', sample: expect.arrayContaining([expect.stringMatching(/^about 1\d\d,000 rows of big$/u)]) as unknown });
    const seen: string[] = [];
    one.connection.onProgress(WorkDoneProgress.type, 'learning', (report) => {
      if (report.kind === 'report') seen.push(report.message ?? '');
    });
    const learned = await one.connection.sendRequest<LearnResult>('lockscope/learn', { uri, from: 'past and sample', workDoneToken: 'learning' });
    expect(learned).toMatchObject({ ok: true, calibration: { version: 1 }, summary: expect.stringMatching(/^estimates for shop rest on \d more timings? of its server; no past timings: /u) as unknown });
    expect(seen).toContain('sorting a part of big');
    expect(await basis()).toBe('calibrated');
    expect(await one.connection.sendRequest('lockscope/learn', { uri, from: 'forget' })).toMatchObject({ ok: true, calibration: null });
    expect(await basis()).toBe('catalog');
    const kept = learned.ok ? learned.calibration : null;
    await one.stop();
    const again = await start({ environment: { LOCKSCOPE_DATABASES: JSON.stringify([{ name: 'shop', url: url(), calibration: kept, production: true }]) } });
    const other = await again.open('migrations/001_a.sql', INDEXES);
    await untilStatus(again, other, 'current');
    expect((await again.connection.sendRequest<EstimateResult | null>('lockscope/estimate', { uri: other }))?.statements[0]?.basis).toBe('calibrated');
    expect(await again.connection.sendRequest('lockscope/rehearse', { uri: other, stage: 'local' })).toEqual({ ok: false, problem: 'that connection is not one to rehearse on' });
    expect(await again.connection.sendRequest('lockscope/rehearsalPlan', { uri: other })).toMatchObject({ production: true });
  });

  it('rehearses a migration on a server that the user chose, and estimates by that', async () => {
    const one = await start({ environment: { LOCKSCOPE_DATABASES: JSON.stringify([{ name: 'shop', url: url() }, { name: 'local', stage: 'local', url: server.url() }]) } });
    const uri = await one.open('migrations/001_a.sql', 'CREATE INDEX parts_n ON parts_1 (n);\nCREATE INDEX nothing ON parts_1 (missing);\n');
    await untilStatus(one, uri, 'current');
    expect(await one.connection.sendRequest('lockscope/rehearsalPlan', { uri })).toEqual({ database: 'shop', production: false, copies: ['all 50,000 rows of parts_1'] });
    expect(await one.connection.sendRequest('lockscope/rehearse', { uri, stage: 'local' })).toEqual({ ok: false, problem: expect.stringContaining('the user may not read that') as unknown });
    await admin.query('GRANT SELECT ON parts_1 TO reader');
    const done = await one.connection.sendRequest('lockscope/rehearse', { uri, stage: 'local' });
    expect(done).toMatchObject({ ok: true, failures: [{ statement: 'CREATE INDEX nothing ON parts_1 (missing)', message: 'column "missing" does not exist' }] });
    const estimate = await one.connection.sendRequest<EstimateResult | null>('lockscope/estimate', { uri });
    expect(estimate?.statements[0]?.basis).toBe('rehearsed');
    expect((await admin.query("SELECT datname FROM pg_database WHERE datname LIKE 'lockscope%'")).rows).toEqual([]);
    expect(one.output).not.toMatch(/hun|ter two/u);
  });

  it('shows how far a statement of the migration is that runs just now, and what it took once it is over', async () => {
    const one = await start({ environment: { LOCKSCOPE_DATABASES: JSON.stringify([{ name: 'shop', url: server.url() }]) } });
    const sql = 'CREATE INDEX CONCURRENTLY watched ON parts_1 (n)';
    const uri = await one.open('migrations/001_a.sql', `${sql};\n`);
    await untilStatus(one, uri, 'current');
    const ran = async (): Promise<string | null> => (await one.connection.sendRequest<EstimateResult | null>('lockscope/estimate', { uri }))?.statements[0]?.ran ?? null;
    expect(await ran()).toBeNull();
    // It waits for whoever has written the table.
    const writer = await server.connect();
    await writer.query('BEGIN; INSERT INTO parts_1 VALUES (1)');
    const migrating = await server.connect();
    const done = migrating.query(sql);
    await expect.poll(ran).toMatch(/^has been running for .*: waiting for writers before build, 0 %; the estimate is /u);
    expect(await one.hover(uri, { line: 0, character: 1 })).toContain('It has been running for ');
    await writer.query('ROLLBACK');
    await done;
    await expect.poll(ran).toMatch(/^took .* by what was seen of it while it ran; the estimate was /u);
    await admin.query('DROP INDEX watched');
    await Promise.all([writer.end(), migrating.end()]);
  });

  it('says who would block the migration now', async () => {
    const one = await start();
    const uri = await one.open('migrations/001_a.sql', 'ALTER TABLE big ADD COLUMN extra int;\n');
    await untilStatus(one, uri, 'current');
    const holder = await server.connect();
    await holder.query("SET application_name = 'web'; BEGIN; SELECT FROM big WHERE n = 5");
    const ask = (document: string): Promise<BlockersAnswer> => one.connection.sendRequest('lockscope/blockers', { uri: document });
    const blocked = await ask(uri);
    expect(blocked).toMatchObject({ state: 'read', database: 'shop', report: { blockers: [{ application: 'web', why: ['holds ACCESS SHARE on big; line 1 wants ACCESS EXCLUSIVE'] }] } });
    await holder.end();
    expect(await ask('file:///nowhere.sql')).toMatchObject({ state: 'unknown', reason: expect.stringContaining('not a migration') as string });
  });

  it('reads again on demand and when a file is saved', async () => {
    const one = await start();
    const uri = await one.open('migrations/001_a.sql', 'CREATE INDEX grown_idx ON grown (n);\n');
    await untilStatus(one, uri, 'current');
    await admin.query('CREATE TABLE grown (n int); INSERT INTO grown SELECT generate_series(1, 1000); ANALYZE grown');
    await one.connection.sendRequest('lockscope/refreshDatabase');
    await one.until(() => one.refreshes > 0, 'a refresh');
    expect((await one.lenses(uri)).join()).toContain('grown (1,000 rows, 40 kB)');
    await admin.query('INSERT INTO grown SELECT generate_series(1, 9000)');
    // What was read in the last second is not read again for a save.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await one.connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
    await expect.poll(async () => (await one.lenses(uri)).join()).toContain('grown (9,000 rows, 360 kB)');
    await admin.query('DROP TABLE grown');
  });

  it('that is refused, hangs or goes away leaves the editor as it was: with no sizes, or with those it had and their age', async () => {
    await gate.shut();
    const one = await start();
    const uri = await one.open('migrations/001_a.sql', INDEXES);
    expect(await blocking(one, uri)).toHaveLength(2);
    expect(await untilStatus(one, uri, 'failed')).toMatchObject({ problem: expect.stringMatching(/^127\.0\.0\.1:\d+ refused the connection/u) as string });
    await gate.reopen();
    // It tries again by itself after two seconds.
    await untilStatus(one, uri, 'current');
    expect(await blocking(one, uri)).toHaveLength(1);
    gate.silence();
    const passed = gate.passed;
    const refreshing = one.connection.sendRequest('lockscope/refreshDatabase');
    await expect.poll(() => gate.passed).toBeGreaterThan(passed);
    await one.edit(uri, 0, 0, '-- more\n');
    expect(await blocking(one, uri)).toHaveLength(1);
    await gate.shut();
    await refreshing;
    expect(await untilStatus(one, uri, 'stale')).toMatchObject({ readAt: expect.any(Number) as number, problem: expect.stringMatching(/127\.0\.0\.1/u) as string });
    expect((await one.lenses(uri)).join()).toMatch(/big \(2 M rows, 69 MB\), .* · SHARE · reads every row · sizes as of just now/);
    expect(await one.hover(uri, { line: 1, character: 1 })).toContain('Sizes are stale: those of shop, read just now.');
    expect(one.output).not.toMatch(/hun|ter two/u);
  });

  it('says how many rows statements would change, by the server’s own plans', async () => {
    const one = await start();
    const uri = await one.open(
      'migrations/001_a.sql',
      "UPDATE big SET n = n + 1 WHERE n > 800000;\nDELETE FROM big WHERE n <= 100;\nUPDATE parts SET n = n WHERE kind = 'a';\nINSERT INTO big SELECT n FROM parts;\nUPDATE \"Small\" SET n = 1;\nUPDATE nowhere SET n = 1 WHERE n = 2;\n",
    );
    const lenses = async (): Promise<string[]> => (await one.lenses(uri)).map((lens) => lens.replace(/^(\d+).* · /u, '$1 '));
    await expect.poll(async () => (await lenses())[0]).toContain('changes about');
    // The planner goes by samples: it is right to a few per cent.
    expect(await lenses()).toEqual([
      expect.stringMatching(/^0 changes about 1\.[12]\d? M rows$/u),
      expect.stringMatching(/^1 changes about [\d,]{2,5} rows$/u),
      expect.stringMatching(/^2 changes about (?:4[6-9]|5[0-4]),\d+ rows$/u),
      expect.stringMatching(/^3 changes about 200,000 rows$/u),
      // The role may not change this one, and the last one is not there.
      expect.not.stringContaining('changes about'),
    ]);
    const found = (await one.diagnostics(uri)).map(({ code, range, message }) => `${String(range.start.line)} ${String(code)}: ${typeof message === 'string' ? message : message.value}`);
    expect(found.find((line) => line.startsWith('0 update-whole-table'))).toMatch(/UPDATE changes about 1\.[12]\d? M of the 2 M rows of big in one transaction/u);
    // A hundred rows of two million are no large part: that is known now.
    expect(found.filter((line) => line.startsWith('1 delete-whole-table'))).toEqual([]);
    expect(found.find((line) => line.startsWith('3 insert-select-large'))).toMatch(/copies about 200,000 rows from parts/u);
    expect(await one.hover(uri, { line: 2, character: 1 })).toMatch(/By the server’s own plan it changes about/u);
    await one.edit(uri, 0, 0, 'DELETE FROM parts WHERE n < 1000;\n');
    await expect.poll(async () => (await lenses())[0]).toMatch(/changes about (?:9\d\d|1,0\d\d) rows/u);
  });

  it('says of a wrong password what is wrong and not what it was', async () => {
    const wrong = url().replace('hun', 'wr0ng');
    const one = await start({ environment: { LOCKSCOPE_DATABASES: JSON.stringify([{ name: 'shop', url: wrong }]) } });
    const uri = await one.open('migrations/001_a.sql', INDEXES);
    expect(await untilStatus(one, uri, 'failed')).toMatchObject({ problem: expect.stringContaining('refused the user or the password') as string });
    expect(one.output).not.toMatch(/wr0ng|ter two/u);
  });

  it('is tried by a process of its own, which says in one line what came of it', async () => {
    const probe = async (address: string): Promise<unknown> => {
      const child = spawn(process.execPath, [await serverFile(), '--probe'], { env: { ...process.env, LOCKSCOPE_DATABASE_URL: address }, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      await new Promise((resolve) => child.on('close', resolve));
      expect(output).not.toMatch(/wr0ng|ter two/u);
      return JSON.parse(output);
    };
    expect(await probe(url())).toEqual({ ok: true, version: 15, tables: 6 });
    expect(await probe(url().replace('hun', 'wr0ng'))).toMatchObject({ ok: false, wantsPassword: true });
    expect(await probe(url().replace(/\/postgres$/u, '/nowhere'))).toMatchObject({ ok: false, wantsPassword: false, problem: expect.stringContaining('there is no database "nowhere"') as string });
    expect(await probe('wr0ng')).toMatchObject({ ok: false, wantsPassword: false });
  });

  it('judges each folder by its own database, and takes nothing from the folder itself', async () => {
    const files = { 'lockscope.json': '{ "databaseUrl": "postgresql://elsewhere/x" }', '.env': 'LOCKSCOPE_DATABASE_URL=postgresql://elsewhere/x\nDATABASE_URL=postgresql://elsewhere/x' };
    const one = await start({ files, environment: { LOCKSCOPE_DATABASES: JSON.stringify([{ name: 'other', folder: 'file:///somewhere/else', url: url() }]) } });
    const uri = await one.open('migrations/001_a.sql', INDEXES);
    expect((await statusOf(one, uri)).database).toBeUndefined();
  });

  it('takes sizes from the snapshot of the project, with its age, while there is no connection', async () => {
    const snapshot = {
      version: 1,
      server: { dialect: 'postgresql', version: 14 },
      takenAt: new Date(Date.now() - 3 * 24 * 60 * 60 * 1000).toISOString(),
      catalog: { schemas: ['public'], relations: [{ name: 'public.big', kind: 'table', columns: [{ name: 'n', type: 'integer' }] }], types: [], routines: [], publications: [] },
      sizes: { 'public.big': { rows: 7, bytes: 8192 } },
    };
    const files = { 'db/lockscope.json': '{ "snapshot": "shop.snapshot.json" }', 'db/shop.snapshot.json': JSON.stringify(snapshot) };
    const one = await start({ files, environment: {} });
    const uri = await one.open('db/migrations/001_a.sql', INDEXES);
    expect((await one.lenses(uri))[0]).toContain('big (7 rows, 8 kB)');
    expect(await statusOf(one, uri)).toMatchObject({ server: 'PostgreSQL 14', source: 'snapshot', database: { kind: 'snapshot', name: 'db/shop.snapshot.json', state: 'current' } });
    expect(await one.hover(uri, { line: 0, character: 1 })).toContain('Sizes are those of the snapshot db/shop.snapshot.json, taken 3 days ago.');
    one.writeFile('db/shop.snapshot.json', JSON.stringify({ ...snapshot, sizes: { 'public.big': { rows: 9, bytes: 8192 } } }));
    await one.filesChanged('db/shop.snapshot.json');
    await one.until(() => one.refreshes > 0, 'a refresh');
    expect((await one.lenses(uri))[0]).toContain('big (9 rows, 8 kB)');
  });
});
