import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { objectName, type RelationName } from '../../server/src/core/schema/names';
import { schemaFromCatalog } from '../../server/src/core/schema/postgres/catalog/schema-from-catalog';
import { schemaFromDdl } from '../../server/src/core/schema/postgres/load';
import { knownDatabase, readSnapshot } from '../../server/src/core/snapshot';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { readContents } from '../../server/src/databases/database';
import { takeSnapshot } from '../../server/src/databases/snapshot';
import { startServer, type Major, type Server } from '../postgres/servers';
import { plain } from './plain';

const WORLD = readFileSync(new URL('../postgres/world.sql', import.meta.url), 'utf8');

/** What the catalogue tells of a schema is what the statements that made it tell, as far as both can know it. */
describe.each<Major>([13, 15, 18])('PostgreSQL %i', (major) => {
  let server: Server;
  beforeAll(async () => {
    await loadPostgresParser();
    server = await startServer(major);
    const client = await server.connect();
    await client.query('CREATE DATABASE world');
    await client.end();
    const world = await server.connect('world');
    await world.query(WORLD);
    await world.end();
  }, 120_000);
  afterAll(async () => {
    await server.stop();
  });

  test('the world of the effects tests', async () => {
    const { catalog, version } = await readContents(server.url('world'));
    expect(version).toBe(major);
    expect(plain(schemaFromCatalog(catalog))).toEqual(plain(schemaFromDdl(WORLD, undefined, major).schema));
  });

  test('a snapshot holds all of it', async () => {
    const { catalog, sizes, settings, version } = await readContents(server.url('world'));
    let text = '';
    await takeSnapshot(server.url('world'), [], '2026-01-01T00:00:00Z', async (piece) => {
      text += piece;
      await Promise.resolve();
    });
    const read = readSnapshot(text);
    if (!read.ok) throw new Error(read.problem);
    const { snapshot } = read;
    expect(snapshot).toMatchObject({ version: 1, server: { dialect: 'postgresql', version }, takenAt: '2026-01-01T00:00:00Z' });
    expect({ ...snapshot.settings, pace: undefined }).toEqual({ ...settings, pace: undefined });
    // Indexes and sequences come with their tables.
    const byName = ({ name }: { readonly name: string }): string => name;
    expect(Object.fromEntries(snapshot.catalog.relations.map((relation) => [byName(relation), relation]))).toEqual(Object.fromEntries(catalog.relations.map((relation) => [byName(relation), relation])));
    expect(snapshot.catalog.relations).toHaveLength(catalog.relations.length);
    expect({ ...snapshot.catalog, relations: [] }).toEqual({ ...catalog, relations: [] });
    expect(snapshot.sizes).toEqual(sizes);
    expect(plain(knownDatabase(snapshot, 'snapshot').schema)).toEqual(plain(schemaFromCatalog(catalog)));
    expect(text.split('\n').length).toBeGreaterThan(catalog.relations.length);
  });

  test('sequences near their end come along with their tables', async () => {
    const client = await server.connect();
    await client.query('CREATE DATABASE numbers');
    await client.end();
    const numbers = await server.connect('numbers');
    // 30,000 of 32,767 numbers are 91.55 %; half of them are nothing to speak of.
    await numbers.query("CREATE TABLE numbered (id smallserial, other smallserial); SELECT setval('numbered_id_seq', 30000), setval('numbered_other_seq', 16000)");
    await numbers.end();
    const { sizes } = await readContents(server.url('numbers'), new Set(['numbered']));
    expect(Object.entries(sizes).filter(([, { used }]) => used !== undefined)).toEqual([['public.numbered_id_seq', { rows: undefined, bytes: undefined, used: 0.9156 }]]);
  });

  test('expressions are parsed when they are looked at', async () => {
    const schema = schemaFromCatalog((await readContents(server.url('world'))).catalog);
    const named = (name: string) => schema.relations.get(objectName('public', name));
    const products = named('products');
    const users = named('users');
    const view = named('active_users');
    const lower = named('users_lower_email_idx');
    const partial = named('users_active_idx');
    const partition = named('events_2023');
    if (products?.kind !== 'table' || users?.kind !== 'table' || view?.kind !== 'view' || lower?.kind !== 'index' || partial?.kind !== 'index' || partition?.kind !== 'table') throw new Error('missing');
    expect(products.columns.find(({ name }) => name === 'gross')?.generated?.expression).toHaveProperty('A_Expr');
    expect(users.columns.find(({ name }) => name === 'visits')?.default).toMatchObject({ A_Const: { ival: {} } });
    const check = users.constraints.find(({ name }) => name === 'users_age_check');
    expect(check?.kind === 'check' ? check.expression : undefined).toMatchObject({ A_Expr: { name: [{ String: { sval: '>=' } }] } });
    expect(view.query).toHaveProperty('SelectStmt');
    expect(lower.keys[0]?.expression).toMatchObject({ FuncCall: { funcname: [{ String: { sval: 'lower' } }] } });
    expect(partial.predicate).toHaveProperty('A_Expr');
    expect(partition.bound?.node).toMatchObject({ PartitionBoundSpec: { strategy: 'r' } });
    const rule = (schema.relations.get('public.documents' as RelationName) as typeof users).rules[0];
    expect(rule?.actions[0]).toHaveProperty('InsertStmt');
  });
});
