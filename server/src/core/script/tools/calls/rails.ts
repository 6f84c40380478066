import { alter, chainOf, columnText, createIndex, createTable, isConcurrent, isNotValid, literal, lowered, nameIn, namesIn, placeholder, quoted, withArgument, type Column } from '../../code/ddl';
import type { Scope, Sent } from '../../code/found';
import { constantText, isFalse, isTrue, nameOf, namesOf, type Invocation, type Value } from '../../code/value';

/** What a schema call of Active Record's migrations sends on PostgreSQL (active_record/connection_adapters/postgresql). */
export function railsCall(call: Invocation, scope: Scope): readonly Sent[] | undefined {
  if (call.receiver !== undefined && nameOf(call.receiver) === undefined && call.receiver.kind !== 'name') return undefined;
  if (call.receiver !== undefined && !(call.receiver.kind === 'name' ? call.receiver.name : '').includes('connection')) return undefined;
  const { code } = scope;
  const [first, second, third] = call.args;
  const { named } = call;
  const table = nameIn(first, code);
  const column = nameIn(second, code);
  const send = (...statements: string[]): readonly Sent[] => lowered(statements, 'execute({})');
  switch (call.name) {
    case 'create_table':
      return send(...tableOf(call, scope));
    case 'drop_table':
      return send(`DROP TABLE ${table}`);
    case 'rename_table':
      return send(alter(table, `RENAME TO ${column}`));
    case 'add_column':
      return send(alter(table, `ADD ${columnText(columnOf(column, nameOf(third), named, scope))}`));
    case 'remove_column':
      return send(alter(table, `DROP COLUMN ${column}`));
    case 'remove_columns':
      return send(alter(table, ...call.args.slice(1).map((one) => `DROP COLUMN ${nameIn(one, code)}`)));
    case 'rename_column':
      return send(alter(table, `RENAME COLUMN ${column} TO ${nameIn(third, code)}`));
    case 'change_column': {
      const { type } = columnOf(column, nameOf(third), named, scope);
      const using = constantText(named.get('using'));
      return send(alter(table, `ALTER COLUMN ${column} TYPE ${type}${using === undefined ? '' : ` USING ${using}`}`));
    }
    case 'change_column_default': {
      const given = named.get('to') ?? third;
      return send(alter(table, `ALTER COLUMN ${column} ${given?.kind === 'scalar' && given.value === null ? 'DROP DEFAULT' : `SET DEFAULT ${literal(given, code)}`}`));
    }
    case 'change_column_null': {
      if (isTrue(third)) return send(alter(table, `ALTER COLUMN ${column} DROP NOT NULL`));
      const fill = call.args[3];
      return send(...(fill === undefined ? [] : [`UPDATE ${table} SET ${column}=${literal(fill, code)} WHERE ${column} IS NULL`]), alter(table, `ALTER COLUMN ${column} SET NOT NULL`));
    }
    case 'add_index': {
      const sql = indexOf(table, nameOf(first), second, named, scope);
      const express: Sent['express'] = (statements) => (isConcurrent(statements, sql) ? [withArgument(call, 'algorithm: :concurrently', code)] : undefined);
      return lowered([sql], 'execute({})', express);
    }
    case 'remove_index': {
      const columns = namesOf(named.get('column') ?? second);
      const name = nameOf(named.get('name')) ?? (columns === undefined || nameOf(first) === undefined ? undefined : `index_${nameOf(first) ?? ''}_on_${columns.join('_and_')}`);
      const sql = `DROP INDEX ${isConcurrently(named) ? 'CONCURRENTLY ' : ''}${name === undefined ? placeholder(second, code) : quoted(name)}`;
      const express: Sent['express'] = (statements) => (isConcurrent(statements, sql) ? [withArgument(call, 'algorithm: :concurrently', code)] : undefined);
      return lowered([sql], 'execute({})', express);
    }
    case 'add_foreign_key': {
      const sql = foreignKey(table, nameOf(second), second, named, scope);
      const [own, given] = [call.named.get('name'), call.named.get('column')];
      const which = own !== undefined ? `name: ${written(own, code)}` : given !== undefined ? `column: ${written(given, code)}` : written(second, code);
      const validate = `validate_foreign_key ${written(first, code)}, ${which}`;
      return lowered([sql], 'execute({})', (statements) => (isNotValid(statements, sql) ? [withArgument(call, 'validate: false', code), validate] : undefined));
    }
    case 'remove_foreign_key': {
      const name = named.get('name');
      return name === undefined ? undefined : send(alter(table, `DROP CONSTRAINT ${nameIn(name, code)}`));
    }
    case 'validate_foreign_key':
    case 'validate_check_constraint':
    case 'validate_constraint': {
      const name = named.get('name') ?? second;
      return send(alter(table, `VALIDATE CONSTRAINT ${nameIn(name, code)}`));
    }
    case 'add_check_constraint': {
      const name = named.get('name');
      const sql = alter(table, `ADD${name === undefined ? '' : ` CONSTRAINT ${nameIn(name, code)}`} CHECK (${constantText(second) ?? placeholder(second, code)})${isFalse(named.get('validate')) ? ' NOT VALID' : ''}`);
      const own = call.named.get('name');
      // Without a name nothing says which one is to be validated.
      if (own === undefined) return send(sql);
      const validate = `validate_check_constraint ${written(first, code)}, name: ${written(own, code)}`;
      return lowered([sql], 'execute({})', (statements) => (isNotValid(statements, sql) ? [withArgument(call, 'validate: false', code), validate] : undefined));
    }
    case 'add_reference':
    case 'add_belongs_to': {
      const { columns, after, keys } = referenceOf(table, nameOf(first), second, named, scope);
      return send(alter(table, ...columns.map((one) => `ADD ${columnText(one)}`)), ...after, ...keys.map((key) => alter(table, `ADD ${key}`)));
    }
    case 'add_timestamps':
      return send(alter(table, ...TIMESTAMPS.map((one) => `ADD ${columnText(one)}`)));
    case 'enable_extension':
      return send(`CREATE EXTENSION IF NOT EXISTS ${table}`);
    default:
      return undefined;
  }
}

/** An argument as the file has it. */
function written(value: Value | undefined, { text }: Scope['code']): string {
  return value === undefined ? '' : text.slice(value.span.offset, value.span.offset + value.span.length);
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'character varying',
  datetime: 'timestamp(6)',
  timestamp: 'timestamp(6)',
  timestamptz: 'timestamp with time zone',
  binary: 'bytea',
  bigserial: 'bigserial',
  virtual: 'text',
};

const TIMESTAMPS: readonly Column[] = ['created_at', 'updated_at'].map((name) => ({ name: quoted(name), type: 'timestamp(6)', notNull: true }));

function columnOf(name: string, kind: string | undefined, options: Invocation['named'], { code }: Scope): Column {
  const [limit, precision, scale] = ['limit', 'precision', 'scale'].map((key) => options.get(key));
  const size = (value: Value | undefined): number | undefined => (value?.kind === 'scalar' && typeof value.value === 'number' ? value.value : undefined);
  const base = kind === undefined ? 'text' : (TYPES[kind] ?? kind);
  let type = base;
  if (kind === 'integer' && size(limit) !== undefined) type = (size(limit) ?? 4) > 4 ? 'bigint' : (size(limit) ?? 4) < 3 ? 'smallint' : 'integer';
  else if (kind === 'string' && size(limit) !== undefined) type = `character varying(${String(size(limit))})`;
  else if (kind === 'decimal' && size(precision) !== undefined) type = `decimal(${String(size(precision))}${size(scale) === undefined ? '' : `,${String(size(scale))}`})`;
  if (isTrue(options.get('array'))) type += '[]';
  const given = options.get('default');
  const unset = given === undefined || (given.kind === 'scalar' && given.value === null);
  return { name, type, notNull: isFalse(options.get('null')), default: unset ? undefined : given.kind === 'lambda' ? 'CURRENT_TIMESTAMP' : literal(given, code) };
}

function isConcurrently(options: Invocation['named']): boolean {
  return nameOf(options.get('algorithm')) === 'concurrently';
}

function indexOf(table: string, plain: string | undefined, on: Value | undefined, options: Invocation['named'], { code }: Scope): string {
  const names = namesOf(on);
  const own = options.get('name');
  // An expression is one string with brackets.
  const columns = names?.length === 1 && /\W/u.test(names[0] ?? '') ? [names[0] ?? ''] : namesIn(on, code);
  const generated = plain === undefined || names === undefined ? undefined : quoted(`index_${plain.replaceAll('.', '_')}_on_${names.join('_and_').replace(/\W+/gu, '_')}`);
  return createIndex({
    table,
    columns,
    name: own === undefined ? generated : nameIn(own, code),
    unique: isTrue(options.get('unique')),
    concurrently: isConcurrently(options),
    using: nameOf(options.get('using')),
    where: constantText(options.get('where')),
    ifNotExists: isTrue(options.get('if_not_exists')),
  });
}

/** The plural or the table that a foreign key is about: Rails' inflections are its own, so names that are given win. */
function foreignKey(table: string, to: string | undefined, target: Value | undefined, options: Invocation['named'], { code }: Scope): string {
  const column = options.get('column');
  const own = column === undefined ? (to === undefined ? placeholder(target, code) : quoted(`${singular(to)}_id`)) : nameIn(column, code);
  const name = options.get('name');
  const key = options.get('primary_key');
  const onDelete = nameOf(options.get('on_delete'));
  const action = onDelete === undefined ? '' : ` ON DELETE ${onDelete === 'nullify' ? 'SET NULL' : onDelete.toUpperCase()}`;
  return alter(
    table,
    `ADD${name === undefined ? '' : ` CONSTRAINT ${nameIn(name, code)}`} FOREIGN KEY (${own}) REFERENCES ${nameIn(target, code)} (${key === undefined ? '"id"' : nameIn(key, code)})${action}${isFalse(options.get('validate')) ? ' NOT VALID' : ''}`,
  );
}

function singular(name: string): string {
  return name.replace(/ies$/u, 'y').replace(/(?<=ss|x|ch|sh)es$/u, '').replace(/(?<!s)s$/u, '');
}

function plural(name: string): string {
  if (/(?:s|x|ch|sh)$/u.test(name)) return `${name}es`;
  return /[^aeiou]y$/u.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** A column, its index and its key. */
function referenceOf(table: string, plain: string | undefined, to: Value | undefined, options: Invocation['named'], scope: Scope): { readonly columns: readonly Column[]; readonly after: readonly string[]; readonly keys: readonly string[] } {
  const name = nameOf(to);
  if (name === undefined) return { columns: [{ name: placeholder(to, scope.code), type: 'bigint' }], after: [], keys: [] };
  const column = columnOf(quoted(`${name}_id`), nameOf(options.get('type')) ?? 'bigint', options, scope);
  const columns = isTrue(options.get('polymorphic')) ? [columnOf(quoted(`${name}_type`), 'string', options, scope), column] : [column];
  const index = options.get('index');
  const after: string[] = [];
  if (!isFalse(index)) {
    const own = index?.kind === 'dict' ? index.entries : new Map<string, Value>();
    after.push(createIndex({ table, columns: columns.map((one) => one.name), name: quoted(`index_${plain ?? 'table'}_on_${name}_id`), unique: isTrue(own.get('unique')), concurrently: isConcurrently(own) }));
  }
  const keys: string[] = [];
  const key = options.get('foreign_key');
  if (isTrue(key) || key?.kind === 'dict') {
    const own = key?.kind === 'dict' ? key.entries : new Map<string, Value>();
    const target = nameOf(own.get('to_table')) ?? plural(name);
    keys.push(`FOREIGN KEY (${column.name}) REFERENCES ${quoted(target)} ("id")${isFalse(own.get('validate')) ? ' NOT VALID' : ''}`);
  }
  return { columns, after, keys };
}

function tableOf(call: Invocation, scope: Scope): readonly string[] {
  const { code } = scope;
  const [first] = call.args;
  const table = nameIn(first, code);
  const columns: Column[] = [];
  const after: string[] = [];
  const keys: string[] = [];
  const id = call.named.get('id');
  if (!isFalse(id)) columns.push({ name: nameIn(call.named.get('primary_key'), code).startsWith('"') ? nameIn(call.named.get('primary_key'), code) : '"id"', type: nameOf(id) === 'uuid' ? 'uuid' : nameOf(id) === 'integer' ? 'serial' : 'bigserial', primary: true });
  for (const member of scope.statements(call.block?.body)) {
    if (member.kind !== 'call' || chainOf(member).calls.length !== 1) continue;
    const { name, args, named } = member;
    if (name === 'timestamps') columns.push(...TIMESTAMPS);
    else if (name === 'references' || name === 'belongs_to') {
      for (const to of args) {
        const made = referenceOf(table, nameOf(first), to, named, scope);
        columns.push(...made.columns);
        after.push(...made.after);
        keys.push(...made.keys);
      }
    } else if (name === 'index') after.push(indexOf(table, nameOf(first), args[0], named, scope));
    else if (name === 'column') columns.push(columnOf(nameIn(args[0], code), nameOf(args[1]), named, scope));
    else if (name !== 'check_constraint' && name !== 'foreign_key') for (const column of args) columns.push(columnOf(nameIn(column, code), name, named, scope));
  }
  return [createTable(table, [...columns.map((one) => columnText(one)), ...keys]), ...after];
}
