import type { RangeVar, TypeName } from '@pgsql/types';
import { objectName, type ObjectName, type RelationName } from '../names';
import type { Relation, TypeReference } from '../schema';
import type { SchemaView } from '../view';

/** The exact name that a relation's mention means: the first schema of the search path that has it, else the first one at all. */
export function relationName(mention: RangeVar, schema: SchemaView): RelationName {
  const name = mention.relname ?? '';
  if (mention.schemaname !== undefined) return objectName(mention.schemaname, name);
  for (const namespace of schema.searchPath) {
    const candidate = objectName(namespace, name);
    if (schema.relation(candidate) !== undefined) return candidate;
  }
  return objectName(schema.searchPath[0] ?? 'public', name);
}

/** The relation that is mentioned, or undefined where it is not known (or does not exist). */
export function relationOf(mention: RangeVar, schema: SchemaView): Relation | undefined {
  return schema.relation(relationName(mention, schema));
}

/** The exact type that is written, with its modifiers; built-in types are in pg_catalog under their internal name (`int4`). */
export function typeReference(type: TypeName, schema: SchemaView): TypeReference {
  void type;
  void schema;
  throw new Error('not written yet');
}

/** The exact name of a routine as mentioned by a list of name parts. */
export function routineName(parts: readonly string[], schema: SchemaView): ObjectName {
  void parts;
  void schema;
  throw new Error('not written yet');
}
