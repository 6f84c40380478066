import type { Node, PartitionBoundSpec } from '@pgsql/types';
import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { quoteIdentifier, type RelationName } from '../schema/names';
import { strings } from '../schema/postgres/walk';
import type { Table } from '../schema/schema';
import type { SchemaView } from '../schema/view';
import { tokensOf } from '../sql/postgres/scan';
import type { Edit } from '../text';
import { alterTableOf, is, subcommandOf, written } from './alter-table';
import { expressionSql } from './deparse';
import { insertAfter, insertBefore, replaceStatement } from './edits';
import { writtenBeside } from './expand-contract/names';
import { keyWordsLike, type KeyWords } from './key-words';
import { generatedName } from './names';
import { placeInWords, runAfter, runBefore, surroundingsOf } from './surroundings';

/**
 * ATTACH PARTITION that reads nothing while it holds its locks: a CHECK like the bound on the new partition, and one
 * that rules the bound out on the default partition, are validated first and dropped afterwards.
 */
export function attachWithProof(context: MendContext, action: Extract<Action, { kind: 'attach partition' | 'detach partition' }>): readonly Fix[] {
  const { parsed, before } = context;
  const alter = alterTableOf(parsed);
  const subcommand = alter === undefined ? undefined : subcommandOf(alter, action);
  const parent = parentOf(before, action.relation);
  const spec = boundOf(action.node);
  if (alter === undefined || subcommand === undefined || parent === undefined || spec === undefined || action.kind !== 'attach partition') return [];
  const k = keyWordsLike(parsed.text);
  const { tokens } = subcommand;
  const end = tokens.findIndex((token, at) => at > 2 && (is(token, 'FOR') || is(token, 'DEFAULT')));
  const child = written(parsed.text, tokens[2], tokens[end - 1]);
  const own = spec.is_default === true ? defaultCheck(parent, before, k) : boundCheck(spec, parent, k);
  if (own === undefined || end < 0) return [];
  const proofs: Proof[] = own === '' ? [] : [{ table: child, name: generatedName(action.partition, ['bound'], 'check', before), check: own }];
  const other = defaultPartition(parent, before);
  if (other !== undefined && spec.is_default !== true) {
    proofs.push({ table: writtenBeside(other.name, alter.table), name: generatedName(other.name, ['bound'], 'check', before), check: `${k('NOT')} (${own})` });
  }
  const first = proofs.flatMap((proof) => proving(proof, k));
  const last = proofs.map((proof) => dropping(proof, k));
  const edits = around(context, first, last);
  if (proofs.length === 0 || edits === undefined) return [];
  return [{ title: `Prove the bound by a CHECK that is validated first${placeInWords(context)}`, safety: 'review', edits }];
}

/**
 * CREATE TABLE … PARTITION OF as a table like its parent that is then attached, which holds up nobody; where there is a
 * default partition, a CHECK proves first that it has none of the new partition's rows.
 */
export function createThenAttachWithProof(context: MendContext, action: Extract<Action, { kind: 'create table' }>): readonly Fix[] {
  const { parsed, before, index } = context;
  const parent = parentOf(before, action.partitionOf);
  if (parsed.nodeKind !== 'CreateStmt' || !('CreateStmt' in parsed.node) || parent === undefined) return [];
  const spec = parsed.node.CreateStmt.partbound;
  const { partspec, tableElts, options, tablespacename, accessMethod, relation } = parsed.node.CreateStmt;
  // Columns, options or partitions of its own need a person.
  if (spec === undefined || partspec !== undefined || tablespacename !== undefined || accessMethod !== undefined || (tableElts ?? []).length > 0 || (options ?? []).length > 0 || relation?.relpersistence === 't') return [];
  const tokens = tokensOf(parsed.text).filter((token) => token.kind !== 'comment');
  const partition = tokens.findIndex((token, at) => is(token, 'PARTITION') && is(tokens[at + 1], 'OF'));
  const bound = tokens.findIndex((token, at) => at > partition && (is(token, 'FOR') || is(token, 'DEFAULT')));
  const table = tokens.findIndex((token) => is(token, 'TABLE'));
  if (partition < 0 || bound < 0) return [];
  const k = keyWordsLike(parsed.text);
  const name = written(parsed.text, tokens[is(tokens[table + 1], 'IF') ? table + 4 : table + 1], tokens[partition - 1]);
  const parentSql = written(parsed.text, tokens[partition + 2], tokens[bound - 1]);
  const other = spec.is_default === true ? undefined : defaultPartition(parent, before);
  const check = other === undefined ? undefined : boundCheck(spec, parent, k);
  if (other !== undefined && check === undefined) return [];
  const proof: Proof | undefined =
    other === undefined ? undefined : { table: writtenBeside(other.name, parentSql), name: generatedName(other.name, ['bound'], 'check', before), check: `${k('NOT')} (${check ?? ''})` };
  const like = k('INCLUDING ALL EXCLUDING COMMENTS EXCLUDING IDENTITY EXCLUDING STATISTICS');
  const statements = [
    `${written(parsed.text, tokens[0], tokens[partition - 1])} (${k('LIKE')} ${parentSql} ${like})`,
    ...(proof === undefined ? [] : proving(proof, k)),
    `${k('ALTER TABLE')} ${parentSql} ${k('ATTACH PARTITION')} ${name} ${written(parsed.text, tokens[bound], tokens.at(-1))}`,
    ...(proof === undefined ? [] : [dropping(proof, k)]),
  ];
  // With a proof each statement wants a transaction of its own: VALIDATE must not run under the lock of ADD CONSTRAINT.
  if (proof !== undefined && surroundingsOf(context).kind !== 'none') return [];
  return [{ title: 'Create it like its parent, then attach it', safety: 'review', edits: [replaceStatement(context, index, statements)] }];
}

interface Proof {
  readonly table: string;
  /** Unquoted. */
  readonly name: string;
  readonly check: string;
}

function proving({ table, name, check }: Proof, k: KeyWords): string[] {
  const head = `${k('ALTER TABLE')} ${table}`;
  return [`${head} ${k('ADD CONSTRAINT')} ${quoteIdentifier(name)} ${k('CHECK')} (${check}) ${k('NOT VALID')}`, `${head} ${k('VALIDATE CONSTRAINT')} ${quoteIdentifier(name)}`];
}

function dropping({ table, name }: Proof, k: KeyWords): string {
  return `${k('ALTER TABLE')} ${table} ${k('DROP CONSTRAINT')} ${quoteIdentifier(name)}`;
}

function around(context: MendContext, first: readonly string[], last: readonly string[]): readonly Edit[] | undefined {
  const place = surroundingsOf(context);
  // The tool's transaction is switched off once, for both.
  if (place.kind === 'tool') return [...place.edits, insertBefore(context, context.index, first), insertAfter(context, context.index, last)];
  const [ahead, behind] = [runBefore(context, first), runAfter(context, last)];
  return ahead === undefined || behind === undefined ? undefined : [...ahead, ...behind];
}

function parentOf(schema: SchemaView, name: RelationName | undefined): Table | undefined {
  const parent = name === undefined ? undefined : schema.relation(name);
  return parent !== undefined && 'partitioning' in parent && parent.partitioning !== undefined && parent.partial !== true ? parent : undefined;
}

function defaultPartition(parent: Table, schema: SchemaView): Table | undefined {
  for (const name of parent.children) {
    const child = schema.relation(name);
    if (child !== undefined && 'bound' in child && child.bound?.isDefault === true) return child;
  }
  return undefined;
}

function boundOf(node: Node): PartitionBoundSpec | undefined {
  const command = 'AlterTableCmd' in node ? node.AlterTableCmd.def : node;
  return command !== undefined && 'PartitionCmd' in command ? command.PartitionCmd.bound : undefined;
}

/**
 * The rows of a default partition: none that another partition takes, all others' bounds under one NOT as the server has
 * them (the default's part of get_qual_for_list and get_qual_for_range). Empty where there is no other partition.
 */
export function defaultCheck(parent: Table, schema: SchemaView, k: KeyWords): string | undefined {
  const specs: PartitionBoundSpec[] = [];
  for (const name of parent.children) {
    const child = schema.relation(name);
    const node = child !== undefined && 'bound' in child ? child.bound?.node : undefined;
    if (node === undefined) return undefined;
    specs.push('PartitionBoundSpec' in node ? node.PartitionBoundSpec : (node as PartitionBoundSpec));
  }
  const columns = keyColumns(parent);
  if (specs.length === 0) return '';
  if (columns === undefined) return undefined;
  if (specs.every(({ strategy }) => strategy === 'l')) {
    const taken = listCheck(specs.flatMap(({ listdatums }) => listdatums ?? []), columns[0] ?? '', k);
    return taken === undefined ? undefined : `${k('NOT')} (${taken})`;
  }
  const ranges = specs.map((spec) => (spec.strategy === 'r' ? rangeLimits(spec, columns, k) : undefined));
  if (!ranges.every((range) => range !== undefined)) return undefined;
  const among = ranges.map((range) => (range.length === 0 ? k('TRUE') : range.length === 1 ? (range[0] ?? '') : `(${range.join(` ${k('AND')} `)})`)).join(` ${k('OR')} `);
  return `${k('NOT')} (${[...notNulls(columns, k), `(${among})`].join(` ${k('AND')} `)})`;
}

/**
 * The rows that a bound lets in, in the form in which the server proves it (get_qual_for_list and get_qual_for_range,
 * src/backend/partitioning/partbounds.c); undefined for hash partitions and keys that are expressions.
 */
export function boundCheck(spec: PartitionBoundSpec, parent: Pick<Table, 'partitioning'>, k: KeyWords): string | undefined {
  const columns = keyColumns(parent);
  if (columns === undefined) return undefined;
  switch (spec.strategy) {
    case 'l':
      return listCheck(spec.listdatums ?? [], columns[0] ?? '', k);
    case 'r': {
      const limits = rangeLimits(spec, columns, k);
      return limits === undefined ? undefined : [...notNulls(columns, k), ...limits].join(` ${k('AND')} `);
    }
    default:
      return undefined;
  }
}

/** The key's columns as SQL has them; undefined where an expression is among them. */
function keyColumns({ partitioning }: Pick<Table, 'partitioning'>): readonly string[] | undefined {
  const columns = (partitioning?.columns ?? []).flatMap((column) => (column === undefined ? [] : [quoteIdentifier(column)]));
  return columns.length > 0 && columns.length === partitioning?.columns.length ? columns : undefined;
}

function notNulls(columns: readonly string[], k: KeyWords): string[] {
  return columns.map((column) => `${column} ${k('IS NOT NULL')}`);
}

function listCheck(datums: readonly Node[], column: string, k: KeyWords): string | undefined {
  const isNull = (datum: Node): boolean => 'A_Const' in datum && datum.A_Const.isnull === true;
  const values = datums.filter((datum) => !isNull(datum)).map((datum) => expressionSql(datum, { k }));
  if (!values.every((value) => value !== undefined)) return undefined;
  const among = values.length === 1 ? `${column} = ${values[0] ?? ''}` : `${column} ${k('IN')} (${values.join(', ')})`;
  if (!datums.some(isNull)) return `${column} ${k('IS NOT NULL')} ${k('AND')} ${among}`;
  return values.length === 0 ? `${column} ${k('IS NULL')}` : `${column} ${k('IS NULL OR')} ${among}`;
}

type Limit = { readonly value: string } | 'MINVALUE' | 'MAXVALUE';

/** The parts of a range's condition, NULLs apart. */
function rangeLimits(spec: PartitionBoundSpec, columns: readonly string[], k: KeyWords): readonly string[] | undefined {
  const lower = (spec.lowerdatums ?? []).map((datum) => limitOf(datum, k));
  const upper = (spec.upperdatums ?? []).map((datum) => limitOf(datum, k));
  if (lower.length !== columns.length || upper.length !== columns.length || lower.includes(undefined) || upper.includes(undefined)) return undefined;
  const [from, to] = [lower as readonly Limit[], upper as readonly Limit[]];
  const parts: string[] = [];
  let same = 0;
  for (; same < columns.length; same++) {
    const [low, high] = [from[same], to[same]];
    if (typeof low !== 'object' || typeof high !== 'object' || low.value !== high.value) break;
    parts.push(`${columns[same] ?? ''} = ${low.value}`);
  }
  parts.push(...arms(columns, from, same, '>', 'MINVALUE', k), ...arms(columns, to, same, '<', 'MAXVALUE', k));
  return parts;
}

/** One side of a range over several columns: the first decides, or is equal and the next one does. */
function arms(columns: readonly string[], limits: readonly Limit[], start: number, sign: '>' | '<', open: 'MINVALUE' | 'MAXVALUE', k: KeyWords): string[] {
  const choices: string[] = [];
  const equal: string[] = [];
  for (let at = start; at < columns.length; at++) {
    const [limit, next] = [limits[at], limits[at + 1]];
    if (typeof limit !== 'object') break;
    const inclusive = next === open || (next === undefined && sign === '>');
    const column = columns[at] ?? '';
    const last = `${column} ${sign}${inclusive ? '=' : ''} ${limit.value}`;
    choices.push(equal.length === 0 ? last : `(${[...equal, last].join(` ${k('AND')} `)})`);
    equal.push(`${column} = ${limit.value}`);
  }
  if (choices.length === 0) return [];
  return [choices.length === 1 ? (choices[0] ?? '') : `(${choices.join(` ${k('OR')} `)})`];
}

function limitOf(datum: Node, k: KeyWords): Limit | undefined {
  if ('ColumnRef' in datum) {
    const word = strings(datum.ColumnRef.fields).join('.').toUpperCase();
    return word === 'MINVALUE' || word === 'MAXVALUE' ? word : undefined;
  }
  const value = expressionSql(datum, { k });
  return value === undefined ? undefined : { value };
}
