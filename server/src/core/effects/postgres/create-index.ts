import type { IndexStmt, ReindexStmt } from '@pgsql/types';
import { displayName, nameParts, objectName, type RelationName } from '../../schema/names';
import { relationName } from '../../schema/postgres/resolve';
import type { Relation } from '../../schema/schema';
import type { Claims } from './claims';
import type { LockMode } from './lock-modes';
import { descendantsOf, indexOf, tableOf, withChildren } from './relations';
import { followCalls } from './queries/queries';

/** CREATE INDEX (DefineIndex, src/backend/commands/indexcmds.c). IF NOT EXISTS takes the lock before it looks. */
export function indexStmt(stmt: IndexStmt, claims: Claims): void {
  const mention = stmt.relation ?? {};
  const { schema } = claims;
  const name = relationName(mention, schema);
  const concurrently = stmt.concurrent === true;
  const lock: LockMode = concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE';
  const relation = claims.lock(name, lock, concurrently ? 'builds an index while others write' : 'builds an index');
  const table = tableOf(name, schema);
  const partitioned = table?.kind === 'partitioned table';
  const only = !withChildren(mention);
  const exists = stmt.if_not_exists === true && stmt.idxname !== undefined && schema.relation(objectName(nameParts(name).schema, stmt.idxname)) !== undefined;
  if (partitioned && !only) {
    for (const partition of descendantsOf(table, schema)) {
      claims.lock(partition.name, lock, `the index of ${displayName(name)} is built on its partitions too`);
      if (!exists && partition.kind === 'table') claims.scan(partition.name);
    }
  }
  const scans = !exists && !partitioned && (relation !== undefined || !schema.complete);
  if (scans) claims.scan(name);
  for (const expression of [stmt.whereClause, ...(stmt.indexParams ?? []).map((param) => ('IndexElem' in param ? param.IndexElem.expr : undefined))]) {
    if (expression !== undefined) followCalls(expression, claims);
  }
  if (concurrently) {
    claims.refuse('CREATE INDEX CONCURRENTLY cannot run inside a transaction block');
    claims.wait('Waits for every transaction that has written the table, then for every older snapshot in the database.');
  }
  if (stmt.idxname !== undefined && !exists) claims.creates(objectName(nameParts(name).schema, stmt.idxname));
  claims.act(
    {
      kind: 'create index',
      index: stmt.idxname,
      concurrently,
      unique: stmt.unique === true,
      ifNotExists: stmt.if_not_exists === true,
      method: stmt.accessMethod ?? 'btree',
      partitioned,
      only,
    },
    { relation: name, work: { lock, rewrites: false, scans: scans || (partitioned && !only), because: exists ? 'An index of that name exists.' : 'Every row is read to build the index.' } },
  );
}

type ReindexKind = 'index' | 'table' | 'schema' | 'database' | 'system';

const KINDS: Readonly<Record<string, ReindexKind>> = {
  REINDEX_OBJECT_INDEX: 'index',
  REINDEX_OBJECT_TABLE: 'table',
  REINDEX_OBJECT_SCHEMA: 'schema',
  REINDEX_OBJECT_SYSTEM: 'system',
  REINDEX_OBJECT_DATABASE: 'database',
};

/** REINDEX (ReindexIndex, ReindexTable, ReindexMultipleTables, src/backend/commands/indexcmds.c). */
export function reindexStmt(stmt: ReindexStmt, claims: Claims): void {
  const { schema, version } = claims;
  const what = KINDS[stmt.kind ?? ''] ?? 'table';
  const concurrently = (stmt.params ?? []).some((param) => 'DefElem' in param && param.DefElem.defname === 'concurrently');
  if (concurrently) {
    claims.refuse('REINDEX CONCURRENTLY cannot run inside a transaction block');
    claims.wait('Waits for every transaction that uses the table, readers too, and for older snapshots.');
  }
  const work = { lock: concurrently ? ('SHARE UPDATE EXCLUSIVE' as const) : ('SHARE' as const), scans: true, because: 'The indexes are built anew from all rows.' };
  if (what === 'schema' || what === 'database' || what === 'system') {
    claims.refuse(`REINDEX ${what.toUpperCase()} cannot run inside a transaction block`);
    if (what !== 'system') {
      for (const relation of schema.allRelations()) {
        if (what === 'schema' && nameParts(relation.name).schema !== stmt.name) continue;
        if (relation.kind === 'table' || relation.kind === 'materialized view') reindexTable(relation, concurrently, claims);
      }
      if (!schema.complete) claims.depend(`Every table of the ${what} is locked in turn; which there are is not known.`);
    }
    claims.act({ kind: 'reindex', what, concurrently }, { work }); return;
  }
  const name = relationName(stmt.relation ?? {}, schema);
  if (what === 'table') {
    const relation = schema.relation(name);
    const table = tableOf(name, schema);
    if (relation?.kind === 'table' || relation?.kind === 'materialized view') reindexTable(relation, concurrently, claims);
    else claims.lock(name, work.lock, 'its indexes are built anew');
    if (table?.kind === 'partitioned table') {
      if (version < 14) claims.versionNote('Up to 13, REINDEX skips a partitioned table.');
      else {
        claims.refuse('REINDEX TABLE cannot run inside a transaction block');
        for (const partition of descendantsOf(table, schema)) {
          // All are locked so while the list of them is made (ReindexPartitions).
          claims.lock(partition.name, 'SHARE', `it is a partition of ${displayName(name)}`);
          if (partition.kind === 'table') reindexTable(partition, concurrently, claims);
        }
      }
    }
    claims.act({ kind: 'reindex', what, concurrently }, { relation: name, work }); return;
  }
  reindexIndex(name, concurrently, claims);
  claims.act({ kind: 'reindex', what, concurrently }, { relation: indexOf(name, schema)?.table, work });
}

function reindexTable(relation: Relation, concurrently: boolean, claims: Claims): void {
  claims.lock(relation.name, concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE', 'its indexes are built anew');
  if (!('indexes' in relation)) return;
  if (relation.indexes.length > 0) claims.scan(relation.name);
  for (const index of relation.indexes) rebuildIndex(index, concurrently, claims);
}

function reindexIndex(name: RelationName, concurrently: boolean, claims: Claims): void {
  const { schema, version } = claims;
  const index = indexOf(name, schema);
  if (index === undefined) {
    claims.lock(name, concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE', 'is built anew');
    if (!schema.complete) claims.depend(`The table of ${displayName(name)} is not known: it is locked too, ${concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE'}.`);
    return;
  }
  const reason = `its index ${displayName(name)} is built anew`;
  if (index.kind === 'index') {
    claims.lock(index.table, concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE', reason);
    claims.scan(index.table);
    rebuildIndex(name, concurrently, claims); return;
  }
  claims.lock(index.table, concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE', reason);
  if (version < 14) return;
  claims.refuse('REINDEX INDEX cannot run inside a transaction block');
  const table = tableOf(index.table, schema);
  for (const partition of table === undefined ? [] : descendantsOf(table, schema)) {
    for (const part of partition.indexes) {
      if (partition.kind !== 'table' || !isPartOf(part, name, claims)) continue;
      claims.lock(partition.name, concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE', `it has a part of the index ${displayName(name)}`);
      claims.scan(partition.name);
      rebuildIndex(part, concurrently, claims);
    }
  }
}

function isPartOf(name: RelationName, ancestor: RelationName, claims: Claims): boolean {
  for (let at = indexOf(name, claims.schema)?.parent; at !== undefined; at = indexOf(at, claims.schema)?.parent) if (at === ancestor) return true;
  return false;
}

function rebuildIndex(name: RelationName, concurrently: boolean, claims: Claims): void {
  claims.rebuild(name);
  claims.lock(name, concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE', concurrently ? 'is built anew while others use it' : 'is built anew, and every query of the table waits to open it');
}
