import type { AppliedRecord } from './applied';
import type { Replication } from './replication';
import type { Catalog } from './schema/catalog';
import type { Schema } from './schema/schema';
import { schemaFromCatalog } from './schema/postgres/catalog/schema-from-catalog';
import { statisticsFrom, type RelationSizes, type ServerSettings, type Statistics } from './schema/statistics';
import { validate } from './snapshot-shape';
import type { Target } from './target';

/**
 * Catalogue and statistics of a database at one moment, as a file that is committed beside the migrations. It holds no
 * rows and no values of rows but those that the schema itself has (defaults, bounds of partitions, labels of enums), and
 * what migration tools noted of the migrations they applied.
 */
export interface Snapshot {
  readonly version: 1;
  readonly server: { readonly dialect: 'postgresql'; readonly version: number };
  /** ISO 8601. */
  readonly takenAt: string;
  /** Patterns of names that were left out; then what is not in the catalogue may exist all the same. */
  readonly excluded?: readonly string[];
  readonly catalog: Catalog;
  readonly sizes: RelationSizes;
  /** Snapshots of before Lockscope estimated have none. */
  readonly settings?: ServerSettings;
  /** What migration tools noted in tables of theirs; older snapshots do not say. */
  readonly applied?: readonly AppliedRecord[];
  /** Older snapshots do not say. */
  readonly replication?: Replication;
}

/** What a snapshot, or a live database, says about the world before the migrations. */
export interface KnownDatabase {
  readonly schema: Schema;
  readonly statistics: Statistics;
  readonly target: Target;
  /** What migration tools noted of what they applied; undefined where that was not read. */
  readonly applied?: readonly AppliedRecord[];
  /** Who gets its changes, and whose it gets; undefined where that was not read. */
  readonly replication?: Replication;
}

/** A snapshot as the analysis wants it; `asked` are the names that were looked for, where not all was read. The parser must have been loaded before the schema's expressions are looked at. */
export function knownDatabase({ catalog, sizes, server, excluded, settings, applied, replication, asked }: Omit<Snapshot, 'version' | 'takenAt'> & { readonly asked?: ReadonlySet<string> }, source: 'snapshot' | 'connection'): KnownDatabase {
  const schema = schemaFromCatalog(catalog, (excluded ?? []).length === 0, asked);
  return { schema, statistics: statisticsOf(schema, sizes, catalog.others, settings), target: { dialect: server.dialect, version: server.version, source }, ...(applied === undefined ? {} : { applied }), ...(replication === undefined ? {} : { replication }) };
}

/** The same database with sizes and settings that were read anew; `others` as {@link Catalog.others}. */
export function resized(known: KnownDatabase, sizes: RelationSizes, others: Catalog['others'], settings: ServerSettings | undefined): KnownDatabase {
  return { ...known, statistics: statisticsOf(known.schema, sizes, others, settings) };
}

function statisticsOf({ relations }: Schema, sizes: RelationSizes, others: Catalog['others'], settings: ServerSettings | undefined): Statistics {
  return statisticsFrom(sizes, (name) => relations.childrenOf(name), settings, (name) => others?.sizeOf(name));
}

/** A snapshot without what there is many of. */
export type SnapshotHead = Omit<Snapshot, 'catalog' | 'sizes' | 'applied' | 'replication'>;

/** What of a snapshot comes after its relations. */
export interface SnapshotRest extends Pick<Catalog, 'types' | 'routines' | 'publications'> {
  readonly applied: readonly AppliedRecord[];
  readonly replication: Replication;
}

/**
 * Writes a snapshot as JSON, a line for each object, so that differences between two can be read; piece by piece, so that
 * it need not be there as a whole: {@link start}, {@link page} as often as there are relations, {@link end}.
 */
export class SnapshotText {
  private count = 0;
  /** One text a page: tens of thousands of texts would be most of what is held. */
  private readonly sizes: string[] = [];

  start(head: SnapshotHead, { schemas, searchPath }: Pick<Catalog, 'schemas' | 'searchPath'>): string {
    const path = searchPath === undefined ? '' : `,\n    "searchPath": ${JSON.stringify(searchPath)}`;
    return `${JSON.stringify(head, undefined, 2).replace(/\n\}$/u, '')},\n  "catalog": {\n    "schemas": ${JSON.stringify(schemas)}${path},\n    "relations": [`;
  }

  /** The sizes are kept, and come at the end. */
  page(relations: Catalog['relations'], sizes: RelationSizes): string {
    const own = Object.entries(sizes).map(([name, size]) => `    ${JSON.stringify(name)}: ${JSON.stringify(size)}`);
    if (own.length > 0) this.sizes.push(own.join(',\n'));
    const pieces = relations.map((relation, index) => `${this.count + index === 0 ? '' : ','}\n      ${JSON.stringify(relation)}`);
    this.count += relations.length;
    return pieces.join('');
  }

  /** What comes last, in pieces. */
  *end(rest: SnapshotRest): Generator<string> {
    const lists = (['types', 'routines', 'publications'] as const).map((room) => `    "${room}": ${lines(rest[room].map((object) => JSON.stringify(object)), '[', ']')}`);
    const applied = lines(rest.applied.map((record) => JSON.stringify(record)), '[', ']', '  ');
    yield `${this.count === 0 ? '' : '\n    '}],\n${lists.join(',\n')}\n  },\n  "sizes": {`;
    for (const [index, page] of this.sizes.entries()) yield `${index === 0 ? '' : ','}\n${page}`;
    yield `${this.sizes.length === 0 ? '' : '\n  '}},\n  "applied": ${applied},\n  "replication": ${JSON.stringify(rest.replication)}\n}\n`;
  }
}

function lines(items: readonly string[], open: string, close: string, indent = '    '): string {
  return items.length === 0 ? open + close : `${open}\n${items.map((item) => `${indent}  ${item}`).join(',\n')}\n${indent}${close}`;
}

export type ReadSnapshot = { readonly ok: true; readonly snapshot: Snapshot } | { readonly ok: false; readonly problem: string };

/** Reads a snapshot back; a text that is none says what is wrong with it. */
export function readSnapshot(text: string): ReadSnapshot {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\u{FEFF}/u, ''));
  } catch (error) {
    return { ok: false, problem: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const problem = validate(value);
  if (problem !== undefined) return { ok: false, problem };
  const snapshot = value as Snapshot;
  // JSON has no undefined: what is not known is not there.
  const sizes = Object.fromEntries(Object.entries(snapshot.sizes).map(([name, size]) => [name, { ...size, rows: size.rows, bytes: size.bytes }]));
  return { ok: true, snapshot: { ...snapshot, sizes } };
}
