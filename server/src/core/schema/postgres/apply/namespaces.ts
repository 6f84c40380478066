import type { CreateSchemaStmt } from '@pgsql/types';
import { nameParts, objectName, type ObjectName } from '../../names';
import type { ApplyNested, Applying } from './applying';
import { dropRelation } from './drop-relation';
import { renameRelation } from './relation-names';
import { renameType } from './types';

/** CREATE SCHEMA, with the tables and views written into it. */
export function createNamespace(stmt: CreateSchemaStmt, at: Applying, nested: ApplyNested): void {
  const role = stmt.authrole?.rolename;
  const name = stmt.schemaname ?? role;
  if (name === undefined) return;
  at.editor.setNamespace(name, true);
  if (stmt.schemaElts === undefined) return;
  const path = at.editor.searchPath;
  at.editor.setSearchPath([name, ...path]);
  for (const element of stmt.schemaElts) nested(element, at);
  at.editor.setSearchPath(path);
}

/** DROP SCHEMA: with CASCADE all that is in it. */
export function dropNamespace(at: Applying, name: string, cascade: boolean): void {
  at.editor.setNamespace(name, false);
  if (!cascade) return;
  const isInside = (object: { readonly name: ObjectName }): boolean => nameParts(object.name).schema === name;
  for (const relation of [...at.editor.allRelations()].filter(isInside)) dropRelation(at, relation.name);
  for (const type of [...at.editor.allTypes()].filter(isInside)) at.editor.removeType(type.name);
  for (const [routine] of [...at.editor.allRoutines()]) {
    if (routine !== undefined && isInside(routine)) at.editor.setRoutines(routine.name, []);
  }
}

/** ALTER SCHEMA … RENAME: everything in it has another name then. */
export function renameNamespace(at: Applying, from: string, to: string): void {
  at.editor.setNamespace(from, false);
  at.editor.setNamespace(to, true);
  const isInside = (object: { readonly name: ObjectName }): boolean => nameParts(object.name).schema === from;
  const renamed = (name: ObjectName): ObjectName => objectName(to, nameParts(name).name);
  for (const { name } of [...at.editor.allRelations()].filter(isInside)) renameRelation(at, name, renamed(name));
  for (const { name } of [...at.editor.allTypes()].filter(isInside)) renameType(at, name, renamed(name));
  for (const overloads of [...at.editor.allRoutines()]) {
    const name = overloads[0]?.name;
    if (name === undefined || nameParts(name).schema !== from) continue;
    at.editor.setRoutines(name, []);
    at.editor.setRoutines(renamed(name), overloads.map((routine) => ({ ...routine, name: renamed(name) })));
  }
  if (at.editor.searchPath.includes(from)) at.editor.setSearchPath(at.editor.searchPath.map((schema) => (schema === from ? to : schema)));
}
