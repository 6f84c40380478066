import type { Client } from 'pg';
import type { CopiedTable, Link } from '../../core/estimate/rehearsal';
import { displayName, nameParts, quoteIdentifier, type RelationName } from '../../core/schema/names';
import type { Reading } from '../postgres/connection';
import type { Definitions } from './definitions';

/** Rows that are under way at a time. */
const BATCH = 2000;

/** What copying tells of itself. */
export interface CopyHost {
  readonly signal: AbortSignal;
  readonly progress: (what: string, share: number) => void;
  readonly note: (sentence: string) => void;
}

/**
 * Makes tables anew in an empty database and fills them with a part of their rows. Rows come from the source as text through
 * cursors of a read-only transaction.
 */
export async function copyTables(reading: Reading, target: Client, definitions: Definitions, tables: readonly CopiedTable[], links: readonly Link[], host: CopyHost): Promise<void> {
  await target.query('SET check_function_bodies = off; SET client_min_messages = error');
  // What functions and types are made of may come after them in the list: whatever failed is tried once more.
  const failed = await tryAll(target, definitions.before);
  for (const sql of definitions.tables) if (!host.signal.aborted) await target.query(sql);
  await tryAll(target, failed);
  const all = tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  for (const table of tables) {
    const columns = definitions.columns.get(table.relation);
    if (columns === undefined || columns.length === 0 || host.signal.aborted) continue;
    const tell = (rows: number): void => {
      host.progress(`copying ${displayName(table.relation)}`, (done + rows) / Math.max(1, all));
    };
    if (!table.onlyReferenced) await fill(reading, target, table, columns, tell, host.signal);
    done += table.rows;
  }
  await completeReferences(reading, target, definitions, tables, links, host);
}

/** Builds what hangs on the tables, once their rows are there. */
export async function finishTables(target: Client, definitions: Definitions, host: CopyHost): Promise<void> {
  host.progress('building the indexes of the copy', 1);
  await target.query('SET check_function_bodies = off; SET client_min_messages = error');
  let left: readonly string[] = definitions.after;
  // Views that read views, foreign keys that need keys: again, as long as something succeeds.
  for (let before = Infinity; left.length > 0 && left.length < before && !host.signal.aborted; ) {
    before = left.length;
    left = await tryAll(target, left);
  }
  for (const sql of left) if (!/^CREATE (?:MATERIALIZED )?VIEW/u.test(sql)) await withoutRows(target, sql, host);
  await target.query('ANALYZE');
}

/** Runs statements; gives back those that failed. */
async function tryAll(target: Client, statements: readonly string[]): Promise<string[]> {
  const failed: string[] = [];
  for (const sql of statements) {
    try {
      await target.query(sql);
    } catch (error) {
      if (isGone(error)) throw error;
      failed.push(sql);
    }
  }
  return failed;
}

/** A foreign key whose rows were not all copied holds for new rows at least. */
async function withoutRows(target: Client, sql: string, { note }: CopyHost): Promise<void> {
  const unvalidated = sql.includes('FOREIGN KEY') && !sql.endsWith('NOT VALID') ? await tryAll(target, [`${sql} NOT VALID`]) : [sql];
  for (const missing of unvalidated) note(`the copy lacks this: ${missing.length > 120 ? `${missing.slice(0, 119)}…` : missing}`);
}

function isGone(error: unknown): boolean {
  return !(typeof error === 'object' && error !== null && 'code' in error && /^(?!57P|08)[0-9A-Z]{5}$/u.test(String(error.code)));
}

/** Parts of the pages that are read are larger than need be, since they are not equally full. */
const MARGIN = 1.2;

async function fill(reading: Reading, target: Client, { relation, of, rows }: CopiedTable, columns: readonly { readonly name: string; readonly type: string }[], progress: (rows: number) => void, signal: AbortSignal): Promise<void> {
  const percent = of === undefined || of <= rows ? 100 : Math.min(100, (100 * rows * MARGIN) / of);
  const sample = percent < 100 ? ` TABLESAMPLE SYSTEM (${String(percent)})` : '';
  const names = columns.map(({ name }) => quoteIdentifier(name));
  await reading.rows(`DECLARE copied NO SCROLL CURSOR FOR SELECT ${names.map((name) => `${name}::pg_catalog.text`).join(', ')} FROM ONLY ${qualified(relation)}${sample} LIMIT ${String(rows)}`);
  let count = 0;
  while (!signal.aborted) {
    const batch = await reading.rows(`FETCH ${String(BATCH)} FROM copied`);
    if (batch.length === 0) break;
    await insert(target, relation, columns, batch);
    count += batch.length;
    progress(count);
  }
  await reading.rows('CLOSE copied');
}

/** Referenced rows of a sample: those that other copied rows point at are there, whatever else is. */
/** Fetches the rows that copied ones point at, as far as there is room; rows whose counterpart is not there then go. */
async function completeReferences(reading: Reading, target: Client, definitions: Definitions, tables: readonly CopiedTable[], links: readonly Link[], { progress, signal, note }: CopyHost): Promise<void> {
  const byName = new Map(tables.map((table) => [table.relation, table]));
  const room = new Map(tables.filter(({ onlyReferenced }) => onlyReferenced).map(({ relation, rows }) => [relation, rows]));
  for (const { from, column, to, key } of links) {
    const columns = definitions.columns.get(to);
    if (!byName.has(from) || !byName.has(to) || columns === undefined || signal.aborted) continue;
    const [own, other] = [quoteIdentifier(column), quoteIdentifier(key)];
    const missing = `FROM ${qualified(from)} c WHERE c.${own} IS NOT NULL AND NOT EXISTS (SELECT FROM ${qualified(to)} p WHERE p.${other} = c.${own})`;
    const free = room.get(to) ?? 0;
    if (free > 0) {
      progress(`copying what ${displayName(from)} refers to`, 1);
      const { rows: wanted } = await target.query<{ key: string }>(`SELECT DISTINCT c.${own}::text AS key ${missing} LIMIT ${String(free)}`);
      const type = columns.find(({ name }) => name === key)?.type ?? 'text';
      const query = `SELECT ${columns.map(({ name }) => `${quoteIdentifier(name)}::pg_catalog.text`).join(', ')} FROM ${qualified(to)} WHERE ${other} = ANY ($1::${type}[])`;
      for (let start = 0; start < wanted.length; start += BATCH) {
        signal.throwIfAborted();
        const batch = await reading.rows(query, [wanted.slice(start, start + BATCH).map((row) => row.key)]);
        await insert(target, to, columns, batch);
      }
      room.set(to, free - wanted.length);
    }
    const { rowCount } = await target.query(`DELETE ${missing}`);
    if ((rowCount ?? 0) > 0) note(`${String(rowCount)} rows of ${displayName(from)} were left out: what they refer to was not copied`);
  }
}

/** Rows as text, made values of the columns' types by the server. */
async function insert(target: Client, relation: RelationName, columns: readonly { readonly name: string; readonly type: string }[], rows: readonly (readonly unknown[])[]): Promise<void> {
  if (rows.length === 0) return;
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const values = columns.map(({ type }, index) => `x.c${String(index)}::${type}`).join(', ');
  const arrays = columns.map((_, index) => `$${String(index + 1)}::text[]`).join(', ');
  const aliases = columns.map((_, index) => `c${String(index)}`).join(', ');
  await target.query(`INSERT INTO ${qualified(relation)} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM unnest(${arrays}) x (${aliases})`, columns.map((_, index) => rows.map((row) => row[index] ?? null)));
}

function qualified(relation: RelationName): string {
  const { schema, name } = nameParts(relation);
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
