import type { CatalogRelation } from '../../core/schema/catalog';
import { objectName, type ObjectName } from '../../core/schema/names';
import { textOrNothing } from './cells';
import type { Reading } from './connection';
import type { Scope } from './scope';

/** A relation as pg_class has it. */
export interface ClassRow {
  readonly oid: number;
  readonly name: ObjectName;
  readonly kind: CatalogRelation['kind'];
  readonly unlogged: boolean;
  readonly rowSecurity: boolean;
  readonly accessMethod: string | undefined;
  readonly tablespace: string | undefined;
  readonly options: readonly string[];
  readonly toastOptions: readonly string[];
  /** pg_class.relreplident: d, n, f or i. */
  readonly replicaIdentity: string;
  readonly populated: boolean;
  readonly bound: string | undefined;
}

const KINDS: Readonly<Record<string, CatalogRelation['kind']>> = {
  r: 'table',
  p: 'partitioned table',
  f: 'foreign table',
  v: 'view',
  m: 'materialized view',
  S: 'sequence',
  i: 'index',
  I: 'partitioned index',
  c: 'composite type',
};

/** Which schemas hold what is not the server's own. */
export const OWN_SCHEMA = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/** The relations of a scope that are not the server's own, nor some session's temporary ones, by oid; in the order of their names. */
export async function readClasses(reading: Reading, scope: Scope): Promise<ReadonlyMap<number, ClassRow>> {
  const rows = await reading.rows(
    `SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence = 'u', c.relrowsecurity, am.amname, s.spcname, c.reloptions, t.reloptions, c.relreplident,
       c.relispopulated, CASE WHEN c.relispartition AND c.relkind IN ('r', 'p', 'f') THEN pg_catalog.pg_get_expr(c.relpartbound, 0) END
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
     WHERE ${scope.has('c.oid')} AND ${OWN_SCHEMA} AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I', 'c')
     ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`,
  );
  const classes = new Map<number, ClassRow>();
  for (const [oid, schema, name, kind, unlogged, rowSecurity, method, tablespace, options, toastOptions, identity, populated, bound] of rows) {
    const known = KINDS[String(kind)];
    if (known === undefined) continue;
    classes.set(Number(oid), {
      oid: Number(oid),
      name: objectName(String(schema), String(name)),
      kind: known,
      unlogged: unlogged === true,
      rowSecurity: rowSecurity === true,
      accessMethod: textOrNothing(method),
      tablespace: textOrNothing(tablespace),
      options: (options ?? []) as string[],
      toastOptions: (toastOptions ?? []) as string[],
      replicaIdentity: String(identity),
      populated: populated === true,
      bound: textOrNothing(bound),
    });
  }
  return classes;
}

/** The exact name of a relation by its oid; undefined for one that is not known. */
export type NameOf = (oid: number) => ObjectName | undefined;

/** Objects that others mention by oid: collations, operator classes, routines. */
export interface Names {
  /** Name of a collation, qualified where it is not in pg_catalog. */
  collation(oid: number): string | undefined;
  /** Name of an operator class; undefined for the default of its type. */
  operatorClass(oid: number): string | undefined;
}

export async function readNames(reading: Reading): Promise<Names> {
  const qualified = (schema: unknown, name: unknown): string => (schema === 'pg_catalog' ? String(name) : `${String(schema)}.${String(name)}`);
  // There are a thousand at most; which of them columns have would take a look at every column.
  const collations = await reading.rows('SELECT c.oid, n.nspname, collname FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = collnamespace');
  const classes = await reading.rows('SELECT c.oid, n.nspname, opcname FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_namespace n ON n.oid = opcnamespace WHERE NOT opcdefault');
  const byOid = (rows: readonly unknown[][]): Map<number, string> => new Map(rows.map(([oid, schema, name]) => [Number(oid), qualified(schema, name)]));
  const collationNames = byOid(collations);
  const classNames = byOid(classes);
  return { collation: (oid) => collationNames.get(oid), operatorClass: (oid) => classNames.get(oid) };
}

/** A list of `name=value` as an object. */
export function optionsFrom(list: readonly string[], prefix = ''): Record<string, string> {
  return Object.fromEntries(
    list.map((option) => {
      const equals = option.indexOf('=');
      return [prefix + option.slice(0, equals), option.slice(equals + 1)];
    }),
  );
}
