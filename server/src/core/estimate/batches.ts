import type { Node } from '@pgsql/types';
import { some, strings } from '../schema/postgres/walk';

/** A loop that changes rows in parts. */
export interface BatchLoop {
  /** Rows of a part. */
  readonly rows: number;
  /** Seconds of pause after each. */
  readonly pause: number;
  /** Whether each part looks for its rows from the start of the table. */
  readonly rescans: boolean;
}

/**
 * The batches that a block's text does, as Lockscope writes them and many others do: a batch size in a constant or a
 * LIMIT, a pg_sleep between. Undefined where neither is found.
 */
export function batchesOf(text: string): BatchLoop | undefined {
  const size = /\b\w*batch\w*(?:\s+constant)?\s+(?:bigint|integer|int|int4|int8)\s*(?::=|=|DEFAULT)\s*([\d_]+)/iu.exec(text)?.[1] ?? /\bLIMIT\s+([\d_]+)/iu.exec(text)?.[1];
  const rows = size === undefined ? Number.NaN : Number(size.replaceAll('_', ''));
  // LIMIT 1 finds an end of a range.
  if (!Number.isFinite(rows) || rows < 2) return undefined;
  const pause = Number(/\bpg_sleep\s*\(\s*([\d.]+)\s*\)/iu.exec(text)?.[1] ?? 0);
  return { rows, pause: Number.isFinite(pause) ? pause : 0, rescans: /\bctid\b/iu.test(text) };
}

/** Whether a block has a loop. */
export function hasLoop(text: string): boolean {
  return /^\s*DO\b/iu.test(text) && /\bLOOP\b/iu.test(text);
}

/** Whether a block changes rows in batches. */
export function isBatchLoop(text: string): boolean {
  return hasLoop(text) && batchesOf(text) !== undefined;
}

/**
 * A condition without the parts that confine it to a batch: those that compare with variables, or by ctid.
 * @param target what the table is called in the statement
 * @param columns of the table; undefined where they are not known: then a name by itself is taken for one
 */
export function ownCondition(where: Node | undefined, target: string | undefined, columns: ReadonlySet<string> | undefined): Node | undefined {
  if (where === undefined) return undefined;
  const confines = (part: Node): boolean =>
    some(part, (kind, body) => {
      if (kind === 'SubLink' || kind === 'ParamRef') return true;
      if (kind !== 'ColumnRef') return false;
      const parts = strings(body.fields as readonly Node[]);
      const [first, ...others] = parts;
      if (parts.at(-1) === 'ctid') return true;
      return others.length > 0 ? first !== target : first !== undefined && columns?.has(first) === false;
    });
  if (!('BoolExpr' in where) || where.BoolExpr.boolop !== 'AND_EXPR') return confines(where) ? undefined : where;
  const kept = (where.BoolExpr.args ?? []).filter((part) => !confines(part));
  const [only] = kept;
  return kept.length < 2 ? only : { BoolExpr: { ...where.BoolExpr, args: kept } };
}
