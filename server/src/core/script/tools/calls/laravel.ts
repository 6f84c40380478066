import { alter, lowered, nameIn } from '../../code/ddl';
import type { Scope, Sent } from '../../code/found';
import { pathOf, type Invocation, type Value } from '../../code/value';
import { tableOf, type Chains } from './chains';

/** What a call of Laravel's schema builder sends on PostgreSQL (Illuminate/Database/Schema/Grammars/PostgresGrammar.php). */
export function laravelCall(call: Invocation, scope: Scope): readonly Sent[] | undefined {
  if (!/Schema$|Schema\b.*\(\)$/u.test(pathOf(call.receiver))) return undefined;
  const { code } = scope;
  const [first, second] = call.args;
  const send = (statements: readonly string[]): readonly Sent[] => lowered(statements, '\\Illuminate\\Support\\Facades\\DB::statement({})');
  switch (call.name) {
    case 'create':
      return send(tableOf(first, second, true, CHAINS, scope));
    case 'table':
      return send(tableOf(first, second, false, CHAINS, scope));
    case 'drop':
      return send([`DROP TABLE ${nameIn(first, code)}`]);
    case 'dropIfExists':
      return send([`DROP TABLE IF EXISTS ${nameIn(first, code)}`]);
    case 'rename':
      return send([alter(nameIn(first, code), `RENAME TO ${nameIn(second, code)}`)]);
    default:
      return undefined;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  id: 'bigserial',
  increments: 'serial',
  bigIncrements: 'bigserial',
  integer: 'integer',
  unsignedInteger: 'integer',
  bigInteger: 'bigint',
  unsignedBigInteger: 'bigint',
  smallInteger: 'smallint',
  unsignedSmallInteger: 'smallint',
  tinyInteger: 'smallint',
  unsignedTinyInteger: 'smallint',
  mediumInteger: 'integer',
  foreignId: 'bigint',
  foreignUuid: 'uuid',
  text: 'text',
  mediumText: 'text',
  longText: 'text',
  float: 'double precision',
  double: 'double precision',
  boolean: 'boolean',
  date: 'date',
  dateTime: 'timestamp(0) without time zone',
  dateTimeTz: 'timestamp(0) with time zone',
  timestamp: 'timestamp(0) without time zone',
  timestampTz: 'timestamp(0) with time zone',
  time: 'time(0) without time zone',
  binary: 'bytea',
  json: 'json',
  jsonb: 'jsonb',
  uuid: 'uuid',
  enum: 'varchar(255)',
  ipAddress: 'inet',
  macAddress: 'macaddr',
};

const CHAINS: Chains = {
  type({ name, args }) {
    const size = (value: Value | undefined): string | undefined => (value?.kind === 'scalar' && typeof value.value === 'number' ? String(value.value) : undefined);
    if (name === 'string') return `varchar(${size(args[1]) ?? '255'})`;
    if (name === 'char') return `char(${size(args[1]) ?? '255'})`;
    if (name === 'decimal') return `decimal(${size(args[1]) ?? '8'}, ${size(args[2]) ?? '2'})`;
    return TYPES[name];
  },
  notNullByDefault: true,
  indexName: (table, columns, kind) => `${table}_${columns.join('_')}_${kind}`.toLowerCase().replace(/[-.]/gu, '_'),
};
