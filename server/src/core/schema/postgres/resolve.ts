import type { Node, RangeVar, TypeName } from '@pgsql/types';
import { objectName, type ObjectName, type RelationName } from '../names';
import type { Relation, TypeReference } from '../schema';
import type { SchemaView } from '../view';
import { isBuiltinFunction, isBuiltinType, isCatalogRelation } from './builtin-lookup';
import { strings } from './walk';

/** The schema that temporary relations are put in here, whatever the server calls that of the session. */
export const TEMPORARY_SCHEMA = 'pg_temp';

/**
 * The exact name that a relation's mention means: a temporary one, else the first schema of the search path that has
 * it, else the catalogue's, else the first schema of the path.
 */
export function relationName(mention: RangeVar, schema: SchemaView): RelationName {
  return nameOnPath(mention.schemaname, mention.relname ?? '', schema, (name) => schema.relation(name) !== undefined, isCatalogRelation);
}

/** The relation that is mentioned, or undefined where it is not known (or does not exist). */
export function relationOf(mention: RangeVar, schema: SchemaView): Relation | undefined {
  return schema.relation(relationName(mention, schema));
}

/** A relation named by a list of parts, as DROP and COMMENT have it: `[database.][schema.]name`. */
export function mentionOf(parts: readonly string[]): RangeVar {
  const relname = parts[parts.length - 1] ?? '';
  const schemaname = parts[parts.length - 2];
  return schemaname === undefined ? { relname } : { relname, schemaname };
}

/** The exact name that a relation gets when a statement creates it. */
export function newRelationName(mention: RangeVar, schema: SchemaView): RelationName {
  const temporary = mention.relpersistence === 't' || mention.schemaname === TEMPORARY_SCHEMA;
  return objectName(temporary ? TEMPORARY_SCHEMA : (mention.schemaname ?? creationSchema(schema)), mention.relname ?? '');
}

/** The exact name that a type, function or statistics object gets when a statement creates it. */
export function newObjectName(parts: readonly string[], schema: SchemaView): ObjectName {
  return objectName(parts[parts.length - 2] ?? creationSchema(schema), parts[parts.length - 1] ?? '');
}

/** The schema that new objects go to: the first of the search path. */
export function creationSchema(schema: SchemaView): string {
  return schema.searchPath[0] ?? 'public';
}

/** The exact type that is written, with its modifiers; built-in types are in pg_catalog under their internal name (`int4`). */
export function typeReference(type: TypeName, schema: SchemaView): TypeReference {
  const parts = strings(type.names);
  const array = (type.arrayBounds?.length ?? 0) > 0;
  if (type.pct_type === true) return columnType(parts, schema) ?? { name: objectName('pg_catalog', 'unknown'), modifiers: [], array };
  const written = typeName(parts, schema);
  const modifiers = (type.typmods ?? []).map(modifier);
  // `_int4` is what the server calls the array of int4.
  const element = /^pg_catalog\._(\w+)$/.exec(written)?.[1];
  if (element !== undefined && isBuiltinType(element)) return { name: objectName('pg_catalog', element), modifiers, array: true };
  return { name: written, modifiers, array };
}

/** The exact name of a type as mentioned by a list of name parts. */
export function typeName(parts: readonly string[], schema: SchemaView): ObjectName {
  const name = parts[parts.length - 1] ?? '';
  const namespace = parts[parts.length - 2];
  if (namespace === undefined) {
    const serial = SERIAL_TYPES.get(name);
    if (serial !== undefined) return objectName('pg_catalog', serial);
    if (isBuiltinType(name) || (name.startsWith('_') && isBuiltinType(name.slice(1)))) return objectName('pg_catalog', name);
  }
  // A table is a type too, that of its rows.
  return nameOnPath(namespace, name, schema, (candidate) => schema.type(candidate) !== undefined || schema.relation(candidate) !== undefined, none);
}

/** Whether the type is one of the serial ones, which are no types but a way to write a column with a sequence. */
export function isSerial(type: TypeName | undefined): boolean {
  const parts = strings(type?.names);
  return parts.length === 1 && SERIAL_TYPES.has(parts[0] ?? '');
}

/** transformColumnDefinition (src/backend/parser/parse_utilcmd.c). */
const SERIAL_TYPES: ReadonlyMap<string, string> = new Map([
  ['smallserial', 'int2'],
  ['serial2', 'int2'],
  ['serial', 'int4'],
  ['serial4', 'int4'],
  ['bigserial', 'int8'],
  ['serial8', 'int8'],
]);

/** The exact name of a routine as mentioned by a list of name parts: a built-in one comes before those of the search path. */
export function routineName(parts: readonly string[], schema: SchemaView): ObjectName {
  const name = parts[parts.length - 1] ?? '';
  const namespace = parts[parts.length - 2];
  if (namespace === undefined && isBuiltinFunction(name)) return objectName('pg_catalog', name);
  return userRoutineName(parts, schema);
}

/** The exact name of a routine that a DROP, ALTER or EXECUTE FUNCTION mentions: nobody means a built-in one there. */
export function userRoutineName(parts: readonly string[], schema: SchemaView): ObjectName {
  const name = parts[parts.length - 1] ?? '';
  return nameOnPath(parts[parts.length - 2], name, schema, (candidate) => schema.routines(candidate).length > 0, none);
}

const none = (): boolean => false;

function nameOnPath(
  namespace: string | undefined,
  name: string,
  schema: SchemaView,
  exists: (name: ObjectName) => boolean,
  isBuiltin: (name: string) => boolean,
): ObjectName {
  if (namespace !== undefined) return objectName(namespace, name);
  const temporary = objectName(TEMPORARY_SCHEMA, name);
  if (exists(temporary)) return temporary;
  for (const candidate of schema.searchPath) {
    const qualified = objectName(candidate, name);
    if (exists(qualified)) return qualified;
  }
  return objectName(isBuiltin(name) ? 'pg_catalog' : creationSchema(schema), name);
}

/** The type of a column written as `table.column%TYPE`. */
function columnType(parts: readonly string[], schema: SchemaView): TypeReference | undefined {
  const relation = relationOf(mentionOf(parts.slice(0, -1)), schema);
  if (relation === undefined || !('columns' in relation)) return undefined;
  return relation.columns.find((column) => column.name === parts[parts.length - 1])?.type;
}

/** A modifier as a number. A word, such as that of `geometry(Point)`, becomes a negative number that only this word gives. */
function modifier(node: Node): number {
  if ('A_Const' in node) {
    const { ival, sval, fval } = node.A_Const;
    if (sval !== undefined) return wordNumber(sval.sval ?? '');
    return fval === undefined ? (ival?.ival ?? 0) : Number(fval.fval ?? 0);
  }
  return 'ColumnRef' in node ? wordNumber(strings(node.ColumnRef.fields).join('.')) : 0;
}

function wordNumber(word: string): number {
  let number = 7;
  for (const character of word.toLowerCase()) number = (number * 31 + (character.codePointAt(0) ?? 0)) % 2 ** 40;
  return -(number + 2 ** 20);
}
