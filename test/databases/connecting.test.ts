import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readContents } from '../../server/src/databases/database';
import { startServer, type Server } from '../postgres/servers';

describe('connecting', () => {
  let server: Server;
  let admin: pg.Client;
  beforeAll(async () => {
    server = await startServer(15);
    admin = await server.connect();
    await admin.query(`
      CREATE TABLE public.open (id int PRIMARY KEY, note text DEFAULT 'x'); CREATE SCHEMA closed; CREATE TABLE closed.things (id int PRIMARY KEY, note text CHECK (note <> ''));
      CREATE VIEW closed.seen AS SELECT id FROM closed.things; REVOKE ALL ON SCHEMA closed FROM PUBLIC;
      INSERT INTO closed.things SELECT n, 'a' FROM generate_series(1, 2000) n; ANALYZE closed.things; INSERT INTO public.open SELECT generate_series(1, 100);
      CREATE TABLE public.never (id int);
      CREATE ROLE little LOGIN; CREATE ROLE single LOGIN CONNECTION LIMIT 0; CREATE ROLE outsider LOGIN`);
    await admin.query('CREATE DATABASE fenced');
    await admin.query('REVOKE CONNECT ON DATABASE fenced FROM PUBLIC');
  }, 120_000);
  afterAll(async () => {
    await server.stop();
  });

  const failure = (url: string): Promise<string> =>
    readContents(url).then(
      () => 'no failure',
      (error: unknown) => (error instanceof Error ? `${error.message} ${error.stack ?? ''}` : String(error)),
    );
  const at = (rest: string): string => `postgresql://postgres:s3cret%21@127.0.0.1:${String(server.port)}${rest}`;

  test.each([
    ['no such database', () => at('/nowhere'), /there is no database "nowhere"/u],
    ['no TLS there', () => at('/postgres?sslmode=require'), /does not offer TLS/u],
    ['a service, which is not looked up', () => 'postgresql:///?service=shop', /service names an entry of a service file/u],
    ['no such sslmode', () => at('/postgres?sslmode=maybe'), /unknown sslmode; expected one of disable, allow/u],
    ['nobody listens', () => 'postgresql://postgres:s3cret%21@127.0.0.1:1/postgres', /refused the connection/u],
    ['no such host', () => 'postgresql://postgres:s3cret%21@no-such-host.invalid/postgres', /does not resolve|cannot be looked up/u],
    ['no such role', () => `postgresql://nobody:s3cret%21@127.0.0.1:${String(server.port)}/postgres`, /does not let this user in/u],
    ['no connection allowed', () => `postgresql://single:s3cret%21@127.0.0.1:${String(server.port)}/postgres`, /no free connections/u],
    ['no privilege', () => `postgresql://outsider:s3cret%21@127.0.0.1:${String(server.port)}/fenced`, /may not/u],
    ['not a URL', () => 'postgresql://postgres:s3cret!@127.0.0.1:port/x', /not a connection URL/u],
    ['another protocol', () => 'mysql://root:s3cret!@127.0.0.1/x', /must begin with postgresql:/u],
  ])('%s', async (_title, url, words) => {
    const message = await failure(url());
    expect(message).toMatch(words);
    expect(message).not.toMatch(/s3cret/u);
  });

  test.each(['md5', 'scram-sha-256'])('passwords by %s', async (method) => {
    // Lines that come first count; the rest is as the test server has it.
    await admin.query(`SET password_encryption = '${method}'; DROP ROLE IF EXISTS guarded; CREATE ROLE guarded LOGIN PASSWORD 'right & proper'`);
    const { rows } = await admin.query<{ hba_file: string }>('SHOW hba_file');
    await admin.query(`COPY (VALUES ('host all guarded 127.0.0.1/32 ${method}'), ('host all all 127.0.0.1/32 trust')) TO '${rows[0]?.hba_file ?? ''}'`);
    await admin.query('SELECT pg_reload_conf()');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const host = `127.0.0.1:${String(server.port)}/postgres`;
    expect((await readContents(`postgresql://guarded:right%20%26%20proper@${host}`)).version).toBe(15);
    for (const wrong of ['postgresql://guarded:wr0ng@', 'postgresql://guarded@']) {
      const message = await failure(wrong + host);
      expect(message).toMatch(/refused the user or the password|wants a password, and there is none/u);
      expect(message).not.toMatch(/wr0ng|guarded/u);
    }
    const folder = mkdtempSync(join(tmpdir(), 'lockscope-pgpass-'));
    const file = join(folder, 'passwords');
    writeFileSync(file, `elsewhere:5432:*:guarded:wr0ng\n127.0.0.1:${String(server.port)}:*:guarded:right & proper\n`, { mode: 0o600 });
    const warned = vi.spyOn(process, 'emitWarning');
    vi.stubEnv('PGPASSFILE', file);
    expect((await readContents(`postgresql://guarded@${host}`)).version).toBe(15);
    expect(warned).not.toHaveBeenCalled();
    vi.unstubAllEnvs();
    warned.mockRestore();
    rmSync(folder, { recursive: true });
  });

  test('a server that never answers', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    expect(await failure(`postgresql://postgres:s3cret@127.0.0.1:${String(port)}/x?connect_timeout=1`)).toMatch(/does not answer \(timed out\)/u);
    silent.close();
  });

  test('a role that may see little: the catalogue is whole, sizes too, and what nobody analysed is unknown', async () => {
    const { catalog, sizes } = await readContents(`postgresql://little@127.0.0.1:${String(server.port)}/postgres`);
    expect(catalog.relations.map(({ name }) => name)).toEqual(['closed.seen', 'closed.things', 'closed.things_pkey', 'public.never', 'public.open', 'public.open_pkey']);
    expect(catalog.relations[0]).toMatchObject({ kind: 'view', query: expect.stringContaining('closed.things') as string });
    // 2,000 rows: each of 24 bytes of header, 4 + 2 of values padded to 32, and a line pointer of 4; 226 to a page of 8,192 bytes: 9 pages.
    expect(sizes['closed.things']).toMatchObject({ rows: 2000, bytes: 9 * 8192 });
    expect(sizes['public.open']).toMatchObject({ rows: undefined, bytes: 8192 });
    expect(sizes['public.never']).toMatchObject({ rows: 0, bytes: 0, indexBytes: 0 });
  });

  test('rows follow the pages there are now', async () => {
    await admin.query('CREATE TABLE grows (id int); INSERT INTO grows SELECT generate_series(1, 1000); ANALYZE grows; INSERT INTO grows SELECT generate_series(1, 9000)');
    const { sizes } = await readContents(server.url());
    const rows = sizes['public.grows']?.rows ?? 0;
    // 226 rows of 36 bytes to a page: 1,000 rows took 5 pages (200 each), 10,000 take 45.
    expect(rows).toBe(9000);
  });
});
