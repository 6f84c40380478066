import type { AlterTableCmd, AlterTableStmt, ColumnDef, Node, RangeVar } from '@pgsql/types';
import type { RelationName } from '../../names';
import type { Column, Trigger } from '../../schema';
import { relationName, typeReference } from '../resolve';
import { attachIndex } from './indexes';
import { changeRelation, changeTable, isTable, knownOrPartial, withDescendants, type Applying } from './applying';
import { collationOf, columnPlan, identityKind } from './columns';
import { addConstraint, addNotNullEverywhere, alterConstraint, dropConstraint, tableConstraint, validateConstraint } from './constraints';
import { dropColumn } from './drop-column';
import { withoutNotNull } from './not-null';
import { addInheritance, attachPartition, detachPartition, dropInheritance } from './partitions';
import { addColumnSequence, nextValue } from './sequences';
import { storageOptions } from './storage-options';
import { changeTriggers } from './triggers';

/**
 * ALTER TABLE, and what the grammar treats like it: ALTER INDEX, VIEW, MATERIALIZED VIEW, SEQUENCE, FOREIGN TABLE,
 * ALTER TYPE of a composite type.
 */
export function alterTable(stmt: AlterTableStmt, at: Applying): void {
  if (stmt.relation === undefined) return;
  const name = relationName(stmt.relation, at.editor);
  const relation = at.editor.relation(name) ?? (stmt.objtype === 'OBJECT_TABLE' && hasMemory(stmt) ? knownOrPartial(at, name) : undefined);
  if (relation === undefined) return;
  const recurse = stmt.relation.inh === true;
  for (const node of ordered(stmt.cmds ?? [])) {
    if (isTable(relation)) alterOneThing(at, name, node, recurse);
    else if (relation.kind === 'composite type') alterAttribute(at, name, node);
    else if (relation.kind === 'view' || relation.kind === 'materialized view') alterView(at, name, node);
    else if (relation.kind === 'partitioned index' && node.subtype === 'AT_AttachPartition') {
      const child = partitionCommand(node)?.name;
      if (child !== undefined) attachIndex(at, relationName(child, at.editor), name);
    }
  }
}

/** Whether there is anything to keep of a statement about a table that nobody saw. */
function hasMemory(stmt: AlterTableStmt): boolean {
  return (stmt.cmds ?? []).some((node) => 'AlterTableCmd' in node && !FORGETTABLE.has(node.AlterTableCmd.subtype ?? 'AT_AddColumn'));
}

const FORGETTABLE = new Set(['AT_ChangeOwner', 'AT_SetStatistics', 'AT_SetStorage', 'AT_SetCompression', 'AT_ClusterOn', 'AT_DropCluster', 'AT_DropColumn', 'AT_DropConstraint', 'AT_DropOids']);

/** Passes of ALTER TABLE that change the order in which subcommands count (AlterTablePass, src/backend/commands/tablecmds.c). */
function ordered(cmds: readonly Node[]): readonly AlterTableCmd[] {
  const pass = ({ subtype, def }: AlterTableCmd): number => {
    if (subtype === 'AT_DropColumn' || subtype === 'AT_DropConstraint' || subtype === 'AT_DropNotNull' || subtype === 'AT_DropExpression' || subtype === 'AT_DropIdentity') return 0;
    if (subtype === 'AT_AlterColumnType') return 1;
    if (subtype === 'AT_AddColumn' || subtype === 'AT_AddColumnToView') return 2;
    const isForeignKey = def !== undefined && 'Constraint' in def && def.Constraint.contype === 'CONSTR_FOREIGN';
    return subtype === 'AT_AddConstraint' && isForeignKey ? 4 : 3;
  };
  const list = cmds.flatMap((node) => ('AlterTableCmd' in node ? [node.AlterTableCmd] : []));
  return list.length < 2 ? list : [...list].sort((a, b) => pass(a) - pass(b));
}

function alterOneThing(at: Applying, table: RelationName, cmd: AlterTableCmd, recurse: boolean): void {
  const { name = '', def } = cmd;
  const onColumn = (change: (column: Column) => Column): void => {
    for (const each of withDescendants(at, table, recurse)) changeColumn(at, each, name, change);
  };
  switch (cmd.subtype) {
    case 'AT_AddColumn':
      { addColumn(at, table, columnDefinition(def), cmd.missing_ok === true, recurse); return; }
    case 'AT_DropColumn':
      { dropColumn(at, table, name, cmd.behavior === 'DROP_CASCADE', recurse); return; }
    case 'AT_ColumnDefault':
    case 'AT_CookedColumnDefault':
      { onColumn((column) => ({ ...column, default: def })); return; }
    case 'AT_SetNotNull':
      { addNotNullEverywhere(at, table, name, { valid: true }, recurse); return; }
    case 'AT_DropNotNull':
      for (const each of withDescendants(at, table, recurse)) changeTable(at, each, (own) => withoutNotNull(own, name));
      return;
    case 'AT_SetExpression':
      { onColumn((column) => (column.generated === undefined || def === undefined ? column : { ...column, generated: { ...column.generated, expression: def } })); return; }
    case 'AT_DropExpression':
      { onColumn((column) => ({ ...column, generated: undefined })); return; }
    case 'AT_AlterColumnType':
      { alterType(at, table, name, columnDefinition(def), recurse); return; }
    case 'AT_AddIdentity':
      { addIdentity(at, table, name, def, recurse); return; }
    case 'AT_SetIdentity':
      { onColumn((column) => ({ ...column, identity: identityFromOptions(def) ?? column.identity })); return; }
    case 'AT_DropIdentity':
      { dropIdentity(at, table, name, onColumn); return; }
    case 'AT_AddConstraint':
      if (def !== undefined && 'Constraint' in def) addConstraint(at, table, tableConstraint(def.Constraint), recurse);
      return;
    case 'AT_ValidateConstraint':
      { validateConstraint(at, table, name, recurse); return; }
    case 'AT_DropConstraint':
      { dropConstraint(at, table, name, recurse); return; }
    case 'AT_AlterConstraint':
      { alterTheConstraint(at, table, def); return; }
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
    case 'AT_DetachPartitionFinalize':
      { alterPartition(at, table, cmd); return; }
    case 'AT_AddInherit':
    case 'AT_DropInherit':
      if (def !== undefined && 'RangeVar' in def) (cmd.subtype === 'AT_AddInherit' ? addInheritance : dropInheritance)(at, table, def.RangeVar);
      return;
    default:
      alterProperty(at, table, cmd);
  }
}

function columnDefinition(def: Node | undefined): ColumnDef {
  return def !== undefined && 'ColumnDef' in def ? def.ColumnDef : {};
}

function changeColumn(at: Applying, table: RelationName, name: string, change: (column: Column) => Column): void {
  changeTable(at, table, (own) => {
    const index = own.columns.findIndex((column) => column.name === name);
    const column = own.columns[index];
    return column === undefined ? own : { ...own, columns: own.columns.with(index, change(column)) };
  });
}

/** ADD COLUMN; children that have a column of the name keep theirs (ATExecAddColumn). */
function addColumn(at: Applying, table: RelationName, definition: ColumnDef, ifNotExists: boolean, recurse: boolean): void {
  const plan = columnPlan(definition, at);
  const { column } = plan;
  const known = at.editor.relation(table);
  if (known === undefined || !isTable(known)) return;
  if (known.columns.some((own) => own.name === column.name)) {
    if (ifNotExists) return;
    // That it is added says that the old one is gone.
    changeTable(at, table, (own) => ({ ...own, columns: own.columns.filter((each) => each.name !== column.name) }));
  }
  withDescendants(at, table, recurse).forEach((each, i) => {
    changeTable(at, each, (own) => {
      if (i === 0) return { ...own, columns: [...own.columns, column] };
      const exists = own.columns.some((other) => other.name === column.name);
      const columns = exists
        ? own.columns.map((other) => (other.name === column.name ? { ...other, inherited: true } : other))
        : [...own.columns, { ...column, identity: at.version < 17 ? undefined : column.identity, inherited: true }];
      return { ...own, columns };
    });
  });
  if (plan.sequence !== undefined) {
    const sequence = addColumnSequence(at, table, column.name, plan.sequenceName);
    if (plan.sequence === 'serial') {
      for (const each of withDescendants(at, table, recurse)) changeColumn(at, each, column.name, (own) => ({ ...own, default: nextValue(sequence) }));
    }
  }
  for (const constraint of plan.constraints) addConstraint(at, table, constraint, recurse);
}

function alterType(at: Applying, table: RelationName, name: string, definition: ColumnDef, recurse: boolean): void {
  if (definition.typeName === undefined) return;
  const type = typeReference(definition.typeName, at.editor);
  for (const each of withDescendants(at, table, recurse)) changeColumn(at, each, name, (column) => ({ ...column, type, collation: collationOf(definition) }));
}

function addIdentity(at: Applying, table: RelationName, name: string, def: Node | undefined, recurse: boolean): void {
  if (def === undefined || !('Constraint' in def)) return;
  const identity = identityKind(def.Constraint);
  changeColumn(at, table, name, (column) => ({ ...column, identity }));
  addColumnSequence(at, table, name, undefined);
  if (at.version < 17) return;
  for (const each of withDescendants(at, table, recurse).slice(1)) changeColumn(at, each, name, (column) => ({ ...column, identity }));
}

function identityFromOptions(def: Node | undefined): Column['identity'] {
  for (const option of def !== undefined && 'List' in def ? (def.List.items ?? []) : []) {
    if (!('DefElem' in option) || option.DefElem.defname !== 'generated') continue;
    const { arg } = option.DefElem;
    // The grammar gives the letter's code (ATTRIBUTE_IDENTITY_ALWAYS is 'a').
    return arg !== undefined && 'Integer' in arg && arg.Integer.ival === 97 ? 'always' : 'by default';
  }
  return undefined;
}

function dropIdentity(at: Applying, table: RelationName, name: string, onColumn: (change: (column: Column) => Column) => void): void {
  const known = at.editor.relation(table);
  if (known === undefined || !isTable(known)) return;
  if (known.columns.find((column) => column.name === name)?.identity === undefined) return;
  onColumn((column) => ({ ...column, identity: undefined }));
  for (const sequence of known.ownedSequences) {
    const own = at.editor.relation(sequence);
    if (own?.kind !== 'sequence' || own.ownedBy?.column !== name) continue;
    at.editor.removeRelation(sequence);
    changeTable(at, table, (each) => ({ ...each, ownedSequences: each.ownedSequences.filter((other) => other !== sequence) }));
  }
}

function alterTheConstraint(at: Applying, table: RelationName, def: Node | undefined): void {
  if (def === undefined || !('ATAlterConstraint' in def)) return;
  const { conname = '', alterDeferrability, deferrable, alterEnforceability, is_enforced } = def.ATAlterConstraint;
  alterConstraint(at, table, conname, {
    ...(alterDeferrability === true ? { deferrable: deferrable === true } : {}),
    ...(alterEnforceability === true ? { enforced: is_enforced === true } : {}),
  });
}

function partitionCommand(cmd: AlterTableCmd): Extract<Node, { PartitionCmd: unknown }>['PartitionCmd'] | undefined {
  return cmd.def !== undefined && 'PartitionCmd' in cmd.def ? cmd.def.PartitionCmd : undefined;
}

function alterPartition(at: Applying, table: RelationName, cmd: AlterTableCmd): void {
  const command = partitionCommand(cmd);
  const partition: RangeVar | undefined = command?.name;
  if (partition === undefined) return;
  if (cmd.subtype !== 'AT_AttachPartition') { detachPartition(at, table, partition); return; }
  const { bound = {} } = command ?? {};
  attachPartition(at, table, partition, { isDefault: bound.is_default === true, node: { PartitionBoundSpec: bound } });
}

/** Subcommands that set something of the table itself. */
function alterProperty(at: Applying, table: RelationName, cmd: AlterTableCmd): void {
  const { name = '', def } = cmd;
  switch (cmd.subtype) {
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
      { changeTable(at, table, (own) => ({ ...own, persistence: cmd.subtype === 'AT_SetLogged' ? 'permanent' : 'unlogged' })); return; }
    case 'AT_SetAccessMethod':
      { changeTable(at, table, (own) => ({ ...own, accessMethod: cmd.name })); return; }
    case 'AT_SetTableSpace':
      { changeTable(at, table, (own) => ({ ...own, tablespace: name })); return; }
    case 'AT_SetRelOptions':
      { changeTable(at, table, (own) => ({ ...own, options: { ...own.options, ...optionsOf(def) } })); return; }
    case 'AT_ResetRelOptions': {
      const reset = new Set(Object.keys(optionsOf(def)));
      changeTable(at, table, (own) => ({ ...own, options: Object.fromEntries(Object.entries(own.options).filter(([key]) => !reset.has(key))) })); return;
    }
    case 'AT_EnableRowSecurity':
    case 'AT_DisableRowSecurity':
      { changeTable(at, table, (own) => ({ ...own, rowSecurity: cmd.subtype === 'AT_EnableRowSecurity' })); return; }
    case 'AT_ReplicaIdentity':
      { changeTable(at, table, (own) => ({ ...own, replicaIdentity: replicaIdentity(def) })); return; }
    default:
      switchTriggers(at, table, cmd);
  }
}

function optionsOf(def: Node | undefined): Readonly<Record<string, string>> {
  return storageOptions(def !== undefined && 'List' in def ? def.List.items : undefined);
}

function replicaIdentity(def: Node | undefined): string {
  if (def === undefined || !('ReplicaIdentityStmt' in def)) return 'default';
  const { identity_type, name = '' } = def.ReplicaIdentityStmt;
  if (identity_type === 'i') return `index ${name}`;
  return identity_type === 'f' ? 'full' : identity_type === 'n' ? 'nothing' : 'default';
}

const TRIGGER_SWITCH: Readonly<Record<string, { readonly enabled: boolean; readonly all: boolean }>> = {
  AT_EnableTrig: { enabled: true, all: false },
  AT_EnableAlwaysTrig: { enabled: true, all: false },
  AT_EnableReplicaTrig: { enabled: true, all: false },
  AT_DisableTrig: { enabled: false, all: false },
  AT_EnableTrigAll: { enabled: true, all: true },
  AT_EnableTrigUser: { enabled: true, all: true },
  AT_DisableTrigAll: { enabled: false, all: true },
  AT_DisableTrigUser: { enabled: false, all: true },
};

/** ENABLE and DISABLE TRIGGER; the row triggers of partitions follow (EnableDisableTrigger, src/backend/commands/trigger.c). */
function switchTriggers(at: Applying, table: RelationName, cmd: AlterTableCmd): void {
  const wanted = TRIGGER_SWITCH[cmd.subtype ?? ''];
  if (wanted === undefined) return;
  const set = (trigger: Trigger): Trigger => (wanted.all || trigger.name === cmd.name ? { ...trigger, enabled: wanted.enabled } : trigger);
  for (const each of withDescendants(at, table, true)) changeTriggers(at, each, (triggers) => triggers.map(set));
}

/** ALTER TYPE … ADD, DROP, ALTER ATTRIBUTE. */
function alterAttribute(at: Applying, type: RelationName, cmd: AlterTableCmd): void {
  changeRelation(at, type, (own) => {
    if (own.kind !== 'composite type') return own;
    const { name = '' } = cmd;
    const definition = columnDefinition(cmd.def);
    if (cmd.subtype === 'AT_AddColumn') return { ...own, columns: [...own.columns, { name: definition.colname ?? '', type: columnPlan(definition, at).column.type }] };
    if (cmd.subtype === 'AT_DropColumn') return { ...own, columns: own.columns.filter((column) => column.name !== name) };
    if (cmd.subtype !== 'AT_AlterColumnType' || definition.typeName === undefined) return own;
    const changed = typeReference(definition.typeName, at.editor);
    return { ...own, columns: own.columns.map((column) => (column.name === name ? { name, type: changed } : column)) };
  });
}

function alterView(at: Applying, view: RelationName, cmd: AlterTableCmd): void {
  switchTriggers(at, view, cmd);
}
