import { objectName, type ObjectName } from '../../core/schema/names';
import type { Reading } from './connection';
import { EVERYTHING, type Scope } from './scope';
import { lockedRelations } from './texts';

/** From where on a sequence is near its end. */
const NEAR_ITS_END = 0.75;
/** Sequences that are looked at. */
const MOST_SEQUENCES = 2000;
/** How many are read by one query: while somebody has locked one of them, those of its group are not known. */
const AT_A_TIME = 200;
/** How long is waited for somebody's lock, in ms. */
const PATIENCE = 50;

export interface SequenceUse {
  readonly oid: number;
  readonly name: ObjectName;
  /** The share of its numbers that is used, from {@link NEAR_ITS_END} on. */
  readonly used: number;
}

/**
 * Sequences near their end that the role may read. They are read as tables: pg_sequence_last_value and the view pg_sequences
 * lock a sequence to the end of the transaction (lock_and_open_sequence, src/backend/commands/sequence.c).
 */
export async function sequencesNearTheirEnd(reading: Reading, scope: Scope = EVERYTHING): Promise<readonly SequenceUse[]> {
  const candidates = await reading.rows(
    `SELECT seqrelid::int8::float8, n.nspname, c.relname, seqmax::float8 FROM pg_catalog.pg_sequence
       JOIN pg_catalog.pg_class c ON c.oid = seqrelid AND c.relpersistence <> 't' JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE seqincrement > 0 AND NOT seqcycle AND ${scope.has('seqrelid')}
       AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_sequence_privilege(seqrelid, 'SELECT') ORDER BY seqrelid LIMIT ${String(MOST_SEQUENCES)}`,
  );
  if (candidates.length === 0) return [];
  const locked = new Set(await lockedRelations(reading));
  const sequences = candidates.map(([oid, schema, name, end]) => ({ oid: Number(oid), name: objectName(String(schema), String(name)), end: Number(end) })).filter(({ oid }) => !locked.has(oid));
  const near: SequenceUse[] = [];
  for (let from = 0; from < sequences.length; from += AT_A_TIME) {
    const group = sequences.slice(from, from + AT_A_TIME);
    const parts = group.map(({ name }, index) => `SELECT ${String(index)}, last_value::float8 FROM ${name} WHERE is_called`);
    for (const [index, value] of (await reading.rowsUnlessLocked(parts.join(' UNION ALL '), [], PATIENCE)) ?? []) {
      const sequence = group[Number(index)];
      const used = sequence === undefined ? 0 : Number(value) / sequence.end;
      if (sequence !== undefined && used >= NEAR_ITS_END) near.push({ oid: sequence.oid, name: sequence.name, used });
    }
  }
  return near;
}
