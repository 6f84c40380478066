import { sameContent } from '../same-content';
import type { Index, Relation, Sequence, Table, View } from './schema';

/** What readers look at one by one. Two of them may share a bit; a reader of anything else has read the whole relation. */
const FIELDS = [
  'kind', 'name', 'origin', 'temporary', 'readBy', 'persistence', 'columns', 'constraints', 'indexes', 'triggers', 'policies', 'rules', 'statistics', 'ownedSequences', 'rowSecurity', 'parents', 'children',
  'referencedBy', 'partitioning', 'bound', 'accessMethod', 'tablespace', 'replicaIdentity', 'partial', 'table', 'method', 'unique', 'valid', 'nullsNotDistinct', 'keys', 'included', 'predicate', 'constraint',
  'parent', 'reads', 'populated', 'ownedBy',
] as const satisfies readonly (keyof Table | keyof Index | keyof View | keyof Sequence)[];

/** How many bits the fields share. */
const BITS = 30;
/** One bit more: all of a relation was looked at. */
export const ALL_FIELDS = 1 << BITS;

const bits = new Map<PropertyKey, number>(FIELDS.map((field, at) => [field, 1 << (at % BITS)]));

/** A relation that somebody looks at, and what of it was looked at: a change of anything else is nothing to them. */
export class Seen implements ProxyHandler<Relation> {
  /** The relation for those who look. */
  readonly shown: Relation;
  /** The bits of the fields that were looked at. */
  fields = 0;

  constructor(readonly relation: Relation) {
    this.shown = new Proxy(relation, this);
  }

  get(relation: Relation, field: PropertyKey): unknown {
    this.note(field);
    return Reflect.get(relation, field);
  }

  has(relation: Relation, field: PropertyKey): boolean {
    this.note(field);
    return Reflect.has(relation, field);
  }

  ownKeys(relation: Relation): (string | symbol)[] {
    this.fields |= ALL_FIELDS;
    return Reflect.ownKeys(relation);
  }

  getOwnPropertyDescriptor(relation: Relation, field: PropertyKey): PropertyDescriptor | undefined {
    this.note(field);
    return Reflect.getOwnPropertyDescriptor(relation, field);
  }

  private note(field: PropertyKey): void {
    this.fields |= bits.get(field) ?? ALL_FIELDS;
  }
}

/** Whether a relation, or the lack of one, looks like another to somebody who looked at some of its fields, or at {@link ALL_FIELDS}. */
export function looksLike(relation: unknown, other: unknown, fields: number): boolean {
  if (other === relation) return true;
  if (relation === undefined || other === undefined || (fields & ALL_FIELDS) !== 0) return false;
  return FIELDS.every((field, at) => (fields & (1 << (at % BITS))) === 0 || sameField(Reflect.get(relation as Relation, field), Reflect.get(other as Relation, field)));
}

/** Lists that were found to differ, each with the last other one: all statements behind an edit ask about the same. */
const different = new WeakMap<object, unknown>();

function sameField(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null) return a === b;
  if (different.get(a) === b) return false;
  if (sameContent(a, b)) return true;
  different.set(a, b);
  return false;
}
