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
  reindex: ({ name }) => `REINDEX TABLE ${name}`,
  type: ({ name, column }) => `ALTER TABLE ${name} ALTER COLUMN ${column.name} TYPE ${column.type.changed}`,
};

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
      'CREATE SCHEMA app; CREATE SCHEMA "My App"; CREATE TABLE parents (id bigint PRIMARY KEY);',
      `CREATE TABLE ${name} (${[...definition, ...(keyColumns.length > 0 ? [`PRIMARY KEY (${keyColumns.join()})`] : [])].join(', ')});`,
      index ? `CREATE INDEX ${label} ON ${name} (${columns.at(-1)?.name ?? ''});` : '',
      `COMMENT ON COLUMN ${name}.${columns[0]?.name ?? ''} IS 'the first';`,
    ].join('\n');
    const rows = `INSERT INTO parents SELECT g FROM generate_series(1, 1000) g; INSERT INTO ${name} SELECT ${columns.map(({ type }) => type.value).join(', ')} FROM generate_series(1, 300) g;`;
    const column = columns[pick % columns.length] ?? columns[0];
    const plain = column === undefined ? undefined : STATEMENTS[kind]?.({ name, schema, column, fresh, label, index, pick });
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
  if (style.another && /^alter table/i.test(text)) text += ', ADD COLUMN "another, one" integer';
  if (style.comment) text = text.replace(' ', ' /* why; */ ');
  const lines = style.inside ? ['BEGIN;', `${text};`, '-- and', 'INSERT INTO parents VALUES (5000);', 'COMMIT;', ''] : ['-- before', `${text};`, ''];
  return lines.join(style.crlf ? '\r\n' : '\n');
}
