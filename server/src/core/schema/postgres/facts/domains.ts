import type { ObjectName } from '../../names';
import type { Relation, TypeReference } from '../../schema';
import type { SchemaView } from '../../view';

/**
 * Whether values of a type must pass a domain's NOT NULL or CHECK, its own or one of a domain below it
 * (DomainHasConstraints, src/backend/utils/cache/typcache.c). `unknown` for a type that nobody declared.
 */
export function domainHasConstraints(type: TypeReference, schema: SchemaView): boolean | 'unknown' {
  // Not even an array of the domain: its elements are checked, the array itself has no constraint.
  if (type.array || type.name.startsWith('pg_catalog.')) return false;
  const definition = schema.type(type.name);
  if (definition === undefined) return schema.relation(type.name) === undefined && !schema.complete ? 'unknown' : false;
  if (definition.kind !== 'domain') return false;
  return definition.notNull || definition.checks.length > 0 || domainHasConstraints(definition.base, schema);
}

/** The type that a domain is over, whatever domains lie between. */
export function baseType(type: TypeReference, schema: SchemaView): TypeReference {
  let at = type;
  for (let depth = 0; depth < 32 && !at.array && !at.name.startsWith('pg_catalog.'); depth++) {
    const definition = schema.type(at.name);
    if (definition?.kind !== 'domain') return at;
    at = definition.base;
  }
  return at;
}

/** Tables and materialised views with columns of a domain, or of a domain over it. */
export function domainUsers(domain: ObjectName, schema: SchemaView): readonly { readonly relation: Relation; readonly columns: readonly string[] }[] {
  const domains = new Set<ObjectName>([domain]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const type of schema.allTypes()) {
      if (type.kind !== 'domain' || domains.has(type.name) || !domains.has(type.base.name)) continue;
      domains.add(type.name);
      grown = true;
    }
  }
  return [...schema.allRelations()].flatMap((relation) => {
    if (relation.kind !== 'table' && relation.kind !== 'materialized view') return [];
    const columns = relation.columns.flatMap(({ name, type }) => (type !== undefined && domains.has(type.name) && !type.array ? [name] : []));
    return columns.length === 0 ? [] : [{ relation, columns }];
  });
}
