import type { CatalogColumn, CatalogConstraint, CatalogRelation, CatalogRoutine, CatalogText, CatalogTrigger, CatalogType } from './schema/catalog';
import { nameParts, type ObjectName } from './schema/names';
import type { Snapshot } from './snapshot';

/**
 * A snapshot without the objects whose names match a pattern: `audit_*` in any schema, `billing.*` all of one schema (`*` any
 * characters, `?` one). What belongs to them goes too; where others mention them in an expression, a query or a body, that
 * text is left out as one that nobody knows.
 */
export function exclude(snapshot: Snapshot, patterns: readonly string[]): Snapshot {
  if (patterns.length === 0) return snapshot;
  const { catalog } = snapshot;
  const matches = matcher(patterns);
  const gone = new Set<string>();
  for (const { name } of [...catalog.relations, ...catalog.types, ...catalog.routines]) if (matches(name)) gone.add(name);
  for (const relation of catalog.relations) {
    const owner = 'table' in relation ? relation.table : relation.kind === 'sequence' ? relation.ownedBy?.table : undefined;
    if (owner !== undefined && gone.has(owner)) gone.add(relation.name);
  }
  const without = new Without(gone);
  const stays = ({ name }: { readonly name: string }): boolean => !gone.has(name);
  const wholeSchemas = patterns.flatMap((pattern) => (pattern.endsWith('.*') ? [glob(pattern.slice(0, -2))] : []));
  const schemaStays = (name: string): boolean => !wholeSchemas.some((schema) => schema.test(name));
  return {
    ...snapshot,
    excluded: patterns,
    catalog: {
      schemas: catalog.schemas.filter(schemaStays),
      relations: catalog.relations.filter(stays).map((relation) => without.inRelation(relation)),
      types: catalog.types.filter(stays).map((type) => without.inType(type)),
      routines: catalog.routines.filter(stays).map((routine) => without.inRoutine(routine)),
      publications: catalog.publications.map((publication) => ({
        ...publication,
        ...(publication.tables === undefined ? {} : { tables: without.names(publication.tables) }),
        ...(publication.schemas === undefined ? {} : { schemas: publication.schemas.filter(schemaStays) }),
      })),
    },
    sizes: Object.fromEntries(Object.entries(snapshot.sizes).filter(([name]) => !gone.has(name))),
    ...(snapshot.applied === undefined ? {} : { applied: snapshot.applied.filter(({ table }) => !gone.has(table)) }),
  };
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
