import type { CreateTableAsStmt, IntoClause, Node, ViewStmt } from '@pgsql/types';
import { objectName, type RelationName } from '../../names';
import type { Column, View } from '../../schema';
import { relationsIn } from '../expressions';
import { newRelationName } from '../resolve';
import { strings } from '../walk';
import { changeRelation, emptyTable, including, isView, without, type Applying } from './applying';
import { dropRelation } from './drop-relation';
import { outputColumns } from './output-columns';
import { storageOptions } from './storage-options';

/** CREATE [OR REPLACE] [TEMPORARY] VIEW. */
export function createView(stmt: ViewStmt, at: Applying): void {
  if (stmt.view === undefined) return;
  const reads = readsOf(stmt.query, at);
  // A view on a temporary table is temporary itself (isQueryUsingTempRelation, src/backend/commands/view.c).
  const temporary = stmt.view.relpersistence === 't' || (stmt.view.schemaname === undefined && reads.some((name) => name.startsWith('pg_temp.')));
  const name = newRelationName(temporary ? { ...stmt.view, relpersistence: 't' } : stmt.view, at.editor);
  const existing = at.editor.relation(name);
  const replaced = stmt.replace === true && existing?.kind === 'view' ? existing : undefined;
  if (replaced === undefined) dropRelation(at, name);
  const { columns } = outputColumns(stmt.query, strings(stmt.aliases), at.editor);
  const fresh = { name, kind: 'view', origin: at.origin, temporary, readBy: [], indexes: [], triggers: [], rules: [], populated: true } as const;
  putView(at, { ...(replaced ?? fresh), query: stmt.query, reads, columns }, replaced?.reads ?? []);
}

/** CREATE TABLE AS, CREATE MATERIALIZED VIEW, SELECT INTO. */
export function createTableAs(stmt: Pick<CreateTableAsStmt, 'query' | 'into' | 'objtype' | 'if_not_exists'>, at: Applying): void {
  const { into, query } = stmt;
  if (into?.rel === undefined) return;
  const name = newRelationName(into.rel, at.editor);
  if (at.editor.relation(name) !== undefined) {
    if (stmt.if_not_exists === true) return;
    dropRelation(at, name);
  }
  const { columns, complete } = outputColumns(query, strings(into.colNames), at.editor);
  if (stmt.objtype === 'OBJECT_MATVIEW') {
    const fresh = { name, kind: 'materialized view', origin: at.origin, temporary: false, readBy: [], indexes: [], triggers: [], rules: [] } as const;
    putView(at, { ...fresh, query, reads: readsOf(query, at), columns, populated: into.skipData !== true }, []);
    return;
  }
  at.editor.setRelation({ ...emptyTable(name, at.origin), ...tableShape(into), columns: columns.map(column), ...(complete ? {} : { partial: true as const }) });
}

function tableShape(into: IntoClause): { readonly temporary: boolean; readonly persistence: 'permanent' | 'unlogged' } & Pick<ReturnType<typeof emptyTable>, 'accessMethod' | 'tablespace' | 'options'> {
  return {
    temporary: into.rel?.relpersistence === 't',
    persistence: into.rel?.relpersistence === 'u' ? 'unlogged' : 'permanent',
    accessMethod: into.accessMethod,
    tablespace: into.tableSpaceName,
    options: storageOptions(into.options),
  };
}

function column({ name, type }: { readonly name: string; readonly type: Column['type'] | undefined }): Column {
  const unknown = { name: objectName('pg_catalog', 'unknown'), modifiers: [], array: false };
  return { name, type: type ?? unknown, collation: undefined, notNull: false, default: undefined, identity: undefined, generated: undefined, inherited: false };
}

/** Relations that a query reads, and in CTEs of its own may write. */
function readsOf(query: Node | undefined, at: Applying): readonly RelationName[] {
  return query === undefined ? [] : [...new Set(relationsIn(query, at.editor).map((mention) => mention.relation))];
}

/** Writes a view and the links of what it reads; those of what it read before go. */
function putView(at: Applying, view: View, before: readonly RelationName[]): void {
  at.editor.setRelation(view);
  for (const name of before) {
    if (!view.reads.includes(name)) changeRelation(at, name, (own) => ({ ...own, readBy: without(own.readBy, view.name) }));
  }
  for (const name of view.reads) changeRelation(at, name, (own) => (own.name === view.name ? own : { ...own, readBy: including(own.readBy, view.name) }));
}

/** REFRESH MATERIALIZED VIEW. */
export function refresh(at: Applying, name: RelationName, populated: boolean): void {
  changeRelation(at, name, (own) => (isView(own) ? { ...own, populated } : own));
}
