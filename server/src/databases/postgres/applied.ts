import { APPLIED_TABLE_NAMES, APPLIED_TABLE_WORDS, appliedQuery, type AppliedQuery, type AppliedRecord } from '../../core/applied';
import { objectName, quoteIdentifier } from '../../core/schema/names';
import type { Reading } from './connection';
import { OWN_SCHEMA } from './names';

/** No project has more migrations; a larger table is something else. */
const MOST_ROWS = 20_000;
/** More tables than this are not read: databases with a schema for each of their clients have one in each. */
const MOST_TABLES = 20;
/** How long is waited for somebody's lock, in ms. */
const PATIENCE = 50;

interface Found extends AppliedQuery {
  readonly schema: string;
  readonly name: string;
  readonly isReadable: boolean;
  readonly isLarge: boolean;
}

/**
 * What migration tools noted in tables of theirs, found by name and columns. Only ordinary tables without row security are
 * read, and only columns of the server's own types: nothing that somebody wrote runs. A table that somebody locked is left
 * unknown at once.
 */
export async function readApplied(reading: Reading): Promise<readonly AppliedRecord[]> {
  const records: AppliedRecord[] = [];
  for (const table of await findTables(reading)) records.push(await readTable(reading, table));
  return records;
}

async function findTables(reading: Reading): Promise<readonly Found[]> {
  const rows = await reading.rows(
    `SELECT n.nspname, c.relname, ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid < 16384 ORDER BY a.attnum),
       pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND NOT c.relrowsecurity,
       c.reltuples > $3 OR c.relpages > $3
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND c.relnatts <= 40 AND ${OWN_SCHEMA}
       AND (pg_catalog.lower(c.relname) = ANY ($1::text[]) OR c.relname ~* $2)
     ORDER BY pg_catalog.lower(c.relname) = ANY ($1::text[]) DESC, n.nspname = 'public' DESC, n.nspname COLLATE "C", c.relname COLLATE "C"`,
    [APPLIED_TABLE_NAMES, APPLIED_TABLE_WORDS, MOST_ROWS],
  );
  const found = rows.flatMap(([schema, name, columns, isReadable, isLarge]): Found[] => {
    const outline = { schema: String(schema), name: String(name), columns: columns as string[] };
    const query = appliedQuery(outline);
    return query === undefined ? [] : [{ ...outline, ...query, isReadable: isReadable === true, isLarge: isLarge === true }];
  });
  return found.slice(0, MOST_TABLES);
}

async function readTable(reading: Reading, { schema, name, columns, order, isReadable, isLarge }: Found): Promise<AppliedRecord> {
  const table = objectName(schema, name);
  if (!isReadable) return { table, columns, unread: 'no privilege' };
  if (isLarge) return { table, columns, unread: 'too many rows' };
  const list = columns.map((column) => `${quoteIdentifier(column)}::pg_catalog.text`).join(', ');
  const sorted = order === undefined ? '' : ` ORDER BY ${quoteIdentifier(order)}`;
  const rows = await reading.rowsUnlessLocked(`SELECT ${list} FROM ${table}${sorted} LIMIT ${String(MOST_ROWS + 1)}`, [], PATIENCE);
  if (rows === undefined) return { table, columns, unread: 'locked' };
  if (rows.length > MOST_ROWS) return { table, columns, unread: 'too many rows' };
  return { table, columns, rows: rows as (string | null)[][] };
}
