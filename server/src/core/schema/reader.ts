import type { AnyRoom, Room } from './entries';
import { objectName, type ObjectName, type RelationName } from './names';
import { Reading } from './reading';
import type { Publication, Relation, Routine, Schema, TypeDefinition, Unseen } from './schema';
import { Seen } from './seen';
import type { SchemaView } from './view';

/** A schema that is looked at, and what was looked at of it. */
export class SchemaReader implements SchemaView {
  /** @param reading what was read so far */
  constructor(
    protected readonly base: Schema,
    readonly reading = new Reading(base),
  ) {}

  /** What was read. Nothing may be read afterwards. */
  close(): Reading {
    this.reading.close();
    return this.reading;
  }

  /** Whoever asks is given the relation in a form that notes down which of its fields are looked at. */
  relation(name: RelationName): Relation | undefined {
    const known = this.reading.noted('relations', name);
    if (known instanceof Seen) return known.shown;
    const relation = this.base.relations.get(name);
    const seen = relation === undefined ? undefined : new Seen(relation);
    this.reading.note('relations', name, seen);
    return seen?.shown;
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
    return inOrder(this.readAll('relations'));
  }
  allRoutines(): Iterable<readonly Routine[]> {
    return inOrder(this.readAll('routines'));
  }
  allTypes(): Iterable<TypeDefinition> {
    return inOrder(this.readAll('types'));
  }
  allPublications(): Iterable<Publication> {
    return inOrder(this.readAll('publications'));
  }
  get complete(): boolean {
    return this.base.complete;
  }
  get searchPath(): readonly string[] {
    this.reading.notePath();
    return this.base.searchPath;
  }

  hasUnseen(what: Unseen): boolean {
    return this.read('unseen', what) === true;
  }
  isMissing(name: string, namespace?: string): boolean {
    this.reading.noteNames();
    if (!this.complete || this.base.asked?.has(name) === false || this.hasUnseen('sql') || this.hasUnseen('code')) return false;
    if (namespace !== undefined) return this.relation(objectName(namespace, name)) === undefined;
    for (const schema of this.readAll('namespaces').keys()) if (this.relation(objectName(schema, name)) !== undefined) return false;
    return true;
  }

  protected read(room: Room, key: string): unknown {
    const value = (this.base[room] as AnyRoom).get(key);
    this.reading.note(room, key, value);
    return value;
  }

  protected readAll<R extends Room>(room: R): Schema[R] {
    this.reading.noteRoom(room);
    return this.base[room];
  }
}

/** The values by their keys: the order in which a schema came about is no part of it. */
function inOrder<Value>(room: Iterable<readonly [string, Value]>): readonly Value[] {
  return [...room].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
