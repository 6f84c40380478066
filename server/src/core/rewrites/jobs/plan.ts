import type { FindContext } from '../../rules/rule';
import { tokensOf } from '../../sql/postgres/scan';
import { withFrozenTime } from '../batches/frozen-time';
import { insertSelectPlan } from '../batches/insert-select';
import { mergePlan } from '../batches/merge';
import { batchPlan, type BatchPlan } from '../batches/plan';

/** Writes the n-th parameter of a query as a language's driver has it; numbers count from 1. */
export type Parameter = (number: number) => string;

/** The queries of a job that does a statement in batches. Keys travel as text, so that any driver can keep them. */
export interface JobQueries {
  readonly columns: number;
  /** The first key and the last one, when the job starts. */
  readonly first: string;
  readonly final: string;
  /** Parameters: the batch's first key. Gives its last one. */
  readonly end: string;
  /** Parameters: the batch's first key, its last one, and the time at which the job started if the statement needs it. */
  readonly change: string;
  readonly needsTime: boolean;
  /** Parameters: the batch's last key, the final one. Gives the first key of the next batch, or no row. */
  readonly next: string;
}

/** The plan of a statement that a background job can do along a key; otherwise why not, as the end of a sentence. */
export function jobPlan(context: FindContext): BatchPlan {
  // A job has a connection of its own: what transaction the migration runs in does not matter to it.
  const alone: FindContext = { ...context, moment: { ...context.moment, scope: 'none' } };
  const { node } = context.parsed;
  const plan = 'InsertStmt' in node ? insertSelectPlan(alone) : 'MergeStmt' in node ? mergePlan(alone) : batchPlan(alone);
  if (plan.possible && plan.walk.by !== 'key') return { possible: false, reason: 'it has no key at which a job could resume' };
  return plan;
}

/** The job's queries for a driver. */
export function jobQueries(plan: Extract<BatchPlan, { possible: true }>, batchSize: number, parameter: Parameter, escape: (sql: string) => string): JobQueries | undefined {
  if (plan.walk.by !== 'key') return undefined;
  const { shape } = plan;
  const { columns } = plan.walk.key;
  const n = columns.length;
  const list = columns.join(', ');
  // Names of their own: ORDER BY would take an output column of the key's name, which is text, for the key.
  const text = columns.map((column, index) => `${column}::text AS key_${index + 1}_as_text`).join(', ');
  const row = (names: readonly string[]): string => (names.length === 1 ? (names[0] ?? '') : `(${names.join(', ')})`);
  // Parameters are marked while the driver's own signs are escaped in what the user wrote.
  const mark = (number: number): string => `\uE001${number}\uE001`;
  const finished = (sql: string): string => escape(sql).replace(/\uE001(\d+)\uE001/gu, (_, number: string) => parameter(Number(number)));
  const at = (start: number): string => row(columns.map((_, index) => mark(start + index)));
  const down = columns.map((column) => `${column} DESC`).join(', ');
  const table = (/^only\b/iu.test(shape.targetText.trimStart()) ? 'ONLY ' : '') + nameOf(shape.targetText);
  const qualified = row(columns.map((column) => `${shape.targetName}.${column}`));
  const condition = shape.where === undefined ? '' : `(${shape.where}\n)\nAND `;
  const change = withFrozenTime(`${shape.head}\nWHERE ${condition}${qualified} >= \uE002\nAND ${qualified} <= \uE003${shape.tail === undefined ? '' : `\n${shape.tail}`}`, '\uE004');
  return {
    columns: n,
    first: finished(`SELECT ${text} FROM ${table} ORDER BY ${list} LIMIT 1`),
    final: finished(`SELECT ${text} FROM ${table} ORDER BY ${down} LIMIT 1`),
    end: finished(`SELECT ${text} FROM (SELECT ${list} FROM ${table} WHERE ${row(columns)} >= ${at(1)} ORDER BY ${list} LIMIT ${batchSize}) AS batch ORDER BY ${down} LIMIT 1`),
    change: finished(change.sql.replaceAll('\uE002', at(1)).replaceAll('\uE003', at(n + 1)).replaceAll('\uE004', `${mark(2 * n + 1)}::timestamptz`)),
    needsTime: change.frozen,
    next: finished(`SELECT ${text} FROM ${table} WHERE ${row(columns)} > ${at(1)} AND ${row(columns)} <= ${at(n + 1)} ORDER BY ${list} LIMIT 1`),
  };
}

/** The table's name as written, without ONLY and alias. */
function nameOf(target: string): string {
  const words = tokensOf(target).filter((token) => token.kind !== 'comment' && token.text !== '(' && token.text.toLowerCase() !== 'only');
  let end = 0;
  while (words[end + 1]?.text === '.') end += 2;
  return words.slice(0, end + 1).map((token) => token.text).join('');
}
