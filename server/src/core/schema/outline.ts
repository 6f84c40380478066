import type { CatalogOutline } from './catalog';
import { nameParts, objectName, type ObjectName } from './names';
import type { RelationSize } from './statistics';

/** A table or view as the list of all has it. */
export interface OutlineRow {
  /** Its number in the catalogue. */
  readonly oid: number;
  readonly name: ObjectName;
  readonly kind: CatalogOutline['kind'];
  /** Pages and rows of the last VACUUM or ANALYZE. */
  readonly pages: number;
  readonly tuples: number;
  /** Children of one parent have the same list. */
  readonly parents?: readonly ObjectName[];
}

const KINDS: readonly CatalogOutline['kind'][] = ['table', 'partitioned table', 'foreign table', 'view', 'materialized view'];
const NONE: readonly ObjectName[] = [];

/** What is known of each, in columns: an object a row would be most of what is held of a database of tens of thousands of them. */
interface Columns {
  readonly names: readonly ObjectName[];
  readonly oids: Uint32Array;
  readonly kinds: Uint8Array;
  readonly pages: Float64Array;
  readonly tuples: Float64Array;
  /** Places in {@link lists}. */
  readonly parents: Uint32Array;
  readonly lists: readonly (readonly ObjectName[])[];
}

/** Takes rows in any order. */
export class OutlineBuilder {
  private readonly rows: { readonly names: ObjectName[]; readonly oids: number[]; readonly kinds: number[]; readonly pages: number[]; readonly tuples: number[]; readonly parents: number[] } = { names: [], oids: [], kinds: [], pages: [], tuples: [], parents: [] };
  private readonly lists = new Map<readonly ObjectName[], number>([[NONE, 0]]);

  add({ oid, name, kind, pages, tuples, parents = NONE }: OutlineRow): void {
    const { rows, lists } = this;
    rows.names.push(name);
    rows.oids.push(oid);
    rows.kinds.push(KINDS.indexOf(kind));
    rows.pages.push(pages);
    rows.tuples.push(tuples);
    rows.parents.push(listed(parents, lists));
  }

  /** @param pageSize bytes of a page of the server */
  build(pageSize: number): Outline {
    const { names, oids, kinds, pages, tuples, parents } = this.rows;
    const order = [...names.keys()].sort((a, b) => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1));
    const sorted = (values: readonly number[]): number[] => order.map((row) => values[row] ?? 0);
    return new Outline(
      {
        // Texts that were put together keep their parts beside them; those that were read do not.
        names: JSON.parse(JSON.stringify(order.map((row) => names[row]))) as ObjectName[],
        oids: Uint32Array.from(sorted(oids)),
        kinds: Uint8Array.from(sorted(kinds)),
        pages: Float64Array.from(sorted(pages)),
        tuples: Float64Array.from(sorted(tuples)),
        parents: Uint32Array.from(sorted(parents)),
        lists: [...this.lists.keys()],
      },
      pageSize,
    );
  }
}

/** Tables and views of a database, in the order of their exact names, of which only their place is known and what the last ANALYZE saw. */
export class Outline implements Iterable<CatalogOutline> {
  /** Rows in the order of their oids. */
  private readonly byOid: Uint32Array;
  private readonly schemas: ReadonlySet<string>;
  private below: ReadonlyMap<ObjectName, readonly ObjectName[]> | undefined;

  constructor(
    private readonly columns: Columns,
    private readonly pageSize: number,
  ) {
    const { names, oids } = columns;
    this.byOid = Uint32Array.from(names.keys()).sort((a, b) => (oids[a] ?? 0) - (oids[b] ?? 0));
    this.schemas = new Set(names.map((name) => nameParts(name).schema));
  }

  get length(): number {
    return this.columns.names.length;
  }

  names(): readonly ObjectName[] {
    return this.columns.names;
  }

  /** In the order of the names. */
  oids(): Iterable<number> {
    return this.columns.oids;
  }

  has(name: ObjectName): boolean {
    return this.place(name) !== undefined;
  }

  /** Whether any is called so, in whatever schema. */
  hasOwnName(name: string): boolean {
    for (const schema of this.schemas) if (this.has(objectName(schema, name))) return true;
    return false;
  }

  /** The numbers of those that have one of these own names. */
  called(names: ReadonlySet<string>): readonly number[] {
    const { columns } = this;
    return columns.names.flatMap((name, row) => (names.has(nameParts(name).name) ? [columns.oids[row] ?? 0] : []));
  }

  get(name: ObjectName): CatalogOutline | undefined {
    const row = this.place(name);
    return row === undefined ? undefined : this.shown(row);
  }

  nameOf(oid: number): ObjectName | undefined {
    const { byOid, columns } = this;
    const row = byOid[search(byOid.length, (place) => (columns.oids[byOid[place] ?? 0] ?? 0) >= oid)];
    return row !== undefined && columns.oids[row] === oid ? columns.names[row] : undefined;
  }

  /** Direct partitions and children that are listed here. */
  childrenOf(name: ObjectName): readonly ObjectName[] {
    this.below ??= this.children();
    return this.below.get(name) ?? NONE;
  }

  /** As the last VACUUM or ANALYZE saw it; undefined where nothing tells an empty table from one that nobody analysed. */
  sizeOf(name: ObjectName): RelationSize | undefined {
    const { columns, pageSize } = this;
    const row = this.place(name);
    if (row === undefined) return undefined;
    const kind = KINDS[columns.kinds[row] ?? 0];
    const pages = columns.pages[row] ?? 0;
    const tuples = columns.tuples[row] ?? -1;
    if ((kind !== 'table' && kind !== 'materialized view') || pages === 0) return undefined;
    return { rows: tuples < 0 ? undefined : Math.round(tuples), bytes: pages * pageSize };
  }

  /** Those that `keeps` says, with their parents. */
  filter(keeps: (oid: number) => boolean, parentsOf: (oid: number) => readonly ObjectName[] | undefined): Outline {
    const { names, oids, kinds, pages, tuples } = this.columns;
    const isKept = (_value: unknown, row: number): boolean => keeps(oids[row] ?? 0);
    const kept = oids.filter(isKept);
    const lists = new Map<readonly ObjectName[], number>([[NONE, 0]]);
    const parents = kept.map((oid) => listed(parentsOf(oid) ?? NONE, lists));
    return new Outline({ names: names.filter(isKept), oids: kept, kinds: kinds.filter(isKept), pages: pages.filter(isKept), tuples: tuples.filter(isKept), parents, lists: [...lists.keys()] }, this.pageSize);
  }

  *[Symbol.iterator](): Generator<CatalogOutline> {
    for (const row of this.columns.names.keys()) yield this.shown(row);
  }

  private shown(row: number): CatalogOutline {
    const { names, kinds } = this.columns;
    const parents = this.parentsOf(row);
    const base = { name: names[row] ?? '', kind: KINDS[kinds[row] ?? 0] ?? 'table' };
    return parents.length === 0 ? base : { ...base, parents };
  }

  private parentsOf(row: number): readonly ObjectName[] {
    return this.columns.lists[this.columns.parents[row] ?? 0] ?? NONE;
  }

  private place(name: ObjectName): number | undefined {
    const { names } = this.columns;
    const row = search(names.length, (place) => (names[place] ?? '') >= name);
    return names[row] === name ? row : undefined;
  }

  private children(): ReadonlyMap<ObjectName, readonly ObjectName[]> {
    const below = new Map<ObjectName, ObjectName[]>();
    this.columns.names.forEach((name, row) => {
      for (const parent of this.parentsOf(row)) {
        const list = below.get(parent);
        if (list === undefined) below.set(parent, [name]);
        else list.push(name);
      }
    });
    return below;
  }
}

/** The place of a list among those that there are. */
function listed(list: readonly ObjectName[], lists: Map<readonly ObjectName[], number>): number {
  let place = lists.get(list);
  if (place === undefined) lists.set(list, (place = lists.size));
  return place;
}

/** The first place of which something holds that holds of all behind it; `length` where there is none. */
function search(length: number, holds: (place: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
