import type { ColumnDef, Node } from '@pgsql/types';
import { displayName, type RelationName } from '../../../schema/names';
import { volatilityOf } from '../../../schema/postgres/expressions';
import { domainHasConstraints, provesNotNull } from '../../../schema/postgres/facts';
import { isSerial, relationName, typeReference } from '../../../schema/postgres/resolve';
import type { Table } from '../../../schema/schema';
import type { ActionKind } from '../../effects';
import { columnConstraints } from '../create-table';
import { lockReferenced } from '../foreign-keys';
import { followCalls } from '../queries/queries';
import { childrenOf, columnOf } from '../relations';
import { Removal } from '../removal';
import type { Alteration, Subcommand } from './alteration';

type ColumnConstraint = 'check' | 'unique' | 'primary key' | 'foreign key';

const CONSTRAINTS: Readonly<Record<string, ColumnConstraint>> = {
  CONSTR_CHECK: 'check',
  CONSTR_UNIQUE: 'unique',
  CONSTR_PRIMARY: 'primary key',
  CONSTR_FOREIGN: 'foreign key',
};

const addColumn: Subcommand = (command, alteration) => {
  const column: ColumnDef = command.def !== undefined && 'ColumnDef' in command.def ? command.def.ColumnDef : {};
  const { claims, table } = alteration;
  const { schema } = claims;
  const name = column.colname ?? '';
  const constraints = columnConstraints(column);
  const of = (type: string): Node | undefined => constraints.find(({ contype }) => contype === type)?.raw_expr;
  const defaultValue = of('CONSTR_DEFAULT') ?? column.raw_default;
  const generated = constraints.find(({ contype }) => contype === 'CONSTR_GENERATED');
  const identity = constraints.some(({ contype }) => contype === 'CONSTR_IDENTITY');
  const serial = isSerial(column.typeName);
  const notNull = constraints.some(({ contype }) => contype === 'CONSTR_NOTNULL' || contype === 'CONSTR_PRIMARY') || serial || identity;
  const stored = generated !== undefined && !isVirtual(generated.generated_kind);
  const type = column.typeName === undefined ? undefined : typeReference(column.typeName, schema);
  const volatility = defaultValue === undefined ? undefined : volatilityOf(defaultValue, schema);
  const references = constraints.flatMap(({ contype, pktable }) => (contype === 'CONSTR_FOREIGN' && pktable !== undefined ? [relationName(pktable, schema)] : []));
  const kind: ActionKind = {
    kind: 'add column',
    column: name,
    type,
    hasDefault: defaultValue !== undefined,
    defaultVolatile: volatility === 'volatile' || volatility === 'unknown',
    notNull,
    generated: generated === undefined ? undefined : stored ? 'stored' : 'virtual',
    identity: identity || serial,
    serial,
    constraints: constraints.flatMap(({ contype }) => CONSTRAINTS[contype ?? ''] ?? []),
    references: references[0],
  };
  // With IF NOT EXISTS nothing happens to a column that is there, and its children are not even looked at (ATExecAddColumn).
  if (command.missing_ok === true && table !== undefined && columnOf(table, name) !== undefined) {
    alteration.say('The column exists.');
    return kind;
  }
  alteration.recurse();
  work(alteration, { name, serial, identity, stored, notNull, defaultValue, volatility, constrained: type === undefined ? false : domainHasConstraints(type, schema) });
  if (generated !== undefined && !stored && (notNull || kind.constraints.includes('check'))) alteration.scan('The value of every row is computed and checked.');
  if (kind.constraints.includes('check') && !constraints.some(({ contype, skip_validation }) => contype === 'CONSTR_CHECK' && skip_validation === true)) {
    alteration.scan('The check is held against every row, even though all values are alike.');
  }
  if (kind.constraints.includes('unique') || kind.constraints.includes('primary key')) alteration.scan('An index is built over every row.');
  for (const referenced of references) reference(referenced, name, defaultValue !== undefined, alteration);
  return kind;
};

/** `s` and `v` in pg_attribute.attgenerated; the grammar of 17 and before knows only the first. */
function isVirtual(kind: string | undefined): boolean {
  return kind === 'v';
}

interface NewColumn {
  readonly name: string;
  readonly serial: boolean;
  readonly identity: boolean;
  readonly stored: boolean;
  readonly notNull: boolean;
  readonly defaultValue: Node | undefined;
  readonly volatility: ReturnType<typeof volatilityOf> | undefined;
  readonly constrained: boolean | 'unknown';
}

/** Whether existing rows must be written anew for the column (ATExecAddColumn). */
function work(alteration: Alteration, column: NewColumn): void {
  if (column.serial || column.identity) { alteration.rewrite('Every row is written anew with a number from the sequence.'); return; }
  if (column.stored) { alteration.rewrite('Every row is written anew with the generated value.'); return; }
  if (column.volatility === 'volatile') {
    if (column.defaultValue !== undefined) followCalls(column.defaultValue, alteration.claims);
    alteration.rewrite('The default is volatile, so every row is written anew with a value of its own.'); return;
  }
  if (column.volatility === 'unknown') {
    alteration.claims.depend(`Whether the default of ${column.name} calls a volatile function is not known; if not, nothing is rewritten.`);
    alteration.rewrite('The default may be volatile: then every row is written anew.'); return;
  }
  if (column.constrained === true) { alteration.rewrite('The domain has a constraint, so every row is written anew.'); return; }
  if (column.constrained === 'unknown') alteration.claims.depend(`If the type of ${column.name} is a domain with a constraint, every row is written anew.`);
  if (column.notNull && column.defaultValue === undefined) alteration.scan('Without a default the column is NULL in every row: fails unless the table is empty.');
  else alteration.say(column.defaultValue === undefined ? 'Rows are not touched: the new column is NULL in them.' : 'Rows are not touched: the default is kept once in the catalogue.');
}

/** A new foreign key column is validated only when a default fills it (transformColumnDefinition, src/backend/parser/parse_utilcmd.c). */
function reference(referenced: RelationName, column: string, validates: boolean, alteration: Alteration): void {
  const { claims } = alteration;
  if (referenced !== alteration.name) lockReferenced(referenced, 'SHARE ROW EXCLUSIVE', `${alteration.shown}.${column} references it`, claims);
  if (!validates) return;
  alteration.scan(`Every row is looked up in ${displayName(referenced)}.`);
  claims.scan(referenced);
}

const dropColumn: Subcommand = (command, alteration) => {
  const name = command.name ?? '';
  const cascade = command.behavior === 'DROP_CASCADE';
  const { claims, table } = alteration;
  if (table !== undefined && columnOf(table, name) !== undefined) {
    const removal = new Removal(claims, cascade);
    removal.column(table, name);
    dropBelow(table, name, removal, alteration);
  } else if (alteration.isUnknown) claims.depend(`If ${alteration.shown}.${name} has a foreign key, the table it references is locked too, ACCESS EXCLUSIVE.`);
  return { kind: 'drop column', column: name, cascade };
};

/** Children are all opened, even with ONLY; without it they lose the column where they have it only from here (ATExecDropColumn). */
function dropBelow(table: Table, column: string, removal: Removal, alteration: Alteration): void {
  for (const child of childrenOf(table, alteration.claims.schema)) {
    alteration.child(child);
    if (!alteration.inherited || columnOf(child, column)?.inherited !== true) continue;
    removal.column(child, column);
    dropBelow(child, column, removal, alteration);
  }
}

const columnDefault: Subcommand = (command, alteration) => {
  alteration.recurse();
  const column = command.name ?? '';
  return command.def === undefined ? { kind: 'drop default', column } : { kind: 'set default', column };
};

/**
 * Up to 17 the children are visited even if the column is NOT NULL already, but for partitions, which then are it too
 * (ATPrepSetNotNull); from 18 on only if it changes (ATExecSetNotNull).
 */
const setNotNull: Subcommand = (command, alteration) => {
  const column = command.name ?? '';
  const { table, claims } = alteration;
  const already = table === undefined ? false : columnOf(table, column)?.notNull === true;
  if (!already || (claims.version < 18 && table?.kind !== 'partitioned table')) alteration.recurse();
  return { kind: 'set not null', column, provenBy: verifyNotNull([column], alteration) };
};

/** NOT NULL is verified by a scan of each table unless a valid check, which the same statement does not drop, proves it (NotNullImpliedByRelConstraints). */
export function verifyNotNull(columns: readonly string[], alteration: Alteration): string | undefined {
  const { claims, table } = alteration;
  let proof: string | undefined;
  const unproven: Table[] = [];
  for (const member of alteration.members) {
    const nullable = columns.filter((column) => columnOf(member, column)?.notNull !== true);
    if (nullable.length === 0) continue;
    const kept = { columns: member.columns, constraints: member.constraints.filter(({ name }) => member !== table || !alteration.dropsConstraint(name)) };
    const proofs = nullable.map((column) => provesNotNull(kept, column));
    if (proofs.every((name) => name !== undefined)) proof ??= proofs[0];
    else unproven.push(member);
  }
  const shown = columns.join(', ');
  if (unproven.length > 0) alteration.scan(`Every row is read to see that ${shown} is not NULL.`, unproven);
  else if (proof !== undefined) alteration.say(`The check ${proof} proves it: no row is read.`);
  else if (table !== undefined && columns.every((column) => columnOf(table, column)?.notNull === true)) alteration.say('The column is NOT NULL already.');
  else if (alteration.isUnknown) {
    claims.depend(`If a valid check of ${alteration.shown} proves that ${shown} is not NULL, no row is read.`);
    alteration.scan(`Every row is read to see that ${shown} is not NULL.`);
  } else alteration.say('The column is NOT NULL already.');
  return unproven.length > 0 ? undefined : proof;
}

/** From 18 on NOT NULL is a constraint, which is dropped like one (ATExecDropNotNull). */
const dropNotNull: Subcommand = (command, alteration) => {
  const column = command.name ?? '';
  const { table, claims } = alteration;
  if (claims.version < 18) alteration.recurse();
  else if (table !== undefined && columnOf(table, column)?.notNull !== false && alteration.inherited) dropNotNullBelow(table, column, alteration);
  return { kind: 'drop not null', column };
};

export function dropNotNullBelow(table: Table, column: string, alteration: Alteration): void {
  for (const child of childrenOf(table, alteration.claims.schema)) {
    alteration.child(child);
    const own = child.constraints.find((constraint) => constraint.kind === 'not null' && constraint.column === column);
    const hasKey = child.constraints.some((constraint) => constraint.kind === 'primary key' && constraint.columns.includes(column));
    if (own?.inherited ?? !hasKey) dropNotNullBelow(child, column, alteration);
  }
}

const setExpression: Subcommand = (command, alteration) => {
  alteration.recurse();
  const column = alteration.table === undefined ? undefined : columnOf(alteration.table, command.name ?? '');
  if (column?.generated?.kind !== 'virtual') alteration.rewrite('Every row is written anew with the new value.');
  return { kind: 'other alter' };
};

const dropExpression: Subcommand = (command, alteration) => {
  alteration.recurse();
  return { kind: 'drop expression', column: command.name ?? '' };
};

const recursing: Subcommand = (_, alteration) => {
  alteration.recurse();
  return { kind: 'other alter' };
};

const alone: Subcommand = () => ({ kind: 'other alter' });

export const COLUMN_COMMANDS: Readonly<Record<string, Subcommand>> = {
  AT_AddColumn: addColumn,
  AT_DropColumn: dropColumn,
  AT_ColumnDefault: columnDefault,
  AT_SetNotNull: setNotNull,
  AT_DropNotNull: dropNotNull,
  AT_SetExpression: setExpression,
  AT_DropExpression: dropExpression,
  AT_SetStatistics: recursing,
  AT_SetStorage: recursing,
  AT_SetCompression: alone,
  AT_SetOptions: alone,
  AT_ResetOptions: alone,
};
