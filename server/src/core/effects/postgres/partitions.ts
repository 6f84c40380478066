import type { PartitionBoundSpec } from '@pgsql/types';
import { displayName, type RelationName } from '../../schema/names';
import { excludesBound, impliesBound } from '../../schema/postgres/facts';
import { sameTree } from '../../schema/postgres/walk';
import type { Index, PartitionBound, Table } from '../../schema/schema';
import type { SchemaView } from '../../schema/view';
import type { Claims } from './claims';
import { lockReferenced } from './foreign-keys';
import { foreignKeysOf, foreignKeysTo, indexOf, tableOf } from './relations';

/**
 * The foreign keys of a partitioned table are made on a new partition as well, and those that point to it learn of it
 * (CloneForeignKeyConstraints, src/backend/commands/tablecmds.c).
 * @returns the tables that the new partition references
 */
export function touchPartitionKeys(parent: Table, partition: RelationName, claims: Claims): readonly RelationName[] {
  const { schema, version } = claims;
  const referenced: RelationName[] = [];
  for (const key of foreignKeysOf(parent)) {
    lockReferenced(key.references, 'SHARE ROW EXCLUSIVE', `${displayName(partition)} references it, as ${displayName(parent.name)}.${key.columns.join(', ')} does`, claims);
    referenced.push(key.references);
  }
  for (const { table, key } of foreignKeysToAncestors(parent, schema)) {
    if (key.inherited) continue;
    if (version < 15) claims.versionNote(`From 15 on ${displayName(table.name)} is locked SHARE ROW EXCLUSIVE.`);
    else claims.versionNote(`Up to 14 ${displayName(table.name)} is locked ACCESS SHARE only.`);
    claims.lock(table.name, version >= 15 ? 'SHARE ROW EXCLUSIVE' : 'ACCESS SHARE', `${displayName(table.name)}.${key.columns.join(', ')} references ${displayName(parent.name)}`);
  }
  return referenced;
}

/** Foreign keys to a partitioned table and to those it is a partition of, whose rows are its rows. */
export function foreignKeysToAncestors(table: Table, schema: SchemaView): ReturnType<typeof foreignKeysTo> {
  const above = table.bound === undefined ? [] : table.parents.flatMap((name) => tableOf(name, schema) ?? []);
  return [...foreignKeysTo(table, schema), ...above.flatMap((parent) => foreignKeysToAncestors(parent, schema))];
}

/** Whether a check of the default partition proves that it has no row of the new one. */
export function defaultSkipsScan(rest: Table, parent: Table, bound: PartitionBoundSpec, claims: Claims): boolean {
  return excludesBound(rest, parent, boundOf(bound), claims.schema);
}

function boundOf(bound: PartitionBoundSpec): PartitionBound {
  return { isDefault: bound.is_default === true, node: { PartitionBoundSpec: bound } };
}

/**
 * The partition's own bound follows from those of all tables above it, which are opened to read them when a row is
 * checked against it (RelationGetPartitionQual, src/backend/utils/cache/partcache.c). A session remembers the result.
 */
export function lockAncestors(parent: Table, claims: Claims): void {
  if (parent.bound === undefined) return;
  for (const name of parent.parents) {
    claims.lock(name, 'ACCESS SHARE', `the bound of its partition ${displayName(parent.name)} is looked at`);
    const above = tableOf(name, claims.schema);
    if (above !== undefined) lockAncestors(above, claims);
  }
}

/** Whether a table that is attached is proven to fit, and whether it lacks an index that its parent has. */
export function attachChecks(parent: Table, partition: Table, bound: PartitionBoundSpec | undefined, claims: Claims): { readonly proven: boolean; readonly lacksIndex: boolean } {
  const { schema } = claims;
  const proven = bound !== undefined && impliesBound(partition, parent, boundOf(bound), schema);
  const own = partition.indexes.flatMap((name) => indexOf(name, schema) ?? []);
  const lacksIndex = parent.indexes.flatMap((name) => indexOf(name, schema) ?? []).some((wanted) => !own.some((index) => fits(index, wanted)));
  return { proven, lacksIndex };
}

/** CompareIndexInfo (src/backend/catalog/index.c): same method, keys and predicate. */
function fits(index: Index, wanted: Index): boolean {
  return (
    index.method === wanted.method &&
    index.unique === wanted.unique &&
    index.keys.length === wanted.keys.length &&
    index.keys.every((key, i) => key.column === wanted.keys[i]?.column && sameTree(key.expression, wanted.keys[i]?.expression)) &&
    sameTree(index.predicate, wanted.predicate) &&
    (wanted.constraint === undefined || index.constraint !== undefined)
  );
}
