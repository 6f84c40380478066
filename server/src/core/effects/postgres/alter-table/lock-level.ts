import type { AlterTableCmd, Node } from '@pgsql/types';
import { stronger, type LockMode } from '../lock-modes';

/** The mode that a subcommand takes on the altered relation (AlterTableGetLockLevel, src/backend/commands/tablecmds.c). */
export function lockLevel(command: AlterTableCmd): LockMode {
  const { def, subtype } = command;
  switch (subtype) {
    case 'AT_SetStatistics':
    case 'AT_SetOptions':
    case 'AT_ResetOptions':
    case 'AT_ClusterOn':
    case 'AT_DropCluster':
    case 'AT_ValidateConstraint':
    case 'AT_AttachPartition':
    case 'AT_DetachPartitionFinalize':
      return 'SHARE UPDATE EXCLUSIVE';
    case 'AT_DetachPartition':
      return def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
    case 'AT_EnableTrig':
    case 'AT_EnableAlwaysTrig':
    case 'AT_EnableReplicaTrig':
    case 'AT_DisableTrig':
    case 'AT_EnableTrigAll':
    case 'AT_DisableTrigAll':
    case 'AT_EnableTrigUser':
    case 'AT_DisableTrigUser':
      return 'SHARE ROW EXCLUSIVE';
    case 'AT_AddConstraint':
      return def !== undefined && 'Constraint' in def && def.Constraint.contype === 'CONSTR_FOREIGN' ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE';
    case 'AT_SetRelOptions':
    case 'AT_ResetRelOptions':
    case 'AT_ReplaceRelOptions':
      return optionsLevel(def);
    default:
      return 'ACCESS EXCLUSIVE';
  }
}

/** Parameters that ask for ACCESS EXCLUSIVE; all others SHARE UPDATE EXCLUSIVE (src/backend/access/common/reloptions.c). */
const EXCLUSIVE_OPTIONS = new Set(['user_catalog_table', 'security_barrier', 'security_invoker', 'check_option', 'fastupdate', 'gin_pending_list_limit', 'buffering', 'pages_per_range', 'autosummarize', 'length']);

function optionsLevel(def: Node | undefined): LockMode {
  const options = def !== undefined && 'List' in def ? (def.List.items ?? []) : [];
  let level: LockMode = 'SHARE UPDATE EXCLUSIVE';
  for (const option of options) {
    const name = 'DefElem' in option ? (option.DefElem.defname ?? '') : '';
    if (EXCLUSIVE_OPTIONS.has(name) || /^col\d+$/.test(name)) level = stronger(level, 'ACCESS EXCLUSIVE');
  }
  return level;
}
