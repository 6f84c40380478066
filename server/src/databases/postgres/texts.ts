import type { CatalogText } from '../../core/schema/catalog';
import type { Reading } from './connection';
import type { Scope } from './scope';

/** How long a text is waited for where somebody locked its relation just now, in ms. */
const PATIENCE = 50;
/** Views at a time: reading one locks what it reads (AcquireRewriteLocks), until the savepoint is rolled back. */
const VIEWS_AT_A_TIME = 100;

/** The texts of expressions and queries by the object they belong to; null where the relation is locked. */
export class Texts {
  private constructor(private readonly byKey: ReadonlyMap<string, CatalogText>) {}

  /** The text of an object that has one. */
  of(kind: TextKind, oid: number): CatalogText {
    return this.byKey.get(`${kind} ${String(oid)}`) ?? null;
  }

  /**
   * Reads the texts that need a lock on a relation for a moment (deparse_context_for, ruleutils.c). Relations that somebody
   * holds, or waits for, an ACCESS EXCLUSIVE lock on are left out, so that we neither wait nor stand in a queue.
   * @param wanted the objects that have one
   * @param views the relations of views, with what each reads
   */
  static async read(reading: Reading, wanted: Readonly<Record<ExpressionKind, readonly number[]>>, views: ReadonlyMap<number, readonly number[]>): Promise<Texts> {
    const byKey = new Map<string, CatalogText>();
    for (const kind of KINDS) {
      const oids = wanted[kind];
      if (oids.length === 0) continue;
      for (const [oid, text] of (await unlessLocked(reading, QUERIES[kind], [oids])) ?? []) byKey.set(`${kind} ${String(oid)}`, text as CatalogText);
    }
    const all = [...views.keys()];
    for (let start = 0; start < all.length; start += VIEWS_AT_A_TIME) {
      const locked = new Set(await lockedRelations(reading));
      const free = all.slice(start, start + VIEWS_AT_A_TIME).filter((oid) => !locked.has(oid) && views.get(oid)?.some((read) => locked.has(read)) !== true);
      await readViews(reading, free, byKey);
    }
    return new Texts(byKey);
  }
}

type ExpressionKind = 'check' | 'generated' | 'expressions' | 'predicate';
type TextKind = ExpressionKind | 'view';

const KINDS: readonly ExpressionKind[] = ['check', 'generated', 'expressions', 'predicate'];

/** $1 is the relations to leave out, $2 the objects. */
const QUERIES: Readonly<Record<ExpressionKind, string>> = {
  check: 'SELECT oid, pg_catalog.pg_get_expr(conbin, conrelid) FROM pg_catalog.pg_constraint WHERE oid = ANY ($2::oid[]) AND conrelid <> ALL ($1::oid[])',
  generated: 'SELECT oid, pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_catalog.pg_attrdef WHERE oid = ANY ($2::oid[]) AND adrelid <> ALL ($1::oid[])',
  expressions: 'SELECT indexrelid, pg_catalog.pg_get_expr(indexprs, indrelid) FROM pg_catalog.pg_index WHERE indexrelid = ANY ($2::oid[]) AND indrelid <> ALL ($1::oid[])',
  predicate: 'SELECT indexrelid, pg_catalog.pg_get_expr(indpred, indrelid) FROM pg_catalog.pg_index WHERE indexrelid = ANY ($2::oid[]) AND indrelid <> ALL ($1::oid[])',
};

async function readViews(reading: Reading, oids: readonly number[], byKey: Map<string, CatalogText>): Promise<void> {
  if (oids.length === 0) return;
  const views = await reading.rowsUnlessLocked('SELECT oid, pg_catalog.pg_get_viewdef(oid) FROM pg_catalog.pg_class WHERE oid = ANY ($1::oid[])', [oids], PATIENCE);
  for (const [oid, text] of views ?? []) byKey.set(`view ${String(oid)}`, text as CatalogText);
}

/** The rules of tables and views other than those that make a view; each locks what its actions mention. */
export async function ruleTexts(reading: Reading, scope: Scope): Promise<ReadonlyMap<number, CatalogText>> {
  const sql = `SELECT r.oid, pg_catalog.pg_get_ruledef(r.oid) FROM pg_catalog.pg_rewrite r WHERE rulename <> '_RETURN' AND r.oid >= 16384 AND ${scope.has('ev_class')} AND ev_class <> ALL ($1::oid[])
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend WHERE classid = 2618 AND objid = r.oid AND refclassid = 1259 AND refobjid = ANY ($1::oid[]))`;
  return new Map(((await unlessLocked(reading, sql, [])) ?? []).map(([oid, text]) => [Number(oid), text as CatalogText]));
}

/** Runs a query whose $1 is the relations to leave out; once more where somebody locked one meanwhile. */
export async function unlessLocked(reading: Reading, sql: string, values: readonly unknown[]): Promise<unknown[][] | undefined> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const found = await reading.rowsUnlessLocked(sql, [await lockedRelations(reading), ...values], PATIENCE);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Relations of this database that somebody holds or awaits an ACCESS EXCLUSIVE lock on. */
export async function lockedRelations(reading: Reading): Promise<number[]> {
  const rows = await reading.rows(
    `SELECT DISTINCT relation FROM pg_catalog.pg_locks WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
       AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`,
  );
  return rows.map(([oid]) => Number(oid));
}
