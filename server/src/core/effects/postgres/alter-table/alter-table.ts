import type { AlterTableCmd, AlterTableStmt } from '@pgsql/types';
import { relationName } from '../../../schema/postgres/resolve';
import type { ActionKind } from '../../effects';
import type { Claims } from '../claims';
import { stronger, type LockMode } from '../lock-modes';
import { subcommandSpans } from '../spans';
import { Alteration, type Subcommand } from './alteration';
import { COLUMN_COMMANDS } from './columns';
import { CONSTRAINT_COMMANDS } from './constraints';
import { IDENTITY_COMMANDS } from './identity';
import { lockLevel } from './lock-level';
import { PARTITION_COMMANDS } from './partitions';
import { STORAGE_COMMANDS } from './storage';
import { TRIGGER_COMMANDS } from './triggers';
import { TYPE_COMMANDS } from './column-type';

const COMMANDS: Readonly<Record<string, Subcommand>> = {
  ...COLUMN_COMMANDS,
  ...TYPE_COMMANDS,
  ...IDENTITY_COMMANDS,
  ...CONSTRAINT_COMMANDS,
  ...STORAGE_COMMANDS,
  ...TRIGGER_COMMANDS,
  ...PARTITION_COMMANDS,
};

const OTHER: ActionKind = { kind: 'other alter' };

/**
 * ALTER TABLE and what is written like it: ALTER INDEX, VIEW, MATERIALIZED VIEW, SEQUENCE, FOREIGN TABLE, TYPE. Each
 * relation is locked as strongly as the strongest subcommand asks, and the work of all adds up.
 */
export function alterTable(stmt: AlterTableStmt, claims: Claims): void {
  const mention = stmt.relation ?? {};
  const name = relationName(mention, claims.schema);
  const commands = (stmt.cmds ?? []).flatMap((node) => ('AlterTableCmd' in node ? [{ node, command: node.AlterTableCmd }] : []));
  const levels = commands.map(({ command }) => lockLevel(command));
  const mode = levels.reduce<LockMode>((a, b) => stronger(a, b), 'ACCESS SHARE');
  const strongest = commands[levels.indexOf(mode)]?.command;
  const known = claims.schema.relation(name);
  if (stmt.objtype === 'OBJECT_TYPE' && known === undefined && !claims.schema.complete) {
    claims.lock(name, mode, 'its attributes change');
    claims.act({ kind: 'type' }); return;
  }
  const relation = claims.lock(name, mode, strongest === undefined ? 'is altered' : describe(strongest));
  const alteration = new Alteration(claims, name, known ?? relation, mode, mention.inh === true, commands.map(({ command }) => command));
  commands.forEach(({ node, command }, i) => {
    const lock = levels[i];
    const { kind, rewrites, scans, because } = alteration.run(COMMANDS[command.subtype ?? ''], command, OTHER);
    if (stmt.objtype === 'OBJECT_TYPE') { claims.act({ kind: 'type' }, { node, relation: name }); return; }
    const { statement } = claims;
    claims.act(kind, { node, relation: name, work: { lock, rewrites, scans, because }, span: () => subcommandSpans(statement, mention)[i] ?? { offset: 0, length: statement.text.length } });
  });
}

/** Why the relation is locked, in a few words. */
function describe(command: AlterTableCmd): string {
  const words = WORDS[command.subtype ?? ''];
  if (words === undefined) return 'is altered';
  const definition = command.def !== undefined && 'ColumnDef' in command.def ? command.def.ColumnDef.colname : undefined;
  const constraint = command.def !== undefined && 'Constraint' in command.def ? CONSTRAINTS[command.def.Constraint.contype ?? ''] : undefined;
  return words.replace('%', command.name ?? definition ?? '').replace('#', constraint ?? 'a constraint').trim();
}

const CONSTRAINTS: Readonly<Record<string, string>> = {
  CONSTR_CHECK: 'a check',
  CONSTR_FOREIGN: 'a foreign key',
  CONSTR_PRIMARY: 'a primary key',
  CONSTR_UNIQUE: 'a unique constraint',
  CONSTR_EXCLUSION: 'an exclusion constraint',
  CONSTR_NOTNULL: 'a NOT NULL constraint',
};

const WORDS: Readonly<Record<string, string>> = {
  AT_AddColumn: 'gets the column %',
  AT_DropColumn: 'loses the column %',
  AT_AlterColumnType: 'its column % changes its type',
  AT_ColumnDefault: 'the default of its column % changes',
  AT_SetNotNull: 'its column % becomes NOT NULL',
  AT_DropNotNull: 'its column % may be NULL from now on',
  AT_AddConstraint: 'gets #',
  AT_ValidateConstraint: 'its constraint % is validated',
  AT_DropConstraint: 'loses the constraint %',
  AT_AlterConstraint: 'a foreign key of it changes',
  AT_AttachPartition: 'gets a partition',
  AT_DetachPartition: 'loses a partition',
  AT_AddInherit: 'gets a parent',
  AT_DropInherit: 'loses a parent',
  AT_ChangeOwner: 'changes its owner',
  AT_SetRelOptions: 'its storage parameters change',
  AT_ResetRelOptions: 'its storage parameters change',
  AT_SetStatistics: 'the statistics target of a column changes',
  AT_SetLogged: 'is written anew, to the write-ahead log as well',
  AT_SetUnLogged: 'is written anew, outside the write-ahead log',
  AT_SetTableSpace: 'moves to another tablespace',
  AT_EnableTrig: 'its trigger % is enabled',
  AT_DisableTrig: 'its trigger % is disabled',
  AT_EnableRowSecurity: 'row security is switched on',
  AT_DisableRowSecurity: 'row security is switched off',
};

