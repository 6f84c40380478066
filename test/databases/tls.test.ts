import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDatabase } from '../../server/src/databases/postgres/connection';
import { startServer, type Server } from '../postgres/servers';
import { Certificates } from './certificates';

const certificates = await Certificates.make();
if (certificates === undefined) test.skip('TLS is not tried: there is no openssl, and it cannot be installed here', () => undefined);

/** Modes as the manual has them ("SSL Support", table "SSL Mode Descriptions"), against a server whose certificate for localhost signs itself. */
describe.runIf(certificates !== undefined)('TLS', () => {
  let server: Server;
  let root = '';
  let other = '';
  beforeAll(async () => {
    if (certificates === undefined) return;
    const own = certificates.selfSigned('server', 'localhost');
    root = own.certificate;
    other = certificates.selfSigned('other', 'localhost').certificate;
    server = await startServer(18, { ssl: 'on', ssl_cert_file: own.certificate, ssl_key_file: own.key });
    const admin = await server.connect();
    const { rows } = await admin.query<{ hba_file: string }>('SHOW hba_file');
    await admin.query(`COPY (VALUES ('hostssl all careful all trust'), ('hostnossl all careless all trust'), ('host all postgres all trust')) TO '${rows[0]?.hba_file ?? ''}'`);
    await admin.query('CREATE ROLE careful LOGIN; CREATE ROLE careless LOGIN; SELECT pg_reload_conf()');
    // The main process takes the new file when it gets to it.
    for (let attempt = 0; attempt < 100 && (await outcome('careful', 'sslmode=disable')) === 'without TLS'; attempt++) await new Promise((resolve) => setTimeout(resolve, 50));
  }, 120_000);
  afterAll(async () => {
    certificates?.remove();
    await server.stop();
  });

  const outcome = async (user: string, parameters: string, host = 'localhost'): Promise<string> => {
    const url = `postgresql://${user}:hunter2@${host}:${String(server.port)}/postgres?${parameters}`;
    try {
      const rows = await readDatabase(url, (reading) => reading.rows('SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()'));
      return rows[0]?.[0] === true ? 'with TLS' : 'without TLS';
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      expect(message).not.toContain('hunter2');
      return message.replaceAll(String(server.port), 'PORT');
    }
  };

  test.each([
    ['postgres', 'sslmode=disable', 'without TLS'],
    ['postgres', 'sslmode=allow', 'without TLS'],
    ['postgres', 'sslmode=prefer', 'with TLS'],
    ['postgres', '', 'with TLS'],
    ['postgres', 'sslmode=require', 'with TLS'],
    // What pg_hba.conf wants decides where the mode leaves a choice.
    ['careful', 'sslmode=allow', 'with TLS'],
    ['careless', 'sslmode=prefer', 'without TLS'],
    ['careful', 'sslmode=disable', 'localhost:PORT does not let this user in from here (pg_hba.conf), or wants TLS'],
    ['careless', 'sslmode=require', 'localhost:PORT does not let this user in from here (pg_hba.conf), or wants TLS'],
  ])('%s, %s: %s', async (user, parameters, expected) => {
    expect(await outcome(user, parameters)).toBe(expected);
  });

  const SELF_SIGNED = 'the server’s certificate cannot be verified: it is self-signed. Name the authority in sslrootcert, or use sslmode=require to encrypt without verifying.';
  test.each([
    ['verify-ca', 'localhost', 'root', 'with TLS'],
    ['verify-ca', '127.0.0.1', 'root', 'with TLS'],
    ['verify-full', 'localhost', 'root', 'with TLS'],
    ['require', 'localhost', 'root', 'with TLS'],
    ['verify-full', '127.0.0.1', 'root', '127.0.0.1:PORT: the server’s certificate cannot be verified: it is for another host. Connect by the name that it is for, or use sslmode=verify-ca to check only who signed it.'],
    ['verify-ca', 'localhost', 'other', `localhost:PORT: ${SELF_SIGNED}`],
    ['verify-full', 'localhost', 'other', `localhost:PORT: ${SELF_SIGNED}`],
    // With a root certificate, require verifies (manual: "for backward compatibility").
    ['require', 'localhost', 'other', `localhost:PORT: ${SELF_SIGNED}`],
    ['verify-full', 'localhost', 'system', `localhost:PORT: ${SELF_SIGNED}`],
    ['verify-ca', 'localhost', 'system', 'sslrootcert=system goes with sslmode=verify-full only: else any certificate of anybody would do'],
    ['verify-ca', 'localhost', '/nowhere/root.crt', 'cannot read the certificate or key file /nowhere/root.crt'],
  ])('sslmode=%s to %s, sslrootcert: %s', async (mode, host, authority, expected) => {
    const file = authority === 'root' ? root : authority === 'other' ? other : authority;
    expect(await outcome('postgres', `sslmode=${mode}&sslrootcert=${encodeURIComponent(file)}`, host)).toBe(expected);
  });

  test('a file that is no certificate', async () => {
    const key = root.replace('.crt', '.key');
    expect(await outcome('postgres', `sslmode=verify-full&sslrootcert=${encodeURIComponent(key)}`)).toMatch(/certificate/u);
  });
});
