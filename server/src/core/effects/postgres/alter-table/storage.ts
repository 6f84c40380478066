import { displayName } from '../../../schema/names';
import { lockOwnedSequences } from '../rename';
import { foreignKeysOf, foreignKeysTo } from '../relations';
import type { Alteration, Subcommand } from './alteration';

/** SET LOGGED, SET UNLOGGED: a copy of the table; from 15 on its sequences too. Nothing where it is so already. */
function persistence(alteration: Alteration, to: 'permanent' | 'unlogged'): void {
  const { table, claims } = alteration;
  if (table?.kind === 'partitioned table') return;
  if (table?.persistence === to) { alteration.say(`The table is ${to === 'permanent' ? 'logged' : 'unlogged'} already.`); return; }
  if (table !== undefined) {
    // What it references must be logged as well, and what references it unlogged (ATPrepChangePersistence).
    const others = to === 'permanent' ? foreignKeysOf(table).map((key) => key.references) : foreignKeysTo(table, claims.schema).map((reference) => reference.table.name);
    for (const other of others) if (other !== table.name) claims.lock(other, 'ACCESS SHARE', `a foreign key joins it with ${displayName(table.name)}`);
    if (claims.version >= 15) lockOwnedSequences(table, claims, 'changes with it');
  }
  alteration.rewrite(to === 'permanent' ? 'The table is written anew, to the write-ahead log as well.' : 'The table is written anew, outside the write-ahead log.', table === undefined ? [] : [table]);
}

/** Moving to another tablespace copies the file block by block; indexes stay where they are. */
const tablespace: Subcommand = (command, alteration) => {
  const { relation, claims } = alteration;
  const target = command.name ?? '';
  if (relation?.kind === 'index') {
    if (target !== 'pg_default') claims.rebuild(relation.name);
  } else if (relation?.kind === 'table' || relation?.kind === 'materialized view') {
    const current = relation.kind === 'table' ? (relation.tablespace ?? 'pg_default') : 'pg_default';
    if (current === target) alteration.say('The table is in that tablespace already.');
    else claims.rewriteFile(relation.name);
  } else if (alteration.isUnknown) claims.rewriteFile(alteration.name);
  return { kind: 'set tablespace' };
};

const accessMethod: Subcommand = (command, alteration) => {
  const { table } = alteration;
  const current = table?.accessMethod ?? 'heap';
  if (table?.kind === 'partitioned table') return { kind: 'set access method' };
  if (current === (command.name ?? 'heap')) alteration.say('The table has that access method already.');
  else alteration.rewrite('The table is written anew in the other format.', table === undefined ? [] : [table]);
  return { kind: 'set access method' };
};

/** Indexes and owned sequences change their owner too (ATExecChangeOwner). */
const owner: Subcommand = (command, alteration) => {
  const role = command.newowner;
  if (role?.roletype === undefined || role.roletype === 'ROLESPEC_CSTRING') lockOwnedSequences(alteration.relation, alteration.claims, 'changes its owner too');
  return { kind: 'owner' };
};

const parameters: Subcommand = () => ({ kind: 'set storage parameters' });

/** CLUSTER ON, REPLICA IDENTITY and others that only note something in the catalogue. */
const noted: Subcommand = () => ({ kind: 'other alter' });

export const STORAGE_COMMANDS: Readonly<Record<string, Subcommand>> = {
  AT_SetLogged: (_, alteration) => {
    persistence(alteration, 'permanent');
    return { kind: 'set logged' };
  },
  AT_SetUnLogged: (_, alteration) => {
    persistence(alteration, 'unlogged');
    return { kind: 'set unlogged' };
  },
  AT_SetTableSpace: tablespace,
  AT_SetAccessMethod: accessMethod,
  AT_ChangeOwner: owner,
  AT_SetRelOptions: parameters,
  AT_ResetRelOptions: parameters,
  AT_ReplaceRelOptions: parameters,
  AT_ClusterOn: noted,
  AT_DropCluster: noted,
  AT_ReplicaIdentity: () => ({ kind: 'replica identity' }),
};

