import type { StatementAnalysis } from '../analysis';
import type { Action, Effects } from '../effects/effects';
import { asTable, columnOf, descendantsOf, foreignKeysOf, indexOf, storedBelow, tableOf } from '../effects/postgres/relations';
import { displayName, objectName, nameParts, type RelationName } from '../schema/names';
import { indexShape as plannedIndex } from '../schema/postgres/apply/indexes';
import { walk } from '../schema/postgres/walk';
import type { ForeignKey, Relation, Table } from '../schema/schema';
import type { SchemaView } from '../schema/view';
import { buildIndex, checkForeignKey, exactly, plus, reading, rewrite, scan, type BuildOptions, type Piece, type Pricing } from './costs';
import { dataChange } from './data';
import type { Batches } from './estimate';
import { isBatchLoop } from './batches';
import { createAs, refresh, selectAlone } from './query';
import { callsIn, indexShape, mentioned, mentionsCall, shapeOf, unknownShape, type IndexLike, type TableShape } from './shapes';
import type { Sizes } from './sizes';

/** What one statement has to do, and how large relations are after it. */
export interface Outcome {
  readonly pieces: readonly Piece[];
  /** Why nothing can be said, for a person. */
  readonly unknown: string | undefined;
  readonly batches: Batches | undefined;
  readonly after: Sizes;
}

/** Collects the work of one statement. */
export class Job {
  readonly pieces: Piece[] = [];
  unknown: string | undefined;
  batches: Batches | undefined;
  /** Relations whose reading is part of some piece. */
  readonly covered = new Set<RelationName>();

  constructor(
    readonly statement: StatementAnalysis,
    readonly effects: Effects,
    readonly schema: SchemaView,
    public sizes: Sizes,
    readonly pricing: Pricing,
    /** How many rows the server expects the statement to change; undefined where it was not asked. */
    readonly expected: number | undefined,
  ) {}

  add(...pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      this.pieces.push(piece);
      if (piece.relation !== undefined) this.covered.add(piece.relation);
    }
  }

  /** Says why the statement cannot be estimated; the first reason stays. */
  cannot(reason: string): void {
    this.unknown ??= reason;
  }

  /** The statement as written. */
  get text(): string {
    return this.statement.parsed.ok ? this.statement.parsed.text : '';
  }

  /** The shape of a relation; a foreign table or view has none. */
  shape(name: RelationName): TableShape | undefined {
    const relation = this.schema.relation(name);
    if (relation === undefined) return unknownShape(name, this.sizes);
    if (relation.kind === 'foreign table') {
      this.cannot(`${displayName(name)} is a foreign table: how fast its server answers is not known`);
      return undefined;
    }
    return relation.kind === 'table' || relation.kind === 'materialized view' || relation.kind === 'partitioned table' ? shapeOf(relation, this.schema, this.sizes) : undefined;
  }

  /** The shapes of a table and of all below it that hold rows. */
  stored(name: RelationName): readonly TableShape[] {
    const table = tableOf(name, this.schema);
    if (table === undefined || table.partial === true || table.kind === 'foreign table') return [this.shape(name)].filter((shape) => shape !== undefined);
    return storedBelow(table, this.schema).map((member) => shapeOf(member, this.schema, this.sizes));
  }
}

/**
 * What a statement has to do, from its effects, the schema before it and the sizes of the relations.
 * @param expected rows that the server expects it to change
 */
export function workOf(statement: StatementAnalysis, effects: Effects, schema: SchemaView, sizes: Sizes, pricing: Pricing, expected?: number): Outcome {
  const job = new Job(statement, effects, schema, sizes, pricing, expected);
  if (effects.depends.some((sentence) => sentence.startsWith('The body could not be read'))) job.cannot('the body of the block could not be read');
  rewrites(job);
  verifications(job);
  for (const action of effects.actions) partOf(action, job);
  indexRebuilds(job);
  for (const name of effects.scans) if (!job.covered.has(name)) for (const shape of [job.shape(name)]) if (shape !== undefined) job.add(scan(shape, `reads ${displayName(name)}`, 1, pricing));
  follow(job);
  return { pieces: job.pieces, unknown: job.unknown, batches: job.batches, after: job.sizes };
}

/** Relations that are written anew, each with all its indexes. */
function rewrites(job: Job): void {
  const { effects, pricing } = job;
  const refreshes = effects.actions.some(({ kind }) => kind === 'refresh');
  if (refreshes) return;
  for (const name of effects.rewrites) {
    const shape = job.shape(name);
    if (shape === undefined) continue;
    if (effects.actions.every(({ kind }) => kind === 'set tablespace')) job.add(copyFile(shape, pricing));
    else {
      const clusters = effects.actions.some(({ kind }) => kind === 'cluster');
      job.add(...rewrite(shape, clusters ? `writes ${displayName(name)} anew in order` : `writes ${displayName(name)} anew`, pricing, { ...evaluation(effects.actions), sorted: clusters }));
    }
  }
}

/** What is worked out for each row that is written anew: defaults, generated values, conversions. */
function evaluation(actions: readonly Action[]): { readonly calls: number; readonly random: number } {
  let [calls, random] = [0, 0];
  for (const { kind, node, work } of actions) {
    if (!work.rewrites || (kind !== 'add column' && kind !== 'alter column type')) continue;
    calls += 1 + callsIn(node);
    if (mentionsCall(node, 'gen_random_uuid') || mentionsCall(node, 'uuid_generate_v4')) random += 1;
  }
  return { calls, random };
}

/** SET TABLESPACE copies a file block by block; indexes stay. */
function copyFile(table: TableShape, pricing: Pricing): Piece {
  const { writtenByte, walByte } = pricing.constants;
  const bytes = table.bytes + table.toastBytes;
  const wal = table.unlogged ? 0 : bytes;
  return {
    kind: 'rewrite',
    what: `copies the file of ${displayName(table.name)}`,
    relation: table.name,
    rows: table.rows,
    bytesRead: bytes,
    bytesWritten: bytes,
    walBytes: wal,
    cost: 'rewrite',
    micros: plus(reading(bytes, pricing), exactly(bytes * writtenByte + wal * walByte)),
    assumed: table.assumed,
  };
}

const VERIFYING = new Set<Action['kind']>(['set not null', 'add column', 'alter column type', 'alter domain']);

/** Tables that one pass reads to hold conditions against all rows: ALTER TABLE does them together (ATRewriteTables, src/backend/commands/tablecmds.c). */
function verifications(job: Job): void {
  const { effects, pricing } = job;
  const checks = new Map<RelationName, { count: number; evaluation: number }>();
  for (const action of effects.actions) {
    if (!action.work.scans || action.relation === undefined) continue;
    const verifies = VERIFYING.has(action.kind) || (action.kind === 'add constraint' && (action.constraint === 'check' || action.constraint === 'not null')) || (action.kind === 'validate constraint' && action.constraint !== 'foreign key');
    if (!verifies || (action.kind === 'add column' && action.constraints.every((constraint) => constraint !== 'check') && !action.notNull && action.generated === undefined)) continue;
    for (const shape of job.stored(action.relation)) {
      if (!effects.scans.includes(shape.name)) continue;
      const { count, evaluation: before } = checks.get(shape.name) ?? { count: 0, evaluation: 0 };
      checks.set(shape.name, { count: count + 1, evaluation: before + conditionCost(action, shape, pricing) });
    }
  }
  for (const [name, { count, evaluation: cost }] of checks) {
    const shape = effects.rewrites.includes(name) ? undefined : job.shape(name);
    if (shape === undefined) continue;
    // Rows are compared with the new types only where indexes are built again: that is a piece of its own.
    if (effects.actions.every(({ kind }) => kind === 'alter column type') && effects.rebuilds.some((index) => indexOf(index, job.schema)?.table === name)) continue;
    job.add(scan(shape, `checks every row of ${displayName(name)}`, count, pricing, cost));
  }
}

/** Functions of a check, on the texts that they are given, in µs a row. */
function conditionCost(action: Action, table: TableShape, { constants }: Pricing): number {
  const condition = 'Constraint' in action.node ? action.node.Constraint.raw_expr : 'AlterTableCmd' in action.node && action.node.AlterTableCmd.def !== undefined && 'Constraint' in action.node.AlterTableCmd.def ? action.node.AlterTableCmd.def.Constraint.raw_expr : undefined;
  if (condition === undefined) return 0;
  let functions = 0;
  walk(condition, (kind) => {
    if (kind === 'FuncCall') functions += 1;
    return undefined;
  });
  const bytes = [...mentioned(condition)].reduce((sum, column) => sum + table.column(column).width, 0);
  return functions * (constants.call + bytes * constants.callByte) + (callsIn(condition) - functions) * constants.call * 0.3;
}

/** Indexes that are built anew while their table stays as it is. */
function indexRebuilds(job: Job): void {
  const { effects, schema } = job;
  const concurrently = effects.actions.some((action) => action.kind === 'reindex' && action.concurrently);
  for (const name of effects.rebuilds) {
    const index = indexOf(name, schema);
    if (index === undefined || effects.rewrites.includes(index.table)) continue;
    build(job, index.table, index, `builds ${displayName(name)} anew`, { concurrently });
  }
}

/** An index on one table. */
function build(job: Job, table: RelationName, index: IndexLike, what: string, options: BuildOptions = {}): void {
  const shape = job.shape(table);
  if (shape !== undefined) job.add(buildIndex(shape, indexShape(index, shape, job.sizes), what, job.pricing, options));
}

function partOf(action: Action, job: Job): void {
  const { schema, effects } = job;
  switch (action.kind) {
    case 'create index':
      createIndex(action, job);
      return;
    case 'add column':
      if (action.constraints.includes('unique') || action.constraints.includes('primary key')) key(action.relation, [action.column], job);
      if (action.references !== undefined && action.work.scans && action.relation !== undefined && effects.scans.includes(action.references)) foreignKey(action.relation, action.references, job);
      return;
    case 'add constraint':
      addConstraint(action, job);
      return;
    case 'validate constraint':
      validate(action, job);
      return;
    case 'attach partition':
      if (action.relation !== undefined) attach(action.relation, action.partition, job);
      return;
    case 'alter column type':
      if (action.relation !== undefined) revalidated(action.relation, action.column, job);
      return;
    case 'update':
    case 'delete':
    case 'insert':
    case 'merge':
    case 'copy':
      dataChange(action, job);
      return;
    case 'vacuum':
      if (!action.full) vacuum('vacuum', action.relation, job);
      return;
    case 'analyze':
      vacuum('analyze', action.relation, job);
      return;
    case 'refresh':
      if (action.withData && action.relation !== undefined) refresh(action.relation, action.concurrently, job);
      return;
    case 'select':
      if (!isBatchLoop(job.text)) selectAlone(action.node, job);
      return;
    case 'create materialized view':
      createAs(action.node, action.name, job);
      return;
    case 'create table':
      if (action.as) createAs(action.node, action.name, job);
      return;
    case 'dynamic sql':
      job.cannot(action.text === undefined ? 'what the block does is not known' : 'it runs SQL that is put together only then');
      return;
    case 'routine':
      if (effects.kind === 'CALL' && effects.actions.length === 1) job.cannot('what the procedure does is not known');
      return;
    case 'extension':
      job.cannot('how long the script of an extension runs is not known');
      return;
    case 'cluster':
      if (action.relation === undefined) job.cannot('which tables were clustered before is not known');
      return;
    case 'reindex':
      if (action.relation === undefined && !schema.complete) job.cannot('not all tables that it concerns are known');
      else if (action.relation !== undefined && schema.relation(action.relation) === undefined && effects.rebuilds.length === 0) job.cannot(`the indexes of ${displayName(action.relation)} are not known`);
      else if (action.relation === undefined && action.what === 'index' && effects.rebuilds.length === 0) job.cannot('the index is not known, nor its table');
      return;
    default:
  }
}

function createIndex(action: Extract<Action, { readonly kind: 'create index' }>, job: Job): void {
  const { node, relation, concurrently } = action;
  if (relation === undefined || !('IndexStmt' in node)) return;
  const stmt = node.IndexStmt;
  if (action.ifNotExists && action.index !== undefined && job.schema.relation(objectName(nameParts(relation).schema, action.index)) !== undefined) return;
  if (action.only && action.partitioned) return;
  const plan: IndexLike = { ...plannedIndex(stmt.indexParams, stmt.indexIncludingParams), method: stmt.accessMethod ?? 'btree', unique: action.unique, predicate: stmt.whereClause };
  const label = action.index ?? 'an index';
  for (const { name } of job.stored(relation)) build(job, name, plan, name === relation ? `builds ${label}` : `builds ${label} on ${displayName(name)}`, { concurrently });
}

/** A unique index over columns. */
function key(relation: RelationName | undefined, columns: readonly string[], job: Job, method = 'btree'): void {
  if (relation === undefined) return;
  const table = tableOf(relation, job.schema);
  const members = table?.kind === 'partitioned table' ? job.stored(relation).map(({ name }) => name) : [relation];
  const keys = columns.map((column) => ({ column, collation: undefined, operatorClass: undefined }));
  for (const name of members) {
    // Where the table is written anew in the same statement, its new rows are still in memory.
    build(job, name, { keys, included: [], predicate: undefined, method, unique: true }, `builds the index of a key on ${displayName(name)}`, { warm: job.effects.rewrites.includes(name) });
  }
}

function addConstraint(action: Extract<Action, { readonly kind: 'add constraint' }>, job: Job): void {
  const { constraint, relation, usingIndex, columns, references } = action;
  if (relation === undefined) return;
  if (constraint === 'foreign key') {
    if (action.work.scans && references !== undefined) foreignKey(relation, references, job);
    return;
  }
  if (constraint !== 'primary key' && constraint !== 'unique' && constraint !== 'exclusion') return;
  if (usingIndex === undefined) key(relation, columns, job, constraint === 'exclusion' ? 'gist' : 'btree');
  if (constraint !== 'primary key' || !action.work.scans) return;
  const table = tableOf(relation, job.schema);
  const nullable = table === undefined || columns.some((column) => columnOf(table, column)?.notNull !== true);
  if (!nullable) return;
  for (const shape of job.stored(relation)) {
    if (!job.effects.rewrites.includes(shape.name)) job.add(scan(shape, `checks every row of ${displayName(shape.name)}`, columns.length, job.pricing));
  }
}

function foreignKey(relation: RelationName, references: RelationName, job: Job): void {
  const parents = job.stored(references);
  const [first] = parents;
  if (first === undefined) return;
  const parent: TableShape = { ...first, rows: total(parents, ({ rows }) => rows), bytes: total(parents, ({ bytes }) => bytes), assumed: parents.some(({ assumed }) => assumed) };
  const table = tableOf(relation, job.schema);
  const members = table?.kind === 'partitioned table' ? job.stored(relation) : [job.shape(relation)].filter((shape) => shape !== undefined);
  for (const member of members) job.add(checkForeignKey(member, parent, `looks every row of ${displayName(member.name)} up in ${displayName(references)}`, job.pricing));
  for (const { name } of parents) job.covered.add(name);
}

function total(shapes: readonly TableShape[], pick: (shape: TableShape) => number): number {
  return shapes.reduce((sum, shape) => sum + pick(shape), 0);
}

function validate(action: Extract<Action, { readonly kind: 'validate constraint' }>, job: Job): void {
  if (action.relation === undefined || !action.work.scans || action.constraint !== 'foreign key') return;
  const found = tableOf(action.relation, job.schema)?.constraints.find(({ name }) => name === action.name);
  if (found?.kind === 'foreign key') foreignKey(action.relation, found.references, job);
}

/** Foreign keys of the column and to it that are validated again, since its values change. */
function revalidated(relation: RelationName, column: string, job: Job): void {
  const { schema, effects } = job;
  const table = tableOf(relation, schema);
  if (table === undefined || !effects.rewrites.includes(relation)) return;
  const again = (owner: Table, found: ForeignKey): void => {
    if (found.valid && effects.scans.includes(owner.name)) foreignKey(owner.name, found.references, job);
  };
  for (const own of foreignKeysOf(table)) if (own.columns.includes(column)) again(table, own);
  for (const { table: name, constraint } of table.referencedBy) {
    const owner = tableOf(name, schema);
    const found = owner === undefined || owner === table ? undefined : foreignKeysOf(owner).find((candidate) => candidate.name === constraint);
    if (owner !== undefined && found?.referencedColumns.includes(column) === true) again(owner, found);
  }
}

/** ATTACH PARTITION: the bound, the indexes that the new partition lacks, its foreign keys. */
function attach(relation: RelationName, partition: RelationName, job: Job): void {
  const { schema, effects } = job;
  const parent = tableOf(relation, schema);
  const child = tableOf(partition, schema);
  if (parent === undefined || child === undefined) return;
  const own = child.indexes.flatMap((name) => indexOf(name, schema) ?? []);
  for (const wanted of parent.indexes.flatMap((name) => indexOf(name, schema) ?? [])) {
    const has = own.some((index) => index.method === wanted.method && index.unique === wanted.unique && index.keys.map(({ column }) => column).join() === wanted.keys.map(({ column }) => column).join());
    if (!has) for (const { name } of job.stored(partition)) build(job, name, { ...wanted, name: wanted.name }, `builds ${displayName(wanted.name)} on ${displayName(name)}`);
  }
  if (effects.scans.includes(partition)) for (const shape of job.stored(partition)) job.add(scan(shape, `checks every row of ${displayName(shape.name)} against the bound`, 1, job.pricing));
  for (const reference of foreignKeysOf(parent)) if (effects.scans.includes(reference.references)) foreignKey(partition, reference.references, job);
}

/** Rows that ANALYZE samples: 300 for each of the 100 that default_statistics_target asks for (std_typanalyze, src/backend/commands/analyze.c). */
const SAMPLE = 30_000;

function vacuum(kind: 'vacuum' | 'analyze', name: RelationName | undefined, job: Job): void {
  const { schema, pricing } = job;
  if (name === undefined) {
    job.cannot('it goes through every table of the database');
    return;
  }
  const relation = schema.relation(name);
  const members = relation === undefined ? [unknownShape(name, job.sizes)] : membersOf(relation, job);
  for (const shape of members) {
    if (kind === 'analyze') {
      const columns = relation !== undefined && 'columns' in relation ? relation.columns.length : 10;
      const rows = Math.min(shape.rows, SAMPLE);
      const pages = Math.min(shape.bytes, SAMPLE * 8192);
      const micros = plus(reading(pages, pricing), exactly(rows * columns * 1.2));
      job.add({ kind: 'other', what: `samples ${displayName(shape.name)}`, relation: shape.name, rows, bytesRead: pages, bytesWritten: 0, walBytes: 0, cost: 'scan', micros, assumed: shape.assumed });
    } else {
      // What VACUUM finds depends on what died since the last one: a table that is all visible is skipped, at worst all of it is written.
      const all = scan(shape, `vacuums ${displayName(shape.name)}`, 1, pricing);
      const indexes = shape.indexes.reduce((sum, { bytes }) => sum + (bytes ?? shape.rows * 20), 0);
      const worst = plus(all.micros, plus(reading(indexes, pricing), exactly((shape.bytes + indexes) * (pricing.constants.writtenByte + pricing.constants.walByte))));
      job.add({ ...all, kind: 'vacuum', cost: 'query', micros: { low: 0.02 * all.micros.low, likely: all.micros.likely, high: worst.high } });
    }
  }
}

function membersOf(relation: Relation, job: Job): readonly TableShape[] {
  const table = asTable(relation);
  if (table === undefined) return [shapeOf(relation, job.schema, job.sizes)];
  return [table, ...descendantsOf(table, job.schema)].filter(({ kind }) => kind === 'table').map((member) => shapeOf(member, job.schema, job.sizes));
}

/** Sizes after the statement, as far as other statements of the migration may ask for them. */
function follow(job: Job): void {
  for (const action of job.effects.actions) {
    if (action.kind === 'create table' && !action.as && job.schema.relation(action.name) === undefined) job.sizes = job.sizes.with(action.name, { rows: 0, bytes: 0 });
    if (action.relation === undefined) continue;
    if (action.kind === 'truncate') job.sizes = job.sizes.with(action.relation, { rows: 0, bytes: 0 });
    if (action.kind === 'rename relation') job.sizes = job.sizes.renamed(action.relation, objectName(nameParts(action.relation).schema, action.to));
    if (action.kind === 'set schema') job.sizes = job.sizes.renamed(action.relation, objectName(action.to, nameParts(action.relation).name));
  }
}

