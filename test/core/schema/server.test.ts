import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemaFromDdl } from '../../../server/src/core/schema/postgres/load';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { startServer, type Major, type Server } from '../../postgres/servers';
import { factsOfModel, factsOfServer } from './catalog';
import { SCRIPTS } from './scripts';

const WORLD = readFileSync(new URL('../../postgres/world.sql', import.meta.url), 'utf8');

/** What a server says is there after a script must be what the model says, name by name. */
describe.each<Major>([15, 18])('PostgreSQL %i', (major) => {
  let server: Server;
  let admin: pg.Client;
  beforeAll(async () => {
    await loadPostgresParser();
    server = await startServer(major);
    admin = await server.connect();
  }, 120_000);
  afterAll(async () => {
    await server.stop();
  });

  const scripts = [{ title: 'the world of the effects tests', sql: WORLD }, ...SCRIPTS.filter(({ since }) => (since ?? 0) <= major)];
  test.each(scripts)('$title', async ({ sql }) => {
    await admin.query('DROP DATABASE IF EXISTS model');
    await admin.query('CREATE DATABASE model');
    const client = await server.connect('model');
    await client.query(sql);
    await client.query('RESET search_path');
    const truth = await factsOfServer(client);
    await client.end();
    const { schema, problems } = schemaFromDdl(sql, undefined, major);
    expect(problems).toEqual([]);
    expect(factsOfModel(schema)).toEqual(truth);
  });
});
