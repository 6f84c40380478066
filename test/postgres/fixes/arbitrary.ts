/** Random tables with rows, and random unsafe statements on them. */
import fc from 'fast-check';

export interface World {
  readonly schema: string;
  readonly data: string;
  readonly statement: string;
}

interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly notNull: boolean;
  readonly withDefault: boolean;
}

interface ColumnType {
  readonly written: string;
  /** A value that differs from row to row, of the row's number `g`. */
  readonly value: string;
  /** Something that is true of all those values, of the column `$`. */
  readonly holds: string;
  readonly constant: string;
  /** A type whose change to rewrites the table or scans it. */
  readonly changed: string;
}

const TYPES: readonly ColumnType[] = [
  { written: 'integer', value: 'g', holds: '$ > 0', constant: '7', changed: 'bigint' },
  { written: 'bigint', value: 'g * 3', holds: '$ >= 0', constant: '-7', changed: 'numeric' },
  { written: 'numeric(12,3)', value: 'g * 0.5', holds: '$ < 100000', constant: '1.5', changed: 'numeric(14,4)' },
  { written: 'text', value: "'v' || g", holds: "$ <> ''", constant: "'it''s'", changed: 'varchar(100)' },
  { written: 'character varying(60)', value: "'v' || g", holds: 'length($) < 50', constant: "'x'", changed: 'varchar(50)' },
  { written: 'date', value: "date '2020-01-01' + g", holds: "$ > '2000-01-01'", constant: "'2024-02-29'", changed: 'timestamp' },
  { written: 'timestamp with time zone', value: "timestamptz '2024-01-01Z' + g * interval '1 minute'", holds: "$ > '2000-01-01'", constant: "'2024-01-01 00:00Z'", changed: 'timestamptz(0)' },
  { written: 'uuid', value: 'md5(g::text)::uuid', holds: "$::text <> ''", constant: "'00000000-0000-0000-0000-000000000000'", changed: 'text' },
];

/** Names as people write them, and as they should not: key words, blanks, capitals, quotes, other alphabets. */
const NAMES = ['alpha', 'b2', '"Camel"', '"two words"', '"select"', '"q""uote"', '"größe"', '"日本"', 'under_score', '"a.b"', '"semi;colon"', '"dash--dash"', 'zeta', '"😀"'];

const SCHEMAS = ['', 'public.', 'app.', '"My App".'];

interface Subject {
  readonly name: string;
  readonly schema: string;
  readonly column: Column;
  readonly fresh: string;
  readonly label: string;
  readonly index: boolean;
  readonly pick: number;
  /** The first column, where it is the whole key. */
  readonly key: string | undefined;
  readonly keyed: boolean;
  /** A table of the same columns and key. */
  readonly copy: string;
}

/** What may be done; `fresh` is a name that nothing has. */
const STATEMENTS: Readonly<Record<string, (subject: Subject) => string>> = {
  index: ({ name, column, fresh, pick }) => `CREATE ${pick % 2 === 0 ? 'UNIQUE ' : ''}INDEX ${pick % 3 === 0 ? '' : fresh} ON ${name} (${column.name}${pick % 5 === 0 ? ' DESC' : ''})`,
  'drop index': ({ schema, label, index }) => (index ? `DROP INDEX ${schema}${label}` : `DROP INDEX IF EXISTS ${schema}${label}`),
  check: ({ name, column, fresh, pick }) => `ALTER TABLE ${name} ADD ${pick % 2 === 0 ? `CONSTRAINT ${fresh} ` : ''}CHECK (${column.type.holds.replace('$', column.name)})`,
  unique: ({ name, column, fresh, pick }) => `ALTER TABLE ${name} ADD ${pick % 2 === 0 ? `CONSTRAINT ${fresh} ` : ''}UNIQUE (${column.name})${pick % 3 === 0 ? ' DEFERRABLE' : ''}`,
  'not null': ({ name, column }) => `ALTER TABLE ${name} ALTER COLUMN ${column.name} SET NOT NULL`,
  'rewriting column': ({ name, fresh, pick }) => `ALTER TABLE ${name} ADD COLUMN ${fresh} double precision DEFAULT random() * 0${pick % 2 === 0 ? ' NOT NULL' : ''}`,
  'checked column': ({ name, column, fresh }) => `ALTER TABLE ${name} ADD COLUMN ${fresh} ${column.type.written} DEFAULT ${column.type.constant} CHECK (${fresh} IS NOT NULL)`,
  'unique column': ({ name, column, fresh }) => `ALTER TABLE ${name} ADD ${fresh} ${column.type.written} UNIQUE`,
  'referencing column': ({ name, fresh }) => `ALTER TABLE ${name} ADD COLUMN ${fresh} bigint DEFAULT 3 REFERENCES parents (id) ON DELETE SET NULL`,
  'foreign key': ({ name, column, fresh }) =>
    /^(bigint|integer)$/.test(column.type.written) ? `ALTER TABLE ${name} ADD CONSTRAINT ${fresh} FOREIGN KEY (${column.name}) REFERENCES parents` : `ALTER TABLE ${name} ALTER ${column.name} SET NOT NULL`,
  update: ({ name, column, pick }) => `UPDATE ${name} SET ${column.name} = ${column.name}${pick % 2 === 0 ? '' : ` WHERE ${column.type.holds.replace('$', column.name)}`}`,
  delete: ({ name, column, pick }) => `DELETE FROM ${name}${pick % 2 === 0 ? '' : ` WHERE ${column.type.holds.replace('$', column.name)}`}`,
  'insert select': ({ name, keyed, copy }) => (keyed ? `INSERT INTO ${copy} SELECT * FROM ${name}` : `DELETE FROM ${name}`),
  merge: ({ name, key, keyed, column, copy }) =>
    keyed && key !== undefined && key !== column.name ? `MERGE INTO ${copy} AS c USING ${name} AS s ON c.${key} = s.${key} WHEN MATCHED THEN UPDATE SET ${column.name} = s.${column.name}` : `INSERT INTO ${copy} SELECT * FROM ${name}`,
  'rename column': ({ name, column, fresh }) => `ALTER TABLE ${name} RENAME COLUMN ${column.name} TO ${fresh}`,
  'rename table': ({ name, fresh }) => `ALTER TABLE ${name} RENAME TO ${fresh}`,
  'drop table': ({ name, pick }) => `DROP TABLE ${pick % 2 === 0 ? 'IF EXISTS ' : ''}${name}${pick % 3 === 0 ? ' CASCADE' : ''}`,
  'generated column': ({ name, fresh, column }) => `ALTER TABLE ${name} ADD ${fresh} boolean GENERATED ALWAYS AS (${column.name} IS NULL) STORED`,
  'json column': ({ name, fresh, pick }) => `ALTER TABLE ${name} ADD COLUMN ${fresh} json${pick % 2 === 0 ? '[]' : ''}`,
  'leftover index': ({ name, fresh, column }) => `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${fresh} ON ${name} (${column.name})`,
  attach: ({ fresh, pick }) => `ALTER TABLE parts ATTACH PARTITION ${pick % 2 === 0 ? 'part_2' : 'public.part_2'} FOR VALUES FROM (1000) TO (${pick % 3 === 0 ? 'MAXVALUE' : '5000'})${fresh === '' ? ' ' : ''}`,
  'new partition': ({ fresh, pick }) => `CREATE TABLE ${fresh} PARTITION OF parts FOR VALUES FROM (5000) TO (${String(6000 + pick)})`,
  detach: ({ pick }) => `ALTER TABLE ${pick % 2 === 0 ? '' : 'public.'}parts DETACH PARTITION part_1`,
  'partitioned index': ({ fresh, pick }) => `CREATE ${pick % 4 === 0 ? 'UNIQUE ' : ''}INDEX ${pick % 2 === 0 ? fresh : ''} ON parts (id${pick % 3 === 0 ? ' DESC' : ''})`,
  refresh: ({ pick }) => `REFRESH MATERIALIZED VIEW ${pick % 2 === 0 ? '' : 'public.'}"Sums"`,
  domain: ({ fresh, pick }) => `ALTER DOMAIN short ADD ${pick % 2 === 0 ? `CONSTRAINT ${fresh} ` : ''}CHECK (length(VALUE) < ${String(50 + pick)})`,
  reindex: ({ name }) => `REINDEX TABLE ${name}`,
  type: ({ name, column }) => `ALTER TABLE ${name} ALTER COLUMN ${column.name} TYPE ${column.type.changed}`,
};

/** The random migrations whose fixes are proven: the same ones each time. */
export const GENERATED = { seed: 20_240_229, numRuns: 120 } as const;

/** A world and a statement on its table. */
export const world: fc.Arbitrary<World> = fc
  .record({
    schema: fc.constantFrom(...SCHEMAS),
    names: fc.shuffledSubarray(NAMES, { minLength: 6, maxLength: 8 }),
    shape: fc.array(fc.record({ type: fc.constantFrom(...TYPES), notNull: fc.boolean(), withDefault: fc.boolean() }), { minLength: 3, maxLength: 4 }),
    key: fc.constantFrom('first', 'two', 'none'),
    index: fc.boolean(),
    kind: fc.constantFrom(...Object.keys(STATEMENTS)),
    pick: fc.nat(20),
    style: fc.record({ lower: fc.boolean(), crlf: fc.boolean(), only: fc.boolean(), comment: fc.boolean(), inside: fc.boolean(), another: fc.boolean() }),
  })
  .map(({ schema, names, shape, key, index, kind, pick, style }) => {
    const [table = 't', fresh = 'f', label = 'l', ...rest] = names;
    const columns = shape.slice(0, rest.length).map((part, at): Column => ({ ...part, name: rest[at] ?? 'c' }));
    const keyColumns = key === 'none' ? [] : columns.slice(0, key === 'two' ? 2 : 1).map(({ name }) => name);
    const name = `${schema}${table}`;
    const definition = columns.map((c) => `${c.name} ${c.type.written}${c.notNull ? ' NOT NULL' : ''}${c.withDefault ? ` DEFAULT ${c.type.constant}` : ''}`);
    const ddl = [
      'CREATE SCHEMA app; CREATE SCHEMA "My App"; CREATE TABLE parents (id bigint PRIMARY KEY); CREATE DOMAIN short AS text;',
      'CREATE TABLE parts (id bigint NOT NULL, v short) PARTITION BY RANGE (id); CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000); CREATE TABLE part_2 (id bigint NOT NULL, v short);',
      'CREATE MATERIALIZED VIEW "Sums" AS SELECT id, count(*) AS n FROM parents GROUP BY id; CREATE UNIQUE INDEX ON "Sums" (id);',
      `CREATE TABLE ${name} (${[...definition, ...(keyColumns.length > 0 ? [`PRIMARY KEY (${keyColumns.join()})`] : [])].join(', ')});`,
      `CREATE TABLE the_copy (${[...definition, ...(keyColumns.length > 0 ? [`PRIMARY KEY (${keyColumns.join()})`] : [])].join(', ')});`,
      index ? `CREATE INDEX ${label} ON ${name} (${columns.at(-1)?.name ?? ''});` : '',
      `COMMENT ON COLUMN ${name}.${columns[0]?.name ?? ''} IS 'the first';`,
    ].join('\n');
    const rows = `INSERT INTO parents SELECT g FROM generate_series(1, 1000) g; INSERT INTO parts SELECT g, 'v' || g FROM generate_series(0, 99) g; INSERT INTO part_2 SELECT g, 'w' || g FROM generate_series(1000, 1099) g; REFRESH MATERIALIZED VIEW "Sums"; INSERT INTO ${name} SELECT ${columns.map(({ type }) => type.value).join(', ')} FROM generate_series(1, 300) g;`;
    const column = columns[pick % columns.length] ?? columns[0];
    const plain = column === undefined ? undefined : STATEMENTS[kind]?.({ name, schema, column, fresh, label, index, pick, keyed: keyColumns.length > 0, key: keyColumns.length === 1 ? keyColumns[0] : undefined, copy: 'the_copy' });
    return { schema: ddl, data: rows, statement: dressed(plain ?? 'SELECT 1', style) };
  });

interface Style {
  readonly lower: boolean;
  readonly crlf: boolean;
  readonly only: boolean;
  readonly comment: boolean;
  readonly inside: boolean;
  readonly another: boolean;
}

/** The same statement as somebody else would write it. */
function dressed(statement: string, style: Style): string {
  let text = style.lower ? statement.replace(/\b(ALTER|TABLE|ADD|COLUMN|CONSTRAINT|CREATE|INDEX|UNIQUE|SET|NOT|NULL|DEFAULT|UPDATE|DELETE|FROM|WHERE|TYPE|CHECK)\b(?=[^"]*(?:"[^"]*"[^"]*)*$)/g, (word) => word.toLowerCase()) : statement;
  if (style.only) text = text.replace(/^(alter table) /i, '$1 only ');
  if (style.another && /^alter table/i.test(text) && !/\b(?:rename|attach|detach)\b/i.test(statement)) text += ', ADD COLUMN "another, one" integer';
  if (style.comment) text = text.replace(' ', ' /* why; */ ');
  const lines = style.inside && !statement.includes('CONCURRENTLY') ? ['BEGIN;', `${text};`, '-- and', 'INSERT INTO parents VALUES (5000);', 'COMMIT;', ''] : ['-- before', `${text};`, ''];
  return lines.join(style.crlf ? '\r\n' : '\n');
}
