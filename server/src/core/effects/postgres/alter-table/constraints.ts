import type { Constraint as ConstraintNode, Node } from '@pgsql/types';
import { displayName, type RelationName } from '../../../schema/names';
import { relationName } from '../../../schema/postgres/resolve';
import { strings } from '../../../schema/postgres/walk';
import type { Constraint, ForeignKey, Table } from '../../../schema/schema';
import { lockReferenced } from '../foreign-keys';
import { childrenOf, columnOf, descendantsOf, indexOf, storedBelow, tableOf } from '../relations';
import { Removal } from '../removal';
import type { Alteration, Subcommand } from './alteration';
import { dropNotNullBelow, verifyNotNull } from './columns';

const KINDS: Readonly<Record<string, Constraint['kind']>> = {
  CONSTR_CHECK: 'check',
  CONSTR_FOREIGN: 'foreign key',
  CONSTR_PRIMARY: 'primary key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_EXCLUSION: 'exclusion',
  CONSTR_NOTNULL: 'not null',
};

const addConstraint: Subcommand = (command, alteration) => {
  const def: ConstraintNode = command.def !== undefined && 'Constraint' in command.def ? command.def.Constraint : {};
  const { claims, table } = alteration;
  const constraint = KINDS[def.contype ?? ''] ?? 'check';
  const notValid = def.skip_validation === true;
  const references = def.pktable === undefined ? undefined : relationName(def.pktable, claims.schema);
  const index = def.indexname === undefined || table === undefined ? undefined : table.indexes.flatMap((name) => indexOf(name, claims.schema) ?? []).find((candidate) => displayName(candidate.name).split('.').at(-1)?.replaceAll('"', '') === def.indexname);
  const columns = constraint === 'foreign key' ? strings(def.fk_attrs) : index === undefined ? strings(def.keys) : index.keys.flatMap((key) => key.column ?? []);
  // From 18 on all descendants are locked before anything is done, whatever the constraint (ATPrepCmd).
  if (claims.version >= 18) alteration.recurse();
  switch (constraint) {
    case 'check':
      if (def.is_no_inherit !== true) alteration.recurse();
      if (notValid || def.is_enforced === false) alteration.say('Rows that exist are not checked.');
      else alteration.scan('Every row is read to see that it meets the check.', def.is_no_inherit === true && table !== undefined ? [table] : undefined);
      break;
    case 'not null': {
      alteration.recurse();
      if (notValid) alteration.say('Rows that exist are not checked.');
      else verifyNotNull(columns, alteration);
      break;
    }
    case 'foreign key':
      addForeignKey(def, references, columns, alteration);
      break;
    default:
      addKey(def, constraint, columns, alteration);
  }
  return { kind: 'add constraint', constraint, name: def.conname, notValid, usingIndex: def.indexname, columns, references };
};

/** Both sides are locked alike, partitions of either too; both are read unless NOT VALID (ATAddForeignKeyConstraint). */
function addForeignKey(def: ConstraintNode, references: RelationName | undefined, columns: readonly string[], alteration: Alteration): void {
  const { claims, table } = alteration;
  if (table?.kind === 'partitioned table') alteration.recurse();
  if (references === undefined) return;
  const shown = `${alteration.shown}.${columns.join(', ')}`;
  if (references !== alteration.name) lockReferenced(references, 'SHARE ROW EXCLUSIVE', `${shown} references it`, claims);
  if (def.skip_validation === true || def.is_enforced === false) { alteration.say('Rows that exist are not checked.'); return; }
  validateForeignKey(references, alteration);
}

function validateForeignKey(references: RelationName, alteration: Alteration): void {
  const { claims, table } = alteration;
  alteration.scan(`Every row is looked up in ${displayName(references)}.`, table?.kind === 'partitioned table' ? alteration.members : table === undefined ? [] : [table]);
  const referenced = tableOf(references, claims.schema);
  if (table?.kind === 'partitioned table') claims.scan(table.name);
  for (const member of referenced === undefined ? [] : storedBelow(referenced, claims.schema)) claims.scan(member.name);
  claims.scan(references);
}

/**
 * A key builds an index, on each partition too. The columns of a primary key become NOT NULL, which up to 17 is done as by
 * SET NOT NULL: with the children of the table locked as strongly as itself (transformIndexConstraint, src/backend/parser/parse_utilcmd.c).
 */
function addKey(def: ConstraintNode, constraint: Constraint['kind'], columns: readonly string[], alteration: Alteration): void {
  const { claims, table } = alteration;
  const primary = constraint === 'primary key';
  const nullable = table === undefined || columns.some((column) => columnOf(table, column)?.notNull !== true);
  if (claims.version < 18) {
    if (primary && (nullable || table.kind !== 'partitioned table')) alteration.recurse();
    if (table?.kind === 'partitioned table' && alteration.inherited) {
      claims.versionNote('From 18 on the partitions are locked ACCESS EXCLUSIVE.');
      for (const partition of alteration.descendants) alteration.child(partition, 'SHARE');
    }
  } else if (table?.kind === 'partitioned table' && alteration.inherited) claims.versionNote('Up to 17 the partitions are locked SHARE.');
  if (def.indexname === undefined) alteration.scan('An index is built over every row.', table === undefined ? [] : table.kind === 'partitioned table' ? alteration.members : [table]);
  if (primary) verifyNotNull(columns, alteration);
  if (def.indexname !== undefined && !primary) alteration.say('The index is there already.');
}

function find(name: string, alteration: Alteration): Constraint | undefined {
  return alteration.table?.constraints.find((constraint) => constraint.name === name);
}

const validateConstraint: Subcommand = (command, alteration) => {
  const name = command.name ?? '';
  const constraint = find(name, alteration);
  const { claims, table } = alteration;
  if (constraint === undefined && alteration.isUnknown) {
    claims.depend(`If ${name} is a foreign key, the table it references is locked too, ROW SHARE, and read.`);
    alteration.scan('Every row is checked while others read and write.');
  } else if (constraint?.valid === true) alteration.say('The constraint is valid already.');
  else if (constraint?.kind === 'foreign key' && table !== undefined) validateKey(table, constraint, alteration);
  else if (constraint !== undefined) {
    if (!('noInherit' in constraint) || !constraint.noInherit) alteration.recurse();
    const open = alteration.members.filter((member) => member === table || member.constraints.find((candidate) => candidate.name === name)?.valid !== true);
    alteration.scan('Every row is checked while others read and write.', open);
  }
  return { kind: 'validate constraint', name, constraint: constraint?.kind };
};

function validateKey(table: Table, key: ForeignKey, alteration: Alteration): void {
  const { claims } = alteration;
  if (table.kind === 'partitioned table') alteration.recurse();
  claims.lock(key.references, 'ROW SHARE', `${alteration.shown}.${key.columns.join(', ')} references it`);
  const referenced = tableOf(key.references, claims.schema);
  if (referenced?.kind === 'partitioned table') {
    for (const partition of descendantsOf(referenced, claims.schema)) claims.lock(partition.name, 'ACCESS SHARE', `it is a partition of ${displayName(key.references)}`);
  }
  validateForeignKey(key.references, alteration);
}

const dropConstraint: Subcommand = (command, alteration) => {
  const name = command.name ?? '';
  const constraint = find(name, alteration);
  const { claims, table } = alteration;
  if (constraint === undefined && alteration.isUnknown) claims.depend(`If ${name} is a foreign key, the table it references is locked too, ACCESS EXCLUSIVE.`);
  if (constraint !== undefined && table !== undefined) {
    if (constraint.kind === 'not null') dropNotNullBelow(table, constraint.column, alteration);
    else if (constraint.kind === 'check') {
      if (!constraint.noInherit) dropCheckBelow(table, name, alteration);
    } else new Removal(claims, command.behavior === 'DROP_CASCADE').constraint(table, constraint);
  }
  return { kind: 'drop constraint', name, constraint: constraint?.kind };
};

/** Children are opened even with ONLY; theirs below where they have the check only from here (ATExecDropConstraint). */
function dropCheckBelow(table: Table, name: string, alteration: Alteration): void {
  for (const child of childrenOf(table, alteration.claims.schema)) {
    alteration.child(child);
    const own = child.constraints.find((constraint) => constraint.name === name);
    if (own?.inherited === true && alteration.inherited) dropCheckBelow(child, name, alteration);
  }
}

/** ALTER CONSTRAINT: the triggers of a foreign key change on the table and its partitions; where it ceases to be enforced or is from now on, the referenced table is concerned (18). */
const alterConstraint: Subcommand = (command, alteration) => {
  const def = alterationOf(command.def);
  const constraint = find(def.conname ?? command.name ?? '', alteration);
  const { claims, table } = alteration;
  if (constraint?.kind === 'foreign key') {
    if (table?.kind === 'partitioned table') alteration.recurse();
    if (def.alterEnforceability === true) {
      const enforces = def.is_enforced === true;
      if (enforces !== constraint.enforced) {
        lockReferenced(constraint.references, enforces ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE', `${alteration.shown}.${constraint.columns.join(', ')} references it`, claims);
        if (enforces) validateForeignKey(constraint.references, alteration);
      }
    }
  } else if (constraint?.kind === 'not null') alteration.recurse();
  return { kind: 'other alter' };
};

interface ConstraintAlteration {
  readonly conname?: string;
  readonly alterEnforceability?: boolean;
  readonly is_enforced?: boolean;
}

/** From 18 on the grammar has a node of its own for it, before it was a Constraint. */
function alterationOf(def: Node | undefined): ConstraintAlteration {
  if (def === undefined) return {};
  if ('ATAlterConstraint' in def) return def.ATAlterConstraint;
  return 'Constraint' in def ? (def.Constraint) : {};
}

export const CONSTRAINT_COMMANDS: Readonly<Record<string, Subcommand>> = {
  AT_AddConstraint: addConstraint,
  AT_ValidateConstraint: validateConstraint,
  AT_DropConstraint: dropConstraint,
  AT_AlterConstraint: alterConstraint,
};
