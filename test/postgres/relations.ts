/** The relations of a database as they are at one moment, and the locks that a backend has on them. */
import { LOCK_MODES, type LockMode, stronger } from '../../server/src/core/effects/postgres/lock-modes';

export interface Relation {
  readonly oid: number;
  /** schema.name, quoted where SQL needs it. */
  readonly name: string;
  readonly kind: Kind;
  /** 0 where the relation has no file. */
  readonly filenode: number;
  /** Rows that sequential scans of the relation have read so far. */
  readonly scanned: number;
  /** The table of an index. */
  readonly table: number | null;
}

export type Kind =
  | 'table'
  | 'partitioned table'
  | 'view'
  | 'materialized view'
  | 'sequence'
  | 'index'
  | 'partitioned index'
  | 'foreign table'
  | 'composite type';

export type Snapshot = ReadonlyMap<number, Relation>;

export interface Lock {
  readonly relation: string;
  readonly kind: Kind;
  readonly mode: LockMode;
}

export interface LockRow {
  readonly relation: number;
  readonly mode: string;
  readonly granted: boolean;
}

const KINDS: Readonly<Record<string, Kind>> = {
  r: 'table',
  p: 'partitioned table',
  v: 'view',
  m: 'materialized view',
  S: 'sequence',
  i: 'index',
  I: 'partitioned index',
  f: 'foreign table',
  c: 'composite type',
};

/** All user relations, with what was scanned in this transaction or in the database's life. Locks none of them. */
export function snapshotQuery(scansOf: 'transaction' | 'database'): string {
  const scanned = scansOf === 'transaction' ? 'pg_stat_get_xact_tuples_returned' : 'pg_stat_get_tuples_returned';
  return `SELECT c.oid::int8::float8 AS oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, c.relkind::text AS kind,
      coalesce(pg_relation_filenode(c.oid), 0::oid)::int8::float8 AS filenode, ${scanned}(c.oid)::float8 AS scanned, i.indrelid::int8::float8 AS table
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
    WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'`;
}

export function toSnapshot(rows: readonly (Omit<Relation, 'kind'> & { kind: string })[]): Snapshot {
  return new Map(rows.map((row) => [row.oid, { ...row, kind: KINDS[row.kind] ?? 'table' }]));
}

/** Relation locks of a backend ($1) in a database ($2), held and waited for, also by the fast path. */
export const locksOf = `SELECT l.relation::int8::float8 AS relation, l.mode, l.granted FROM pg_locks l
  WHERE l.pid = $1 AND l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = $2)`;

/** The strongest mode of each relation that is in the snapshot, sorted by name. */
export function strongest(rows: readonly LockRow[], before: Snapshot): Lock[] {
  const modes = new Map<number, LockMode>();
  for (const { relation, mode } of rows) {
    const asked = toMode(mode);
    const known = modes.get(relation);
    modes.set(relation, known === undefined ? asked : stronger(known, asked));
  }
  return [...modes]
    .flatMap(([oid, mode]) => {
      const relation = before.get(oid);
      return relation === undefined ? [] : [{ relation: relation.name, kind: relation.kind, mode }];
    })
    .sort((a, b) => (a.relation < b.relation ? -1 : 1));
}

/** `ShareUpdateExclusiveLock`, as pg_locks calls it, in SQL's words. */
function toMode(name: string): LockMode {
  const words = name
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
  const mode = LOCK_MODES.find((known) => known === words);
  if (mode === undefined) throw new Error(`pg_locks shows an unknown mode: ${name}`);
  return mode;
}
