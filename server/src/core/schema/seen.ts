import { sameContent } from '../same-content';
import type { Index, Relation, Sequence, Table, View } from './schema';

/** What readers look at one by one. Two of them may share a bit; a reader of anything else has read the whole relation. */
const FIELDS = [
  'kind', 'name', 'origin', 'temporary', 'readBy', 'persistence', 'columns', 'constraints', 'indexes', 'triggers', 'policies', 'rules', 'statistics', 'ownedSequences', 'rowSecurity', 'parents', 'children',
  'referencedBy', 'partitioning', 'bound', 'accessMethod', 'tablespace', 'replicaIdentity', 'partial', 'table', 'method', 'unique', 'valid', 'nullsNotDistinct', 'keys', 'included', 'predicate', 'constraint',
  'parent', 'reads', 'populated', 'ownedBy',
] as const satisfies readonly (keyof Table | keyof Index | keyof View | keyof Sequence)[];

/** As many bits as an integer has that V8 keeps without an object of its own. */
const BITS = 30;
const WHOLE = 1 << BITS;

const bits = new Map<PropertyKey, number>(FIELDS.map((field, at) => [field, 1 << (at % BITS)]));

/** A relation that somebody looks at, and what of it was looked at: a change of anything else is nothing to them. */
export class Seen implements ProxyHandler<Relation> {
  /** The relation for those who look. */
  readonly shown: Relation;
  private fields = 0;

  constructor(private readonly relation: Relation) {
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
    this.fields |= WHOLE;
    return Reflect.ownKeys(relation);
  }

  getOwnPropertyDescriptor(relation: Relation, field: PropertyKey): PropertyDescriptor | undefined {
    this.note(field);
    return Reflect.getOwnPropertyDescriptor(relation, field);
  }

  /** Whether another relation, or the lack of one, looks the same. */
  isLike(other: unknown): boolean {
    const { relation, fields } = this;
    if (other === relation) return true;
    if (other === undefined || (fields & WHOLE) !== 0) return false;
    return FIELDS.every((field, at) => (fields & (1 << (at % BITS))) === 0 || sameContent(Reflect.get(relation, field), Reflect.get(other as Relation, field)));
  }

  private note(field: PropertyKey): void {
    this.fields |= bits.get(field) ?? WHOLE;
  }
}
