import type { ObjectName, RelationName } from './names';
import type { Publication, Relation, Routine, TypeDefinition, Unseen } from './schema';

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
  /** Whether something has run of which nobody knows what it made. */
  hasUnseen(what: Unseen): boolean;
  /**
   * Whether it is known that no relation has such a name, in a schema or, without one, in any: false where not everything is
   * known, where something ran that may have made it, and where the database was not asked about the name.
   */
  isMissing(name: string, namespace?: string): boolean;
}
