import { persistentMap, type PersistentMap } from '../persistent-map';
import type { Node } from '@pgsql/types';
import type { ObjectName, RelationName } from './names';
import { Relations } from './relations';

/**
 * What exists in a database before a statement. Values are immutable and share structure: applying a statement gives
 * a new Schema, and "the schema before statement k" is a reference, not a copy.
 */
export interface Schema {
  readonly relations: Relations;
  readonly types: PersistentMap<ObjectName, TypeDefinition>;
  /** Functions and procedures by name; the overloads in the order of creation. */
  readonly routines: PersistentMap<ObjectName, readonly Routine[]>;
  readonly publications: PersistentMap<string, Publication>;
  /** Schemas that are known to exist, `public` among them. */
  readonly namespaces: PersistentMap<string, true>;
  /**
   * Whether a relation that is not listed is known not to exist (the whole schema was given: from a live database, a
   * snapshot or `--schema`). Where this is false, what is not listed is unknown, and claims about it are conditional.
   */
  readonly complete: boolean;
  /** Where unqualified names are looked up and created: the search_path in force, without `$user` and pg_catalog. */
  readonly searchPath: readonly string[];
  /** What RESET search_path leads back to: the role's or the database's setting. Undefined where nobody knows it. */
  readonly configuredPath?: readonly string[];
  /** What has run of which nobody knows what it made; only where the schema is {@link complete} to begin with. */
  readonly unseen: PersistentMap<Unseen, true>;
  /**
   * The names that a database was asked about: of others only tables and views are known. Undefined where all of it was read.
   */
  readonly asked?: ReadonlySet<string>;
}

/**
 * SQL of which nobody knows what it makes: put together at run time, a call of somebody's function, an extension, a template, a
 * statement that does not parse; and code in another language, whose helpers may do anything besides what is read of it.
 */
export type Unseen = 'sql' | 'code';

/** Facts that all relations share. */
interface RelationBase {
  readonly name: RelationName;
  /** The path of the migration that created it, or undefined where it was there before every file analysed. */
  readonly origin: string | undefined;
  readonly temporary: boolean;
  /** Views and materialised views that read it. */
  readonly readBy: readonly RelationName[];
}

export type Relation = Table | View | Sequence | Index | CompositeType;

export interface Table extends RelationBase {
  readonly kind: 'table' | 'partitioned table' | 'foreign table';
  readonly persistence: 'permanent' | 'unlogged';
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  /** Its indexes by name; each is a relation of kind `index`. */
  readonly indexes: readonly RelationName[];
  readonly triggers: readonly Trigger[];
  readonly policies: readonly Policy[];
  readonly rules: readonly RewriteRule[];
  readonly statistics: readonly ObjectName[];
  /** Sequences that are dropped with it: those of serial and identity columns, and those made OWNED BY one of its columns. */
  readonly ownedSequences: readonly RelationName[];
  readonly rowSecurity: boolean;
  /** Inheritance parents; the one parent of a partition too. */
  readonly parents: readonly RelationName[];
  /** Inheritance children and partitions, direct ones only. */
  readonly children: readonly RelationName[];
  /** Foreign keys of other tables (or of itself) that point here. */
  readonly referencedBy: readonly ConstraintReference[];
  /** For a partitioned table: how rows are routed. */
  readonly partitioning: Partitioning | undefined;
  /** For a partition: its bound, and whether it is its parent's default partition. */
  readonly bound: PartitionBound | undefined;
  readonly accessMethod: string | undefined;
  readonly tablespace: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  /** `default`, `full`, `nothing`, or `index NAME`. */
  readonly replicaIdentity: string;
  /**
   * True where nobody saw its CREATE: it is known only from statements that change or mention it. What is listed is
   * there, but there may be more of everything (columns, indexes, children), and it may be a partitioned table.
   */
  readonly partial?: true;
}

export interface Column {
  readonly name: string;
  readonly type: TypeReference;
  readonly collation: string | undefined;
  /** `not valid` (18 and later): new rows are checked, old ones were not. */
  readonly notNull: boolean | 'not valid';
  readonly default: Node | undefined;
  readonly identity: 'always' | 'by default' | undefined;
  readonly generated: { readonly kind: 'stored' | 'virtual'; readonly expression: Node } | undefined;
  /** Inherited from a parent and not declared here too. */
  readonly inherited: boolean;
}

/** A type as a column uses it: `{name: 'pg_catalog.int4'}`, with modifiers as parsed (`numeric(10,2)` is [10, 2]). */
export interface TypeReference {
  readonly name: ObjectName;
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

export interface ConstraintReference {
  readonly table: RelationName;
  readonly constraint: string;
}

interface ConstraintBase {
  readonly name: string;
  /** False while it is NOT VALID: new rows are checked, old ones were not. */
  readonly valid: boolean;
  /** False for NOT ENFORCED (18 and later). */
  readonly enforced: boolean;
  readonly deferrable: boolean;
  readonly inherited: boolean;
}

export type Constraint = CheckConstraint | NotNullConstraint | KeyConstraint | ForeignKey;

export interface CheckConstraint extends ConstraintBase {
  readonly kind: 'check';
  readonly expression: Node;
  readonly noInherit: boolean;
}

export interface NotNullConstraint extends ConstraintBase {
  readonly kind: 'not null';
  readonly column: string;
  readonly noInherit: boolean;
}

export interface KeyConstraint extends ConstraintBase {
  readonly kind: 'primary key' | 'unique' | 'exclusion';
  /** Columns of the key; expressions of an exclusion constraint do not appear. */
  readonly columns: readonly string[];
  readonly index: RelationName;
  /** DEFERRABLE INITIALLY DEFERRED. */
  readonly initiallyDeferred?: true;
}

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface ForeignKey extends ConstraintBase {
  readonly kind: 'foreign key';
  readonly columns: readonly string[];
  readonly references: RelationName;
  readonly referencedColumns: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** Of ON DELETE SET NULL (columns) and SET DEFAULT (columns), where only some are set. */
  readonly onDeleteColumns?: readonly string[];
  readonly matchFull?: true;
  readonly initiallyDeferred?: true;
}

export interface Trigger {
  readonly name: string;
  readonly routine: ObjectName;
  readonly timing: 'before' | 'after' | 'instead of';
  readonly events: readonly ('insert' | 'update' | 'delete' | 'truncate')[];
  readonly row: boolean;
  /** For UPDATE OF: the columns that must be assigned to; absent or empty for any. */
  readonly columns?: readonly string[];
  readonly enabled: boolean;
  /** For a constraint trigger: the other table it was declared FROM. */
  readonly constraintFrom: RelationName | undefined;
}

export interface Policy {
  readonly name: string;
  /** Relations that its expressions read. */
  readonly reads: readonly RelationName[];
}

export interface RewriteRule {
  readonly name: string;
  readonly event: 'select' | 'insert' | 'update' | 'delete';
  readonly instead: boolean;
  readonly actions: readonly Node[];
}

export interface Partitioning {
  readonly strategy: 'list' | 'range' | 'hash';
  /** Column names of the key; undefined for an expression. */
  readonly columns: readonly (string | undefined)[];
}

export interface PartitionBound {
  readonly isDefault: boolean;
  readonly node: Node | undefined;
}

export interface View extends RelationBase {
  readonly kind: 'view' | 'materialized view';
  readonly query: Node | undefined;
  /** Relations it reads, directly. */
  readonly reads: readonly RelationName[];
  readonly columns: readonly { readonly name: string; readonly type: TypeReference | undefined }[];
  readonly indexes: readonly RelationName[];
  readonly triggers: readonly Trigger[];
  readonly rules: readonly RewriteRule[];
  readonly populated: boolean;
}

export interface Sequence extends RelationBase {
  readonly kind: 'sequence';
  readonly ownedBy: { readonly table: RelationName; readonly column: string } | undefined;
}

export interface Index extends RelationBase {
  readonly kind: 'index' | 'partitioned index';
  readonly table: RelationName;
  readonly method: string;
  readonly unique: boolean;
  readonly valid: boolean;
  readonly nullsNotDistinct: boolean;
  /** Key parts in order: a column's name, or an expression. */
  readonly keys: readonly IndexKey[];
  readonly included: readonly string[];
  readonly predicate: Node | undefined;
  /** The constraint that owns it, if any. */
  readonly constraint: string | undefined;
  /** For an index of a partition: the partitioned index it belongs to. */
  readonly parent: RelationName | undefined;
  /** WITH (…) as parsed, where there is any. */
  readonly storage?: readonly Node[];
  readonly tablespace?: string;
}

export type IndexKey = IndexOrder &
  (
    | { readonly column: string; readonly expression?: never; readonly collation: string | undefined; readonly operatorClass: string | undefined }
    | { readonly column?: never; readonly expression: Node; readonly collation: string | undefined; readonly operatorClass: string | undefined }
  );

/** How a part of an index's key is sorted, where that is not the default (ascending, NULLS LAST; NULLS FIRST where descending). */
export interface IndexOrder {
  readonly descending?: true;
  readonly nulls?: 'first' | 'last';
  /** Parameters of the operator class, as parsed. */
  readonly operatorClassOptions?: readonly Node[];
}

export interface CompositeType extends RelationBase {
  readonly kind: 'composite type';
  readonly columns: readonly { readonly name: string; readonly type: TypeReference | undefined }[];
}

export type TypeDefinition =
  | { readonly kind: 'enum'; readonly name: ObjectName; readonly labels: readonly string[]; readonly origin: string | undefined }
  | {
      readonly kind: 'domain';
      readonly name: ObjectName;
      readonly base: TypeReference;
      readonly notNull: boolean;
      readonly default: Node | undefined;
      readonly checks: readonly { readonly name: string; readonly valid: boolean; readonly expression: Node }[];
      readonly origin: string | undefined;
    }
  | { readonly kind: 'range' | 'base' | 'shell'; readonly name: ObjectName; readonly origin: string | undefined };

export interface Routine {
  readonly name: ObjectName;
  readonly kind: 'function' | 'procedure' | 'aggregate';
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly language: string;
  /** Input types as written, to tell overloads apart. */
  readonly inputs: readonly TypeReference[];
  readonly returns: TypeReference | undefined;
  readonly returnsSet: boolean;
  /** The body's text, for languages whose body is text. */
  readonly body: string | undefined;
  /** The whole CREATE statement, which the PL/pgSQL parser wants. */
  readonly definition: string | undefined;
}

export interface Publication {
  readonly name: string;
  readonly tables: readonly RelationName[];
  readonly allTables: boolean;
  readonly schemas: readonly string[];
}

/** A database of which nothing is known but that it has a schema called public. */
export const UNKNOWN_SCHEMA: Schema = {
  relations: Relations.of(),
  types: persistentMap(),
  routines: persistentMap(),
  publications: persistentMap(),
  namespaces: persistentMap([['public', true as const]]),
  complete: false,
  searchPath: ['public'],
  unseen: persistentMap(),
};
