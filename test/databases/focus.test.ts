import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemaFromCatalog } from '../../server/src/core/schema/postgres/catalog/schema-from-catalog';
import { nameParts, objectName, type RelationName } from '../../server/src/core/schema/names';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { wordsOf } from '../../server/src/core/words-of';
import { readContents } from '../../server/src/databases/database';
import { readDatabase, type Reading } from '../../server/src/databases/postgres/connection';
import { neighbourhood } from '../../server/src/databases/postgres/neighbourhood';
import { readPages } from '../../server/src/databases/postgres/pages';
import { startServer, type Major, type Server } from '../postgres/servers';
import { plain } from './plain';

const WORLD = readFileSync(new URL('../postgres/world.sql', import.meta.url), 'utf8');

/** What a file names is known as well as if all of the database had been read. */
describe.each<Major>([13, 15, 18])('PostgreSQL %i', (major) => {
  let server: Server;
  beforeAll(async () => {
    await loadPostgresParser();
    server = await startServer(major);
    const client = await server.connect();
    await client.query('CREATE DATABASE world');
    await client.query('CREATE DATABASE many');
    await client.end();
    const world = await server.connect('world');
    await world.query(WORLD);
    await world.query('ANALYZE');
    await world.end();
    const many = await server.connect('many');
    for (let start = 0; start < 1000; start += 250) {
      await many.query(`DO $$ BEGIN FOR i IN ${String(start + 1)}..${String(start + 250)} LOOP
        EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, name text)', i); END LOOP; END $$`);
    }
    await many.query(`
      ALTER TABLE t2 ADD FOREIGN KEY (id) REFERENCES t1; ALTER TABLE t3 ADD FOREIGN KEY (id) REFERENCES t2; ALTER TABLE t1 ADD FOREIGN KEY (id) REFERENCES t4;
      CREATE VIEW seen AS SELECT t1.name FROM t1 JOIN t5 USING (id); CREATE TABLE "Odd ""Name" (id int); CREATE INDEX lonely ON t6 (name); CREATE SEQUENCE counter;
      CREATE TABLE t9_log (note text); CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO t9_log VALUES (''x''); RETURN NEW; END';
      CREATE TRIGGER logs AFTER INSERT ON t7 FOR EACH ROW EXECUTE FUNCTION log();
      CREATE TYPE mood AS ENUM ('fine'); ALTER TABLE t8 ADD COLUMN mood mood[];
      CREATE TABLE parted (id int) PARTITION BY LIST (id); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1); CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2); CREATE TABLE parted_rest PARTITION OF parted DEFAULT`);
    await many.end();
  }, 120_000);
  afterAll(async () => {
    await server.stop();
  });

  test('a page of a whole database costs at most twenty queries, and none for texts that are not there', async () => {
    const asked: string[] = [];
    const sizes: number[] = [];
    await readDatabase(server.url('many'), async (reading) => {
      const counting: Reading = {
        ...reading,
        rows: (sql, values) => {
          asked.push(sql);
          return reading.rows(sql, values);
        },
        rowsUnlessLocked: (sql, values, timeout) => {
          asked.push(sql);
          return reading.rowsUnlessLocked(sql, values, timeout);
        },
      };
      for await (const { relations } of readPages(counting)) sizes.push(relations.length);
    });
    // 1,000 tables with an index each, 6 others, a view and an index, 500 of the tables and views at a time; then the sequence.
    expect(sizes.reduce((sum, size) => sum + size)).toBe(2 * 1000 + 6 + 1 + 1 + 1);
    expect(sizes).toHaveLength(4);
    expect(asked.length).toBeLessThanOrEqual(20 * sizes.length + 10);
    expect(asked.filter((sql) => /pg_get_expr\((?:conbin|adbin, adrelid|indexprs|indpred)/u.test(sql))).toEqual([]);
  });

  test('each relation of the world by itself', async () => {
    const whole = await readContents(server.url('world'));
    const expected = plain(schemaFromCatalog(whole.catalog)) as Record<string, unknown>;
    const names = whole.catalog.relations.map(({ name }) => name);
    // Some of each letter: all of them would take minutes.
    for (const name of names.filter((_name, index) => index % 17 === major % 17)) {
      const { catalog, sizes } = await readContents(server.url('world'), new Set([nameParts(name as RelationName).name]));
      const schema = schemaFromCatalog(catalog);
      expect((plain(schema) as Record<string, unknown>)[name], name).toEqual(expected[name]);
      expect(sizes[name], name).toEqual(whole.sizes[name]);
      const tables = whole.catalog.relations.filter(({ kind }) => !kind.includes('index') && kind !== 'sequence' && kind !== 'composite type').map((table) => table.name);
      expect(tables.filter((table) => !schema.relations.has(table as RelationName)), 'all are listed').toEqual([]);
    }
  });

  test.each([
    ['foreign keys both ways, views and what these read', 'ALTER TABLE t1 ADD COLUMN x int;', ['public.seen', 'public.t1', 'public.t2', 'public.t3', 'public.t4', 'public.t5']],
    ['a name in quotes', 'DROP TABLE public."Odd ""Name";', ['public."Odd ""Name"']],
    ['in another language', 'await knex.schema.alterTable("t6", (table) => table.dropColumn(`name`))', ['public.t6']],
    ['an index by its name', 'DROP INDEX Lonely;', ['public.t6']],
    ['what a trigger writes', 'INSERT INTO t7 VALUES (1);', ['public.t7', 'public.t9_log']],
    ['tables of a type', "ALTER TYPE mood ADD VALUE 'sad';", ['public.t8']],
    ['tables whose triggers go', 'DROP FUNCTION log() CASCADE;', ['public.t7', 'public.t9_log']],
    ['partitions of a table', 'TRUNCATE parted;', ['public.parted', 'public.parted_1', 'public.parted_2', 'public.parted_rest']],
    ['a partition, with its table and the default partition', 'DROP TABLE parted_1;', ['public.parted', 'public.parted_1', 'public.parted_rest']],
    ['nothing that is there', 'CREATE TABLE fresh (id int);', []],
  ])('%s', async (_title, text, expected) => {
    const { catalog } = await readContents(server.url('many'), wordsOf(text));
    const tables = catalog.relations.filter(({ kind }) => kind === 'table' || kind === 'partitioned table' || kind === 'view').map(({ name }) => name);
    expect(tables).toEqual(expected);
    expect(tables.length + (catalog.others?.length ?? 0)).toBe(1000 + 7);
    const partition = catalog.others?.get(objectName('public', 'parted_2'));
    if (!expected.includes('public.parted_2')) expect(partition).toEqual({ name: 'public.parted_2', kind: 'table', parents: ['public.parted'] });
  });

  test('a sequence of nobody', async () => {
    const { catalog } = await readContents(server.url('many'), wordsOf("SELECT nextval('counter')"));
    expect(catalog.relations.map(({ name }) => name)).toEqual(['public.counter']);
  });
});

test('a database in which everything references everything does not come along as a whole', () => {
  const all = Array.from({ length: 40_000 }, (_value, index) => index);
  const none = new Map<number, readonly number[]>();
  const edges = { parents: none, children: none, reads: none, readers: none, defaults: none, referenced: none, referencing: new Map(all.map((oid) => [oid, [oid + 1, oid * 2]])) };
  const found = neighbourhood([1], edges);
  expect(found.size).toBe(5001);
  expect([...found].slice(0, 4)).toEqual([1, 2, 3, 4]);
});
