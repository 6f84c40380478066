import { ownedSequences } from '../relations';
import type { Alteration, Subcommand } from './alteration';
import type { LockMode } from '../lock-modes';

/** From 17 on partitions share their parent's identity columns (ATPrepCmd, src/backend/commands/tablecmds.c). */
function recurseToPartitions(alteration: Alteration): void {
  if (alteration.claims.version >= 17 && alteration.table?.kind === 'partitioned table') alteration.recurse();
}

function lockSequence(column: string, mode: LockMode, reason: string, alteration: Alteration): void {
  const { table, claims } = alteration;
  for (const sequence of table === undefined ? [] : ownedSequences(table, claims.schema, column)) claims.lock(sequence.name, mode, reason);
}

export const IDENTITY_COMMANDS: Readonly<Record<string, Subcommand>> = {
  AT_AddIdentity: (command, alteration) => {
    recurseToPartitions(alteration);
    return { kind: 'add identity', column: command.name ?? '' };
  },
  AT_SetIdentity: (command, alteration) => {
    const column = command.name ?? '';
    recurseToPartitions(alteration);
    lockSequence(column, 'SHARE ROW EXCLUSIVE', `${alteration.shown}.${column} takes its numbers from it`, alteration);
    return { kind: 'other alter' };
  },
  AT_DropIdentity: (command, alteration) => {
    const column = command.name ?? '';
    recurseToPartitions(alteration);
    lockSequence(column, 'ACCESS EXCLUSIVE', `it goes with the identity of ${alteration.shown}.${column}`, alteration);
    return { kind: 'drop identity', column };
  },
};
