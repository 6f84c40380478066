import type { PartitionCmd } from '@pgsql/types';
import { displayName } from '../../../schema/names';
import { relationName } from '../../../schema/postgres/resolve';
import type { Table } from '../../../schema/schema';
import { lockRowType } from '../create-table';
import { attachChecks, defaultSkipsScan, foreignKeysToAncestors, lockAncestors, touchPartitionKeys } from '../partitions';
import { defaultPartitionOf, descendantsOf, foreignKeysOf, indexOf, storedBelow, tableOf } from '../relations';
import type { Alteration, Subcommand } from './alteration';

const attach: Subcommand = (command, alteration) => {
  const partitionCommand = partitionOf(command.def);
  const { claims, table } = alteration;
  const { schema } = claims;
  const name = relationName(partitionCommand.name ?? {}, schema);
  const kind = { kind: 'attach partition', partition: name, concurrently: false } as const;
  if (alteration.relation?.kind === 'partitioned index' || indexOf(name, schema) !== undefined) {
    attachIndex(alteration, indexOf(name, schema)?.table);
    return { kind: 'other alter' };
  }
  claims.lock(name, 'ACCESS EXCLUSIVE', `becomes a partition of ${alteration.shown}`);
  const partition = tableOf(name, schema);
  for (const below of partition === undefined ? [] : descendantsOf(partition, schema)) claims.lock(below.name, 'ACCESS EXCLUSIVE', `it is below ${displayName(name)}`);
  if (table === undefined) {
    if (alteration.isUnknown) claims.depend(`The default partition of ${alteration.shown} is locked too, ACCESS EXCLUSIVE, and tables that it references; they are not known.`);
    claims.scan(name);
    return kind;
  }
  lockAncestors(table, claims);
  const { bound } = partitionCommand;
  const rest = defaultPartitionOf(table, schema);
  if (rest !== undefined && rest.name !== name) {
    claims.lock(rest.name, 'ACCESS EXCLUSIVE', 'the default partition must not hold rows of the new one');
    if (bound !== undefined && !defaultSkipsScan(rest, table, bound, claims)) {
      for (const member of storedBelow(rest, schema)) {
        claims.lock(member.name, 'ACCESS EXCLUSIVE', 'the default partition must not hold rows of the new one');
        claims.scan(member.name);
      }
    }
  }
  scanAttached(alteration, table, partition, bound);
  const referenced = touchPartitionKeys(table, name, claims);
  if (partition !== undefined && referenced.length > 0) for (const scanned of [name, ...referenced]) claims.scan(scanned);
  return kind;
};

/** Rows are read unless a check proves the bound; and to build the indexes and keys that the parent has and the partition lacks. */
function scanAttached(alteration: Alteration, parent: Table, partition: Table | undefined, bound: PartitionCmd['bound']): void {
  if (partition === undefined) {
    if (alteration.claims.schema.complete) return;
    alteration.say('Every row of the new partition is read unless a check of it proves the bound.'); return;
  }
  const { proven, lacksIndex } = attachChecks(parent, partition, bound, alteration.claims);
  if (proven && !lacksIndex) { alteration.say('A check of the new partition proves the bound: it is not read for it.'); return; }
  alteration.scan(proven ? 'The indexes of the parent are built on the new partition.' : 'Every row of the new partition is read to see that it is within the bound.', storedBelow(partition, alteration.claims.schema));
}

/** ALTER INDEX … ATTACH PARTITION opens both tables only to compare them. */
function attachIndex(alteration: Alteration, partition: Table['name'] | undefined): void {
  const index = indexOf(alteration.name, alteration.claims.schema);
  if (index !== undefined) alteration.claims.lock(index.table, 'ACCESS SHARE', 'its index gets a part');
  if (partition !== undefined) alteration.claims.lock(partition, 'ACCESS SHARE', 'its index becomes a part of another');
}

/** ATExecDetachPartition, src/backend/commands/tablecmds.c. */
const detach: Subcommand = (command, alteration) => {
  const { name: mention, concurrent } = partitionOf(command.def);
  const { claims, table } = alteration;
  const { schema, version } = claims;
  const name = relationName(mention ?? {}, schema);
  const concurrently = concurrent === true;
  if (concurrently) {
    claims.refuse('ALTER TABLE ... DETACH CONCURRENTLY cannot run inside a transaction block');
    claims.wait(`Waits for every transaction that uses ${alteration.shown}.`);
  }
  const strong = version >= 14;
  claims.lock(name, strong ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE', `stops being a partition of ${alteration.shown}`);
  claims.versionNote(strong ? 'Up to 13 the partition is locked SHARE UPDATE EXCLUSIVE only.' : 'From 14 on the partition is locked ACCESS EXCLUSIVE.');
  const partition = tableOf(name, schema);
  if (table !== undefined) {
    lockAncestors(table, claims);
    const rest = defaultPartitionOf(table, schema);
    if (rest !== undefined) claims.lock(rest.name, 'ACCESS EXCLUSIVE', 'the default partition takes other rows from now on');
    releaseKeys(alteration, table, partition);
  }
  return { kind: 'detach partition', partition: name, concurrently };
};

/** Foreign keys of the partition stand for themselves from now on; those that point to the parent must not point to its rows. */
function releaseKeys(alteration: Alteration, parent: Table, partition: Table | undefined): void {
  const { claims } = alteration;
  const { schema, version } = claims;
  if (partition !== undefined) {
    for (const key of foreignKeysOf(partition)) {
      claims.lock(key.references, 'SHARE ROW EXCLUSIVE', `${displayName(partition.name)}.${key.columns.join(', ')} references it`);
    }
  }
  const incoming = foreignKeysToAncestors(parent, schema);
  for (const { table, key } of incoming) {
    if (key.inherited) continue;
    claims.lock(table.name, 'ACCESS EXCLUSIVE', `${displayName(table.name)}.${key.columns.join(', ')} references ${alteration.shown}, and no row of it may be in the partition`);
    claims.scan(table.name);
    if (partition !== undefined && (version >= 14 || partition.kind === 'table')) claims.lock(partition.name, 'ACCESS EXCLUSIVE', `it loses the triggers of the foreign key from ${displayName(table.name)}`);
    for (const below of partition === undefined ? [] : descendantsOf(partition, schema)) {
      if (version >= 15 || below.kind === 'table') claims.lock(below.name, 'ACCESS EXCLUSIVE', `it is a partition of ${displayName(partition?.name ?? below.name)}`);
    }
    alteration.scan(`Every row of ${displayName(table.name)} is read to see that none references the partition.`, partition === undefined ? [] : storedBelow(partition, schema));
  }
}

function partitionOf(def: unknown): PartitionCmd {
  return typeof def === 'object' && def !== null && 'PartitionCmd' in def ? (def.PartitionCmd as PartitionCmd) : {};
}

/** ATExecAddInherit: the new parent must not get other columns meanwhile; children of the child are looked at. */
const inherit: Subcommand = (command, alteration) => {
  const { claims, table } = alteration;
  const parent = rangeOf(command.def);
  if (parent !== undefined) claims.lock(relationName(parent, claims.schema), 'SHARE UPDATE EXCLUSIVE', `${alteration.shown} inherits from it from now on`);
  for (const below of table === undefined ? [] : descendantsOf(table, claims.schema)) claims.lock(below.name, 'ACCESS SHARE', `it is below ${alteration.shown}`);
  return { kind: 'inherit' };
};

const noInherit: Subcommand = (command, alteration) => {
  const parent = rangeOf(command.def);
  if (parent !== undefined) alteration.claims.lock(relationName(parent, alteration.claims.schema), 'ACCESS SHARE', `${alteration.shown} inherited from it`);
  return { kind: 'no inherit' };
};

function rangeOf(def: unknown): { relname?: string; schemaname?: string } | undefined {
  return typeof def === 'object' && def !== null && 'RangeVar' in def ? (def.RangeVar as { relname?: string; schemaname?: string }) : undefined;
}

/** ALTER TABLE … DETACH … FINALIZE ends what an interrupted DETACH CONCURRENTLY began. */
const finalize: Subcommand = (command, alteration) => {
  const { claims } = alteration;
  const name = relationName(partitionOf(command.def).name ?? {}, claims.schema);
  claims.lock(name, 'ACCESS EXCLUSIVE', `stops being a partition of ${alteration.shown}`);
  return { kind: 'detach partition', partition: name, concurrently: false };
};

const addOf: Subcommand = (command, alteration) => {
  const { def } = command;
  if (def !== undefined && 'TypeName' in def) lockRowType(def.TypeName, alteration.claims, `${alteration.shown} becomes a table of that type`);
  return { kind: 'other alter' };
};

export const PARTITION_COMMANDS: Readonly<Record<string, Subcommand>> = {
  AT_AttachPartition: attach,
  AT_DetachPartition: detach,
  AT_DetachPartitionFinalize: finalize,
  AT_AddInherit: inherit,
  AT_DropInherit: noInherit,
  AT_AddOf: addOf,
};

