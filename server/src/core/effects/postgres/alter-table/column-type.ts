import type { ColumnDef, Node } from '@pgsql/types';
import { displayName } from '../../../schema/names';
import { columnsIn } from '../../../schema/postgres/expressions';
import { isNarrowing, typeChange, type TypeChange } from '../../../schema/postgres/facts';
import { typeReference } from '../../../schema/postgres/resolve';
import { strings } from '../../../schema/postgres/walk';
import type { Column, ForeignKey, Index, Table } from '../../../schema/schema';
import type { ActionKind } from '../../effects';
import { columnOf, descendantsOf, foreignKeysOf, foreignKeysTo, indexOf, ownedSequences } from '../relations';
import type { Alteration, Subcommand } from './alteration';

/**
 * ALTER COLUMN … TYPE: whether rows are written anew follows from the types; whatever depends on the column (indexes,
 * checks, foreign keys in both directions) is dropped and made again (ATExecAlterColumnType, ATPostAlterTypeCleanup,
 * src/backend/commands/tablecmds.c).
 */
const alterColumnType: Subcommand = (command, alteration) => {
  const name = command.name ?? '';
  const def: ColumnDef = command.def !== undefined && 'ColumnDef' in command.def ? command.def.ColumnDef : {};
  const { claims, table } = alteration;
  const { schema } = claims;
  const to = typeReference(def.typeName ?? {}, schema);
  const column = table === undefined ? undefined : columnOf(table, name);
  const using = def.raw_default;
  const kind: ActionKind = { kind: 'alter column type', column: name, from: column?.type, to, using: using !== undefined, narrows: column !== undefined && isNarrowing(column.type, to) };
  alteration.recurse();
  if (column === undefined) {
    if (alteration.isUnknown) {
      claims.depend(`The present type of ${alteration.shown}.${name} is not known: the worst is assumed, that every row is written anew.`);
      alteration.rewrite('Unless the new type keeps what is stored, every row is written anew.');
    }
    return kind;
  }
  const change = typeChange({ column: name, from: column.type, to, using, fromCollation: column.collation, toCollation: strings(def.collClause?.collname).at(-1) ?? implied(column, def) }, schema);
  if (!change.certain) claims.depend(`A type of ${alteration.shown}.${name} is not known: the worst is assumed, that every row is written anew.`);
  const because = sentence(change.because);
  if (change.dependsOnTimeZone) claims.depend('Rows are kept only where TimeZone is UTC; with any other every row is written anew.');
  if (change.rewrites && !change.dependsOnTimeZone) alteration.rewrite(because);
  else alteration.say(because);
  for (const member of alteration.members) dependents(member, name, change, alteration);
  if (column.identity !== undefined && table !== undefined) {
    for (const sequence of ownedSequences(table, schema, name)) claims.lock(sequence.name, 'SHARE ROW EXCLUSIVE', `${alteration.shown}.${name} takes its numbers from it, and its type changes too`);
  }
  return kind;
};

/** Without COLLATE the column gets its type's own collation. */
function implied(column: Column, def: ColumnDef): string | undefined {
  return def.collClause === undefined ? undefined : column.collation;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function dependents(table: Table, column: string, change: TypeChange, alteration: Alteration): void {
  const { claims } = alteration;
  const { schema } = claims;
  for (const name of table.indexes) {
    const index = indexOf(name, schema);
    if (index === undefined || !isRebuilt(index, column, change)) continue;
    claims.rebuild(name);
    alteration.scan(`The index ${displayName(name)} is built anew.`, [table]);
  }
  const checked = table.constraints.some((constraint) => constraint.kind === 'check' && constraint.valid && constraint.enforced && columnsIn(constraint.expression).has(column));
  if (checked) alteration.scan('A check mentions the column and is held against every row again.', [table]);
  for (const key of foreignKeysOf(table)) if (key.columns.includes(column)) remake(table, key, change, alteration);
  for (const { table: referencing, key } of foreignKeysTo(table, schema)) {
    if (referencing.name !== table.name && key.referencedColumns.includes(column)) remake(referencing, key, change, alteration);
  }
}

/** An index with an expression or predicate is never kept, others unless their order changes (CheckIndexCompatible, src/backend/commands/indexcmds.c). */
function isRebuilt(index: Index, column: string, change: TypeChange): boolean {
  const mentions = (node: Node | undefined): boolean => node !== undefined && columnsIn(node).has(column);
  const special = index.predicate !== undefined || index.keys.some((key) => key.expression !== undefined);
  const plain = index.keys.some((key) => key.column === column);
  if (special) return plain || index.included.includes(column) || mentions(index.predicate) || index.keys.some((key) => mentions(key.expression));
  return plain && change.rebuildsIndexes;
}

/** A foreign key is dropped and made again, with both tables locked as for that, and validated if its operator changes. */
function remake(table: Table, key: ForeignKey, change: TypeChange, alteration: Alteration): void {
  if (key.inherited) return;
  const { claims } = alteration;
  const { schema, version } = claims;
  const reason = `the foreign key ${displayName(table.name)}.${key.columns.join(', ')} is made again`;
  const referenced = schema.relation(key.references);
  for (const side of [table, ...(table.kind === 'partitioned table' ? descendantsOf(table, schema) : [])]) claims.lock(side.name, 'ACCESS EXCLUSIVE', reason);
  claims.lock(key.references, 'ACCESS EXCLUSIVE', reason);
  if (referenced?.kind === 'partitioned table') {
    for (const partition of descendantsOf(referenced, schema)) if (version >= 15 || partition.kind === 'table') claims.lock(partition.name, 'ACCESS EXCLUSIVE', reason);
  }
  if (!key.valid || !key.enforced || !change.rebuildsIndexes) return;
  alteration.scan('A foreign key of the column is validated again.', [table, ...descendantsOf(table, schema)]);
  claims.scan(table.name);
  if (referenced !== undefined) claims.scan(referenced.name);
}

export const TYPE_COMMANDS: Readonly<Record<string, Subcommand>> = { AT_AlterColumnType: alterColumnType };
