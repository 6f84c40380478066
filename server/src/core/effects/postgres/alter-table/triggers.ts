import type { Alteration, Subcommand } from './alteration';

/** From 15 on a trigger that fires for each row is switched on its partitions too (EnableDisableTrigger, src/backend/commands/trigger.c). */
function recurseFor(wanted: (trigger: { readonly name: string; readonly row: boolean }) => boolean, alteration: Alteration, all: boolean): void {
  const { table, claims } = alteration;
  if (claims.version < 15 || table?.kind !== 'partitioned table') return;
  // The triggers of foreign keys count as well where all are meant.
  const keys = all && (table.referencedBy.length > 0 || table.constraints.some((constraint) => constraint.kind === 'foreign key'));
  if (keys || table.triggers.some((trigger) => trigger.row && wanted(trigger))) alteration.recurse();
}

function trigger(kind: 'enable trigger' | 'disable trigger', which: 'one' | 'user' | 'all'): Subcommand {
  return (command, alteration) => {
    recurseFor(({ name }) => which !== 'one' || name === command.name, alteration, which === 'all');
    return { kind, name: which === 'one' ? command.name : undefined };
  };
}

const rowSecurity: Subcommand = () => ({ kind: 'row security' });

export const TRIGGER_COMMANDS: Readonly<Record<string, Subcommand>> = {
  AT_EnableTrig: trigger('enable trigger', 'one'),
  AT_EnableAlwaysTrig: trigger('enable trigger', 'one'),
  AT_EnableReplicaTrig: trigger('enable trigger', 'one'),
  AT_DisableTrig: trigger('disable trigger', 'one'),
  AT_EnableTrigAll: trigger('enable trigger', 'all'),
  AT_DisableTrigAll: trigger('disable trigger', 'all'),
  AT_EnableTrigUser: trigger('enable trigger', 'user'),
  AT_DisableTrigUser: trigger('disable trigger', 'user'),
  AT_EnableRowSecurity: rowSecurity,
  AT_DisableRowSecurity: rowSecurity,
  AT_ForceRowSecurity: rowSecurity,
  AT_NoForceRowSecurity: rowSecurity,
};
