import { alter, columnText, createIndex, createTable, isConcurrent, literal, lowered, nameIn, namesIn, placeholder, quoted, withArgument, type Column } from '../../code/ddl';
import type { Scope, Sent } from '../../code/found';
import { constantText, isFalse, isTrue, nameOf, type Invocation, type Value } from '../../code/value';

/** What a call of Ecto.Migration sends on PostgreSQL (ecto_sql, lib/ecto/adapters/postgres/connection.ex). */
export function ectoCall(call: Invocation, scope: Scope): readonly Sent[] | undefined {
  const { code } = scope;
  const [subject, second] = call.args;
  const send = (...statements: string[]): readonly Sent[] => lowered(statements, 'execute {}');
  switch (call.name) {
    case 'create':
    case 'create_if_not_exists':
    case 'drop':
    case 'drop_if_exists':
      return subject?.kind === 'call' ? madeOrDropped(call, subject, scope) : undefined;
    case 'alter': {
      const table = subject?.kind === 'call' ? tableOf(subject, scope) : undefined;
      if (table === undefined) return undefined;
      const changes = scope.statements(call.block?.body).flatMap((member) => (member.kind === 'call' ? changesOf(member, scope) : []));
      return changes.length === 0 ? [] : send(alter(table, ...changes));
    }
    case 'rename': {
      if (subject?.kind !== 'call') return undefined;
      const to = call.named.get('to');
      const target = to?.kind === 'call' ? tableOf(to, scope) : nameIn(to, code);
      return send(alter(tableOf(subject, scope), second === undefined ? `RENAME TO ${target}` : `RENAME ${nameIn(second, code)} TO ${target}`));
    }
    default:
      return undefined;
  }
}

function madeOrDropped(call: Invocation, subject: Invocation, scope: Scope): readonly Sent[] | undefined {
  const { code } = scope;
  const drops = call.name.startsWith('drop');
  const send = (...statements: string[]): readonly Sent[] => lowered(statements, 'execute {}');
  switch (subject.name) {
    case 'table': {
      const table = tableOf(subject, scope);
      if (drops) return send(`DROP TABLE ${call.name === 'drop' ? '' : 'IF EXISTS '}${table}`);
      const columns: Column[] = isFalse(subject.named.get('primary_key')) ? [] : [{ name: '"id"', type: 'bigserial', primary: true }];
      for (const member of scope.statements(call.block?.body)) if (member.kind === 'call') columns.push(...columnsOf(member, scope));
      return send(createTable(table, columns.map((column) => columnText(column))).replace('CREATE TABLE', call.name === 'create' ? 'CREATE TABLE' : 'CREATE TABLE IF NOT EXISTS'));
    }
    case 'index':
    case 'unique_index': {
      const names = namesIn(subject.args[1], code);
      const own = subject.named.get('name');
      const table = nameOf(subject.args[0]);
      const name = own === undefined ? (table === undefined ? undefined : quoted(`${[table, ...names.map((one) => one.replace(/\W/gu, ''))].join('_')}_index`)) : nameIn(own, code);
      const concurrently = isTrue(subject.named.get('concurrently'));
      const sql = drops
        ? `DROP INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${call.name === 'drop' ? '' : 'IF EXISTS '}${name ?? placeholder(subject.args[0], code)}`
        : createIndex({ table: tableOf(subject, scope), columns: names, name, unique: subject.name === 'unique_index' || isTrue(subject.named.get('unique')), concurrently, using: nameOf(subject.named.get('using')), where: constantText(subject.named.get('where')), ifNotExists: call.name !== 'create' });
      return lowered([sql], 'execute {}', (statements) => {
        if (!isConcurrent(statements, sql)) return undefined;
        const { text } = code;
        const { offset, length } = subject.span;
        return [text.slice(call.span.offset, offset) + withArgument(subject, 'concurrently: true', code) + text.slice(offset + length, call.span.offset + call.span.length)];
      });
    }
    case 'constraint': {
      const table = tableOf(subject, scope);
      const name = nameIn(subject.args[1], code);
      if (drops) return send(alter(table, `DROP CONSTRAINT ${name}`));
      const check = subject.named.get('check');
      return check === undefined ? undefined : send(alter(table, `ADD CONSTRAINT ${name} CHECK (${constantText(check) ?? placeholder(check, code)})${isFalse(subject.named.get('validate')) ? ' NOT VALID' : ''}`));
    }
    default:
      return undefined;
  }
}

function tableOf({ args, named }: Invocation, { code }: Scope): string {
  const prefix = nameOf(named.get('prefix'));
  return `${prefix === undefined ? '' : `${quoted(prefix)}.`}${nameIn(args[0], code)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'varchar(255)',
  id: 'bigint',
  binary_id: 'uuid',
  binary: 'bytea',
  map: 'jsonb',
  bigserial: 'bigserial',
  utc_datetime: 'timestamp(0)',
  utc_datetime_usec: 'timestamp',
  naive_datetime: 'timestamp(0)',
  naive_datetime_usec: 'timestamp',
  time: 'time(0)',
  time_usec: 'time',
  float: 'float',
  decimal: 'numeric',
};

function columnsOf(member: Invocation, scope: Scope): readonly Column[] {
  if (member.name === 'timestamps') return ['inserted_at', 'updated_at'].map((name) => ({ name: quoted(name), type: 'timestamp(0)', notNull: true }));
  if (!member.name.startsWith('add')) return [];
  const { code } = scope;
  const [name, kind] = member.args;
  const preset = member.named.get('default');
  const reference = kind?.kind === 'call' && kind.name === 'references' ? kind : undefined;
  return [
    {
      name: nameIn(name, code),
      type: typeOf(reference === undefined ? kind : reference.named.get('type'), member, scope, reference !== undefined),
      notNull: isFalse(member.named.get('null')),
      default: preset === undefined || (preset.kind === 'scalar' && preset.value === null) ? undefined : preset.kind === 'call' && preset.name === 'fragment' ? (constantText(preset.args[0]) ?? placeholder(preset, code)) : literal(preset, code),
      primary: isTrue(member.named.get('primary_key')),
      references: reference === undefined ? undefined : referenceOf(reference, scope),
    },
  ];
}

function referenceOf(reference: Invocation, { code }: Scope): string {
  const { named, args } = reference;
  const column = named.get('column');
  const actions: Readonly<Record<string, string>> = { delete_all: ' ON DELETE CASCADE', nilify_all: ' ON DELETE SET NULL', restrict: ' ON DELETE RESTRICT' };
  return `REFERENCES ${nameIn(args[0], code)} (${column === undefined ? '"id"' : nameIn(column, code)})${actions[nameOf(named.get('on_delete')) ?? ''] ?? ''}`;
}

function typeOf(kind: Value | undefined, member: Invocation, { code }: Scope, isReference: boolean): string {
  const name = nameOf(kind);
  if (name === undefined) return isReference ? 'bigint' : placeholder(kind, code);
  const size = member.named.get('size');
  if (name === 'string' && size?.kind === 'scalar') return `varchar(${String(size.value)})`;
  return TYPES[name] ?? name;
}

function changesOf(member: Invocation, scope: Scope): string[] {
  const { code } = scope;
  const [name, kind] = member.args;
  switch (member.name) {
    case 'remove':
      return [`DROP COLUMN ${nameIn(name, code)}`];
    case 'remove_if_exists':
      return [`DROP COLUMN IF EXISTS ${nameIn(name, code)}`];
    case 'modify': {
      const column = nameIn(name, code);
      const nullable = member.named.get('null');
      const changes = [`ALTER COLUMN ${column} TYPE ${typeOf(kind, member, scope, false)}`];
      if (nullable !== undefined) changes.push(`ALTER COLUMN ${column} ${isFalse(nullable) ? 'SET' : 'DROP'} NOT NULL`);
      const preset = member.named.get('default');
      if (preset !== undefined) changes.push(`ALTER COLUMN ${column} SET DEFAULT ${literal(preset, code)}`);
      return changes;
    }
    default:
      return columnsOf(member, scope).map((column) => `ADD COLUMN ${member.name === 'add_if_not_exists' ? 'IF NOT EXISTS ' : ''}${columnText(column)}`);
  }
}
