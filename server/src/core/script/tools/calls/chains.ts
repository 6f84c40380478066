import { alter, chainOf, columnText, createIndex, createTable, literal, nameIn, namesIn, placeholder, quoted } from '../../code/ddl';
import type { Scope } from '../../code/found';
import { constantText, isFalse, isTrue, nameOf, type Invocation, type Value } from '../../code/value';

/** What differs between the tools whose tables are described by chained calls: `t.string('a', 10).notNullable()`. */
export interface Chains {
  /** The type that a call of this name makes; undefined for one that makes no column. */
  type(call: Invocation, scope: Scope): string | undefined;
  /** Whether columns are NOT NULL unless they are said to be nullable. */
  readonly notNullByDefault: boolean;
  /** What stands for false and true as the default of a column, where that is not their names. */
  readonly truth?: readonly [string, string];
  /** What indexes and foreign keys are called by default: `users_email_index`. */
  indexName(table: string, columns: readonly string[], kind: 'index' | 'unique' | 'foreign'): string;
}

/** The statements that describe a table in a function of chained calls: the table or its new columns, then what hangs on them. */
export function tableOf(table: Value | undefined, block: Value | undefined, isNew: boolean, chains: Chains, scope: Scope): readonly string[] {
  const { code } = scope;
  const name = nameIn(table, code);
  const plain = nameOf(table) ?? 'table';
  const columns: string[] = [];
  const before: string[] = [];
  const after: string[] = [];
  const index = (names: readonly (string | undefined)[], kind: 'index' | 'unique', own: Value | undefined): void => {
    const columnNames = names.map((one) => (one === undefined ? placeholder(undefined, code) : quoted(one)));
    const made = own === undefined ? quoted(chains.indexName(plain, names.map((one) => one ?? ''), kind)) : nameIn(own, code);
    after.push(kind === 'index' ? createIndex({ table: name, columns: columnNames, name: made }) : alter(name, `ADD CONSTRAINT ${made} UNIQUE (${columnNames.join(', ')})`));
  };
  const truth = (value: Value): string | undefined => (isFalse(value) ? chains.truth?.[0] : isTrue(value) ? chains.truth?.[1] : undefined);
  const key = (names: readonly (string | undefined)[]): string => (names.includes(undefined) ? '' : `CONSTRAINT ${quoted(chains.indexName(plain, names.map(String), 'foreign'))} `);
  for (const member of scope.statements(block?.kind === 'lambda' ? block.body : undefined)) {
    if (member.kind !== 'call') continue;
    const { calls } = chainOf(member);
    const [first, ...more] = calls;
    if (first === undefined) continue;
    const has = (...names: string[]): Invocation | undefined => more.find((one) => names.includes(one.name));
    const given = first.args[0];
    const names = (given?.kind === 'list' ? given.items : given === undefined ? [] : [given]).map((one) => nameOf(one));
    const type = chains.type(first, scope);
    if (type !== undefined) {
      const column = columnName(first);
      const written = column === undefined ? nameIn(given, code) : quoted(column);
      const isKey = /^(?:increments|bigIncrements|id|tinyIncrements|smallIncrements|mediumIncrements)$/u.test(first.name);
      const notNull = chains.notNullByDefault ? has('nullable') === undefined || isFalse(has('nullable')?.args[0]) : has('notNullable', 'notNull') !== undefined || isFalse(has('nullable')?.args[0]);
      if (has('alter', 'change') !== undefined) {
        before.push(alter(name, `ALTER COLUMN ${written} TYPE ${type}${chains.notNullByDefault ? '' : ` USING (${written}::${type})`}`, `ALTER COLUMN ${written} ${notNull ? 'SET' : 'DROP'} NOT NULL`));
        continue;
      }
      const preset = has('defaultTo', 'default')?.args[0];
      const current = has('useCurrent') !== undefined ? 'CURRENT_TIMESTAMP' : undefined;
      columns.push(columnText({ name: written, type, notNull: notNull && !isKey, primary: isKey || has('primary') !== undefined, default: preset === undefined ? current : (truth(preset) ?? literal(preset, code)) }));
      const target = has('inTable', 'on', 'constrained');
      const reference = has('references');
      if (target !== undefined || (reference !== undefined && constantText(reference.args[0])?.includes('.') === true)) after.push(alter(name, `ADD ${key([column])}${foreignKey(written, column, reference, target, has('onDelete', 'cascadeOnDelete', 'nullOnDelete'), scope)}`));
      if (has('index') !== undefined) index([column], 'index', has('index')?.args[0]);
      if (has('unique') !== undefined) index([column], 'unique', undefined);
      continue;
    }
    switch (first.name) {
      case 'timestamps':
      case 'timestampsTz': {
        const kind = chains.notNullByDefault ? `timestamp(0) ${first.name === 'timestampsTz' ? 'with' : 'without'} time zone` : 'timestamptz';
        const filled = isTrue(first.args[1]);
        for (const one of ['created_at', 'updated_at']) columns.push(columnText({ name: quoted(one), type: kind, notNull: filled, default: filled ? 'CURRENT_TIMESTAMP' : undefined }));
        break;
      }
      case 'softDeletes':
        columns.push(columnText({ name: '"deleted_at"', type: 'timestamp(0) without time zone' }));
        break;
      case 'rememberToken':
        columns.push(columnText({ name: '"remember_token"', type: 'varchar(100)' }));
        break;
      case 'index':
      case 'unique':
        index(names, first.name, first.args[1]?.kind === 'dict' ? first.args[1].entries.get('indexName') : first.args[1]);
        break;
      case 'primary':
        after.push(alter(name, `ADD PRIMARY KEY (${namesIn(given, code).join(', ')})`));
        break;
      case 'foreign': {
        const column = nameOf(given);
        after.push(alter(name, `ADD ${key(names)}${foreignKey(namesIn(given, code).join(', '), column, has('references'), has('inTable', 'on'), has('onDelete', 'cascadeOnDelete', 'nullOnDelete'), scope)}`));
        break;
      }
      case 'dropColumn':
      case 'dropColumns':
        before.push(alter(name, ...first.args.flatMap((one) => namesIn(one, code)).map((one) => `DROP COLUMN ${one}`)));
        break;
      case 'renameColumn':
        before.push(alter(name, `RENAME ${nameIn(given, code)} TO ${nameIn(first.args[1], code)}`));
        break;
      case 'setNullable':
        before.push(alter(name, `ALTER COLUMN ${nameIn(given, code)} DROP NOT NULL`));
        break;
      case 'dropNullable':
        before.push(alter(name, `ALTER COLUMN ${nameIn(given, code)} SET NOT NULL`));
        break;
      case 'dropIndex': {
        const own = first.args[1] ?? (given?.kind === 'list' || !chains.notNullByDefault ? undefined : given);
        before.push(`DROP INDEX ${own === undefined ? quoted(chains.indexName(plain, names.map((one) => one ?? ''), 'index')) : nameIn(own, code)}`);
        break;
      }
      case 'dropUnique':
      case 'dropForeign': {
        const own = first.args[1] ?? (given?.kind === 'list' || !chains.notNullByDefault ? undefined : given);
        const made = chains.indexName(plain, names.map((one) => one ?? ''), first.name === 'dropUnique' ? 'unique' : 'foreign');
        before.push(alter(name, `DROP CONSTRAINT ${own === undefined ? quoted(made) : nameIn(own, code)}`));
        break;
      }
      default:
        break;
    }
  }
  const own = isNew ? [createTable(name, columns)] : columns.length === 0 ? [] : [alter(name, ...columns.map((column) => `ADD COLUMN ${column}`))];
  return [...before, ...own, ...after];
}

function columnName({ name, args }: Invocation): string | undefined {
  return args.length === 0 && /^(?:id|increments|bigIncrements)$/u.test(name) ? 'id' : nameOf(args[0]);
}

function foreignKey(columns: string, plain: string | undefined, references: Invocation | undefined, target: Invocation | undefined, onDelete: Invocation | undefined, { code }: Scope): string {
  const dotted = constantText(references?.args[0]);
  const [table, column] = dotted?.includes('.') === true ? [quoted(dotted.slice(0, dotted.lastIndexOf('.'))), quoted(dotted.slice(dotted.lastIndexOf('.') + 1))] : [undefined, references === undefined ? '"id"' : namesIn(references.args[0], code).join(', ')];
  // Laravel's constrained() takes the table from the column: user_id is of users.
  const guessed = target?.name === 'constrained' && target.args.length === 0 && plain !== undefined ? quoted(`${plain.replace(/_id$/u, '')}s`) : undefined;
  const action = onDelete === undefined ? undefined : onDelete.name === 'cascadeOnDelete' ? 'CASCADE' : onDelete.name === 'nullOnDelete' ? 'SET NULL' : constantText(onDelete.args[0])?.toUpperCase();
  return `FOREIGN KEY (${columns}) REFERENCES ${table ?? guessed ?? nameIn(target?.args[0], code)} (${column})${action === undefined ? '' : ` ON DELETE ${action}`}`;
}
