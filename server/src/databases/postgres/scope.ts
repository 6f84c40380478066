/** Which relations are read in detail. */
export interface Scope {
  /** A condition in SQL: the relation of this column (an oid) is one of them. */
  has(column: string): string;
}

/** FirstNormalObjectId (src/include/access/transam.h): what is below is the server's own. */
export const FIRST_NORMAL = 16384;

/** All relations that are not the server's own. */
export const EVERYTHING: Scope = { has: (column) => `${column} >= ${String(FIRST_NORMAL)}` };

/**
 * These relations, by oid. The planner does not see how many: else it weighs each of them in each query (scalararraysel,
 * src/backend/utils/adt/selfuncs.c), which takes longer than to run it, and takes the catalogues as a whole for its joins.
 */
export function only(oids: Iterable<number>): Scope {
  const list = [...oids].map(Number).join(',');
  return { has: (column) => `${column} = ANY (ARRAY(SELECT pg_catalog.unnest('{${list}}'::pg_catalog.oid[])))` };
}
