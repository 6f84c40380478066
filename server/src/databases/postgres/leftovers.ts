import type { Leftover } from '../../core/blockers/activity';
import { displayName, objectName, quoteIdentifier } from '../../core/schema/names';
import type { Reading } from './connection';
import { sequencesNearTheirEnd } from './sequences';

/** The most of each kind that is listed. */
const MOST = 100;

/** What migrations leave behind, and what else needs a hand. Read without a lock on any table. */
export async function readLeftovers(reading: Reading): Promise<readonly Leftover[]> {
  return [
    ...(await invalidIndexes(reading)),
    ...(await openConstraints(reading)),
    ...(await halfDetached(reading)),
    ...(await withoutRows(reading)),
    ...(await unanalyzed(reading)),
    ...(await nearTheirEnd(reading)),
  ];
}

async function invalidIndexes(reading: Reading): Promise<Leftover[]> {
  // What is being built is invalid, too, and nobody's leftover.
  const rows = await reading.rows(
    `SELECT n.nspname, c.relname, tn.nspname, t.relname, c.relkind FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_class t ON t.oid = indrelid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
     WHERE NOT indisvalid AND indrelid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = indexrelid OR p.relid = indrelid)
     ORDER BY 1, 2 LIMIT ${String(MOST)}`,
  );
  return rows.map(([schema, name, tableSchema, table, kind]): Leftover => {
    const index = objectName(String(schema), String(name));
    const relation = objectName(String(tableSchema), String(table));
    const message = `The index ${displayName(index)} on ${displayName(relation)} is invalid: no query uses it, and every write keeps it up.`;
    if (kind === 'I') return { kind: 'invalid index', relation, message: `The index ${displayName(index)} of the partitioned table ${displayName(relation)} is invalid: a partition has no valid index attached to it. Build one there with CREATE INDEX CONCURRENTLY, and attach it with ALTER INDEX … ATTACH PARTITION.`, statement: undefined };
    // REINDEX CONCURRENTLY leaves its own copies under these names (manual, "REINDEX").
    const isCopy = /_cc(?:new|old)\d*$/u.test(String(name));
    return { kind: 'invalid index', relation, message, statement: isCopy ? `DROP INDEX CONCURRENTLY ${index};` : `REINDEX INDEX CONCURRENTLY ${index};` };
  });
}

async function openConstraints(reading: Reading): Promise<Leftover[]> {
  const enforced = reading.versionNumber >= 180000 ? 'AND k.conenforced' : '';
  const rows = await reading.rows(
    `SELECT n.nspname, c.relname, k.conname FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT convalidated AND contype IN ('c', 'f', 'n') AND conrelid >= 16384 ${enforced} ORDER BY 1, 2, 3 LIMIT ${String(MOST)}`,
  );
  return rows.map(([schema, table, name]): Leftover => {
    const relation = objectName(String(schema), String(table));
    const message = `The constraint ${String(name)} on ${displayName(relation)} is not validated: rows from before it may break it.`;
    return { kind: 'constraint not validated', relation, message, statement: `ALTER TABLE ${relation} VALIDATE CONSTRAINT ${quoteIdentifier(String(name))};` };
  });
}

/** What DETACH PARTITION … CONCURRENTLY leaves behind when it is interrupted; the statement is the manual's ("ALTER TABLE"). */
async function halfDetached(reading: Reading): Promise<Leftover[]> {
  if (reading.versionNumber < 140000) return [];
  const rows = await reading.rows(
    `SELECT pn.nspname, p.relname, n.nspname, c.relname FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class c ON c.oid = inhrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_class p ON p.oid = inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE inhdetachpending AND inhparent >= 16384 ORDER BY 1, 2, 3, 4 LIMIT ${String(MOST)}`,
  );
  return rows.map(([parentSchema, parent, schema, own]): Leftover => {
    const relation = objectName(String(parentSchema), String(parent));
    const partition = objectName(String(schema), String(own));
    const message = `The partition ${displayName(partition)} is half detached from ${displayName(relation)}: DETACH … CONCURRENTLY was interrupted.`;
    return { kind: 'partition half detached', relation, message, statement: `ALTER TABLE ${relation} DETACH PARTITION ${partition} FINALIZE;` };
  });
}

async function withoutRows(reading: Reading): Promise<Leftover[]> {
  const rows = await reading.rows(
    `SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' AND NOT c.relispopulated AND c.oid >= 16384 ORDER BY 1, 2 LIMIT ${String(MOST)}`,
  );
  return rows.map(([schema, name]): Leftover => {
    const relation = objectName(String(schema), String(name));
    return { kind: 'view without rows', relation, message: `The materialised view ${displayName(relation)} was never filled: every query of it fails.`, statement: `REFRESH MATERIALIZED VIEW ${relation};` };
  });
}

/** autovacuum_analyze_threshold and autovacuum_analyze_scale_factor, as the server has them unless told otherwise. */
const CHANGED_ROWS = 50;
const CHANGED_SHARE = 0.1;

async function unanalyzed(reading: Reading): Promise<Leftover[]> {
  // The times are lost when the counters are reset; the number of rows is not.
  const rows = await reading.rows(
    `SELECT schemaname, s.relname, last_analyze IS NULL AND last_autoanalyze IS NULL AND reltuples <= 0, n_mod_since_analyze::float8
     FROM pg_catalog.pg_stat_user_tables s JOIN pg_catalog.pg_class c ON c.oid = relid WHERE n_mod_since_analyze > ${String(CHANGED_ROWS)} + ${String(CHANGED_SHARE)} * n_live_tup ORDER BY n_mod_since_analyze DESC LIMIT ${String(MOST)}`,
  );
  return rows.map(([schema, table, never, changed]): Leftover => {
    const relation = objectName(String(schema), String(table));
    const why = never === true ? 'was never analysed' : `has ${Number(changed).toLocaleString('en-US')} changes since it was last analysed`;
    return { kind: 'wants ANALYZE', relation, message: `${displayName(relation)} ${why}: the planner knows its rows badly.`, statement: `ANALYZE ${relation};` };
  });
}

async function nearTheirEnd(reading: Reading): Promise<Leftover[]> {
  const near = new Map((await sequencesNearTheirEnd(reading)).map((sequence) => [sequence.oid, sequence]));
  if (near.size === 0) return [];
  const rows = await reading.rows(
    `SELECT seqrelid::int8::float8, pg_catalog.format_type(seqtypid, NULL), seqmax < 9223372036854775807,
       (SELECT pg_catalog.format_type(atttypid, NULL) FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attribute ON attrelid = d.refobjid AND attnum = d.refobjsubid
        WHERE d.classid = 1259 AND d.objid = seqrelid AND d.refclassid = 1259 AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') LIMIT 1)
     FROM pg_catalog.pg_sequence WHERE seqrelid = ANY ($1::oid[])`,
    [[...near.keys()]],
  );
  const shareOf = ([oid]: readonly unknown[]): number => near.get(Number(oid))?.used ?? 0;
  rows.sort((a, b) => shareOf(b) - shareOf(a));
  return rows.slice(0, MOST).flatMap(([oid, type, isBounded, column]): Leftover[] => {
    const sequence = near.get(Number(oid));
    if (sequence === undefined) return [];
    const relation = sequence.name;
    const isNarrow = typeof column === 'string' && column !== 'bigint' && column !== 'numeric';
    const used = `The sequence ${displayName(relation)} (${String(type)}) has used ${String(Math.floor(sequence.used * 100))} % of its numbers.`;
    const message = isNarrow ? `${used} Its column (${column}) must become a bigint first.` : used;
    return [{ kind: 'sequence near its end', relation, message, statement: isNarrow ? undefined : widening(relation, type !== 'bigint', isBounded === true) }];
  });
}

/** AS also moves an upper bound that was the old type's (ALTER SEQUENCE, manual); one of its own is taken away. */
function widening(sequence: string, isNarrow: boolean, isBounded: boolean): string | undefined {
  if (isNarrow) return `ALTER SEQUENCE ${sequence} AS bigint;`;
  return isBounded ? `ALTER SEQUENCE ${sequence} NO MAXVALUE;` : undefined;
}
