import type { Catalog, CatalogColumn, CatalogConstraint, CatalogRelation, CatalogRoutine, CatalogText, CatalogTrigger, CatalogType } from './schema/catalog';
import { nameParts, type ObjectName } from './schema/names';
import type { RelationSizes } from './schema/statistics';
import type { SnapshotRest } from './snapshot';

/** An object by its exact name, and the table that it belongs to. */
export interface Belonging {
  readonly name: string;
  readonly table?: string;
}

/**
 * Leaves objects out whose names match a pattern: `audit_*` in any schema, `billing.*` all of one schema (`*` any characters,
 * `?` one). What belongs to them goes too; where others mention them in an expression, a query or a body, that text is left
 * out as one that nobody knows.
 */
export class Exclusion {
  private readonly gone: ReadonlySet<string>;
  private readonly without: Without;
  private readonly wholeSchemas: readonly RegExp[];

  /** @param objects all that there are: what is left out is known before anything is written */
  constructor(patterns: readonly string[], objects: Iterable<Belonging>) {
    const matches = matcher(patterns);
    const gone = new Set<string>();
    const belongings: Required<Belonging>[] = [];
    for (const { name, table } of objects) {
      if (matches(name)) gone.add(name);
      else if (table !== undefined) belongings.push({ name, table });
    }
    for (const { name, table } of belongings) if (gone.has(table)) gone.add(name);
    this.gone = gone;
    this.without = new Without(gone);
    this.wholeSchemas = patterns.flatMap((pattern) => (pattern.endsWith('.*') ? [glob(pattern.slice(0, -2))] : []));
  }

  namespaces({ schemas, searchPath }: Pick<Catalog, 'schemas' | 'searchPath'>): Pick<Catalog, 'schemas' | 'searchPath'> {
    return { schemas: this.schemas(schemas), ...(searchPath === undefined ? {} : { searchPath: this.schemas(searchPath) }) };
  }

  private schemas(schemas: Catalog['schemas']): Catalog['schemas'] {
    return schemas.filter((name) => !this.wholeSchemas.some((schema) => schema.test(name)));
  }

  relations(relations: Catalog['relations']): Catalog['relations'] {
    return this.stay(relations).map((relation) => this.without.inRelation(relation));
  }

  sizes(sizes: RelationSizes): RelationSizes {
    return Object.fromEntries(Object.entries(sizes).filter(([name]) => !this.gone.has(name)));
  }

  rest({ types, routines, publications, applied, replication }: SnapshotRest): SnapshotRest {
    return {
      types: this.stay(types).map((type) => this.without.inType(type)),
      routines: this.stay(routines).map((routine) => this.without.inRoutine(routine)),
      applied: applied.filter(({ table }) => !this.gone.has(table)),
      replication: { ...replication, subscriptions: replication.subscriptions.map(({ name, tables }) => ({ name, tables: this.without.names(tables) })) },
      publications: publications.map((publication) => ({
        ...publication,
        ...(publication.tables === undefined ? {} : { tables: this.without.names(publication.tables) }),
        ...(publication.schemas === undefined ? {} : { schemas: this.schemas(publication.schemas) }),
      })),
    };
  }

  private stay<T extends { readonly name: string }>(objects: readonly T[]): readonly T[] {
    return objects.filter(({ name }) => !this.gone.has(name));
  }
}

function matcher(patterns: readonly string[]): (name: string) => boolean {
  const globs = patterns.map((pattern) => ({ qualified: pattern.includes('.'), glob: glob(pattern) }));
  return (name) => {
    const parts = nameParts(name as ObjectName);
    return globs.some((one) => one.glob.test(one.qualified ? `${parts.schema}.${parts.name}` : parts.name));
  };
}

function glob(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$+.()|[\]{}]/gu, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
}

/** Takes the mention of some objects out of others. */
class Without {
  /** Their names without the schema, as a text would mention them. */
  private readonly words: ReadonlySet<string>;

  constructor(private readonly gone: ReadonlySet<string>) {
    this.words = new Set([...gone].map((name) => nameParts(name as ObjectName).name));
  }

  names = (names: readonly string[]): readonly string[] => names.filter((name) => !this.gone.has(name));

  inRelation(relation: CatalogRelation): CatalogRelation {
    switch (relation.kind) {
      case 'sequence':
        return relation;
      case 'composite type':
        return { ...relation, columns: this.columns(relation.columns) };
      case 'index':
      case 'partitioned index': {
        const { parent, ...rest } = relation;
        return { ...rest, ...this.texts(rest, ['expressions', 'predicate']), ...(parent === undefined || this.gone.has(parent) ? {} : { parent }) };
      }
      case 'view':
      case 'materialized view':
        return { ...relation, columns: this.columns(relation.columns), query: this.text(relation.query), ...this.lists(relation, ['reads']), ...this.attached(relation) };
      default:
        return {
          ...relation,
          columns: this.columns(relation.columns),
          ...this.lists(relation, ['parents', 'statistics']),
          ...(relation.constraints === undefined ? {} : { constraints: relation.constraints.flatMap((constraint) => this.constraint(constraint)) }),
          ...(relation.policies === undefined ? {} : { policies: relation.policies.map((policy) => ({ ...policy, ...this.lists(policy, ['reads']) })) }),
          ...this.attached(relation),
        };
    }
  }

  inType(type: CatalogType): CatalogType {
    if (type.kind !== 'domain') return type;
    const checks = type.checks?.map((check) => ({ ...check, expression: this.text(check.expression) }));
    return { ...type, base: this.type(type.base), ...this.texts(type, ['default']), ...(checks === undefined ? {} : { checks }) };
  }

  inRoutine(routine: CatalogRoutine): CatalogRoutine {
    const { body, definition, ...rest } = routine;
    const kept = {
      ...rest,
      ...(rest.inputs === undefined ? {} : { inputs: rest.inputs.map((type) => this.type(type)) }),
      ...(rest.returns === undefined ? {} : { returns: this.type(rest.returns) }),
    };
    if (this.mentions(body ?? '') || this.mentions(definition ?? '')) return kept;
    return { ...kept, ...(body === undefined ? {} : { body }), ...(definition === undefined ? {} : { definition }) };
  }

  private columns(columns: readonly CatalogColumn[]): readonly CatalogColumn[] {
    return columns.map((column) => ({
      ...column,
      type: this.type(column.type),
      ...this.texts(column, ['default']),
      ...(column.generated === undefined ? {} : { generated: { kind: column.generated.kind, expression: this.text(column.generated.expression) } }),
    }));
  }

  private constraint(constraint: CatalogConstraint): readonly CatalogConstraint[] {
    if (constraint.kind === 'foreign key' && this.gone.has(constraint.references)) return [];
    return [constraint.kind === 'check' ? { ...constraint, expression: this.text(constraint.expression) } : constraint];
  }

  private attached(relation: Pick<Extract<CatalogRelation, { readonly kind: 'view' | 'materialized view' }>, 'triggers' | 'rules'>): Pick<typeof relation, 'triggers' | 'rules'> {
    const stays = ({ routine, constraintFrom }: CatalogTrigger): boolean => !this.gone.has(routine) && (constraintFrom === undefined || !this.gone.has(constraintFrom));
    return {
      ...(relation.triggers === undefined ? {} : { triggers: relation.triggers.filter(stays) }),
      ...(relation.rules === undefined ? {} : { rules: relation.rules.map((rule) => ({ ...rule, definition: this.text(rule.definition) })) }),
    };
  }

  private lists<K extends string>(object: Readonly<Partial<Record<K, readonly string[]>>>, keys: readonly K[]): Readonly<Partial<Record<K, readonly string[]>>> {
    return Object.fromEntries(keys.flatMap((key) => (object[key] === undefined ? [] : [[key, this.names(object[key])]]))) as Partial<Record<K, readonly string[]>>;
  }

  private texts<K extends string>(object: Readonly<Partial<Record<K, CatalogText>>>, keys: readonly K[]): Readonly<Partial<Record<K, CatalogText>>> {
    return Object.fromEntries(keys.flatMap((key) => (object[key] === undefined ? [] : [[key, this.text(object[key])]]))) as Partial<Record<K, CatalogText>>;
  }

  private text(text: CatalogText): CatalogText {
    return text !== null && this.mentions(text) ? null : text;
  }

  private type(type: string): string {
    return this.mentions(type) ? 'unknown' : type;
  }

  private mentions(text: string): boolean {
    for (const [word] of text.matchAll(/"(?:[^"]|"")*"|[\p{L}\p{N}_$]+/gu)) {
      if (this.words.has(word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase())) return true;
    }
    return false;
  }
}
