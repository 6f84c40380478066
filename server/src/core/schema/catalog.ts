import type { Outline } from './outline';

/**
 * What a server's catalogue says is there, as plain data: what a live connection reads and a snapshot holds. It becomes
 * a Schema by `schemaFromCatalog`. Names of objects are exact names (`public."Users"`). Expressions are the text that
 * the server makes of them with an empty search_path; null where the server did not give it away in time (a table that
 * somebody held an ACCESS EXCLUSIVE lock on). What is left out is empty, false or the default.
 */
export interface Catalog {
  readonly schemas: readonly string[];
  /** Where the role's unqualified names are looked up: the schemas of its search_path that are there; older snapshots do not say. */
  readonly searchPath?: readonly string[];
  readonly relations: readonly CatalogRelation[];
  /** Tables and views that were not looked at: only that they are there is known. A snapshot has none. */
  readonly others?: Outline;
  readonly types: readonly CatalogType[];
  readonly routines: readonly CatalogRoutine[];
  readonly publications: readonly CatalogPublication[];
}

export type CatalogRelation = CatalogTable | CatalogView | CatalogSequence | CatalogIndex | CatalogComposite;

/** The text of an expression or query; null where it is there and nobody knows what it says. */
export type CatalogText = string | null;

/** A table or view of which nothing is known but its place. */
export interface CatalogOutline {
  readonly name: string;
  readonly kind: CatalogTable['kind'] | CatalogView['kind'];
  readonly parents?: readonly string[];
}

export interface CatalogTable {
  readonly name: string;
  readonly kind: 'table' | 'partitioned table' | 'foreign table';
  readonly unlogged?: true;
  readonly columns: readonly CatalogColumn[];
  readonly constraints?: readonly CatalogConstraint[];
  readonly triggers?: readonly CatalogTrigger[];
  readonly policies?: readonly CatalogPolicy[];
  readonly rules?: readonly CatalogRule[];
  readonly statistics?: readonly string[];
  readonly rowSecurity?: true;
  readonly parents?: readonly string[];
  /** Strategy and key; null for a part that is an expression. */
  readonly partitionBy?: { readonly strategy: 'list' | 'range' | 'hash'; readonly columns: readonly (string | null)[] };
  /** `DEFAULT` or `FOR VALUES …`. */
  readonly bound?: string;
  readonly accessMethod?: string;
  readonly tablespace?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly replicaIdentity?: string;
}

export interface CatalogColumn {
  readonly name: string;
  /** As format_type writes it. */
  readonly type: string;
  readonly collation?: string;
  readonly notNull?: true;
  readonly default?: CatalogText;
  readonly identity?: 'always' | 'by default';
  readonly generated?: { readonly kind: 'stored' | 'virtual'; readonly expression: CatalogText };
  readonly inherited?: true;
}

interface CatalogConstraintBase {
  readonly name: string;
  readonly notValid?: true;
  readonly notEnforced?: true;
  readonly deferrable?: true;
  readonly initiallyDeferred?: true;
  readonly inherited?: true;
}

export type CatalogConstraint = CatalogConstraintBase &
  (
    | { readonly kind: 'check'; readonly expression: CatalogText; readonly noInherit?: true }
    | { readonly kind: 'not null'; readonly column: string; readonly noInherit?: true }
    | { readonly kind: 'primary key' | 'unique' | 'exclusion'; readonly columns: readonly string[]; readonly index: string }
    | {
        readonly kind: 'foreign key';
        readonly columns: readonly string[];
        readonly references: string;
        readonly referencedColumns: readonly string[];
        /** The letters of pg_constraint.confdeltype and confupdtype, where they are not `a` (no action). */
        readonly onDelete?: string;
        readonly onUpdate?: string;
        readonly onDeleteColumns?: readonly string[];
        readonly matchFull?: true;
      }
  );

export interface CatalogTrigger {
  readonly name: string;
  readonly routine: string;
  /** The bits of pg_trigger.tgtype. */
  readonly type: number;
  /** Of UPDATE OF. */
  readonly columns?: readonly string[];
  readonly disabled?: true;
  readonly constraintFrom?: string;
}

export interface CatalogPolicy {
  readonly name: string;
  readonly reads?: readonly string[];
}

export interface CatalogRule {
  readonly name: string;
  /** pg_rewrite.ev_type: 1 SELECT, 2 UPDATE, 3 INSERT, 4 DELETE. */
  readonly event: string;
  readonly instead?: true;
  /** The whole CREATE RULE. */
  readonly definition: CatalogText;
}

export interface CatalogView {
  readonly name: string;
  readonly kind: 'view' | 'materialized view';
  readonly columns: readonly CatalogColumn[];
  readonly query: CatalogText;
  readonly reads?: readonly string[];
  readonly triggers?: readonly CatalogTrigger[];
  readonly rules?: readonly CatalogRule[];
  readonly unpopulated?: true;
}

export interface CatalogSequence {
  readonly name: string;
  readonly kind: 'sequence';
  readonly ownedBy?: { readonly table: string; readonly column: string };
}

export interface CatalogIndex {
  readonly name: string;
  readonly kind: 'index' | 'partitioned index';
  readonly table: string;
  /** Where it is not btree. */
  readonly method?: string;
  readonly unique?: true;
  readonly invalid?: true;
  readonly nullsNotDistinct?: true;
  readonly keys: readonly CatalogIndexKey[];
  readonly included?: readonly string[];
  /** All expressions of the key, with commas between, as pg_get_expr writes them. */
  readonly expressions?: CatalogText;
  readonly predicate?: CatalogText;
  readonly constraint?: string;
  readonly parent?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly tablespace?: string;
}

export interface CatalogIndexKey {
  /** Undefined for the next one of the index's expressions. */
  readonly column?: string;
  readonly collation?: string;
  /** Where it is not the default of the type. */
  readonly operatorClass?: string;
  readonly descending?: true;
  /** Where it is not the default of the direction. */
  readonly nulls?: 'first' | 'last';
}

export interface CatalogComposite {
  readonly name: string;
  readonly kind: 'composite type';
  readonly columns: readonly CatalogColumn[];
}

export type CatalogType =
  | { readonly name: string; readonly kind: 'enum'; readonly labels: readonly string[] }
  | {
      readonly name: string;
      readonly kind: 'domain';
      readonly base: string;
      readonly notNull?: true;
      readonly default?: CatalogText;
      readonly checks?: readonly { readonly name: string; readonly expression: CatalogText; readonly notValid?: true }[];
    }
  | { readonly name: string; readonly kind: 'range' | 'base' | 'shell' };

export interface CatalogRoutine {
  readonly name: string;
  readonly kind: 'function' | 'procedure' | 'aggregate';
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly language: string;
  /** Input types as format_type writes them. */
  readonly inputs?: readonly string[];
  readonly returns?: string;
  readonly returnsSet?: true;
  readonly body?: string;
  /** The whole CREATE statement. */
  readonly definition?: string;
}

export interface CatalogPublication {
  readonly name: string;
  readonly allTables?: true;
  readonly tables?: readonly string[];
  readonly schemas?: readonly string[];
}
