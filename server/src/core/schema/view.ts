import type { ObjectName, RelationName } from './names';
import type { Publication, Relation, Routine, Schema, TypeDefinition } from './schema';

/** Reading access to a schema. Effects and rules take this, so that what they looked at can be remembered. */
export interface SchemaView {
  relation(name: RelationName): Relation | undefined;
  type(name: ObjectName): TypeDefinition | undefined;
  routines(name: ObjectName): readonly Routine[];
  publication(name: string): Publication | undefined;
  hasNamespace(name: string): boolean;
  /** All relations: for statements that concern whole schemas or databases. Dear: any later change counts as a change of what was read. */
  allRelations(): Iterable<Relation>;
  allRoutines(): Iterable<readonly Routine[]>;
  allTypes(): Iterable<TypeDefinition>;
  allPublications(): Iterable<Publication>;
  readonly complete: boolean;
  readonly searchPath: readonly string[];
}

type Room = 'relations' | 'types' | 'routines' | 'publications' | 'namespaces';

interface Access {
  readonly room: Room | 'searchPath';
  /** Undefined for the whole room. */
  readonly key: string | undefined;
  readonly value: unknown;
}

/**
 * A schema that can be read and changed, and that remembers both: what was read of the schema it started from, and
 * what was written. {@link Transition} replays the writes on another schema in which everything read is the same.
 */
export class SchemaEditor implements SchemaView {
  private current: Schema;
  private readonly reads: Access[] = [];
  private readonly writes: Access[] = [];
  private readonly written = new Set<string>();

  constructor(private readonly base: Schema) {
    this.current = base;
  }

  relation(name: RelationName): Relation | undefined {
    return this.read('relations', name) as Relation | undefined;
  }
  type(name: ObjectName): TypeDefinition | undefined {
    return this.read('types', name) as TypeDefinition | undefined;
  }
  routines(name: ObjectName): readonly Routine[] {
    return (this.read('routines', name) as readonly Routine[] | undefined) ?? [];
  }
  publication(name: string): Publication | undefined {
    return this.read('publications', name) as Publication | undefined;
  }
  hasNamespace(name: string): boolean {
    return this.read('namespaces', name) === true;
  }
  allRelations(): Iterable<Relation> {
    return this.readAll('relations').relations.values();
  }
  allRoutines(): Iterable<readonly Routine[]> {
    return this.readAll('routines').routines.values();
  }
  allTypes(): Iterable<TypeDefinition> {
    return this.readAll('types').types.values();
  }
  allPublications(): Iterable<Publication> {
    return this.readAll('publications').publications.values();
  }
  get complete(): boolean {
    return this.current.complete;
  }
  get searchPath(): readonly string[] {
    if (!this.written.has('searchPath')) this.reads.push({ room: 'searchPath', key: undefined, value: this.base.searchPath });
    return this.current.searchPath;
  }

  setRelation(relation: Relation): void {
    this.write('relations', relation.name, relation);
  }
  removeRelation(name: RelationName): void {
    this.write('relations', name, undefined);
  }
  setType(type: TypeDefinition): void {
    this.write('types', type.name, type);
  }
  removeType(name: ObjectName): void {
    this.write('types', name, undefined);
  }
  setRoutines(name: ObjectName, routines: readonly Routine[]): void {
    this.write('routines', name, routines.length === 0 ? undefined : routines);
  }
  setPublication(name: string, publication: Publication | undefined): void {
    this.write('publications', name, publication);
  }
  setNamespace(name: string, exists: boolean): void {
    this.write('namespaces', name, exists ? true : undefined);
  }
  setSearchPath(searchPath: readonly string[]): void {
    this.current = { ...this.current, searchPath };
    this.written.add('searchPath');
    this.writes.push({ room: 'searchPath', key: undefined, value: searchPath });
  }

  /** The schema as changed so far. */
  result(): Schema {
    return this.current;
  }

  /** What was read and written so far, to be tried on other schemas. */
  transition(): Transition {
    return new Transition(this.base, this.current, this.reads, this.writes);
  }

  private read(room: Room, key: string): unknown {
    const value = roomOf(this.current, room).get(key);
    if (!this.written.has(`${room} ${key}`)) this.reads.push({ room, key, value });
    return value;
  }

  private readAll(room: Room): Schema {
    this.reads.push({ room, key: undefined, value: this.base[room] });
    return this.current;
  }

  private write(room: Room, key: string, value: unknown): void {
    this.current = withEntry(this.current, room, key, value);
    this.written.add(`${room} ${key}`);
    this.writes.push({ room, key, value });
  }
}

/** How one statement leads from a schema to the next, remembered together with all that this followed from. */
export class Transition {
  constructor(
    private base: Schema,
    private after: Schema,
    private readonly reads: readonly Access[],
    private readonly writes: readonly Access[],
  ) {}

  /** The schema after the statement if everything it depends on is in `schema` as it was, else undefined. */
  apply(schema: Schema): Schema | undefined {
    if (schema === this.base) return this.after;
    if (!this.holdsFor(schema)) return undefined;
    let after = schema;
    for (const { room, key, value } of this.writes) {
      after = room === 'searchPath' ? { ...after, searchPath: value as readonly string[] } : withEntry(after, room, key ?? '', value);
    }
    this.base = schema;
    this.after = after;
    return after;
  }

  /** Whether everything that was read is in `schema` as it was. */
  holdsFor(schema: Schema): boolean {
    if (schema === this.base) return true;
    if (schema.complete !== this.base.complete) return false;
    return this.reads.every(({ room, key, value }) => {
      if (room === 'searchPath') return schema.searchPath === value;
      return (key === undefined ? schema[room] : roomOf(schema, room).get(key)) === value;
    });
  }
}

interface AnyRoom {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
  delete(key: string): unknown;
}

function roomOf(schema: Schema, room: Room): AnyRoom {
  return schema[room] as unknown as AnyRoom;
}

function withEntry(schema: Schema, room: Room, key: string, value: unknown): Schema {
  const entries = roomOf(schema, room);
  return { ...schema, [room]: value === undefined ? entries.delete(key) : entries.set(key, value) };
}
