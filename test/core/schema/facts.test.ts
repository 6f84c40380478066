import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Table } from '../../../server/src/core/schema/schema';
import { objectName } from '../../../server/src/core/schema/names';
import { domainHasConstraints, excludesBound, impliesBound, isNarrowing, provesNotNull, typeChange } from '../../../server/src/core/schema/postgres/facts';
import { schemaFromDdl } from '../../../server/src/core/schema/postgres/load';
import { typeReference } from '../../../server/src/core/schema/postgres/resolve';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { SchemaEditor } from '../../../server/src/core/schema/editor';
import { startServer, type Major, type Server } from '../../postgres/servers';
import { parse, type } from './support';

/** The conclusions of the model beside those of a server, which tells them by its DEBUG1 messages and by its file nodes. */
const majors: readonly Major[] = [15, 18];
const servers = new Map<Major, { readonly server: Server; readonly client: pg.Client; readonly messages: string[] }>();

beforeAll(async () => {
  await loadPostgresParser();
  for (const major of majors) {
    const server = await startServer(major);
    const client = await server.connect();
    const messages: string[] = [];
    client.on('notice', (notice) => messages.push(notice.message ?? ''));
    await client.query("SET client_min_messages = debug1; SET timezone = 'Europe/Berlin'");
    servers.set(major, { server, client, messages });
  }
}, 120_000);

afterAll(async () => {
  for (const { server } of servers.values()) await server.stop();
});

/** Runs setup and statement on a server, undoes both, and gives what `look` sees in between. */
async function onServer<T>(major: Major, setup: string, statement: string, look: (client: pg.Client, messages: readonly string[], before: unknown) => Promise<T>, before?: (client: pg.Client) => Promise<unknown>): Promise<T> {
  const found = servers.get(major);
  if (found === undefined) throw new Error(`no server ${String(major)}`);
  const { client, messages } = found;
  await client.query('BEGIN');
  try {
    await client.query(setup);
    const seen = await before?.(client);
    messages.length = 0;
    await client.query(statement);
    return await look(client, [...messages], seen);
  } finally {
    await client.query('ROLLBACK');
  }
}

function table(ddl: string, name: string): { readonly table: Table; readonly view: SchemaEditor } {
  const { schema, problems } = schemaFromDdl(ddl);
  expect(problems).toEqual([]);
  const found = schema.relations.get(objectName('public', name));
  if (found === undefined || !('constraints' in found)) throw new Error(`no table ${name}`);
  return { table: found, view: new SchemaEditor(schema) };
}

describe.each(majors)('provesNotNull, PostgreSQL %i', (major) => {
  test.each<[string, boolean]>([
    ['CHECK (c IS NOT NULL)', true],
    ['CHECK (c NOTNULL)', true],
    ['CHECK (NOT (c IS NULL))', true],
    ['CHECK (NOT (c IS NULL OR d IS NULL))', true],
    ['CHECK (NOT (c IS NULL AND d IS NULL))', false],
    ['CHECK (c IS NOT NULL AND d > 0)', true],
    ['CHECK (d > 0 AND (c IS NOT NULL AND d < 9))', true],
    ['CHECK (c IS NOT NULL OR d IS NOT NULL)', false],
    ['CHECK ((c IS NOT NULL AND d > 0) OR (d < 0 AND c IS NOT NULL))', true],
    ['CHECK (c > 0)', false],
    ['CHECK (c = 1)', false],
    ['CHECK (c IN (1, 2))', false],
    ['CHECK ((c IS NULL) = false)', true],
    ['CHECK ((c IS NOT NULL) = true)', true],
    ['CHECK (c IS DISTINCT FROM NULL)', true],
    ['CHECK (d IS NOT NULL)', false],
    ['CHECK (coalesce(c, 0) IS NOT NULL)', false],
    ['CHECK (c IS NOT NULL) NO INHERIT', true],
  ])('%s: %s', async (check, expected) => {
    const ddl = `CREATE TABLE t (c int, d int, CONSTRAINT proof ${check});`;
    expect(provesNotNull(table(ddl, 't').table, 'c')).toBe(expected ? 'proof' : undefined);
    const proven = await onServer(major, ddl, 'ALTER TABLE t ALTER c SET NOT NULL', (_, messages) => Promise.resolve(messages.some((message) => message.includes('sufficient to prove'))));
    expect(proven).toBe(expected);
  });

  test('NOT VALID proves nothing until it is validated', async () => {
    const ddl = 'CREATE TABLE t (c int); ALTER TABLE t ADD CONSTRAINT proof CHECK (c IS NOT NULL) NOT VALID;';
    const proven = (_: pg.Client, messages: readonly string[]): Promise<boolean> => Promise.resolve(messages.some((message) => message.includes('sufficient to prove')));
    expect(provesNotNull(table(ddl, 't').table, 'c')).toBeUndefined();
    expect(await onServer(major, ddl, 'ALTER TABLE t ALTER c SET NOT NULL', proven)).toBe(false);
    const validated = `${ddl} ALTER TABLE t VALIDATE CONSTRAINT proof;`;
    expect(provesNotNull(table(validated, 't').table, 'c')).toBe('proof');
    expect(await onServer(major, validated, 'ALTER TABLE t ALTER c SET NOT NULL', proven)).toBe(true);
  });
});

describe.each(majors)('impliesBound, PostgreSQL %i', (major) => {
  const range = 'c date) PARTITION BY RANGE (c)';
  test.each<[string, string, string, boolean]>([
    [range, "FROM ('2024-01-01') TO ('2025-01-01')", "c date NOT NULL CHECK (c >= '2024-01-01' AND c < '2025-01-01')", true],
    [range, "FROM ('2024-01-01') TO ('2025-01-01')", "c date CHECK (c >= '2024-01-01' AND c < '2025-01-01')", false],
    [range, "FROM ('2024-01-01') TO ('2025-01-01')", "c date CHECK (c IS NOT NULL AND c >= '2024-01-01' AND c < '2025-01-01')", true],
    [range, "FROM ('2024-01-01') TO ('2025-01-01')", "c date NOT NULL CHECK (c >= '2024-03-01'::date), CHECK (c <= '2024-12-31')", true],
    [range, "FROM ('2024-01-01') TO ('2025-01-01')", "c date NOT NULL CHECK (c >= '2024-03-01' AND c <= '2025-01-01')", false],
    [range, "FROM ('2024-01-01') TO ('2025-01-01')", "c date NOT NULL CHECK (c BETWEEN '2024-01-01' AND '2024-06-30')", true],
    [range, "FROM ('2024-01-01') TO ('2025-01-01')", "c date NOT NULL CHECK (c = '2024-06-30')", true],
    [range, "FROM ('2024-01-01') TO ('2025-01-01')", "c date NOT NULL CHECK (c = '2024-06-30' OR c = '2024-07-01')", true],
    [range, "FROM ('2024-01-01') TO ('2025-01-01')", "c date NOT NULL CHECK ('2024-02-01' <= c AND '2024-12-01' > c)", true],
    [range, "FROM (MINVALUE) TO ('2025-01-01')", "c date NOT NULL CHECK (c < '2025-01-01')", true],
    [range, "FROM ('2024-01-01') TO (MAXVALUE)", "c date NOT NULL CHECK (NOT (c < '2024-01-01'))", true],
    ['c int) PARTITION BY RANGE (c)', 'FROM (-5) TO (100)', 'c int NOT NULL CHECK (c > 9 AND c < 99)', true],
    ['c int) PARTITION BY RANGE (c)', 'FROM (-5) TO (100)', 'c int NOT NULL CHECK (c >= -6 AND c < 99)', false],
    ['c timestamptz) PARTITION BY RANGE (c)', "FROM ('2024-01-01 00:00:00+00') TO ('2024-02-01 00:00:00+00')", "c timestamptz NOT NULL CHECK (c >= '2024-01-01 00:00:00+00' AND c < '2024-01-31 12:30:00+00')", true],
    ['c timestamp) PARTITION BY RANGE (c)', "FROM ('2024-01-01') TO ('2024-02-01')", "c timestamp NOT NULL CHECK (c >= '2024-01-01 00:00' AND c < '2024-02-01 00:00:00')", true],
    ['c text) PARTITION BY LIST (c)', "IN ('a', 'b')", "c text NOT NULL CHECK (c IN ('a', 'b'))", true],
    ['c text) PARTITION BY LIST (c)', "IN ('a', 'b')", "c text NOT NULL CHECK (c = 'a')", true],
    ['c text) PARTITION BY LIST (c)', "IN ('a', 'b')", "c text NOT NULL CHECK (c = ANY (ARRAY['b', 'a']))", true],
    ['c text) PARTITION BY LIST (c)', "IN ('a', 'b')", "c text NOT NULL CHECK (c IN ('a', 'c'))", false],
    ['c text) PARTITION BY LIST (c)', "IN ('a', 'b')", "c text CHECK (c IN ('a', 'b'))", false],
    ['c text) PARTITION BY LIST (c)', "IN ('a', NULL)", "c text CHECK (c = 'a' OR c IS NULL)", true],
    ['c text) PARTITION BY LIST (c)', "IN ('a')", "c text NOT NULL CHECK (c = 'a')", true],
    ['c int) PARTITION BY HASH (c)', 'WITH (MODULUS 2, REMAINDER 0)', 'c int NOT NULL CHECK (c = 0)', false],
  ])('(%s FOR VALUES %s, (%s): %s', async (parent, bound, columns, expected) => {
    const ddl = `CREATE TABLE p (${parent}; CREATE TABLE t (${columns});`;
    const attach = `ALTER TABLE p ATTACH PARTITION t FOR VALUES ${bound}`;
    const { table: child, view } = table(ddl, 't');
    const node = parse(attach);
    const cmd = 'AlterTableStmt' in node ? node.AlterTableStmt.cmds?.[0] : undefined;
    const def = cmd !== undefined && 'AlterTableCmd' in cmd ? cmd.AlterTableCmd.def : undefined;
    const spec = def !== undefined && 'PartitionCmd' in def ? def.PartitionCmd.bound : undefined;
    expect(impliesBound(child, table(ddl, 'p').table, { isDefault: false, node: { PartitionBoundSpec: spec ?? {} } }, view)).toBe(expected);
    const implied = await onServer(major, ddl, attach, (_, messages) => Promise.resolve(messages.some((message) => message.includes('is implied by existing constraints'))));
    expect(implied).toBe(expected);
  });

  test.each<[string, string, string, boolean]>([
    ['c int) PARTITION BY RANGE (c)', 'FROM (1) TO (10)', 'CHECK (c >= 10)', true],
    ['c int) PARTITION BY RANGE (c)', 'FROM (1) TO (10)', 'CHECK (c < 1 OR c > 20)', true],
    ['c int) PARTITION BY RANGE (c)', 'FROM (1) TO (10)', 'CHECK (c > 5)', false],
    ['c text) PARTITION BY LIST (c)', "IN ('a', 'b')", "CHECK (c NOT IN ('a', 'b'))", true],
    ['c text) PARTITION BY LIST (c)', "IN ('a', 'b')", "CHECK (c <> 'a')", false],
    ['c text) PARTITION BY LIST (c)', "IN ('a')", "CHECK (c <> 'a')", true],
  ])('a default partition of (%s is left alone by %s because of %s: %s', async (parent, bound, check, expected) => {
    const ddl = `CREATE TABLE p (${parent}; CREATE TABLE d PARTITION OF p (CONSTRAINT proof ${check}) DEFAULT;`;
    const create = `CREATE TABLE t PARTITION OF p FOR VALUES ${bound}`;
    const { table: child, view } = table(ddl, 'd');
    const node = parse(create);
    const spec = 'CreateStmt' in node ? node.CreateStmt.partbound : undefined;
    expect(excludesBound(child, table(ddl, 'p').table, { isDefault: false, node: { PartitionBoundSpec: spec ?? {} } }, view)).toBe(expected);
    const implied = await onServer(major, ddl, create, (_, messages) => Promise.resolve(messages.some((message) => message.includes('default partition "d" is implied'))));
    expect(implied).toBe(expected);
  });
});

const DOMAINS = `
  CREATE DOMAIN plain_int AS int; CREATE DOMAIN plain_text AS text; CREATE DOMAIN short_text AS varchar(10); CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE DOMAIN needed AS text NOT NULL; CREATE DOMAIN over_positive AS positive; CREATE DOMAIN checked_later AS int; ALTER DOMAIN checked_later ADD CHECK (VALUE > 0) NOT VALID;
  CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TYPE mood2 AS ENUM ('a', 'b');`;

describe.each(majors)('typeChange, PostgreSQL %i', (major) => {
  // Whether rows and whether a plain index are written anew is what the server did; nothing is expected by hand.
  test.each<[string, string, string?]>([
    ['varchar(10)', 'varchar(20)'], ['varchar(10)', 'varchar'], ['varchar(20)', 'varchar(10)'], ['varchar(10)', 'varchar(10)'], ['varchar(10)', 'text'], ['text', 'varchar'], ['text', 'varchar(10)'], ['varchar', 'varchar(10)'],
    ['char(3)', 'char(5)'], ['char(3)', 'varchar(3)'], ['char(3)', 'text'], ['text', 'char(3)'], ['varchar(3)', 'char(3)'], ['text', 'bpchar'], ['varchar(3)', 'bpchar'],
    ['numeric(10,2)', 'numeric(12,2)'], ['numeric(10,2)', 'numeric'], ['numeric(10,2)', 'numeric(12,4)'], ['numeric(10,2)', 'numeric(8,2)'], ['numeric', 'numeric(10,2)'], ['numeric(5)', 'numeric(9)'],
    ['timestamp(0)', 'timestamp'], ['timestamp(0)', 'timestamp(3)'], ['timestamp', 'timestamp(3)'], ['timestamp', 'timestamp(6)'], ['time(3)', 'time'], ['time', 'time(3)'],
    ['timestamp', 'timestamptz'], ['timestamptz', 'timestamp'], ['timestamptz(0)', 'timestamptz'], ['interval(0)', 'interval'], ['interval', 'interval(0)'], ['interval', 'interval(6)'], ['interval(3)', 'interval(4)'], ['interval day to second(3)', 'interval'],
    ['bit(4)', 'bit(8)'], ['varbit(4)', 'varbit(8)'], ['varbit(8)', 'varbit'], ['varbit(8)', 'varbit(4)'], ['varbit', 'varbit(8)'], ['bit(4)', 'varbit'],
    ['int', 'bigint'], ['bigint', 'int'], ['smallint', 'int'], ['int', 'oid'], ['oid', 'int'], ['bigint', 'oid', 'c::oid'], ['int', 'text', 'c::text'], ['text', 'int', 'c::int'],
    ['cidr', 'inet'], ['inet', 'cidr'], ['json', 'jsonb'], ['jsonb', 'json'], ['xml', 'text'], ['date', 'timestamp'], ['real', 'double precision'], ['uuid', 'text'], ['text', 'uuid', 'c::uuid'],
    ['text', 'plain_text'], ['varchar(5)', 'plain_text'], ['plain_text', 'text'], ['plain_text', 'varchar'], ['int', 'plain_int'], ['plain_int', 'int'], ['plain_int', 'bigint'], ['varchar(5)', 'short_text'], ['text', 'short_text'], ['short_text', 'varchar(20)'], ['short_text', 'varchar(5)'],
    ['int', 'positive'], ['positive', 'int'], ['text', 'needed'], ['int', 'over_positive'], ['positive', 'over_positive'], ['int', 'checked_later'],
    ['mood', 'text'], ['text', 'mood', 'c::mood'], ['mood', 'mood2', 'c::text::mood2'], ['varchar(10)[]', 'varchar(20)[]'], ['varchar(10)[]', 'varchar[]'], ['varchar(10)[]', 'text[]'], ['int[]', 'bigint[]'], ['int[]', 'int[]'],
    ['text', 'varchar(20)', 'c::varchar(20)'], ['varchar(10)', 'varchar(20)', 'c'], ['varchar(10)', 'text', 'c::text'], ['varchar(10)', 'text', 'c::varchar(20)::text'], ['varchar(10)', 'text', 'c::varchar(5)::text'], ['varchar(10)', 'text', 'lower(c)'], ['text', 'text', 'd'], ['text', 'text', 'c COLLATE "C"'], ['int', 'int', 'c + 0'],
    ['timestamp', 'timestamptz', "c AT TIME ZONE 'UTC'"], ['text COLLATE "C"', 'text COLLATE "POSIX"'], ['varchar(10)', 'varchar(20) COLLATE "C"'], ['text', 'text COLLATE "C"'],
  ])('%s to %s %s', async (from, to, using) => {
    const ddl = `${DOMAINS} CREATE TABLE t (c ${from}, d ${from});`;
    const alter = `ALTER TABLE t ALTER c TYPE ${to}${using === undefined ? '' : ` USING ${using}`}`;
    const nodes = async (client: pg.Client): Promise<Record<string, string>> =>
      Object.fromEntries((await client.query<{ relname: string; node: string }>("SELECT relname, pg_relation_filenode(oid)::text AS node FROM pg_class WHERE relname IN ('t', 'i')")).rows.map(({ relname, node }) => [relname, node]));
    const indexable = !/json|xml/.test(`${from} ${to}`);
    const truth = await onServer(
      major,
      ddl + (indexable ? ' CREATE INDEX i ON t (c);' : ''),
      alter,
      async (client, _, before) => {
        const after = await nodes(client);
        const was = before as Record<string, string>;
        return { rewrites: after.t !== was.t, index: after.i !== was.i };
      },
      nodes,
    );
    const { table: known, view } = table(ddl, 't');
    const column = known.columns.find((own) => own.name === 'c');
    const node = parse(alter);
    const cmd = 'AlterTableStmt' in node ? node.AlterTableStmt.cmds?.[0] : undefined;
    const def = cmd !== undefined && 'AlterTableCmd' in cmd ? cmd.AlterTableCmd.def : undefined;
    const definition = def !== undefined && 'ColumnDef' in def ? def.ColumnDef : undefined;
    if (column === undefined || definition?.typeName === undefined) throw new Error('no column');
    const collation = definition.collClause?.collname?.flatMap((part) => ('String' in part ? [part.String.sval ?? ''] : [])).join('.');
    const change = typeChange(
      { column: 'c', from: column.type, to: typeReference(definition.typeName, view), using: definition.raw_default, fromCollation: column.collation, toCollation: collation },
      view,
    );
    expect({ rewrites: change.rewrites, index: indexable && (change.rewrites || change.rebuildsIndexes), because: change.because }).toEqual({ ...truth, because: change.because });
    expect(change.certain).toBe(true);
  });
});

test('timestamp and timestamptz keep their rows where TimeZone is UTC', async () => {
  const { view } = table('CREATE TABLE t (c timestamp);', 't');
  const [from, to] = [typeReference(type('timestamp'), view), typeReference(type('timestamptz'), view)];
  expect(typeChange({ column: 'c', from, to, using: undefined, fromCollation: undefined, toCollation: undefined }, view)).toMatchObject({ rewrites: true, dependsOnTimeZone: true, rebuildsIndexes: true });
  const filenode = async (client: pg.Client): Promise<unknown> => (await client.query("SELECT pg_relation_filenode('t') AS node")).rows;
  for (const major of majors) {
    const kept = await onServer(
      major,
      "SET LOCAL timezone = 'UTC'; CREATE TABLE t (c timestamp)",
      'ALTER TABLE t ALTER c TYPE timestamptz',
      async (client, _, before) => ({ before, after: await filenode(client) }),
      filenode,
    );
    expect(kept.after).toEqual(kept.before);
  }
});

test.each<[string, boolean]>([['plain_int', false], ['positive', true], ['over_positive', true], ['needed', true], ['checked_later', true], ['int', false], ['positive[]', false], ['mood', false]])('domainHasConstraints %s: %s', (written, expected) => {
  const { view } = table(`${DOMAINS} CREATE TABLE t ();`, 't');
  expect(domainHasConstraints(typeReference(type(written), view), view)).toBe(expected);
});

test.each<[string, string, boolean]>([
  ['varchar(20)', 'varchar(10)', true], ['varchar(10)', 'varchar(20)', false], ['text', 'varchar(10)', true], ['varchar(10)', 'text', false], ['varchar(10)', 'varchar', false], ['text', 'varchar', false], ['char(5)', 'varchar(10)', false], ['char(5)', 'varchar(3)', true],
  ['bigint', 'int', true], ['int', 'bigint', false], ['int', 'numeric', false], ['int', 'numeric(5)', true], ['int', 'numeric(12,2)', false], ['numeric(10,2)', 'numeric(12,2)', false], ['numeric(10,2)', 'numeric(10,4)', true], ['numeric(10,2)', 'numeric(10,1)', true], ['numeric', 'numeric(10,2)', true], ['numeric(10,2)', 'numeric', false],
  ['double precision', 'real', true], ['real', 'double precision', false], ['timestamp', 'timestamp(0)', true], ['timestamp(0)', 'timestamp(3)', false], ['timestamp', 'timestamptz', false], ['timestamptz', 'date', true], ['date', 'timestamp', false], ['int', 'text', false], ['text', 'int', true], ['json', 'jsonb', true], ['int', 'int[]', true], ['uuid', 'text', false],
])('isNarrowing %s to %s: %s', (from, to, expected) => {
  const { view } = table('CREATE TABLE t ();', 't');
  expect(isNarrowing(typeReference(type(from), view), typeReference(type(to), view))).toBe(expected);
});
