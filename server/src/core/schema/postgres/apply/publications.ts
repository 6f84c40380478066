import type { AlterPublicationStmt, CreatePublicationStmt, Node } from '@pgsql/types';
import type { Publication } from '../../schema';
import { creationSchema, relationName } from '../resolve';
import type { Applying } from './applying';

/** CREATE PUBLICATION. */
export function createPublication(stmt: CreatePublicationStmt, at: Applying): void {
  const name = stmt.pubname ?? '';
  at.editor.setPublication(name, { name, allTables: stmt.for_all_tables === true, ...objects(stmt.pubobjects, at) });
}

/** ALTER PUBLICATION … ADD, DROP, SET. */
export function alterPublication(stmt: AlterPublicationStmt, at: Applying): void {
  const known = at.editor.publication(stmt.pubname ?? '');
  if (known === undefined || stmt.pubobjects === undefined) return;
  const { tables, schemas } = objects(stmt.pubobjects, at);
  const union = <T>(a: readonly T[], b: readonly T[]): readonly T[] => [...new Set([...a, ...b])];
  const minus = <T>(a: readonly T[], b: readonly T[]): readonly T[] => a.filter((item) => !b.includes(item));
  const change = stmt.action === 'AP_DropObjects' ? minus : stmt.action === 'AP_SetObjects' ? <T>(_: readonly T[], b: readonly T[]): readonly T[] => b : union;
  at.editor.setPublication(known.name, { ...known, tables: change(known.tables, tables), schemas: change(known.schemas, schemas) });
}

function objects(nodes: readonly Node[] | undefined, at: Applying): Pick<Publication, 'tables' | 'schemas'> {
  const tables: Publication['tables'][number][] = [];
  const schemas: string[] = [];
  for (const node of nodes ?? []) {
    if (!('PublicationObjSpec' in node)) continue;
    const { pubobjtype, pubtable, name } = node.PublicationObjSpec;
    if (pubtable?.relation !== undefined) tables.push(relationName(pubtable.relation, at.editor));
    else if (pubobjtype === 'PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA') schemas.push(creationSchema(at.editor));
    else if (name !== undefined) schemas.push(name);
  }
  return { tables, schemas };
}
