import { alter, columnText, createIndex, createTable, isConcurrent, literal, lowered, nameIn, namesIn, placeholder, quoted, type Column } from '../../code/ddl';
import type { Scope, Sent } from '../../code/found';
import { constantText, isTrue, nameOf, type Invocation, type Value } from '../../code/value';

/** What an operation of Django's migrations sends on PostgreSQL (django/db/backends/base/schema.py, postgresql/schema.py). */
export function djangoCall(call: Invocation, scope: Scope): readonly Sent[] | undefined {
  const { code } = scope;
  const { args, named } = call;
  const given = (index: number, name: string): Value | undefined => named.get(name) ?? args[index];
  const table = tableOf(given(0, 'model_name'), scope);
  const send = (...statements: string[]): readonly Sent[] => lowered(statements, 'migrations.RunSQL({})');
  switch (call.name) {
    case 'CreateModel':
      return send(...modelOf(call, scope));
    case 'DeleteModel':
      return send(`DROP TABLE ${tableOf(given(0, 'name'), scope)} CASCADE`);
    case 'RenameModel':
      return send(alter(tableOf(given(0, 'old_name'), scope), `RENAME TO ${tableOf(given(1, 'new_name'), scope)}`));
    case 'AlterModelTable':
      return send(alter(tableOf(given(0, 'name'), scope), `RENAME TO ${nameIn(given(1, 'table'), code)}`));
    case 'AddField': {
      const field = given(2, 'field');
      if (field?.kind !== 'call' || field.name === 'ManyToManyField') return undefined;
      const { column, index, usual } = columnOf(given(1, 'name'), field, table, scope);
      // The default is for the rows that are there; the model sets it for new ones.
      const drop = column.default === undefined || !usual ? [] : [alter(table, `ALTER COLUMN ${column.name} DROP DEFAULT`)];
      return send(alter(table, `ADD COLUMN ${columnText(column)}`), ...drop, ...index);
    }
    case 'RemoveField':
      return send(alter(table, `DROP COLUMN ${nameIn(given(1, 'name'), code)} CASCADE`));
    case 'RenameField':
      return send(alter(table, `RENAME COLUMN ${nameIn(given(1, 'old_name'), code)} TO ${nameIn(given(2, 'new_name'), code)}`));
    case 'AddIndex':
    case 'AddIndexConcurrently': {
      const index = given(1, 'index');
      if (index?.kind !== 'call') return undefined;
      const sql = indexOf(table, index, call.name === 'AddIndexConcurrently', scope);
      return concurrentAs('AddIndexConcurrently', sql, call, scope);
    }
    case 'RemoveIndex':
    case 'RemoveIndexConcurrently': {
      const sql = `DROP INDEX ${call.name === 'RemoveIndex' ? '' : 'CONCURRENTLY '}IF EXISTS ${nameIn(given(1, 'name'), code)}`;
      return concurrentAs('RemoveIndexConcurrently', sql, call, scope);
    }
    case 'RenameIndex':
      return named.get('old_name') === undefined ? undefined : send(`ALTER INDEX ${nameIn(named.get('old_name'), code)} RENAME TO ${nameIn(named.get('new_name'), code)}`);
    case 'AddConstraint': {
      const constraint = given(1, 'constraint');
      return constraint?.kind === 'call' ? constraintOf(table, constraint, send, scope) : undefined;
    }
    case 'RemoveConstraint':
      return send(alter(table, `DROP CONSTRAINT ${nameIn(given(1, 'name'), code)}`));
    case 'ValidateConstraint':
      return send(alter(table, `VALIDATE CONSTRAINT ${nameIn(given(1, 'name'), code)}`));
    default:
      return undefined;
  }
}

/** An operation whose SQL with CONCURRENTLY is that of another one, which django.contrib.postgres.operations has. */
function concurrentAs(name: string, sql: string, { span, nameSpan, receiver }: Invocation, { code: { text } }: Scope): readonly Sent[] {
  const from = receiver === undefined ? nameSpan.offset : receiver.span.offset;
  const renamed = text.slice(span.offset, from) + name + text.slice(nameSpan.offset + nameSpan.length, span.offset + span.length);
  const isImported = new RegExp(`^from\\s+django\\.contrib\\.postgres\\.operations\\s+import\\b[^\\n]*\\b${name}\\b`, 'mu').test(text);
  const at = /^(?:from|import)[ \t]+(?!__future__)/mu.exec(text)?.index ?? 0;
  const line = `from django.contrib.postgres.operations import ${name}${text.includes('\r\n') ? '\r\n' : '\n'}`;
  const imports = isImported ? [] : [{ offset: at, length: 0, text: line }];
  return lowered([sql], 'migrations.RunSQL({})', (statements) => (isConcurrent(statements, sql) ? [renamed] : undefined)).map((sent) => ({ ...sent, imports }));
}

/** A model's table: that of its app, which the folder of the migrations names, and its own name. */
function tableOf(model: Value | undefined, { code, path }: Scope): string {
  const name = nameOf(model)?.toLowerCase();
  const app = /([^/]+)\/migrations\/[^/]*$/u.exec(path)?.[1];
  return name === undefined || app === undefined ? placeholder(model, code) : quoted(`${app}_${name}`);
}

/** The table of a model that a key names: `app.Model`, `Model` of the same app, or `self`. */
function modelTable(model: string, table: string, { path }: Scope): string {
  if (model === 'self') return table;
  const app = /([^/]+)\/migrations\/[^/]*$/u.exec(path)?.[1] ?? 'app';
  return quoted((model.includes('.') ? model : `${app}.${model}`).toLowerCase().replace('.', '_'));
}

const TYPES: Readonly<Record<string, string>> = {
  AutoField: 'integer',
  BigAutoField: 'bigint',
  SmallAutoField: 'smallint',
  BigIntegerField: 'bigint',
  BinaryField: 'bytea',
  BooleanField: 'boolean',
  CharField: 'varchar',
  DateField: 'date',
  DateTimeField: 'timestamp with time zone',
  DecimalField: 'numeric',
  DurationField: 'interval',
  EmailField: 'varchar(254)',
  FileField: 'varchar(100)',
  FloatField: 'double precision',
  ForeignKey: 'bigint',
  GenericIPAddressField: 'inet',
  ImageField: 'varchar(100)',
  IntegerField: 'integer',
  JSONField: 'jsonb',
  OneToOneField: 'bigint',
  PositiveBigIntegerField: 'bigint',
  PositiveIntegerField: 'integer',
  PositiveSmallIntegerField: 'smallint',
  SlugField: 'varchar(50)',
  SmallIntegerField: 'smallint',
  TextField: 'text',
  TimeField: 'time',
  URLField: 'varchar(200)',
  UUIDField: 'uuid',
};

interface Made {
  readonly column: Column;
  /** The statements that make its indexes. */
  readonly index: readonly string[];
  /** Whether its default is one of the model, not of the database. */
  readonly usual: boolean;
}

function columnOf(name: Value | undefined, field: Invocation, table: string, scope: Scope): Made {
  const { code } = scope;
  const { named } = field;
  const isKey = field.name === 'ForeignKey' || field.name === 'OneToOneField';
  const plain = nameOf(named.get('db_column')) ?? (nameOf(name) === undefined ? undefined : `${nameOf(name) ?? ''}${isKey ? '_id' : ''}`);
  const column = plain === undefined ? placeholder(name, code) : quoted(plain);
  const primary = isTrue(named.get('primary_key'));
  const unique = isTrue(named.get('unique')) || field.name === 'OneToOneField';
  const given = named.get('db_default') ?? named.get('default');
  const indexed = !unique && (isKey || isTrue(named.get('db_index')) || field.name === 'SlugField');
  const target = nameOf(named.get('to') ?? field.args[0]);
  const references = !isKey || target === undefined ? undefined : `REFERENCES ${modelTable(target, table, scope)} ("id") DEFERRABLE INITIALLY DEFERRED`;
  return {
    column: {
      name: column,
      type: typeOf(field, scope) + (field.name.endsWith('AutoField') ? ' GENERATED BY DEFAULT AS IDENTITY' : ''),
      default: given === undefined || primary ? undefined : literal(given, code),
      notNull: !isTrue(named.get('null')),
      primary,
      unique: unique && !primary,
      references,
    },
    index: indexed ? [createIndex({ table, columns: [column] })] : [],
    usual: named.get('db_default') === undefined,
  };
}

function typeOf(field: Invocation, { code }: Scope): string {
  const type = TYPES[field.name];
  if (type === undefined) return placeholder({ ...field, kind: 'unknown' }, code).replace(/_.*\}$/u, '}');
  const number = (key: string): string | undefined => {
    const value = field.named.get(key);
    return value?.kind === 'scalar' ? String(value.value) : undefined;
  };
  const length = number('max_length');
  if (type.startsWith('varchar') && length !== undefined) return `varchar(${length})`;
  if (type === 'numeric') return `numeric(${number('max_digits') ?? '10'}, ${number('decimal_places') ?? '2'})`;
  return type;
}

function indexOf(table: string, index: Invocation, concurrently: boolean, { code }: Scope): string {
  const fields = index.named.get('fields');
  const columns = fields?.kind === 'list' ? fields.items.map((item) => nameOf(item)) : [];
  const written = columns.length > 0 && columns.every((name) => name !== undefined) ? columns.map((name) => (name.startsWith('-') ? `${quoted(name.slice(1))} DESC` : quoted(name))) : [placeholder(fields ?? index.args[0], code)];
  const using: Readonly<Record<string, string>> = { GinIndex: 'gin', GistIndex: 'gist', BrinIndex: 'brin', HashIndex: 'hash', SpGistIndex: 'spgist' };
  return createIndex({ table, columns: written, name: nameIn(index.named.get('name'), code), concurrently, using: using[index.name] });
}

function constraintOf(table: string, constraint: Invocation, send: (...statements: string[]) => readonly Sent[], { code }: Scope): readonly Sent[] | undefined {
  const { name, named } = constraint;
  const own = nameIn(named.get('name'), code);
  if (name === 'UniqueConstraint') {
    const columns = namesIn(named.get('fields'), code).join(', ');
    // With a condition it is an index.
    return named.has('condition') ? send(`CREATE UNIQUE INDEX ${own} ON ${table} (${columns}) WHERE ${placeholder(named.get('condition'), code)}`) : send(alter(table, `ADD CONSTRAINT ${own} UNIQUE (${columns})`));
  }
  if (name === 'CheckConstraint') return send(alter(table, `ADD CONSTRAINT ${own} CHECK (${placeholder(named.get('check') ?? named.get('condition'), code)})`));
  return undefined;
}

function modelOf(call: Invocation, scope: Scope): readonly string[] {
  const options = call.named.get('options');
  const own = options?.kind === 'dict' ? constantText(options.entries.get('db_table')) : undefined;
  const table = own === undefined ? tableOf(call.named.get('name') ?? call.args[0], scope) : quoted(own);
  const fields = call.named.get('fields') ?? call.args[1];
  const after: string[] = [];
  const columns = (fields?.kind === 'list' ? fields.items : []).flatMap((item): string[] => {
    const [name, field] = item.kind === 'list' ? item.items : [];
    if (field?.kind !== 'call' || field.name === 'ManyToManyField') return [];
    const { column, index } = columnOf(name, field, table, scope);
    after.push(...index);
    return [columnText({ ...column, default: undefined })];
  });
  return [createTable(table, columns), ...after];
}
