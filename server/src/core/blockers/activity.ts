import type { LockMode } from '../effects/postgres/lock-modes';
import type { RelationName } from '../schema/names';

/** What goes on in a database at one moment. What the role may not see is undefined, never zero or empty. Ages are in seconds. */
export interface Activity {
  readonly sessions: readonly Session[];
  /** Locks on relations, held and asked for, by others than ourselves. */
  readonly locks: readonly RelationLock[];
  readonly prepared: readonly PreparedTransaction[];
  readonly replicas: readonly Replica[];
  readonly progress: readonly Progress[];
  readonly leftovers: readonly Leftover[];
  /** Tables that a subscription writes, with its name. */
  readonly subscribed: readonly { readonly relation: RelationName; readonly subscription: string }[];
  /** Rows that the server counts, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Whether this server replays another one: no migration can run here. */
  readonly isStandby: boolean;
}

export interface Session {
  readonly pid: number;
  readonly application: string;
  readonly user: string | undefined;
  /** As pg_stat_activity has it: `active`, `idle`, `idle in transaction` … */
  readonly state: string | undefined;
  readonly isAutovacuum: boolean;
  /** With the literals hidden. */
  readonly query: string | undefined;
  readonly transactionAge: number | undefined;
  readonly queryAge: number | undefined;
  /** Whether it has a snapshot or has written something: CREATE INDEX CONCURRENTLY waits for such transactions. */
  readonly hasSnapshot: boolean | undefined;
  /** The sessions that it waits for; 0 is a prepared transaction (pg_blocking_pids). */
  readonly waitsFor: readonly number[];
}

export interface RelationLock {
  /** Undefined for a prepared transaction. */
  readonly pid: number | undefined;
  /** The prepared transaction that holds it. */
  readonly prepared?: string;
  readonly relation: RelationName;
  readonly mode: LockMode;
  readonly granted: boolean;
}

export interface PreparedTransaction {
  readonly gid: string;
  readonly owner: string;
  readonly age: number;
}

export interface Replica {
  readonly name: string;
  readonly state: string | undefined;
  readonly isSynchronous: boolean | undefined;
  /** In bytes of WAL that it has not replayed. */
  readonly behind: number | undefined;
  /** In seconds. */
  readonly lag: number | undefined;
}

/** What a long command has done so far (pg_stat_progress_*). */
export interface Progress {
  readonly pid: number;
  readonly command: string;
  readonly relation: RelationName | undefined;
  readonly phase: string | undefined;
  /** Of what there is to do in this phase; the unit depends on it. */
  readonly done: number | undefined;
  readonly total: number | undefined;
}

/** What a migration left behind, or what needs a hand for another reason. */
export interface Leftover {
  readonly kind: 'invalid index' | 'constraint not validated' | 'partition half detached' | 'view without rows' | 'wants ANALYZE' | 'sequence near its end';
  readonly relation: RelationName;
  /** As a sentence for people. */
  readonly message: string;
  /** The statement that mends it; undefined where there is no single one. */
  readonly statement: string | undefined;
}
