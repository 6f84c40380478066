/** What hangs on what, by oid. */
export interface Edges {
  readonly parents: Adjacency;
  readonly children: Adjacency;
  /** Tables with a foreign key to it. */
  readonly referencing: Adjacency;
  readonly referenced: Adjacency;
  /** Views that read it. */
  readonly readers: Adjacency;
  readonly reads: Adjacency;
  /** The default partition of a partitioned table. */
  readonly defaults: Adjacency;
}

export interface Adjacency {
  get(oid: number): readonly number[] | undefined;
}

/**
 * How much of what hangs on a relation belongs to it, from little to much: nothing (a parent of what a file names), what
 * is below it (DROP CONSTRAINT locks the referenced table with its partitions), the tables that reference it, too
 * (TRUNCATE … CASCADE, a change of a key's type), everything.
 */
const ITSELF = 0;
const BELOW = 1;
const REFERENCES = 2;
const ALL = 3;

/** The most relations that are read in detail beside those that a file names; the nearest ones are. */
const MOST = 5000;

/**
 * The relations that a statement about some others may lock or change: their partitions and children, parents, foreign
 * keys both ways, views. A table that everything references brings what references it, but not the views on that.
 */
export function neighbourhood(named: Iterable<number>, edges: Edges): ReadonlySet<number> {
  const levels = new Map<number, number>();
  let queue: number[] = [];
  const reach = (oids: readonly number[] | undefined, level: number, next: number[]): void => {
    for (const oid of oids ?? []) {
      const known = levels.get(oid);
      if (known === undefined ? levels.size >= most : known >= level) continue;
      levels.set(oid, level);
      next.push(oid);
    }
  };
  let most = Infinity;
  reach([...named], ALL, queue);
  most = levels.size + MOST;
  while (queue.length > 0) {
    const next: number[] = [];
    for (const oid of queue) {
      const level = levels.get(oid) ?? ITSELF;
      if (level >= BELOW) {
        reach(edges.children.get(oid), level, next);
        reach(edges.reads.get(oid), BELOW, next);
      }
      if (level >= REFERENCES) reach(edges.referencing.get(oid), REFERENCES, next);
      if (level < ALL) continue;
      reach(edges.parents.get(oid), ITSELF, next);
      for (const parent of edges.parents.get(oid) ?? []) reach(edges.defaults.get(parent), ITSELF, next);
      reach(edges.referenced.get(oid), BELOW, next);
      reach(edges.readers.get(oid), ALL, next);
    }
    queue = next;
  }
  return new Set(levels.keys());
}
