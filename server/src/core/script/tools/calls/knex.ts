import { alter, chainOf, lowered, nameIn, placeholder } from '../../code/ddl';
import type { Scope, Sent } from '../../code/found';
import { constantText, pathOf, type Invocation, type Value } from '../../code/value';
import { tableOf, type Chains } from './chains';

/** What a call of Knex's schema builder sends on PostgreSQL (lib/dialects/postgres/schema). */
export function knexCall(call: Invocation, scope: Scope): readonly Sent[] | undefined {
  if (!/(?:^|\.)schema(?:\.|$)/u.test(pathOf(call.receiver))) return undefined;
  const { code } = scope;
  const [first, second] = call.args;
  const { root } = chainOf(call);
  const raw = `${root?.kind === 'name' ? (root.name.split('.')[0] ?? 'knex') : 'knex'}.raw({})`;
  const table = nameIn(first, code);
  switch (call.name) {
    case 'createTable':
    case 'createTableIfNotExists':
      return lowered(tableOf(first, second, true, CHAINS, scope), raw);
    case 'table':
    case 'alterTable':
      return lowered(tableOf(first, second, false, CHAINS, scope), raw);
    case 'dropTable':
      return lowered([`DROP TABLE ${table}`], raw);
    case 'dropTableIfExists':
      return lowered([`DROP TABLE IF EXISTS ${table}`], raw);
    case 'renameTable':
      return lowered([alter(table, `RENAME TO ${nameIn(second, code)}`)], raw);
    case 'createSchema':
      return lowered([`CREATE SCHEMA ${table}`], raw);
    case 'dropSchema':
      return lowered([`DROP SCHEMA ${table}`], raw);
    default:
      return undefined;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  increments: 'serial',
  bigIncrements: 'bigserial',
  integer: 'integer',
  tinyint: 'smallint',
  smallint: 'smallint',
  mediumint: 'integer',
  bigint: 'bigint',
  bigInteger: 'bigint',
  text: 'text',
  float: 'real',
  double: 'double precision',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamptz',
  dateTime: 'timestamptz',
  timestamp: 'timestamptz',
  time: 'time',
  binary: 'bytea',
  json: 'json',
  jsonb: 'jsonb',
  uuid: 'uuid',
  enum: 'text',
  enu: 'text',
};

const CHAINS: Chains = {
  type({ name, args }, { code }) {
    if (name === 'string' || name === 'varchar') return `varchar(${sizeOf(args[1]) ?? '255'})`;
    if (name === 'decimal') return `decimal(${sizeOf(args[1]) ?? '8'}, ${sizeOf(args[2]) ?? '2'})`;
    if (name === 'specificType') return constantText(args[1]) ?? placeholder(args[1], code);
    return TYPES[name];
  },
  notNullByDefault: false,
  truth: ["'0'", "'1'"],
  indexName: (table, columns, kind) => `${table.replaceAll('.', '_')}_${columns.join('_')}_${kind}`.toLowerCase(),
};

function sizeOf(value: Value | undefined): string | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'number' ? String(value.value) : undefined;
}
