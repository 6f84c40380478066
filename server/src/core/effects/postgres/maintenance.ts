import type { ClusterStmt, LockStmt, Node, TruncateStmt, VacuumStmt } from '@pgsql/types';
import { displayName, type RelationName } from '../../schema/names';
import { relationName } from '../../schema/postgres/resolve';
import { rangesIn } from '../../schema/postgres/relations-in';
import type { Relation, Table } from '../../schema/schema';
import type { Claims } from './claims';
import { LOCK_MODES, type LockMode } from './lock-modes';
import { lockAncestors } from './partitions';
import { asTable, descendantsOf, foreignKeysTo, ownedSequences, tableOf, withChildren } from './relations';

/** TRUNCATE (ExecuteTruncate, src/backend/commands/tablecmds.c): children too, and with CASCADE every table that references one of them. */
export function truncateStmt(stmt: TruncateStmt, claims: Claims): void {
  const { schema } = claims;
  const cascade = stmt.behavior === 'DROP_CASCADE';
  const pending: Table[] = [];
  const seen = new Set<RelationName>();
  const add = (name: RelationName, reason: string, children: boolean): void => {
    const table = asTable(claims.lock(name, 'ACCESS EXCLUSIVE', reason));
    if (table === undefined || seen.has(name)) return;
    seen.add(name);
    pending.push(table);
    if (claims.version < 14) lockAncestors(table, claims);
    if (!children) return;
    for (const child of descendantsOf(table, schema)) {
      claims.lock(child.name, 'ACCESS EXCLUSIVE', child.bound === undefined ? `it inherits from ${displayName(name)}` : `it is a partition of ${displayName(name)}`);
      if (seen.has(child.name)) continue;
      seen.add(child.name);
      pending.push(child);
    }
  };
  const names = (stmt.relations ?? []).flatMap((relation) => ('RangeVar' in relation ? [{ range: relation.RangeVar, name: relationName(relation.RangeVar, schema) }] : []));
  for (const { range, name } of names) add(name, 'is emptied', withChildren(range));
  // The list grows while it is walked.
  for (const table of pending) {
    if (cascade) {
      for (const { table: referencing, key } of foreignKeysTo(table, schema)) {
        add(referencing.name, `is emptied too, because ${displayName(referencing.name)}.${key.columns.join(', ')} references ${displayName(table.name)}`, true);
      }
    }
    if (stmt.restart_seqs === true) {
      for (const sequence of ownedSequences(table, schema)) claims.lock(sequence.name, 'ACCESS EXCLUSIVE', `it starts again with ${displayName(table.name)}`);
    }
  }
  if (cascade && !schema.complete) claims.depend('Tables that reference one of these are locked, ACCESS EXCLUSIVE, and emptied too; not all of them may be known.');
  for (const { name } of names) claims.act({ kind: 'truncate', cascade }, { relation: name, work: { lock: 'ACCESS EXCLUSIVE' } });
}

/** LOCK TABLE (src/backend/commands/lockcmds.c). */
export function lockStmt(stmt: LockStmt, claims: Claims): void {
  const mode: LockMode = LOCK_MODES[(stmt.mode ?? 8) - 1] ?? 'ACCESS EXCLUSIVE';
  for (const relation of stmt.relations ?? []) {
    if (!('RangeVar' in relation)) continue;
    const name = relationName(relation.RangeVar, claims.schema);
    lockWhole(name, withChildren(relation.RangeVar), mode, 'is locked by name', claims);
    claims.act({ kind: 'lock table', mode, nowait: stmt.nowait === true }, { relation: name, work: { lock: mode } });
  }
}

/** Children of a table; of a view all that it reads, in the same mode (LockViewRecurse). */
function lockWhole(name: RelationName, children: boolean, mode: LockMode, reason: string, claims: Claims): void {
  const relation = claims.lock(name, mode, reason);
  if (relation?.kind === 'view' && relation.query !== undefined) {
    for (const { range } of rangesIn(relation.query)) lockWhole(relationName(range, claims.schema), withChildren(range), mode, `the view ${displayName(name)} reads it`, claims);
  }
  const table = asTable(relation);
  if (table === undefined || !children) return;
  for (const child of descendantsOf(table, claims.schema)) claims.lock(child.name, mode, `it inherits from ${displayName(name)}`);
}

/** VACUUM and ANALYZE (src/backend/commands/vacuum.c, analyze.c). */
export function vacuumStmt(stmt: VacuumStmt, claims: Claims): void {
  const { schema } = claims;
  const vacuums = stmt.is_vacuumcmd === true;
  const full = vacuums && hasOption(stmt.options, 'full');
  const analyzes = !vacuums || hasOption(stmt.options, 'analyze');
  if (vacuums) claims.refuse('VACUUM cannot run inside a transaction block');
  const lock: LockMode = full ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE';
  const mentions = (stmt.rels ?? []).flatMap((rel) => ('VacuumRelation' in rel && rel.VacuumRelation.relation !== undefined ? [rel.VacuumRelation.relation] : []));
  const work = full ? { lock, rewrites: true, because: 'The table is written anew without dead rows.' } : { lock };
  const kind = vacuums ? ({ kind: 'vacuum', full } as const) : ({ kind: 'analyze' } as const);
  if (mentions.length === 0) {
    for (const relation of schema.allRelations()) {
      if (isVacuumed(relation)) visit(relation, { full, analyzes, lock, inherited: true }, claims);
    }
    if (!schema.complete) claims.depend('Every table of the database is locked in turn; which there are is not known.');
    claims.act(kind, { work }); return;
  }
  for (const mention of mentions) {
    const name = relationName(mention, schema);
    const relation = schema.relation(name);
    if (relation === undefined || !isVacuumed(relation)) {
      claims.lock(name, lock, full ? 'is written anew' : vacuums ? 'is vacuumed' : 'its statistics are gathered');
      if (full && relation === undefined && !schema.complete) claims.rewriteUnknown(name);
    } else visit(relation, { full, analyzes, lock, inherited: withChildren(mention) }, claims);
    claims.act(kind, { relation: name, work });
  }
}

interface Visit {
  readonly full: boolean;
  readonly analyzes: boolean;
  readonly lock: LockMode;
  readonly inherited: boolean;
}

function isVacuumed({ kind }: Relation): boolean {
  return kind === 'table' || kind === 'partitioned table' || kind === 'materialized view';
}

/**
 * Partitions are vacuumed and analysed with their parent, from 18 on inheritance children too. Before, ANALYZE of a
 * parent reads its children for statistics of the whole (acquire_inherited_sample_rows).
 */
function visit(relation: Relation, { full, analyzes, lock, inherited }: Visit, claims: Claims): void {
  const table = asTable(relation);
  const reason = full ? 'is written anew' : analyzes ? 'its statistics are gathered' : 'is vacuumed';
  claims.lock(relation.name, lock, reason);
  if (full) claims.rewrite(relation);
  if (table === undefined) return;
  const partitioned = table.kind === 'partitioned table';
  for (const child of descendantsOf(table, claims.schema)) {
    if (inherited && (partitioned || claims.version >= 18)) {
      claims.lock(child.name, lock, `it belongs to ${displayName(table.name)}`);
      if (full) claims.rewrite(child);
    } else if (analyzes) claims.lock(child.name, 'ACCESS SHARE', `it is read for the statistics of ${displayName(table.name)}`);
  }
}

function hasOption(options: readonly Node[] | undefined, name: string): boolean {
  return (options ?? []).some((option) => 'DefElem' in option && option.DefElem.defname === name && !isOff(option.DefElem.arg));
}

function isOff(arg: Node | undefined): boolean {
  if (arg === undefined) return false;
  if ('String' in arg) return /^(false|off|0)$/i.test(arg.String.sval ?? '');
  if ('Integer' in arg) return (arg.Integer.ival ?? 0) === 0;
  return 'Boolean' in arg && arg.Boolean.boolval !== true;
}

/** CLUSTER (src/backend/commands/cluster.c). */
export function clusterStmt(stmt: ClusterStmt, claims: Claims): void {
  const { schema, version } = claims;
  if (stmt.relation === undefined) {
    claims.refuse('CLUSTER cannot run inside a transaction block');
    claims.depend('Every table that was clustered before is locked, ACCESS EXCLUSIVE, and written anew in turn; which they are is not known.');
    claims.act({ kind: 'cluster' }); return;
  }
  const name = relationName(stmt.relation, schema);
  const relation = claims.lock(name, 'ACCESS EXCLUSIVE', 'is written anew in the order of an index');
  const table = tableOf(name, schema);
  if (table?.kind === 'partitioned table') {
    if (version >= 15) claims.refuse('CLUSTER cannot run inside a transaction block');
    for (const partition of descendantsOf(table, schema)) {
      if (partition.kind !== 'table') continue;
      claims.lock(partition.name, 'ACCESS EXCLUSIVE', `it is a partition of ${displayName(name)}`);
      claims.rewrite(partition);
      claims.scan(partition.name);
    }
  } else if (relation !== undefined) {
    claims.rewrite(relation);
    claims.scan(name);
  }
  else if (!schema.complete) claims.rewriteUnknown(name);
  claims.act({ kind: 'cluster' }, { relation: name, work: { lock: 'ACCESS EXCLUSIVE', rewrites: true, because: 'The table is written anew in the order of an index.' } });
}
