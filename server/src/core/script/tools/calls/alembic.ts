import { alter, columnsAndKey, columnText, createIndex, createTable, isConcurrent, isNotValid, literal, lowered, nameIn, namesIn, placeholder, quoted, withArgument, type Column } from '../../code/ddl';
import type { Scope, Sent } from '../../code/found';
import { descendants } from '../../code/node';
import { constantText, isFalse, isTrue, nameOf, pathOf, type Invocation, type Value } from '../../code/value';

/** What an operation of Alembic sends on PostgreSQL (alembic/ddl/impl.py and postgresql.py). */
export function alembicCall(call: Invocation, scope: Scope): readonly Sent[] | undefined {
  if (/(?:^|\.)op$/u.test(pathOf(call.receiver))) return operation(call, scope);
  if (!/(?:^|\.)batch_op$/u.test(pathOf(call.receiver))) return undefined;
  const table = batchTable(call, scope);
  if (table === undefined) return undefined;
  const schema = table.named.get('schema');
  const at = call.name.endsWith('_column') ? 0 : 1;
  const args = [...call.args.slice(0, at), table.args[0] ?? table.named.get('table_name') ?? table, ...call.args.slice(at)];
  // They are sent when the block ends: nothing that is written between them would come in their order.
  return operation({ ...call, args, named: new Map([...call.named, ...(schema === undefined ? [] : [['schema', schema] as const])]) }, scope)?.map(({ sql }) => ({ sql }));
}

/** The call whose block an operation stands in: `with op.batch_alter_table("users") as batch_op:`. */
function batchTable({ node }: Invocation, { code, language }: Scope): Invocation | undefined {
  for (let { parent } = node; parent !== undefined; { parent } = parent) {
    if (parent.type !== 'with_statement') continue;
    const clause = parent.children.find(({ type }) => type === 'with_clause');
    for (const inside of clause === undefined ? [] : descendants(clause)) {
      const value = inside.type === 'call' ? language.value(inside, code) : undefined;
      if (value?.kind === 'call' && value.name === 'batch_alter_table') return value;
    }
  }
  return undefined;
}

function operation(call: Invocation, scope: Scope): readonly Sent[] | undefined {
  const { code } = scope;
  const { args, named } = call;
  const given = (index: number, ...names: string[]): Value | undefined => args[index] ?? names.map((name) => named.get(name)).find((value) => value !== undefined);
  const qualified = (value: Value | undefined): string => {
    const schema = nameOf(named.get('schema'));
    return schema === undefined ? nameIn(value, code) : `${quoted(schema)}.${nameIn(value, code)}`;
  };
  const send = (...statements: string[]): readonly Sent[] => lowered(statements, 'op.execute({})');
  const concurrent = (sql: string): readonly Sent[] =>
    lowered([sql], 'op.execute({})', (statements) => (isConcurrent(statements, sql) ? [withArgument(call, 'postgresql_concurrently=True', code)] : undefined));
  switch (call.name) {
    case 'add_column': {
      const column = given(1, 'column');
      if (column?.kind !== 'call') return undefined;
      return send(alter(qualified(given(0, 'table_name')), `ADD COLUMN ${columnText(columnOf(column, scope))}`));
    }
    case 'drop_column':
      return send(alter(qualified(given(0, 'table_name')), `DROP COLUMN ${nameIn(given(1, 'column_name'), code)}`));
    case 'alter_column':
      return send(...changes(qualified(given(0, 'table_name')), nameIn(given(1, 'column_name'), code), named, scope));
    case 'create_index':
      return concurrent(
        createIndex({
          table: qualified(given(1, 'table_name')),
          columns: namesOfColumns(given(2, 'columns'), scope),
          name: nameIn(given(0, 'index_name'), code),
          unique: isTrue(named.get('unique')),
          concurrently: isTrue(named.get('postgresql_concurrently')),
          using: nameOf(named.get('postgresql_using')),
          where: constantText(named.get('postgresql_where')),
          ifNotExists: isTrue(named.get('if_not_exists')),
        }),
      );
    case 'drop_index':
      return concurrent(`DROP INDEX ${isTrue(named.get('postgresql_concurrently')) ? 'CONCURRENTLY ' : ''}${isTrue(named.get('if_exists')) ? 'IF EXISTS ' : ''}${qualified(given(0, 'index_name'))}`);
    case 'create_table':
      return send(...tableOf(call, scope));
    case 'drop_table':
      return send(`DROP TABLE ${qualified(given(0, 'table_name'))}`);
    case 'rename_table':
      return send(alter(qualified(given(0, 'old_table_name')), `RENAME TO ${nameIn(given(1, 'new_table_name'), code)}`));
    case 'create_foreign_key': {
      const [name, source, target, local, remote] = [given(0, 'constraint_name'), given(1, 'source_table'), given(2, 'referent_table'), given(3, 'local_cols'), given(4, 'remote_cols')];
      const onDelete = constantText(named.get('ondelete'));
      const key = `FOREIGN KEY (${namesIn(local, code).join(', ')}) REFERENCES ${nameIn(target, code)} (${namesIn(remote, code).join(', ')})${onDelete === undefined ? '' : ` ON DELETE ${onDelete}`}`;
      const sql = alter(qualified(source), `ADD ${constraintName(name, scope)}${key}${isTrue(named.get('postgresql_not_valid')) ? ' NOT VALID' : ''}`);
      return lowered([sql], 'op.execute({})', (statements) => {
        const [, validate] = statements;
        return isNotValid(statements, sql) && validate !== undefined ? [withArgument(call, 'postgresql_not_valid=True', code), `op.execute(${scope.language.quote(validate, '')})`] : undefined;
      });
    }
    case 'create_unique_constraint':
      return send(alter(qualified(given(1, 'table_name')), `ADD ${constraintName(given(0, 'constraint_name'), scope)}UNIQUE (${namesIn(given(2, 'columns'), code).join(', ')})`));
    case 'create_check_constraint':
      return send(alter(qualified(given(1, 'table_name')), `ADD ${constraintName(given(0, 'constraint_name'), scope)}CHECK (${constantText(given(2, 'condition')) ?? placeholder(given(2, 'condition'), code)})`));
    case 'create_primary_key':
      return send(alter(qualified(given(1, 'table_name')), `ADD ${constraintName(given(0, 'constraint_name'), scope)}PRIMARY KEY (${namesIn(given(2, 'columns'), code).join(', ')})`));
    case 'drop_constraint':
      return send(alter(qualified(given(1, 'table_name')), `DROP CONSTRAINT ${nameIn(given(0, 'constraint_name'), code)}`));
    default:
      return undefined;
  }
}

function constraintName(value: Value | undefined, { code }: Scope): string {
  return value === undefined || (value.kind === 'scalar' && value.value === null) ? '' : `CONSTRAINT ${nameIn(value, code)} `;
}

function namesOfColumns(value: Value | undefined, { code }: Scope): string[] {
  const items = value?.kind === 'list' ? value.items : value === undefined ? [] : [value];
  // sa.text('lower(email)') came down to its text; it is an expression.
  return items.map((item) => {
    const text = constantText(item);
    return text !== undefined && /\W/u.test(text) ? text : nameIn(item, code);
  });
}

function changes(table: string, column: string, named: Invocation['named'], scope: Scope): string[] {
  const { code } = scope;
  const out: string[] = [];
  const nullable = named.get('nullable');
  if (isFalse(nullable)) out.push(alter(table, `ALTER COLUMN ${column} SET NOT NULL`));
  else if (isTrue(nullable)) out.push(alter(table, `ALTER COLUMN ${column} DROP NOT NULL`));
  const type = named.get('type_');
  const using = constantText(named.get('postgresql_using'));
  if (type !== undefined) out.push(alter(table, `ALTER COLUMN ${column} TYPE ${typeOf(type, scope)}${using === undefined ? '' : ` USING ${using}`}`));
  const given = named.get('server_default');
  if (given !== undefined) out.push(alter(table, `ALTER COLUMN ${column} ${given.kind === 'scalar' && (given.value === null || given.value === false) ? 'DROP DEFAULT' : `SET DEFAULT ${literal(given, code)}`}`));
  const name = named.get('new_column_name');
  if (name !== undefined) out.push(alter(table, `RENAME ${column} TO ${nameIn(name, code)}`));
  return out;
}

const TYPES: Readonly<Record<string, string>> = {
  String: 'VARCHAR',
  Unicode: 'VARCHAR',
  Text: 'TEXT',
  UnicodeText: 'TEXT',
  Integer: 'INTEGER',
  BigInteger: 'BIGINT',
  SmallInteger: 'SMALLINT',
  Boolean: 'BOOLEAN',
  DateTime: 'TIMESTAMP WITHOUT TIME ZONE',
  TIMESTAMP: 'TIMESTAMP WITHOUT TIME ZONE',
  Date: 'DATE',
  Time: 'TIME WITHOUT TIME ZONE',
  Float: 'FLOAT',
  Double: 'DOUBLE PRECISION',
  Numeric: 'NUMERIC',
  LargeBinary: 'BYTEA',
  Uuid: 'UUID',
  UUID: 'UUID',
  JSON: 'JSON',
  JSONB: 'JSONB',
  INET: 'INET',
};

function typeOf(value: Value, { code }: Scope): string {
  const [name, args, named] = value.kind === 'call' ? [value.name, value.args, value.named] : value.kind === 'name' ? [value.name.replace(/^.*\./u, ''), [], new Map<string, Value>()] : ['', [], new Map<string, Value>()];
  const type = TYPES[name];
  if (type === undefined) return placeholder(value, code);
  if (isTrue(named.get('timezone'))) return type.replace('WITHOUT', 'WITH');
  const sizes = [args[0] ?? named.get('length') ?? named.get('precision'), args[1] ?? named.get('scale')].flatMap((size) => (size?.kind === 'scalar' && typeof size.value === 'number' ? [String(size.value)] : []));
  return sizes.length === 0 || !/VARCHAR|NUMERIC/u.test(type) ? type : `${type}(${sizes.join(', ')})`;
}

function columnOf({ args, named }: Invocation, scope: Scope): Column {
  const [name, ...rest] = args;
  const type = named.get('type_') ?? rest.find((part) => part.kind !== 'call' || TYPES[part.name] !== undefined);
  const key = rest.find((part) => part.kind === 'call' && part.name === 'ForeignKey');
  const target = key?.kind === 'call' ? constantText(key.args[0]) : undefined;
  const given = named.get('server_default');
  const primary = isTrue(named.get('primary_key'));
  const made = type === undefined ? 'INTEGER' : typeOf(type, scope);
  return {
    name: nameIn(name, scope.code),
    type: primary && made === 'INTEGER' ? 'SERIAL' : primary && made === 'BIGINT' ? 'BIGSERIAL' : made,
    default: given === undefined || (given.kind === 'scalar' && given.value === null) ? undefined : literal(given, scope.code),
    notNull: isFalse(named.get('nullable')),
    primary,
    unique: isTrue(named.get('unique')),
    references: target === undefined ? undefined : `REFERENCES ${quoted(target.split('.').slice(0, -1).join('.'))} (${quoted(target.split('.').at(-1) ?? 'id')})`,
  };
}

function tableOf({ args, named }: Invocation, scope: Scope): readonly string[] {
  const { code } = scope;
  const schema = nameOf(named.get('schema'));
  const table = `${schema === undefined ? '' : `${quoted(schema)}.`}${nameIn(args[0], code)}`;
  const after: string[] = [];
  const made: Column[] = [];
  const parts = args.slice(1).flatMap((part): string[] => {
    if (part.kind !== 'call') return [];
    const columns = (values: readonly Value[]): string => values.map((value) => nameIn(value, code)).join(', ');
    switch (part.name) {
      case 'Column':
        if (isTrue(part.named.get('index'))) after.push(createIndex({ table, columns: [nameIn(part.args[0], code)], name: quoted(`ix_${nameOf(args[0]) ?? ''}_${nameOf(part.args[0]) ?? ''}`) }));
        made.push(columnOf(part, scope));
        return [];
      case 'PrimaryKeyConstraint':
        return [`PRIMARY KEY (${columns(part.args)})`];
      case 'UniqueConstraint':
        return [`UNIQUE (${columns(part.args)})`];
      case 'ForeignKeyConstraint': {
        const remote = part.args[1]?.kind === 'list' ? part.args[1].items.map((item) => constantText(item) ?? '') : [];
        const target = (remote[0] ?? '').split('.').slice(0, -1).join('.');
        return target === '' ? [] : [`FOREIGN KEY (${namesIn(part.args[0], code).join(', ')}) REFERENCES ${quoted(target)} (${remote.map((one) => quoted(one.split('.').at(-1) ?? 'id')).join(', ')})`];
      }
      default:
        return [];
    }
  });
  // SQLAlchemy puts keys behind the columns (CreateTable of sql/compiler.py).
  const columns = columnsAndKey(made.map((column) => ({ ...column, notNull: column.notNull === true || column.primary === true, references: undefined })));
  const keys = made.flatMap(({ name, references }) => (references === undefined ? [] : [`FOREIGN KEY (${name}) ${references}`]));
  return [createTable(table, [...columns, ...parts, ...keys]), ...after];
}
