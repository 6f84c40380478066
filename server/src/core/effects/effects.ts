import type { Node } from '@pgsql/types';
import type { ObjectName, RelationName } from '../schema/names';
import type { Constraint, Relation, TypeReference } from '../schema/schema';
import type { Span } from '../text';
import type { LockMode } from './postgres/lock-modes';

/**
 * What one statement does, given the schema before it and the server's version. Rules, timeline, estimates and views
 * read this and never work out a lock for themselves.
 */
export interface Effects {
  /** The command in SQL's words, e.g. `CREATE INDEX`, `ALTER TABLE`, as the server's command tag has it. */
  readonly kind: string;
  /** Every relation that exists before the statement and is locked, with the strongest mode taken; the statement's own subject first. */
  readonly locks: readonly LockClaim[];
  /** Relations whose rows are all written anew. */
  readonly rewrites: readonly RelationName[];
  /** Relations all of whose rows are read while the lock is held. */
  readonly scans: readonly RelationName[];
  /** Existing indexes that are built anew. */
  readonly rebuilds: readonly RelationName[];
  /** Whether the statement may run inside a transaction block; where not, why, in the server's words. */
  readonly transaction: { readonly allowed: true } | { readonly allowed: false; readonly reason: string };
  /** BEGIN, COMMIT and their kin. */
  readonly control: TransactionControl | undefined;
  /** SET and RESET of a configuration parameter. */
  readonly setting: SettingChange | undefined;
  /** The parts of the statement, each with its own share of the work: the subcommands of ALTER TABLE, for example. */
  readonly actions: readonly Action[];
  /** Relations that it creates, in order. */
  readonly creates: readonly RelationName[];
  /** Relations that it drops. */
  readonly drops: readonly RelationName[];
  readonly certainty: Certainty;
  /** What a conditional claim depends on, as sentences for people. */
  readonly depends: readonly string[];
  /** Where another supported server version would do otherwise, as sentences for people. */
  readonly versionNotes: readonly string[];
  /** Waits that nothing bounds, as sentences for people: old snapshots, for example. */
  readonly waits: readonly string[];
}

export type Certainty = 'exact' | 'conditional';

export interface LockClaim {
  readonly relation: RelationName;
  readonly relationKind: Relation['kind'] | 'unknown';
  readonly mode: LockMode;
  /** Why, as the end of a sentence: "builds an index", "orders.user_id references it". */
  readonly reason: string;
  readonly certainty: Certainty;
  /** Path of the migration that created the relation, undefined where it was there before. */
  readonly origin: string | undefined;
}

export type TransactionControl =
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit'; readonly chain: boolean }
  | { readonly kind: 'rollback'; readonly chain: boolean }
  | { readonly kind: 'savepoint' | 'release' | 'rollback to'; readonly name: string }
  | { readonly kind: 'prepare' };

export interface SettingChange {
  /** Lower case, e.g. `lock_timeout`. */
  readonly name: string;
  /** The value as written, or undefined for RESET and SET … TO DEFAULT. */
  readonly value: string | undefined;
  /** SET LOCAL: until the end of the transaction. */
  readonly local: boolean;
}

/** The share of the work that one part of a statement does on its relation. */
export interface Work {
  /** The mode that this part by itself takes on its relation; undefined where it takes none. */
  readonly lock: LockMode | undefined;
  readonly rewrites: boolean;
  readonly scans: boolean;
  /** Why it rewrites or scans (or, notably, does not), as a sentence for people; undefined where there is nothing to say. */
  readonly because: string | undefined;
}

interface ActionBase {
  /** The part in the statement's text: the subcommand, or the statement itself. */
  readonly span: Span;
  /** The part's own tree. */
  readonly node: Node;
  readonly relation: RelationName | undefined;
  /** Whether the relation was created by the migration that the statement is in: nobody else uses it yet. */
  readonly isNew: boolean;
  readonly work: Work;
  /** Inside a branch of a DO block or a function: it may or may not run. */
  readonly conditional: boolean;
}

/** A part of a statement, as rules look for it. */
export type Action = ActionBase & ActionKind;

export type ActionKind =
  | {
      readonly kind: 'create index';
      readonly index: string | undefined;
      readonly concurrently: boolean;
      readonly unique: boolean;
      readonly ifNotExists: boolean;
      readonly method: string;
      readonly partitioned: boolean;
      /** CREATE INDEX … ON ONLY. */
      readonly only: boolean;
    }
  | { readonly kind: 'drop index'; readonly index: RelationName; readonly concurrently: boolean }
  | { readonly kind: 'reindex'; readonly what: 'index' | 'table' | 'schema' | 'database' | 'system'; readonly concurrently: boolean }
  | {
      readonly kind: 'add column';
      readonly column: string;
      readonly type: TypeReference | undefined;
      readonly hasDefault: boolean;
      readonly defaultVolatile: boolean;
      readonly notNull: boolean;
      readonly generated: 'stored' | 'virtual' | undefined;
      /** GENERATED … AS IDENTITY, or a serial type. */
      readonly identity: boolean;
      readonly serial: boolean;
      /** CHECK, UNIQUE, PRIMARY KEY or REFERENCES written on the column. */
      readonly constraints: readonly ('check' | 'unique' | 'primary key' | 'foreign key')[];
      readonly references: RelationName | undefined;
    }
  | { readonly kind: 'drop column'; readonly column: string; readonly cascade: boolean }
  | { readonly kind: 'rename column'; readonly column: string; readonly to: string }
  | { readonly kind: 'alter column type'; readonly column: string; readonly from: TypeReference | undefined; readonly to: TypeReference; readonly using: boolean; readonly narrows: boolean }
  | { readonly kind: 'set not null'; readonly column: string; readonly provenBy: string | undefined }
  | { readonly kind: 'drop not null' | 'drop default' | 'drop expression' | 'drop identity' | 'add identity'; readonly column: string }
  | { readonly kind: 'set default'; readonly column: string }
  | {
      readonly kind: 'add constraint';
      readonly constraint: Constraint['kind'];
      readonly name: string | undefined;
      readonly notValid: boolean;
      readonly usingIndex: string | undefined;
      readonly columns: readonly string[];
      readonly references: RelationName | undefined;
    }
  | { readonly kind: 'validate constraint'; readonly name: string; readonly constraint: Constraint['kind'] | undefined }
  | { readonly kind: 'drop constraint'; readonly name: string; readonly constraint: Constraint['kind'] | undefined }
  | { readonly kind: 'attach partition' | 'detach partition'; readonly partition: RelationName; readonly concurrently: boolean }
  | { readonly kind: 'set storage parameters' | 'set logged' | 'set unlogged' | 'set tablespace' | 'set access method' | 'replica identity' | 'row security' | 'owner' | 'inherit' | 'no inherit' | 'other alter' }
  | { readonly kind: 'rename relation'; readonly to: string; readonly what: Relation['kind'] }
  | { readonly kind: 'set schema'; readonly to: string; readonly what: Relation['kind'] }
  | { readonly kind: 'create table'; readonly name: RelationName; readonly partitionOf: RelationName | undefined; readonly references: readonly RelationName[]; readonly hasPrimaryKey: boolean; readonly as: boolean }
  | { readonly kind: 'drop relation'; readonly what: Relation['kind']; readonly name: RelationName; readonly cascade: boolean }
  | { readonly kind: 'drop object'; readonly what: string; readonly name: string; readonly cascade: boolean }
  | { readonly kind: 'truncate'; readonly cascade: boolean }
  | {
      readonly kind: 'update' | 'delete';
      /** Whether there is no WHERE, or one that is always true. */
      readonly wholeTable: boolean;
      /** Whether the WHERE fixes a whole key to constants, so that at most a few rows are touched. */
      readonly byKey: boolean;
      /** The most rows that a key predicate names; undefined where it is not by key. */
      readonly keyRows: number | undefined;
      /** Nested in a CTE, a DO block or a function. */
      readonly nested: boolean;
    }
  | { readonly kind: 'insert'; readonly select: boolean; readonly rows: number | undefined }
  | { readonly kind: 'merge' }
  | { readonly kind: 'select'; readonly forUpdate: boolean }
  | { readonly kind: 'copy'; readonly into: boolean }
  | { readonly kind: 'lock table'; readonly mode: LockMode; readonly nowait: boolean }
  | { readonly kind: 'vacuum'; readonly full: boolean }
  | { readonly kind: 'cluster' | 'analyze' }
  | { readonly kind: 'refresh'; readonly concurrently: boolean; readonly withData: boolean }
  | { readonly kind: 'add enum value'; readonly type: ObjectName; readonly value: string }
  | { readonly kind: 'rename enum value'; readonly type: ObjectName; readonly value: string }
  | { readonly kind: 'alter domain'; readonly domain: ObjectName; readonly adds: 'check' | 'not null' | undefined; readonly notValid: boolean }
  | { readonly kind: 'create trigger' | 'drop trigger' | 'enable trigger' | 'disable trigger'; readonly name: string | undefined }
  | { readonly kind: 'create policy' | 'alter policy' | 'drop policy' | 'create rule' | 'drop rule'; readonly name: string }
  | { readonly kind: 'create view' | 'create materialized view'; readonly name: RelationName; readonly replace: boolean }
  | { readonly kind: 'create sequence' | 'alter sequence'; readonly name: RelationName | undefined }
  | { readonly kind: 'publication' | 'subscription' | 'statistics' | 'extension' | 'comment' | 'grant' | 'routine' | 'type' }
  | { readonly kind: 'dynamic sql'; readonly text: string | undefined }
  | { readonly kind: 'other' };
