import { persistentMap } from '../../../persistent-map';
import type { Catalog, CatalogOutline, CatalogRelation, CatalogRoutine, CatalogType } from '../../catalog';
import type { ObjectName, RelationName } from '../../names';
import type { Outline } from '../../outline';
import { Relations, type Listing } from '../../relations';
import { UNKNOWN_SCHEMA, type Publication, type Relation, type Routine, type Schema, type TypeDefinition } from '../../schema';
import { Expressions } from './expressions';
import { indexFrom } from './indexes';
import { Links } from './links';
import { tableFrom, unlookedAtTable } from './tables';
import { viewFrom } from './views';

/**
 * The schema that a catalogue describes: a whole database that was there before every migration. Expressions are parsed
 * when somebody looks at them; by then the parser must have been loaded.
 * @param asked the names that were looked for, where not all of the database was read
 * @param complete false where something was left out of the catalogue: then what is not in it may exist all the same
 */
export function schemaFromCatalog(catalog: Catalog, complete = true, asked?: ReadonlySet<string>): Schema {
  const texts = new Expressions();
  const links = new Links(catalog);
  const relations = catalog.relations.map((relation): [RelationName, Relation] => [relation.name as RelationName, relationFrom(relation, links, texts)]);
  const types = catalog.types.map((type): [ObjectName, TypeDefinition] => [type.name as ObjectName, typeFrom(type, texts)]);
  const publications = catalog.publications.map((publication): [string, Publication] => [
    publication.name,
    { name: publication.name, tables: (publication.tables ?? []) as RelationName[], allTables: publication.allTables === true, schemas: publication.schemas ?? [] },
  ]);
  return {
    relations: Relations.of(relations, catalog.others === undefined ? undefined : new Unlooked(catalog.others, links, texts)),
    types: persistentMap(types),
    routines: persistentMap(overloads(catalog.routines, texts)),
    publications: persistentMap(publications),
    namespaces: persistentMap(catalog.schemas.map((name): [string, true] => [name, true])),
    complete,
    searchPath: catalog.searchPath ?? UNKNOWN_SCHEMA.searchPath,
    ...(catalog.searchPath === undefined ? {} : { configuredPath: catalog.searchPath }),
    unseen: UNKNOWN_SCHEMA.unseen,
    ...(asked === undefined ? {} : { asked }),
  };
}

/** The relations that are there, and of which nothing else is known. */
class Unlooked implements Listing {
  private readonly made = new Map<RelationName, Relation>();

  constructor(
    private readonly outline: Outline,
    private readonly links: Links,
    private readonly texts: Expressions,
  ) {}

  get(name: RelationName): Relation | undefined {
    const known = this.made.get(name);
    if (known !== undefined) return known;
    const other = this.outline.get(name);
    if (other === undefined) return undefined;
    const made = unlookedAt(other, this.links, this.texts);
    this.made.set(name, made);
    return made;
  }
  has(name: RelationName): boolean {
    return this.outline.has(name);
  }
  names(): readonly RelationName[] {
    return this.outline.names();
  }
  childrenOf(name: RelationName): readonly RelationName[] {
    return this.outline.childrenOf(name);
  }
}

function unlookedAt(other: CatalogOutline, links: Links, texts: Expressions): Relation {
  const { name, kind } = other;
  if (kind !== 'view' && kind !== 'materialized view') return unlookedAtTable({ ...other, kind }, links);
  return relationFrom({ name, kind, columns: [], query: null }, links, texts);
}

function relationFrom(relation: CatalogRelation, links: Links, texts: Expressions): Relation {
  const name = relation.name as RelationName;
  const base = { name, origin: undefined, temporary: false, readBy: links.readBy(name) } as const;
  switch (relation.kind) {
    case 'table':
    case 'partitioned table':
    case 'foreign table':
      return tableFrom(relation, base, links, texts);
    case 'view':
    case 'materialized view':
      return viewFrom(relation, base, links, texts);
    case 'index':
    case 'partitioned index':
      return indexFrom(relation, base, texts);
    case 'sequence':
      return { ...base, kind: 'sequence', ownedBy: relation.ownedBy === undefined ? undefined : { table: relation.ownedBy.table as RelationName, column: relation.ownedBy.column } };
    case 'composite type':
      return { ...base, kind: 'composite type', columns: relation.columns.map((column) => ({ name: column.name, type: texts.type(column.type) })) };
  }
}

function typeFrom(type: CatalogType, texts: Expressions): TypeDefinition {
  const name = type.name as ObjectName;
  if (type.kind === 'enum') return { kind: 'enum', name, labels: type.labels, origin: undefined };
  if (type.kind !== 'domain') return { kind: type.kind, name, origin: undefined };
  return {
    kind: 'domain',
    name,
    base: texts.type(type.base),
    notNull: type.notNull === true,
    default: texts.optional(type.default),
    checks: (type.checks ?? []).map((check) => ({ name: check.name, valid: check.notValid !== true, expression: texts.expression(check.expression) })),
    origin: undefined,
  };
}

function overloads(routines: readonly CatalogRoutine[], texts: Expressions): Map<ObjectName, readonly Routine[]> {
  const byName = new Map<ObjectName, Routine[]>();
  for (const routine of routines) {
    const name = routine.name as ObjectName;
    const made: Routine = {
      name,
      kind: routine.kind,
      volatility: routine.volatility,
      language: routine.language,
      inputs: (routine.inputs ?? []).map((type) => texts.type(type)),
      returns: routine.returns === undefined ? undefined : texts.type(routine.returns),
      returnsSet: routine.returnsSet === true,
      body: routine.body,
      definition: routine.definition,
    };
    const others = byName.get(name);
    if (others === undefined) byName.set(name, [made]);
    else others.push(made);
  }
  return byName;
}

