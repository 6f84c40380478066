import type { AlterPublicationStmt, CreatePublicationStmt, CreateStatsStmt, Node, RangeVar } from '@pgsql/types';
import { displayName } from '../../schema/names';
import { relationName } from '../../schema/postgres/resolve';
import type { Claims } from './claims';
import { descendantsOf, tableOf, withChildren } from './relations';

/** CREATE PUBLICATION (OpenTableList, src/backend/commands/publicationcmds.c). */
export function createPublication(stmt: CreatePublicationStmt, claims: Claims): void {
  lockTables(stmt.pubobjects, claims, 'joins the publication');
  claims.act({ kind: 'publication' });
}

/** ALTER PUBLICATION: what SET takes out of it is locked as well. */
export function alterPublication(stmt: AlterPublicationStmt, claims: Claims): void {
  const { pubname } = stmt;
  lockTables(stmt.pubobjects, claims, stmt.action === 'AP_DropObjects' ? 'leaves the publication' : 'joins the publication');
  if (stmt.action === 'AP_SetObjects' && (stmt.pubobjects?.length ?? 0) > 0) {
    const publication = claims.schema.publication(pubname ?? '');
    for (const table of publication?.tables ?? []) claims.lock(table, 'SHARE UPDATE EXCLUSIVE', 'leaves the publication unless it is named');
    if (publication === undefined && !claims.schema.complete) claims.depend('Tables that leave the publication are locked too, SHARE UPDATE EXCLUSIVE; they are not known.');
  }
  claims.act({ kind: 'publication' });
}

function lockTables(objects: readonly Node[] | undefined, claims: Claims, reason: string): void {
  for (const mention of rangesOf(objects)) {
    const name = relationName(mention, claims.schema);
    claims.lock(name, 'SHARE UPDATE EXCLUSIVE', reason);
    const table = tableOf(name, claims.schema);
    // Partitions belong to a publication through their parent.
    if (table === undefined || table.kind === 'partitioned table' || !withChildren(mention)) continue;
    for (const child of descendantsOf(table, claims.schema)) claims.lock(child.name, 'SHARE UPDATE EXCLUSIVE', `it inherits from ${displayName(name)}`);
  }
}

function rangesOf(objects: readonly Node[] | undefined): readonly RangeVar[] {
  return (objects ?? []).flatMap((object) => {
    const range = 'PublicationObjSpec' in object ? object.PublicationObjSpec.pubtable?.relation : undefined;
    return range === undefined ? [] : [range];
  });
}

/** CREATE STATISTICS (src/backend/commands/statscmds.c). */
export function createStatistics(stmt: CreateStatsStmt, claims: Claims): void {
  for (const relation of stmt.relations ?? []) {
    if ('RangeVar' in relation) claims.lock(relationName(relation.RangeVar, claims.schema), 'SHARE UPDATE EXCLUSIVE', 'gets extended statistics');
  }
  claims.act({ kind: 'statistics' });
}
