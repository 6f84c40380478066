import { alter, columnsAndKey, columnText, createIndex, createTable, isConcurrent, literal, lowered, nameIn, namesIn, placeholder, quoted, withArgument, type Column } from '../../code/ddl';
import type { Scope, Sent } from '../../code/found';
import { constantText, isFalse, isTrue, nameOf, pathOf, type Invocation, type Value } from '../../code/value';

type Options = ReadonlyMap<string, Value>;

const NONE: Options = new Map();

function optionsOf(value: Value | undefined): Options {
  if (value?.kind === 'dict') return value.entries;
  return value?.kind === 'call' && value.args[0]?.kind === 'dict' ? value.args[0].entries : NONE;
}

/** What a method of Sequelize's queryInterface sends on PostgreSQL (lib/dialects/postgres/query-generator.js). */
export function sequelizeCall(call: Invocation, scope: Scope): readonly Sent[] | undefined {
  const receiver = pathOf(call.receiver);
  if (!/queryInterface|context/iu.test(receiver)) return undefined;
  const { code } = scope;
  const [first, second, third] = call.args;
  const table = nameIn(first, code);
  const send = (...statements: string[]): readonly Sent[] => lowered(statements, `${receiver}.sequelize.query({})`);
  switch (call.name) {
    case 'createTable': {
      const after: string[] = [];
      const columns = columnsAndKey([...optionsOf(second)].map(([name, column]) => sequelizeColumn(quoted(name), column, scope)));
      return send(createTable(table, columns).replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'), ...after);
    }
    case 'dropTable':
      return send(`DROP TABLE IF EXISTS ${table}`);
    case 'renameTable':
      return send(alter(table, `RENAME TO ${nameIn(second, code)}`));
    case 'addColumn':
      return send(alter(table, `ADD COLUMN ${columnText(sequelizeColumn(nameIn(second, code), third, scope))}`));
    case 'removeColumn':
      return send(alter(table, `DROP COLUMN ${nameIn(second, code)}`));
    case 'renameColumn':
      return send(alter(table, `RENAME COLUMN ${nameIn(second, code)} TO ${nameIn(third, code)}`));
    case 'changeColumn': {
      // It says all three each time, one statement after the other.
      const column = sequelizeColumn(nameIn(second, code), third, scope);
      const change = (what: string): string => alter(table, `ALTER COLUMN ${column.name} ${what}`);
      return send(change(column.notNull === true ? 'SET NOT NULL' : 'DROP NOT NULL'), change(column.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${column.default}`), change(`TYPE ${column.type}`));
    }
    case 'addIndex': {
      const options = second?.kind === 'list' ? optionsOf(third) : optionsOf(second);
      const fields = second?.kind === 'list' ? second : options.get('fields');
      const names = namesIn(fields, code);
      const own = options.get('name');
      const generated = [nameOf(first) ?? '', ...names.map((name) => name.replace(/\W/gu, ''))].join('_');
      const sql = createIndex({
        table,
        columns: names,
        name: own === undefined ? quoted(generated) : nameIn(own, code),
        unique: isTrue(options.get('unique')) || constantText(options.get('type'))?.toUpperCase() === 'UNIQUE',
        concurrently: isTrue(options.get('concurrently')),
        using: nameOf(options.get('using'))?.toLowerCase(),
      });
      return lowered([sql], `${receiver}.sequelize.query({})`, (statements) => (isConcurrent(statements, sql) ? [withOption(call, 'concurrently: true', scope)] : undefined));
    }
    case 'removeIndex': {
      const name = second?.kind === 'list' ? quoted([nameOf(first) ?? '', ...namesIn(second, code).map((one) => one.replace(/\W/gu, ''))].join('_')) : nameIn(second, code);
      const sql = `DROP INDEX ${isTrue(optionsOf(third).get('concurrently')) ? 'CONCURRENTLY ' : ''}IF EXISTS ${name}`;
      return lowered([sql], `${receiver}.sequelize.query({})`, (statements) => (isConcurrent(statements, sql) ? [withOption(call, 'concurrently: true', scope)] : undefined));
    }
    case 'addConstraint': {
      const options = optionsOf(second);
      const columns = namesIn(options.get('fields'), code).join(', ');
      const own = options.get('name');
      const name = own === undefined ? '' : `CONSTRAINT ${nameIn(own, code)} `;
      const target = optionsOf(options.get('references'));
      switch (constantText(options.get('type'))?.toLowerCase()) {
        case 'unique':
          return send(alter(table, `ADD ${name}UNIQUE (${columns})`));
        case 'primary key':
          return send(alter(table, `ADD ${name}PRIMARY KEY (${columns})`));
        case 'check':
          return send(alter(table, `ADD ${name}CHECK (${placeholder(options.get('where'), code)})`));
        case 'foreign key':
          return send(alter(table, `ADD ${name}FOREIGN KEY (${columns}) REFERENCES ${nameIn(target.get('table'), code)} (${nameIn(target.get('field'), code)})${actionOf(options)}`));
        default:
          return undefined;
      }
    }
    case 'removeConstraint':
      return send(alter(table, `DROP CONSTRAINT ${nameIn(second, code)}`));
    default:
      return undefined;
  }
}

/** The call with one more option in its last object, or with an object of its own. */
function withOption(call: Invocation, option: string, { code }: Scope): string {
  const last = call.args.at(-1);
  if (last?.kind !== 'dict') return withArgument(call, `{ ${option} }`, code);
  const { text } = code;
  const { offset, length } = last.span;
  const body = text.slice(offset, offset + length);
  const changed = body.replace(/,?\s*\}$/u, (end) => `, ${option}${end.replace(/^,/u, '')}`).replace(/\{, /u, '{ ');
  return text.slice(call.span.offset, offset) + changed + text.slice(offset + length, call.span.offset + call.span.length);
}

function actionOf(options: Options): string {
  const [onDelete, onUpdate] = ['onDelete', 'onUpdate'].map((key) => constantText(options.get(key))?.toUpperCase());
  return `${onDelete === undefined ? '' : ` ON DELETE ${onDelete}`}${onUpdate === undefined ? '' : ` ON UPDATE ${onUpdate}`}`;
}

const SEQUELIZE_TYPES: Readonly<Record<string, string>> = {
  STRING: 'VARCHAR(255)',
  TEXT: 'TEXT',
  INTEGER: 'INTEGER',
  BIGINT: 'BIGINT',
  SMALLINT: 'SMALLINT',
  BOOLEAN: 'BOOLEAN',
  DATE: 'TIMESTAMP WITH TIME ZONE',
  DATEONLY: 'DATE',
  TIME: 'TIME',
  FLOAT: 'FLOAT',
  DOUBLE: 'DOUBLE PRECISION',
  REAL: 'REAL',
  DECIMAL: 'DECIMAL',
  UUID: 'UUID',
  JSON: 'JSON',
  JSONB: 'JSONB',
  BLOB: 'BYTEA',
  CITEXT: 'CITEXT',
  INET: 'INET',
};

function sequelizeColumn(name: string, value: Value | undefined, scope: Scope): Column {
  const { code } = scope;
  const options = optionsOf(value?.kind === 'dict' ? value : undefined);
  const kind = value?.kind === 'dict' ? options.get('type') : value;
  const base = (kind?.kind === 'name' ? kind.name : kind?.kind === 'call' ? kind.name : '').replace(/^.*\./u, '');
  const sizes = kind?.kind === 'call' ? kind.args.flatMap((size) => (size.kind === 'scalar' ? [String(size.value)] : [])) : [];
  const known = SEQUELIZE_TYPES[base];
  const type = constantText(kind) ?? (known === undefined ? placeholder(kind, code) : sizes.length === 0 ? known : `${known.replace(/\(.*/u, '')}(${sizes.join(',')})`);
  const target = optionsOf(options.get('references'));
  const model = target.get('model');
  const table = model?.kind === 'dict' ? model.entries.get('tableName') : model;
  const preset = options.get('defaultValue');
  const isSerial = isTrue(options.get('autoIncrement'));
  return {
    name,
    type: isSerial ? (base === 'BIGINT' ? 'BIGSERIAL' : 'SERIAL') : type,
    notNull: isFalse(options.get('allowNull')) && !isSerial,
    default: preset === undefined || (preset.kind === 'scalar' && preset.value === null) ? undefined : literal(preset, code),
    unique: isTrue(options.get('unique')),
    primary: isTrue(options.get('primaryKey')),
    references: table === undefined ? undefined : `REFERENCES ${nameIn(table, code)} (${target.has('key') ? nameIn(target.get('key'), code) : '"id"'})${actionOf(options)}`,
  };
}

/** What a method of node-pg-migrate's builder sends (src/operations). */
export function nodePgMigrateCall(call: Invocation, scope: Scope): readonly Sent[] | undefined {
  const receiver = pathOf(call.receiver);
  if (!/^\w+$/u.test(receiver)) return undefined;
  const { code } = scope;
  const [first, second, third] = call.args;
  const table = nameIn(first, code);
  const send = (...statements: string[]): readonly Sent[] => lowered(statements, `${receiver}.sql({})`);
  switch (call.name) {
    case 'createTable':
      return send(createTable(table, [...optionsOf(second)].map(([name, column]) => columnText(pgmColumn(quoted(name), column, scope)))));
    case 'dropTable':
      return send(`DROP TABLE ${isTrue(optionsOf(second).get('ifExists')) ? 'IF EXISTS ' : ''}${table}`);
    case 'renameTable':
      return send(alter(table, `RENAME TO ${nameIn(second, code)}`));
    case 'addColumn':
    case 'addColumns':
      return send(alter(table, ...[...optionsOf(second)].map(([name, column]) => `ADD ${isTrue(optionsOf(third).get('ifNotExists')) ? 'IF NOT EXISTS ' : ''}${columnText(pgmColumn(quoted(name), column, scope))}`)));
    case 'dropColumn':
    case 'dropColumns': {
      const names = second?.kind === 'dict' ? [...second.entries.keys()].map(quoted) : namesIn(second, code);
      return send(alter(table, ...names.map((name) => `DROP ${isTrue(optionsOf(third).get('ifExists')) ? 'IF EXISTS ' : ''}${name}`)));
    }
    case 'renameColumn':
      return send(alter(table, `RENAME ${nameIn(second, code)} TO ${nameIn(third, code)}`));
    case 'alterColumn':
      return send(alter(table, ...pgmChanges(nameIn(second, code), optionsOf(third), scope)));
    case 'createIndex':
    case 'addIndex': {
      const options = optionsOf(third);
      const columns = namesIn(second, code);
      const own = options.get('name');
      const unique = isTrue(options.get('unique'));
      const generated = `${nameOf(first) ?? ''}_${columns.map((name) => name.replace(/\W/gu, '')).join('_')}${unique ? '_unique' : ''}_index`;
      const sql = createIndex({ table, columns, name: own === undefined ? quoted(generated) : nameIn(own, code), unique, concurrently: isTrue(options.get('concurrently')), using: nameOf(options.get('method')), where: constantText(options.get('where')), ifNotExists: isTrue(options.get('ifNotExists')) });
      return lowered([sql], `${receiver}.sql({})`, (statements) => (isConcurrent(statements, sql) ? [withOption(call, 'concurrently: true', scope)] : undefined));
    }
    case 'dropIndex': {
      const options = optionsOf(third);
      const own = options.get('name');
      const generated = `${nameOf(first) ?? ''}_${namesIn(second, code).map((name) => name.replace(/\W/gu, '')).join('_')}${isTrue(options.get('unique')) ? '_unique' : ''}_index`;
      const sql = `DROP INDEX ${isTrue(options.get('concurrently')) ? 'CONCURRENTLY ' : ''}${isTrue(options.get('ifExists')) ? 'IF EXISTS ' : ''}${own === undefined ? quoted(generated) : nameIn(own, code)}`;
      return lowered([sql], `${receiver}.sql({})`, (statements) => (isConcurrent(statements, sql) ? [withOption(call, 'concurrently: true', scope)] : undefined));
    }
    case 'addConstraint':
    case 'createConstraint': {
      const name = second?.kind === 'scalar' ? '' : `CONSTRAINT ${nameIn(second, code)} `;
      return send(...pgmConstraint(third, scope).map((constraint) => alter(table, `ADD ${name}${constraint}`)));
    }
    case 'dropConstraint':
      return send(alter(table, `DROP CONSTRAINT ${nameIn(second, code)}`));
    default:
      return undefined;
  }
}

/** The short names of types (src/utils/types.ts). */
const PGM_TYPES: Readonly<Record<string, string>> = { int: 'integer', string: 'text', float: 'real', double: 'double precision', datetime: 'timestamp', bool: 'boolean', id: 'serial' };

function pgmColumn(name: string, value: Value | undefined, { code }: Scope): Column {
  const short = constantText(value);
  if (short === 'id') return { name, type: 'serial', primary: true };
  const options = optionsOf(value);
  const written = short ?? constantText(options.get('type'));
  const target = options.get('references');
  const preset = options.get('default');
  const table = constantText(target);
  return {
    name,
    type: written === undefined ? placeholder(options.get('type') ?? value, code) : (PGM_TYPES[written] ?? written),
    notNull: isTrue(options.get('notNull')),
    default: preset === undefined || (preset.kind === 'scalar' && preset.value === null) ? undefined : preset.kind === 'call' && preset.name === 'func' ? (constantText(preset.args[0]) ?? placeholder(preset, code)) : literal(preset, code),
    primary: isTrue(options.get('primaryKey')),
    unique: isTrue(options.get('unique')),
    references: target === undefined ? undefined : `REFERENCES ${table === undefined ? placeholder(target, code) : /[\s"(]/u.test(table) ? table : quoted(table)}${actionOf(options)}`,
  };
}

function pgmChanges(column: string, options: Options, { code }: Scope): string[] {
  const out: string[] = [];
  const preset = options.get('default');
  if (preset !== undefined) out.push(`ALTER ${column} ${preset.kind === 'scalar' && preset.value === null ? 'DROP DEFAULT' : `SET DEFAULT ${literal(preset, code)}`}`);
  const type = constantText(options.get('type'));
  const using = constantText(options.get('using'));
  if (type !== undefined) out.push(`ALTER ${column} SET DATA TYPE ${PGM_TYPES[type] ?? type}${using === undefined ? '' : ` USING ${using}`}`);
  if (isTrue(options.get('notNull'))) out.push(`ALTER ${column} SET NOT NULL`);
  else if (isFalse(options.get('notNull')) || isTrue(options.get('allowNull'))) out.push(`ALTER ${column} DROP NOT NULL`);
  return out;
}

function pgmConstraint(value: Value | undefined, { code }: Scope): string[] {
  const text = constantText(value);
  if (text !== undefined) return [text];
  const options = optionsOf(value);
  const [check, unique, primary, keys] = ['check', 'unique', 'primaryKey', 'foreignKeys'].map((key) => options.get(key));
  if (check !== undefined) return [`CHECK (${constantText(check) ?? placeholder(check, code)})`];
  if (unique !== undefined) return [`UNIQUE (${namesIn(unique, code).join(', ')})`];
  if (primary !== undefined) return [`PRIMARY KEY (${namesIn(primary, code).join(', ')})`];
  const key = optionsOf(keys?.kind === 'list' ? keys.items[0] : keys);
  const target = constantText(key.get('references'));
  return target === undefined ? [] : [`FOREIGN KEY (${namesIn(key.get('columns'), code).join(', ')}) REFERENCES ${/[\s"(]/u.test(target) ? target : quoted(target)}${actionOf(key)}`];
}

/** What a method of TypeORM's queryRunner sends on PostgreSQL (src/driver/postgres/PostgresQueryRunner.ts). */
export function typeormCall(call: Invocation, scope: Scope): readonly Sent[] | undefined {
  const receiver = pathOf(call.receiver);
  if (!/^\w+$/u.test(receiver)) return undefined;
  const { code } = scope;
  const [first, second, third] = call.args;
  const own = optionsOf(first);
  const table = first?.kind === 'call' || first?.kind === 'dict' ? nameIn(own.get('name'), code) : nameIn(first, code);
  const send = (...statements: string[]): readonly Sent[] => lowered(statements, `${receiver}.query({})`);
  switch (call.name) {
    case 'createTable': {
      const columns = own.get('columns');
      const keys = own.get('foreignKeys');
      const parts = (columns?.kind === 'list' ? columns.items : []).map((column) => columnText(typeormColumn(column, scope)));
      const foreign = (keys?.kind === 'list' ? keys.items : []).map((key) => typeormKey(optionsOf(key), scope));
      const indices = own.get('indices');
      return send(createTable(table, [...parts, ...foreign]), ...(indices?.kind === 'list' ? indices.items : []).map((index) => typeormIndex(table, optionsOf(index), scope)));
    }
    case 'dropTable':
      return send(`DROP TABLE ${table}`);
    case 'renameTable':
      return send(alter(table, `RENAME TO ${nameIn(second, code)}`));
    case 'addColumn':
      return send(alter(table, `ADD ${columnText(typeormColumn(second, scope))}`));
    case 'addColumns':
      return send(...(second?.kind === 'list' ? second.items : []).map((column) => alter(table, `ADD ${columnText(typeormColumn(column, scope))}`)));
    case 'dropColumn':
      return send(alter(table, `DROP COLUMN ${nameOf(second) === undefined ? nameIn(optionsOf(second).get('name') ?? second, code) : nameIn(second, code)}`));
    case 'dropColumns':
      return send(...namesIn(second, code).map((name) => alter(table, `DROP COLUMN ${name}`)));
    case 'renameColumn':
      return send(alter(table, `RENAME COLUMN ${nameIn(second, code)} TO ${nameOf(third) === undefined ? nameIn(optionsOf(third).get('name'), code) : nameIn(third, code)}`));
    // It drops the column and adds it again where its type or length changes: what was in it is lost.
    case 'changeColumn':
      return send(alter(table, `DROP COLUMN ${nameOf(second) === undefined ? nameIn(optionsOf(second).get('name') ?? second, code) : nameIn(second, code)}`), alter(table, `ADD ${columnText(typeormColumn(third, scope))}`));
    case 'createIndex': {
      const sql = typeormIndex(table, optionsOf(second), scope);
      return lowered([sql], `${receiver}.query({})`);
    }
    case 'createIndices':
      return send(...(second?.kind === 'list' ? second.items : []).map((index) => typeormIndex(table, optionsOf(index), scope)));
    case 'dropIndex':
      return send(`DROP INDEX ${nameOf(second) === undefined ? nameIn(optionsOf(second).get('name') ?? second, code) : nameIn(second, code)}`);
    case 'createForeignKey':
      return send(alter(table, `ADD ${typeormKey(optionsOf(second), scope)}`));
    case 'dropForeignKey':
    case 'dropUniqueConstraint':
    case 'dropCheckConstraint':
      return send(alter(table, `DROP CONSTRAINT ${nameOf(second) === undefined ? nameIn(optionsOf(second).get('name') ?? second, code) : nameIn(second, code)}`));
    case 'createUniqueConstraint': {
      const options = optionsOf(second);
      return send(alter(table, `ADD ${options.has('name') ? `CONSTRAINT ${nameIn(options.get('name'), code)} ` : ''}UNIQUE (${namesIn(options.get('columnNames'), code).join(', ')})`));
    }
    case 'createPrimaryKey':
      return send(alter(table, `ADD PRIMARY KEY (${namesIn(second, code).join(', ')})`));
    default:
      return undefined;
  }
}

function typeormColumn(value: Value | undefined, { code }: Scope): Column {
  const options = optionsOf(value);
  const type = constantText(options.get('type'));
  const length = options.get('length');
  const size = constantText(length) ?? (length?.kind === 'scalar' ? String(length.value) : undefined);
  const preset = options.get('default');
  const isSerial = isTrue(options.get('isGenerated')) && constantText(options.get('generationStrategy')) !== 'uuid';
  const base = type === undefined ? placeholder(options.get('type') ?? value, code) : `${type === 'int' ? 'integer' : type}${size === undefined ? '' : `(${size})`}${isTrue(options.get('isArray')) ? '[]' : ''}`;
  return {
    name: nameIn(options.get('name'), code),
    type: isSerial ? (type === 'bigint' ? 'BIGSERIAL' : 'SERIAL') : base,
    notNull: !isTrue(options.get('isNullable')),
    // It is SQL already: "'a'", "now()".
    default: preset === undefined ? undefined : (constantText(preset) ?? literal(preset, code)),
    primary: isTrue(options.get('isPrimary')),
    unique: isTrue(options.get('isUnique')),
  };
}

function typeormIndex(table: string, options: Options, { code }: Scope): string {
  const name = options.get('name');
  return createIndex({ table, columns: namesIn(options.get('columnNames'), code), name: name === undefined ? undefined : nameIn(name, code), unique: isTrue(options.get('isUnique')), concurrently: isTrue(options.get('isConcurrent')), where: constantText(options.get('where')) });
}

function typeormKey(options: Options, { code }: Scope): string {
  const name = options.get('name');
  return `${name === undefined ? '' : `CONSTRAINT ${nameIn(name, code)} `}FOREIGN KEY (${namesIn(options.get('columnNames'), code).join(', ')}) REFERENCES ${nameIn(options.get('referencedTableName'), code)} (${namesIn(options.get('referencedColumnNames'), code).join(', ')})${actionOf(options)}`;
}
